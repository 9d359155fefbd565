"""The indicators, a record each: what they are worked out from, and how they are read.

Figures, exports, maps, the command line's help and the reference follow from these records. A new
one is a record here and a function in `rates`; its words are translated in ``style/catalogues``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from mtmgeo.figures import rates
from mtmgeo.style.languages import phrase

if TYPE_CHECKING:
    import pandas as pd

#: What `MapSpec.indicator` may be: the names of the records.
IndicatorName = Literal[
    "individuals", "households", "density", "per_1000", "share", "mean_per_year", "change",
    "change_percent",
]  # fmt: skip

#: How `Language` reads a figure: the names of its methods.
Number = Literal["count", "number", "percent", "signed", "signed_percent"]


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A figure of a unit, group and year.

    Attributes
    ----------
    name
        As `MapSpec.indicator` has it; empty for a figure that no map shows.
    column
        Of `Assessment.figures`.
    formula
        What gives it, a function of `rates`; None for what is counted.
    needs
        Columns that the formula takes, all of published figures: ``individuals`` and
        ``households``; each of these with ``_of_country``, ``_of_parent`` (those of the country
        and of the unit above) and ``_before`` (those of the year before); ``area_km2``,
        ``population``, ``years`` (with a count in the unit). Without one of them there is no such
        indicator.
    years
        Whether it is of ``one`` year, of ``all`` of them together, or of ``any``.
    rounds
        Whether it is also given between two rounds, in the columns of `RoundsComparison.figures`.
    whole
        Whether it is a whole number.
    signed
        Whether it may be below nought: a map of it parts at 0.
    meaning, said, unit
        What the data dictionary says of it, `said` being the formula in words.
    look
        How a workbook shows it.
    hxl
        Hashtag and attributes.
    title, heading, theme
        Templates of a map's title and, where they have another, of the heading of its legend and
        of its name in a list of maps.
    number
        How it is read.
    missing
        What the legend says of a unit that has none though it was assessed.
    absent
        How to get it, for who asks for it and has not what it needs.
    help
        What it is, for the command line and the reference.
    """

    name: IndicatorName | Literal[""] = ""
    column: str
    formula: Callable[..., pd.Series[Any]] | None = None
    needs: tuple[str, ...] = ()
    years: Literal["any", "one", "all"] = "any"
    rounds: bool = False
    whole: bool = False
    signed: bool = False
    meaning: str
    said: str
    unit: str
    look: str
    hxl: str = ""
    title: str = ""
    heading: str = ""
    theme: str = ""
    number: Number = "number"
    missing: str = phrase("Assessed, no figure given")
    absent: str = "the table has none"
    help: str = ""


_COUNTED, _EXACT, _TENTHS, _SHARE = "#,##0", "#,##0.00", "#,##0.0", "0.0%"

#: All of them, in the order of the tables.
INDICATORS: Final = (
    Indicator(
        name="individuals",
        column="individuals",
        whole=True,
        meaning="people counted; blank where suppressed",
        said="sum of the counts of the rows",
        unit="people",
        look=_COUNTED,
        hxl="#affected+ind",
        title="{group}",
        heading=phrase("{group} (individuals)"),
        number="count",
        help="people counted",
    ),
    Indicator(
        name="households",
        column="households",
        whole=True,
        meaning="households, of the rows that count them; blank where suppressed or not counted",
        said="sum of the counts of the rows",
        unit="households",
        look=_COUNTED,
        hxl="#affected+hh",
        title=phrase("Households of {group}"),
        heading=phrase("{group} (households)"),
        theme=phrase("Households"),
        number="count",
        absent="the table counts no households: give a column of them",
        help="households counted",
    ),
    Indicator(
        name="density",
        column="per_km2",
        formula=rates.density,
        needs=("individuals", "area_km2"),
        meaning="density",
        said="individuals / area_km2",
        unit="people per km²",
        look=_EXACT,
        title=phrase("{group} per km²"),
        help="individuals per km² of equal-area unit area",
    ),
    Indicator(
        name="per_1000",
        column="per_1000",
        formula=rates.per_1000,
        needs=("individuals", "population"),
        meaning="rate",
        said="1000 × individuals / population",
        unit="people per 1,000 inhabitants",
        look=_EXACT,
        title=phrase("{group} per 1,000 inhabitants"),
        missing=phrase("Assessed, count or inhabitants not known"),
        absent="give assess() a population, or --population",
        help="individuals per 1,000 inhabitants; needs a population",
    ),
    Indicator(
        name="share",
        column="share_of_country",
        formula=rates.share,
        needs=("individuals", "individuals_of_country"),
        meaning="share of the country",
        said="individuals / those of level 0",
        unit="0 to 1",
        look=_SHARE,
        title=phrase("Share of the country's {group}"),
        number="percent",
        help="share of the country's individuals",
    ),
    Indicator(
        column="share_of_parent",
        formula=rates.share,
        needs=("individuals", "individuals_of_parent"),
        meaning="share of the unit above",
        said="individuals / those of the unit above",
        unit="0 to 1",
        look=_SHARE,
    ),
    Indicator(
        name="change",
        column="change",
        formula=rates.change,
        needs=("individuals", "individuals_before"),
        years="one",
        rounds=True,
        whole=True,
        signed=True,
        meaning="change on the year before; blank without a figure for it",
        said="individuals - those of the year before",
        unit="people",
        look=_COUNTED,
        title=phrase("Change in {group}"),
        heading=phrase("Change in {group} (individuals)"),
        number="signed",
        help="change on the year before or, if an earlier round is given, on that",
    ),
    Indicator(
        name="change_percent",
        column="change_percent",
        formula=rates.change_percent,
        needs=("individuals", "individuals_before"),
        years="one",
        rounds=True,
        signed=True,
        meaning="change on the year before in per cent",
        said="100 × change / individuals of the year before",
        unit="%",
        look=_TENTHS,
        title=phrase("Change in {group}"),
        heading=phrase("Change in {group} (per cent)"),
        theme=phrase("Change in {group} (per cent)"),
        number="signed_percent",
        help="the same in per cent",
    ),
    Indicator(
        name="mean_per_year",
        column="mean_per_year",
        formula=rates.mean_per_year,
        needs=("individuals", "years"),
        years="all",
        meaning="average over the years",
        said="individuals of all years / years with a count in the unit",
        unit="people per year",
        look=_TENTHS,
        title=phrase("Average {group} a year"),
        help="individuals of a year, on the average of all years",
    ),
)

#: What maps show, by name.
SHOWN: Final = {each.name: each for each in INDICATORS if each.name}
#: What follows from counts.
DERIVED: Final = tuple(each for each in INDICATORS if each.formula)
