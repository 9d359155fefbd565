"""Tables of units as offices and publishers keep them, whatever they were saved as."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import mtmgeo

ROWS = "pcode,level,name,parent_pcode\nX,0,Land,\nX1,1,North,X\n"
WIDE = (
    "ADM0_EN,ADM0_PCODE,ADM1_EN,ADM1_AR,ADM1_PCODE,ADM2_EN,ADM2_REF,ADM2_PCODE\n"
    "Land,X,North,شمال,X1,Lake,Lac,X11\nLand,X,North,شمال,X1,Hill,,X12\nLand,X,South,جنوب,X2,Bay,,X21\n"
)


def saved(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "land.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_separator_and_encoding(tmp_path: Path, encoding: str, separator: str) -> None:
    units = mtmgeo.read_boundaries(saved(tmp_path, ROWS.replace(",", separator), encoding)).units
    assert units["pcode"].tolist() == ["X", "X1"]


def test_titles_above_the_headings(tmp_path: Path) -> None:
    path = saved(tmp_path, f"Units of Land,,,\n\n{ROWS}X9,1,,X\n")
    with pytest.raises(mtmgeo.BoundaryError, match=r"row 6: the name is blank"):
        mtmgeo.read_boundaries(path)


def test_levels_beside_each_other_as_ocha_publishes_them(tmp_path: Path) -> None:
    found = mtmgeo.read_boundaries(saved(tmp_path, WIDE))
    units = found.units.set_index("pcode")
    assert units["level"].to_dict() == {"X": 0, "X1": 1, "X2": 1, "X11": 2, "X12": 2, "X21": 2}
    assert units["parent_pcode"].to_dict()["X21"] == "X2"
    assert units.loc["X1", ["name", "name_ar"]].tolist() == ["North", "شمال"]
    row = mtmgeo.match(pd.DataFrame({"district": ["Lac"]}), found).frame.iloc[0]
    assert (row["pcode"], row["method"]) == ("X11", "alias")


def test_a_workbook_of_units(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Read me").append(["These are the units of Land."])
    sheet = book.create_sheet("ADM2")
    for line in WIDE.splitlines():
        sheet.append(line.split(","))
    del book["Sheet"]
    book.save(tmp_path / "land.xlsx")
    units = mtmgeo.read_boundaries(tmp_path / "land.xlsx").units
    assert units["level"].tolist() == [0, 1, 1, 2, 2, 2]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(mtmgeo.BoundaryError, match="lacks the columns level, parent_pcode"):
        mtmgeo.read_boundaries(saved(tmp_path, "pcode,name\nX,Land\n"))
