"""Draw the pictures of the documentation again: ``python docs/draw.py``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import mtmgeo

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples/kgz_round1/kgz_round1_synthetic.csv"
DATE = dt.date(2022, 11, 30)
ROUND = "Kyrgyzstan, Baseline Mobility Assessment round 1, November 2022"
PICTURES = {
    "map2_by_location.png": mtmgeo.MapSpec(kind="symbols", date=DATE, subtitle=ROUND),
    "map4_by_admin2_and_year.png": mtmgeo.MapSpec(by_year=True, date=DATE, subtitle=ROUND),
}


def main() -> None:
    result = mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(EXAMPLE)))
    for name, spec in PICTURES.items():
        figure = mtmgeo.sheet(result, spec)
        figure.set_dpi(120)
        mtmgeo.write(figure, HERE / "images" / name)


if __name__ == "__main__":
    main()
