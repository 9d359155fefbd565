"""Build a boundary pack from published figures: codes, names, outlines and populated places."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from boundaries.builder.partition import dissolve, partition
from boundaries.builder.settlements import one_place, spellings, tie
from mtmgeo.boundaries.boundary_set import BoundarySet, centre_of, equal_area
from mtmgeo.boundaries.packs import write_pack
from mtmgeo.core.errors import BoundaryError
from mtmgeo.geo.crs import AREA_CRS, CRS
from mtmgeo.names.fold import Name, is_adjective, likeness, parse

_LEVEL_OF: Final = {"adm1": 1, "adm2": 2, "adm3": 3, "settlement": 4}
_SAME_NAME: Final = 0.7
_ASIDES: Final = {"(часть)": "(part)", "(курорт)": "(resort)"}
_TELLING: Final = 4  # letters of a stem by which a village can be recognised

_AIMAK_WORDS: Final = frozenset(("айылный", "аймак", "айыл", "им.", "имени"))

_DECIMALS: Final = 4  # of degrees: the grid that lines are noded on

_RUSSIAN: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e yo zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".split(),
        strict=True,
    )
)
# Kyrgyz names are romanised as COD-AB does: Чоң-Алай Chon-Alai, Түп Tup, Жумгал Jumgal.
_KYRGYZ: Final = {**_RUSSIAN, "ж": "j", "ң": "n", "ӊ": "n", "ө": "o", "ү": "u"}


@dataclass(frozen=True)
class BuildReport:
    """What became of the source figures.

    Attributes
    ----------
    units
        Units per level.
    tied
        Per level, how many of the settlements, towns and cities a populated place could be tied
        to by name, and their number; those whose point the recipe states are left out.
    located
        Admin 3 units that have an outline, and their number.
    unlocated
        Names of the others.
    generalised
        Largest relative change of an admin 2 area by generalising the outlines.
    differing
        Admin 2 units whose outline is more than 5% larger or smaller than their published area,
        with the relative difference.
    bytes
        Size of the pack.
    """

    units: Mapping[int, int]
    tied: Mapping[int, tuple[int, int]]
    located: tuple[int, int]
    unlocated: tuple[str, ...]
    generalised: float
    differing: Mapping[str, float]
    bytes: int

    def summary(self) -> str:
        """Return the report in words, one fact per line."""
        units = ", ".join(f"{level}: {number:,}" for level, number in self.units.items())
        lines = [f"units per level: {units}"]
        for level, (number, total) in self.tied.items():
            kind = {2: "cities", 3: "towns", 4: "settlements"}[level]
            share = f"{number:,} of {total:,} ({number / total:.1%})"
            lines.append(f"{kind} tied to a populated place: {share}")
        lines.append(f"admin 3 with an approximate outline: {self.located[0]} of {self.located[1]}")
        lines.append(f"admin 3 without: {', '.join(self.unlocated) or 'none'}")
        lines.append(f"largest change of an area by generalising: {self.generalised:.1%}")
        differing = ", ".join(f"{name} {by:+.0%}" for name, by in self.differing.items())
        lines.append(f"outlines that differ from the published area: {differing or 'none'}")
        lines.append(f"size: {self.bytes / 1000:,.0f} kB")
        return "\n".join(lines)


def build_pack(figures: str | Path, pack: str | Path) -> BuildReport:
    """Build a pack's data files from source figures.

    Parameters
    ----------
    figures
        Folder of the source figures that the recipe names.
    pack
        Folder of the pack, which holds ``recipe.toml`` and ``seats.csv`` (further places; may be
        absent), and into which ``units.csv``, ``adm0.fgb`` to ``adm3.fgb``,
        ``context.fgb``, ``lines.fgb`` and ``pack.json`` are written.

    Returns
    -------
    report
        Shares tied, areas compared, and what could not be placed.

    Raises
    ------
    BoundaryError
        If a file or column is missing, or the figures contradict each other.
    """
    figures, pack = Path(figures), Path(pack)
    recipe = _recipe(pack / "recipe.toml")
    sources = _Sources.read(figures, pack, recipe)
    units = _name_units(sources, recipe)
    metres = pyproj.CRS(equal_area(*centre_of(sources.outlines.total_bounds)))
    places = tie(units, sources.places, sources.outlines, recipe, metres)
    units = _add_places(units, places, sources, recipe)
    faces, context = partition(units, sources.outlines, sources.context, recipe, metres)
    outlines = {level: dissolve(faces, level) for level in range(4)}
    write_pack(pack, _set(recipe, units, outlines, context), recipe["sources"])
    return _report(pack, recipe, sources, units, outlines)


def _recipe(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        raise BoundaryError(
            f"{path} cannot be read ({fault}): a pack is built from a recipe, see docs/packs.md."
        ) from fault


@dataclass(frozen=True)
class _Sources:
    """Tables as published; all cells are text."""

    units: pd.DataFrame
    names: pd.DataFrame
    outlines: gpd.GeoDataFrame
    context: gpd.GeoDataFrame
    places: gpd.GeoDataFrame

    @classmethod
    def read(cls, figures: Path, pack: Path, recipe: Mapping[str, Any]) -> _Sources:
        def table(path: Path) -> pd.DataFrame:
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")

        files = {role: figures / name for role, name in recipe["files"].items()}
        missing = [str(path) for path in files.values() if not path.is_file()]
        if missing:
            raise BoundaryError(
                f"{', '.join(missing)} is missing: the recipe's [files] must lie in {figures}."
            )
        places = table(files["places"])
        if (pack / "seats.csv").is_file():
            places = pd.concat([places, table(pack / "seats.csv")], ignore_index=True).fillna("")
        points = gpd.points_from_xy(places["lon"].astype(float), places["lat"].astype(float))
        return cls(
            units=table(files["units"]),
            names=table(files["names"]),
            outlines=gpd.read_file(files["outlines"])[["pcode", "geometry"]],
            context=gpd.read_file(files["context"])[["kind", "name", "geometry"]],
            places=gpd.GeoDataFrame(places, geometry=points, crs=CRS),
        )


# --- codes and names -----------------------------------------------------------------------


def _name_units(sources: _Sources, recipe: Mapping[str, Any]) -> pd.DataFrame:
    """Return the units of all levels with codes, types and names; no places, no outlines."""
    codes = recipe["codes"]
    raw = sources.units[~sources.units["coate_code"].isin(codes["stray"])]

    def pcode(code: str) -> str:
        return codes["prefix"] + code.removeprefix(codes["strip"]) if code else ""

    units = pd.DataFrame(
        {
            "pcode": raw["coate_code"].map(pcode),
            "level": raw["level"].map(_LEVEL_OF),
            "parent_pcode": raw["parent_coate_code"].map(pcode),
            "name_ru": raw["name_ru"],
            "type": raw["type"].replace({"town or settlement under a city": "town"}),
        }
    )
    units = _shift_below_cities(units, set(codes["own_admin2"]))
    units.loc[units["level"] == 1, "parent_pcode"] = recipe["pack"]["names"]["pcode"]
    units = _published_names(units, sources.names, recipe)
    country = {"level": 0, "type": "country", "parent_pcode": "", **recipe["pack"]["names"]}
    country["name"] = country["name_en"]
    return pd.concat([pd.DataFrame([country]), units], ignore_index=True).fillna("")


def _shift_below_cities(units: pd.DataFrame, cities: set[str]) -> pd.DataFrame:
    """Repeat cities of admin 1 at admin 2, and move what lies below them one level down."""
    parent = dict(zip(units["pcode"], units["parent_pcode"], strict=True))

    def under_city(code: str) -> bool:
        above = parent[code]
        return above in cities or (above in parent and under_city(above))

    below = units["pcode"].map(under_city)
    units = units.assign(level=units["level"] + below.astype(int))
    again = units[(units["level"] == 1) & units["pcode"].isin(cities)]
    again = again.assign(level=2, parent_pcode=again["pcode"])
    return pd.concat([units, again], ignore_index=True)


def _published_names(
    units: pd.DataFrame, names: pd.DataFrame, recipe: Mapping[str, Any]
) -> pd.DataFrame:
    """Add the published English and Kyrgyz names of admin 1 and 2, and display names."""
    level2 = names.set_index("ADM2_PCODE")
    level1 = names.drop_duplicates("ADM1_PCODE").set_index("ADM1_PCODE")
    english = {**level2["ADM2_EN"], **level1["ADM1_EN"], **recipe["english"]}
    kyrgyz = {**level2["ADM2_KY"], **level1["ADM1_KY"], **recipe["kyrgyz"]}
    russian = {**level2["ADM2_RU"], **level1["ADM1_RU"]}
    type_of = {**level2["ADM2TYP_EN"]}
    known = units["level"].isin((1, 2))
    nameless = units[known & ~units["pcode"].isin(english)]
    if len(nameless):
        raise BoundaryError(
            f"{recipe['files']['names']} has no name for {', '.join(nameless['pcode'])}: add it to "
            "the recipe's [english]."
        )
    units = units.copy()
    units["name_en"] = units["pcode"].map(english).where(known)
    units["name_ky"] = units["pcode"].map(kyrgyz).where(known)
    units["name"] = units["pcode"].map(recipe["display"]).fillna(units["name_en"])
    units["type"] = units["pcode"].map(type_of).fillna(units["type"]).where(known, units["type"])
    aliases = [
        [russian.get(code, ""), *recipe["aliases"].get(code, "").split("|")]
        for code in units["pcode"]
    ]
    units["aliases"] = ["|".join(a for a in dict.fromkeys(some) if a) for some in aliases]
    return units


# --- what places add -----------------------------------------------------------------------


def _add_places(
    units: pd.DataFrame,
    tied: Mapping[tuple[int, str], int],
    sources: _Sources,
    recipe: Mapping[str, Any],
) -> pd.DataFrame:
    """Add reference points, Kyrgyz names and spellings from the places tied, and display names."""
    places = sources.places.drop(columns="geometry").to_dict("records")
    points = {(2, city["pcode"]): city["point"] for city in recipe["approximate"]}
    points |= {(3, code): point for code, point in recipe["estimated_points"].items()}
    rows = []
    for unit in units.to_dict("records"):
        place = tied.get((unit["level"], unit["pcode"]))
        stated = points.get((unit["level"], unit["pcode"]))
        row = dict(unit)
        if place is not None:
            row |= {"lat": float(places[place]["lat"]), "lon": float(places[place]["lon"])}
            row["name_ky"] = row["name_ky"] or _kyrgyz_name(row, places[place])
            row["aliases"] = _new_spellings(row, spellings(places[place]))
        if stated:
            row |= {"lat": stated[0], "lon": stated[1]}
        if unit["level"] == 4 or unit["type"] in ("town", "city district"):
            row["name_en"] = _romanised(row)
            row["name"] = row["name"] or row["name_en"]
        rows.append(row)
    table = pd.DataFrame(rows)
    return _name_aimaks(table)


def _kyrgyz_name(unit: Mapping[Hashable, Any], place: Mapping[Hashable, str]) -> str:
    """Return the place's Kyrgyz name in Cyrillic letters, if it is the unit's and not another."""
    russian = parse(unit["name_ru"])
    for spelling in place.get("names_ky", "").split("|"):
        cyrillic = spelling and all("\u0400" <= c <= "\u04ff" or c in " -" for c in spelling)
        if cyrillic and likeness(parse(spelling), russian) >= _SAME_NAME:
            return spelling
    return ""


def _new_spellings(unit: Mapping[Hashable, Any], spellings: Iterable[str]) -> str:
    """Return the unit's aliases with those spellings that fold to a key it does not have yet."""
    kept = [alias for alias in unit["aliases"].split("|") if alias]
    keys = {parse(unit[c]).key for c in ("name", "name_en", "name_ru", "name_ky") if unit[c]}
    keys |= {parse(alias).key for alias in kept}
    for spelling in spellings:
        if parse(spelling).key not in keys:
            keys.add(parse(spelling).key)
            kept.append(spelling)
    return "|".join(kept)


def _romanised(unit: Mapping[Hashable, Any]) -> str:
    """Return the name in Latin letters: from Kyrgyz where it is known, else from Russian."""
    if unit["name_ky"]:
        return _transliterate(unit["name_ky"], _KYRGYZ)
    return _transliterate(unit["name_ru"], _RUSSIAN)


def _transliterate(text: str, letters: Mapping[str, str]) -> str:
    for russian, english in _ASIDES.items():
        text = re.sub(re.escape(russian), english, text, flags=re.IGNORECASE)
    romanised = []
    for word in text.replace("Дж", "Ж").replace("дж", "ж") if letters is _KYRGYZ else text:
        latin = letters.get(word.lower(), word).replace("-", "") if word.isalpha() else word
        romanised.append(latin.capitalize() if word.isupper() else latin)
    return "".join(romanised).replace("dzh", "j").replace("Dzh", "J")


def _continues(village: Name, stem: str) -> bool:
    return len(stem) >= _TELLING and village.key in {stem + end for end in ("ka", "o", "e", "skoe")}


def _name_aimaks(units: pd.DataFrame) -> pd.DataFrame:
    """Name each aiyl aimak after the village it is called by, which then stands for it.

    One that is called otherwise is named by its own adjective's stem.
    """
    villages: defaultdict[str, list[tuple[Name, dict[Hashable, Any]]]] = defaultdict(list)
    for row in units[units["level"] == 4].to_dict("records"):
        villages[row["parent_pcode"]].append((parse(row["name_ru"]), row))

    def named(row: dict[Hashable, Any]) -> dict[Hashable, Any]:
        if row["level"] != 3 or row["type"] != "aiyl aimak":
            return row
        called = parse(row["name_ru"])
        # Васильевский is called after Васильевка: the village may go on where the stem ends.
        seats = sorted(
            (not village.stems & called.stems, len(village.key), seat["pcode"], seat["name"], seat)
            for village, seat in villages[row["pcode"]]
            if village.stems & called.stems or any(_continues(village, s) for s in called.stems)
        )
        if seats:
            seat = seats[0][-1]
            english = seat["name"].partition(" (")[0]
            row |= {"lat": seat["lat"], "lon": seat["lon"]}
        else:
            words = [w for w in row["name_ru"].split() if w.lower() not in _AIMAK_WORDS]
            text = " ".join(words)
            stem = text.removesuffix("ский") if is_adjective(called) else text
            english = _transliterate(stem, _RUSSIAN)
        return row | {"name_en": english, "name": row["name"] or english}

    return pd.DataFrame([named(row) for row in units.to_dict("records")])


# --- the pack ------------------------------------------------------------------------------


def _set(
    recipe: Mapping[str, Any],
    units: pd.DataFrame,
    outlines: Mapping[int, gpd.GeoSeries],
    context: gpd.GeoDataFrame,
) -> BoundarySet:
    """Return what the pack holds."""
    outlines[0].index = pd.Index([recipe["pack"]["names"]["pcode"]])
    shapes = {(level, code): shape for level in outlines for code, shape in outlines[level].items()}
    guessed = {row["pcode"] for row in recipe["approximate"]}
    keys = list(zip(units["level"], units["pcode"], strict=True))
    units["approximate"] = [level == 3 or (level == 2 and code in guessed) for level, code in keys]
    rounded = shapely.transform(
        np.array([shapes.get(key) for key in keys], dtype=object), lambda xy: xy.round(_DECIMALS)
    )
    pack = recipe["pack"]
    frame = gpd.GeoDataFrame(units, geometry=rounded, crs=CRS)
    for lake, names in recipe.get("lakes", {}).items():
        for column, name in names.items():
            known = context.get(column, pd.Series("", context.index))
            context = context.assign(**{column: known.mask(context["name"].eq(lake), name)})
    context = context.set_geometry(
        shapely.transform(context.geometry.to_numpy(), lambda xy: xy.round(_DECIMALS))
    )
    return BoundarySet(
        frame.sort_values(["level", "pcode"], ignore_index=True),
        name=pack["name"],
        title=pack["title"],
        country=pack["country"],
        version=pack["version"],
        licence=pack["licence"],
        notes=_notes(recipe, units, outlines),
        level_names={int(level): name for level, name in recipe["level_names"].items()},
        water=context[context["kind"] == "lake"],
        enclaves=context[context["kind"] == "enclave"],
    )


def _notes(
    recipe: Mapping[str, Any], units: pd.DataFrame, outlines: Mapping[int, gpd.GeoSeries]
) -> dict[int, str]:
    names = units.set_index("pcode")["name"]
    cities = [names.loc[[row["pcode"]]].iloc[0] for row in recipe["approximate"]]
    level3 = units[units["level"] == 3]
    unlocated = level3[~level3["pcode"].isin(outlines[3].index)]
    return {
        2: f"The outlines of {', '.join(cities[:-1])} and {cities[-1]} are approximate.",
        3: "All outlines of admin 3 are approximate: the ground nearest to their "
        f"settlements. {len(unlocated)} units have none, as their settlements are not located "
        "or lie outside the outline of their city.",
    }


def _report(
    pack: Path,
    recipe: Mapping[str, Any],
    sources: _Sources,
    units: pd.DataFrame,
    outlines: Mapping[int, gpd.GeoSeries],
) -> BuildReport:
    area = outlines[2].to_crs(AREA_CRS).area / 1e6
    level2 = units[units["level"] == 2].set_index("pcode")
    exact = level2.index[~level2["approximate"]]
    source = sources.outlines.set_index("pcode").geometry.to_crs(AREA_CRS).area / 1e6
    published = sources.names.set_index("ADM2_PCODE")["area_km2"].astype(float)
    differing = (area / published - 1)[exact].dropna()
    differing = differing[differing.abs() > 0.05].sort_values()
    carved = [row["ground"] for row in recipe["approximate"]]
    generalised = (area / source - 1)[exact].drop(carved, errors="ignore").abs().max()
    level3 = units[units["level"] == 3]
    stated = {row["pcode"] for row in recipe["approximate"]} | {*recipe["estimated_points"]}
    # A point given by hand was not tied by name.
    to_tie = one_place(units) & ~units["pcode"].isin(stated)
    return BuildReport(
        units={level: int((units["level"] == level).sum()) for level in range(5)},
        tied={
            level: (
                int(units[to_tie & (units["level"] == level)]["lat"].notna().sum()),
                int((to_tie & (units["level"] == level)).sum()),
            )
            for level in (2, 3, 4)
        },
        located=(len(outlines[3]), len(level3)),
        unlocated=tuple(level3[~level3["pcode"].isin(outlines[3].index)]["name"]),
        generalised=float(generalised),
        differing={str(level2.loc[code, "name"]): float(by) for code, by in differing.items()},
        bytes=sum(path.stat().st_size for path in pack.iterdir()),
    )
