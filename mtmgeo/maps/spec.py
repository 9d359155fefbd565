"""What a map may be asked for: the choices, and a record of each.

The checks of `settle`, the command line and the reference follow from the records.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

from mtmgeo.figures.indicators import IndicatorName
from mtmgeo.style.languages import LANGUAGES
from mtmgeo.tables.columns.periods import parse

if TYPE_CHECKING:
    from mtmgeo.style.class_breaks import Method
    from mtmgeo.style.style import Style

Kind = Literal["coverage", "choropleth", "symbols", "surface"]
Named = Literal["units", "locations", "both", "none"]

#: Width and height of sheets in millimetres, by name; screens are given in pixels.
PAPERS: Final[Mapping[str, tuple[float, float]]] = {
    "A5": (210.0, 148.0), "A4": (297.0, 210.0), "A3": (420.0, 297.0), "A2": (594.0, 420.0),
}  # fmt: skip
#: Pixels per inch of screens, and of sheets.
SCREEN_DPI: Final = 96.0
PRINT_DPI: Final = 200.0
_MOST: Final = 1e15  # of a number whose digits a legend can show


@dataclass(frozen=True, kw_only=True)
class MapSpec:
    """The display choices of one map.

    Attributes
    ----------
    kind
        ``coverage`` (units assessed or not), ``choropleth`` (units coloured by class),
        ``symbols`` (circles whose area is the count) or ``surface`` (cells coloured by individuals
        per km²; needs a Surface of the same group and year).
    indicator
        What a choropleth shows: ``individuals``, ``density`` or another of those that the reference
        (docs/interface.md) and ``mtmgeo map --help`` list with what each needs.
    level
        Admin level of the units, 1 to 4, at which the boundaries have outlines.
    group
        Target population, as named in the result.
    year
        One year, or a longer period by its words (``2020-2021``, ``before 2014``); None adds up all
        the years of the result.
    by_year, by_group
        Draw one panel per year (or longer period), or per group, with one common scale (small
        multiples).
    circles
        Where circles stand: at assessed ``locations`` or at points of the ``units``. On a
        choropleth they are drawn over its colours, and show individuals; None: on maps of the
        kind ``symbols`` at locations, on others none.
    title, subtitle
        Text above the map; made from the other choices where None.
    number
        Of the map in its report, such as ``2``; empty: none.
    breaks
        Class breaks, ascending; a value equal to a break belongs to the class above it. Found by
        `method` where None.
    method
        ``pretty`` (round numbers), ``quantile``, ``equal`` (intervals), ``natural`` (breaks) or
        ``std`` (standard deviations).
    classes
        Number of classes to aim at where `breaks` is None, 1 to 6; on maps of change, 2 to 6.
    colours
        Name of a matplotlib colormap, or colours from the lowest class to the highest; those of
        the style where None.
    style
        A `Style`, or the name of one: ``report``, ``poster``, ``slide``, ``print-grey``.
    lang
        Language of the sheet's own words, of numbers, dates and, where the boundaries have them,
        of unit names: ``en``, ``ru``, ``ky``, ``fr``, ``es``. The disclaimer is always English.
    labels
        What is named on the map: ``units``, ``locations`` (those with circles), ``both``, ``none``.
    charts
        Bars beside the map: ``year``, ``admin1``, or a dimension of the table such as ``country of
        return``; each by year where there are several.
    locator
        Whether a small map shows where in the world the country lies, where there is room for it.
    insets
        Names or p-codes of units to be shown in a larger scale; ``auto``: places where units or
        circles crowd; empty: none.
    graticule
        Whether meridians and parallels are drawn and numbered.
    projection
        PROJ string or code (``EPSG:32643``) of a projection in metres; the equal-area projection
        about the country's centre where None.
    size
        Width and height of the static sheet in millimetres; or ``A5``, ``A4``, ``A3``, ``A2``,
        with `` portrait`` added for upright ones; or pixels of a screen (``1920x1080``).
    dpi
        Pixels per inch of pictures; 200, and 96 on screens, where None. On a screen it multiplies
        the pixels.
    producer
        Who made the map.
    logos
        PNG or JPEG files, shown in the header.
    date
        Creation date shown on the map, and the year of the disclaimer; today where None.
    notes
        Further notes of the caller, shown after the map's own.
    below_disclaimer
        Words of the caller beneath the disclaimer, such as a translation of it.
    """

    kind: Kind = "choropleth"
    indicator: IndicatorName = "individuals"
    level: int = 2
    group: str = "return migrants"
    year: int | str | None = None
    by_year: bool = False
    by_group: bool = False
    circles: Literal["locations", "units"] | None = None
    title: str | None = None
    subtitle: str | None = None
    number: str = ""
    breaks: tuple[float, ...] | None = None
    method: Method = "pretty"
    classes: int = 5
    colours: str | tuple[str, ...] | None = None
    style: Style | str = "report"
    lang: str = "en"
    labels: Named = "units"
    charts: tuple[str, ...] = ()
    locator: bool = True
    insets: Literal["auto"] | tuple[str, ...] = "auto"
    graticule: bool = False
    projection: str | None = None
    size: tuple[float, float] | str = "A4"
    dpi: float | None = None
    producer: str = ""
    logos: tuple[str | Path, ...] = ()
    date: dt.date | None = None
    notes: tuple[str, ...] = ()
    below_disclaimer: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.year, str) and isinstance(found := parse(self.year), str):
            object.__setattr__(self, "year", found)


#: What a choice may be. The command line reads each from words, and `misshapen` tells what is none.
Form = Literal[
    "choice", "style", "words", "yes or no", "whole number", "period", "number", "numbers", "date",
    "size", "colours", "projection", "list", "files",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Option:
    """A choice of a map.

    Attributes
    ----------
    field
        Of `MapSpec`, which has its default.
    group
        Heading under which help and reference have it.
    form
        What may be given; a field whose default is None takes that as well.
    help
        What it is.
    choices
        All that it may be.
    word
        Option of the command line, where it is not the field's name.
    metavar
        What stands for the value there.
    none
        Word of the command line for an empty list, where the default is another.
    unset
        What is taken where nothing is given, if the default does not say it.
    """

    field: str
    group: str
    form: Form
    help: str
    choices: tuple[str, ...] = ()
    word: str = ""
    metavar: str | None = None
    none: str = ""
    unset: str = ""

    @property
    def default(self) -> Any:
        """Of the field."""
        return _DEFAULTS[self.field]

    @property
    def flag(self) -> str:
        """The option of the command line."""
        return f"--{(self.word or self.field).replace('_', '-')}"


_DEFAULTS: Final = {each.name: each.default for each in fields(MapSpec)}

_SHOWN: Final = "what is shown"
_CLASSES: Final = "classes and colours"
_WORDS: Final = "words about the map"
_INSIDE: Final = "in the map"
_SHEET: Final = "the sheet"

#: All choices, in the order of help and reference.
OPTIONS: Final = (
    Option(
        field="kind", group=_SHOWN, form="choice", choices=get_args(Kind),
        help="units assessed or not, units coloured by class, circles whose area is the count, or "
        "the cells of a surface",
    ),
    Option(
        field="indicator", group=_SHOWN, form="choice", choices=get_args(IndicatorName),
        help="what units are coloured by",
    ),
    Option(
        field="level", group=_SHOWN, form="whole number", metavar="L",
        help="admin level of the units, 1 to 4, at which the boundaries have outlines",
    ),
    Option(
        field="group", group=_SHOWN, form="words", help="target population, as the table names it"
    ),
    Option(
        field="year", group=_SHOWN, form="period", unset="all years together",
        help="one year, or a longer period as the table has it, such as 2020-2021 or 'before 2014'",
    ),
    Option(
        field="by_year", group=_SHOWN, form="yes or no",
        help="one panel per year, with one common scale",
    ),
    Option(
        field="by_group", group=_SHOWN, form="yes or no",
        help="one panel per population group, with one common scale",
    ),
    Option(
        field="circles", group=_SHOWN, form="choice", choices=("locations", "units"),
        unset="at locations on maps of the kind symbols, none on others",
        help="where circles stand, on a choropleth over its colours",
    ),
    Option(
        field="method", group=_CLASSES, form="choice",
        choices=("pretty", "quantile", "equal", "natural", "std"),
        help="how classes are found: round numbers, as many units in each, equal steps, natural "
        "breaks, or standard deviations",
    ),
    Option(
        field="classes", group=_CLASSES, form="whole number", metavar="N",
        help="how many to aim at, 1 to 6",
    ),
    Option(
        field="breaks", group=_CLASSES, form="numbers", metavar="N,N,...", unset="found",
        help="the classes' bounds, as you want them; a value equal to one belongs above it",
    ),
    Option(
        field="colours", group=_CLASSES, form="colours", metavar="NAME", unset="of the style",
        help="a matplotlib colormap, or colours from the lowest class up: #rrggbb,#rrggbb",
    ),
    Option(
        field="style", group=_CLASSES, form="style", metavar="NAME",
        help="report, poster, slide or print-grey; in Python also a Style",
    ),
    Option(
        field="title", group=_WORDS, form="words", metavar="TEXT", unset="made from the choices",
        help="above the map",
    ),
    Option(
        field="subtitle", group=_WORDS, form="words", metavar="TEXT",
        unset="made from the choices", help="line under the title",
    ),
    Option(
        field="number", group=_WORDS, form="words", metavar="TEXT", help="of the map in its report"
    ),
    Option(
        field="lang", group=_WORDS, form="choice", choices=LANGUAGES,
        help="language of words, numbers, dates and unit names; the disclaimer is always English",
    ),
    Option(
        field="notes", group=_WORDS, form="list", word="note", metavar="TEXT",
        help="a sentence under the map's own notes",
    ),
    Option(
        field="producer", group=_WORDS, form="words", metavar="TEXT", help="who made the map"
    ),
    Option(
        field="logos", group=_WORDS, form="files", word="logo", metavar="FILE",
        help="a PNG or JPEG, shown in the header",
    ),
    Option(
        field="date", group=_WORDS, form="date", metavar="YYYY-MM-DD", unset="today",
        help="shown on the map, and the year of the disclaimer",
    ),
    Option(
        field="below_disclaimer", group=_WORDS, form="words", metavar="TEXT",
        help="words beneath the disclaimer, such as a translation of it",
    ),
    Option(
        field="labels", group=_INSIDE, form="choice", choices=get_args(Named),
        help="what is named on the map; of the locations, those with circles",
    ),
    Option(
        field="charts", group=_INSIDE, form="list", word="chart", metavar="WHAT",
        help="bars beside the map, by year, admin1, or a column such as 'country of return'",
    ),
    Option(
        field="locator", group=_INSIDE, form="yes or no",
        help="a small map of where the country lies",
    ),
    Option(
        field="insets", group=_INSIDE, form="list", word="inset", metavar="UNIT", none="none",
        unset="where places crowd", help="a unit to be shown larger, by name or p-code; or none",
    ),
    Option(
        field="graticule", group=_INSIDE, form="yes or no", help="meridians and parallels"
    ),
    Option(
        field="projection", group=_INSIDE, form="projection", metavar="CRS",
        unset="an equal-area one about the country's centre",
        help="PROJ string or code of a projection in metres, such as EPSG:32643",
    ),
    Option(
        field="size", group=_SHEET, form="size",
        help="A5, A4, A3, A2, 'A4 portrait', pixels of a screen such as 1920x1080, or mm such as "
        "250,180",
    ),
    Option(
        field="dpi", group=_SHEET, form="number", metavar="N",
        unset="200 on paper, 96 on screens", help="pixels per inch of pictures",
    ),
)  # fmt: skip


def misshapen(spec: MapSpec) -> Iterator[str]:
    """Yield a sentence for each choice that is not even of the kind of thing asked for."""
    for option in OPTIONS:
        value = getattr(spec, option.field)
        if value is None and option.default is None:
            continue
        if option.form in ("list", "files"):
            yield from _no_list(option, value)
        elif option.form in _FORMS and not _FORMS[option.form].fits(value):
            yield f"{option.field} is {value!r}: give {_FORMS[option.form].mend}."


def unknown(spec: MapSpec) -> Iterator[str]:
    """Yield a sentence for each choice that is not among those there are."""
    for option in OPTIONS:
        value = getattr(spec, option.field)
        if option.choices and value not in option.choices and not value is option.default is None:
            yield f"{option.field} is {value!r}: choose {', '.join(option.choices)}."


def _no_list(option: Option, value: object) -> Iterator[str]:
    kinds = (str, Path) if option.form == "files" else (str,)
    if option.none and isinstance(value, str) and value == option.default:
        return
    if isinstance(value, str | Path):
        yield f"{option.field} is {value!r}: give a tuple, such as ({str(value)!r},)."
    elif not isinstance(value, Sequence):
        yield f"{option.field} is {value!r}: give a tuple of words; an empty one for none."
    elif bad := [each for each in value if not isinstance(each, kinds)]:
        yield f"{option.field} holds {bad[0]!r}: give words."


def _finite(value: object) -> bool:
    number = float(value) if isinstance(value, int | float | Integral) else math.nan
    return math.isfinite(number) and abs(number) < _MOST


def _numbers(value: object) -> bool:
    return isinstance(value, Sequence) and all(map(_finite, value))


class _Fitting(NamedTuple):
    fits: Callable[[Any], bool]
    mend: str


_FORMS: Final[Mapping[Form, _Fitting]] = {
    "words": _Fitting(lambda value: isinstance(value, str), "words"),
    "yes or no": _Fitting(lambda value: isinstance(value, bool), "True or False"),
    "whole number": _Fitting(lambda value: isinstance(value, Integral), "a whole number"),
    "period": _Fitting(
        lambda value: (
            isinstance(value, Integral) or (isinstance(value, str) and parse(value) == value)
        ),
        "a year, or a longer period such as '2020-2021' or 'before 2014'",
    ),
    "number": _Fitting(_finite, "a number"),
    "numbers": _Fitting(_numbers, "a tuple of numbers, such as (50, 100)"),
    "date": _Fitting(lambda value: isinstance(value, dt.date), "a datetime.date"),
    "size": _Fitting(
        lambda value: isinstance(value, str) or (_numbers(value) and len(value) == 2),
        "a name such as 'A4', or width and height in mm",
    ),
    "colours": _Fitting(
        lambda value: isinstance(value, str | Sequence),
        "the name of a colormap, or a tuple of colours",
    ),
}
