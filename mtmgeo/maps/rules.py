"""What choices of a map may not be, alone or together: a rule each, with the reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from mtmgeo.core import disclaimer
from mtmgeo.figures.indicators import SHOWN, Indicator
from mtmgeo.maps.spec import MapSpec

#: Most classes of a map.
MOST_CLASSES: Final = 6
_DPI: Final = (72, 1200)
_BELOW: Final = 1000  # characters beneath the disclaimer
_LOGOS: Final = 5
_BETWEEN_ROUNDS: Final = " and ".join(repr(each.name) for each in SHOWN.values() if each.rounds)


@dataclass(frozen=True)
class Asked:
    """A spec as the rules see it.

    Attributes
    ----------
    spec
        The choices, each of which is of the kind of thing asked for.
    compared
        Whether an earlier round is given as well.
    """

    spec: MapSpec
    compared: bool

    @property
    def shown(self) -> Indicator:
        """What the map shows."""
        return SHOWN.get(self.spec.indicator, SHOWN["individuals"])

    @property
    def several(self) -> bool:
        """Whether there are several maps on the sheet."""
        return self.spec.by_year or self.spec.by_group

    @property
    def names_places(self) -> bool:
        """Whether locations are to be named."""
        return self.spec.labels in ("locations", "both")

    @property
    def circled(self) -> bool:
        """Whether there are circles."""
        return self.spec.kind in ("coverage", "symbols") or self.spec.circles is not None

    @property
    def twice(self) -> tuple[str, ...]:
        """Charts that were asked for before."""
        charts = self.spec.charts
        return tuple(name for at, name in enumerate(charts) if name in charts[:at])

    @property
    def wholes(self) -> list[int]:
        """The least whole number of each class but the lowest."""
        return [math.ceil(edge) for edge in self.spec.breaks or ()]

    @property
    def number(self) -> dict[str, int]:
        """How long what may be too long is."""
        spec = self.spec
        return {
            "below_disclaimer": len(spec.below_disclaimer),
            "breaks": len(spec.breaks or ()),
            "logos": len(spec.logos),
        }


class Rule(NamedTuple):
    """What may not be.

    Attributes
    ----------
    of
        Fields of `MapSpec` that it is about.
    broken
        Whether it is so.
    sentence
        Why not, and how to mend it, with what is asked for in braces.
    """

    of: tuple[str, ...]
    broken: Callable[[Asked], object]
    sentence: str


_INDICATOR: Final = "indicator is {0.spec.indicator!r}: "
_LABELS: Final = "labels is {0.spec.labels!r}: "

#: Of one choice, then of several that do not go together.
RULES: Final = (
    Rule(
        ("below_disclaimer",),
        lambda asked: (
            disclaimer.PATTERN.search(asked.spec.below_disclaimer)
            or asked.number["below_disclaimer"] > _BELOW
        ),
        "below_disclaimer has {0.number[below_disclaimer]} characters: give "
        f"{_BELOW} at most, and not the disclaimer itself, which is there already.",
    ),
    Rule(
        ("classes",),
        lambda asked: not 1 <= asked.spec.classes <= MOST_CLASSES,
        f"classes is {{0.spec.classes}}: choose 1 to {MOST_CLASSES}.",
    ),
    Rule(
        ("breaks",),
        lambda asked: list(asked.spec.breaks or ()) != sorted({*(asked.spec.breaks or ())}),
        "breaks {0.spec.breaks} do not ascend: put them in order, each once.",
    ),
    Rule(
        ("breaks",),
        lambda asked: asked.number["breaks"] >= MOST_CLASSES,
        f"{{0.number[breaks]}} breaks are too many: give {MOST_CLASSES - 1} at most.",
    ),
    Rule(
        ("dpi",),
        lambda asked: asked.spec.dpi is not None and not _DPI[0] <= asked.spec.dpi <= _DPI[1],
        f"dpi is {{0.spec.dpi:g}}: give {_DPI[0]} to {_DPI[1]} pixels per inch.",
    ),
    Rule(
        ("charts",),
        lambda asked: asked.twice,
        "charts has {0.twice[0]!r} twice: leave one out.",
    ),
    Rule(
        ("logos",),
        lambda asked: asked.number["logos"] > _LOGOS,
        f"{{0.number[logos]}} logos are too many for a sheet: give {_LOGOS} at most.",
    ),
    Rule(
        ("breaks", "indicator"),
        lambda asked: asked.shown.whole and len({*asked.wholes}) < len(asked.wholes),
        "breaks {0.spec.breaks} leave a class without a whole number: widen it.",
    ),
    Rule(
        ("breaks", "indicator"),
        lambda asked: (
            asked.shown.signed and asked.spec.breaks is not None and 0 not in asked.spec.breaks
        ),
        "breaks {0.spec.breaks} have no 0, where falls and rises part: add it.",
    ),
    Rule(
        ("breaks", "kind"),
        lambda asked: asked.spec.kind in ("coverage", "symbols") and asked.spec.breaks is not None,
        "breaks: a map of {0.spec.kind} has no classes; leave it out.",
    ),
    Rule(
        ("colours", "kind"),
        lambda asked: asked.spec.kind in ("coverage", "symbols") and asked.spec.colours is not None,
        "colours: a map of {0.spec.kind} has no classes; leave it out.",
    ),
    Rule(
        ("indicator", "kind"),
        lambda asked: (
            asked.spec.kind in ("symbols", "surface") and asked.spec.indicator != "individuals"
        ),
        _INDICATOR + "circles and surfaces show individuals; choose kind='choropleth'.",
    ),
    Rule(
        ("circles", "kind"),
        lambda asked: asked.spec.circles and asked.spec.kind not in ("choropleth", "symbols"),
        "circles: a map of {0.spec.kind} has none of its own; leave it out.",
    ),
    Rule(
        ("by_year", "by_group"),
        lambda asked: asked.spec.by_year and asked.spec.by_group,
        "by_year and by_group: choose one of them.",
    ),
    Rule(
        ("by_year", "by_group", "kind"),
        lambda asked: asked.spec.kind == "coverage" and asked.several,
        "A map of coverage has one panel: leave out by_year and by_group.",
    ),
    Rule(
        ("year", "kind"),
        lambda asked: asked.spec.kind == "coverage" and asked.spec.year is not None,
        "A map of coverage is of all years: leave out the year.",
    ),
    Rule(
        ("year", "by_year", "indicator"),
        lambda asked: (
            asked.shown.years == "all" and (asked.spec.year is not None or asked.spec.by_year)
        ),
        _INDICATOR + "it is of all years; leave out the year.",
    ),
    Rule(
        ("year", "by_year", "indicator"),
        lambda asked: (
            asked.shown.years == "one"
            and not (asked.shown.rounds and asked.compared)
            and asked.spec.year is None
            and not asked.spec.by_year
        ),
        _INDICATOR + "give the year, or an earlier round, against which there is a change.",
    ),
    Rule(
        ("year", "indicator"),
        lambda asked: (
            asked.shown.years == "one"
            and not (asked.shown.rounds and asked.compared)
            and isinstance(asked.spec.year, str)
        ),
        _INDICATOR + "there is a change on the year before only of one year, not {0.spec.year!r}.",
    ),
    Rule(
        ("by_year", "indicator"),
        lambda asked: asked.shown.rounds and asked.compared and asked.spec.by_year,
        _INDICATOR + "between two rounds there is one map; leave out by_year.",
    ),
    Rule(
        ("indicator",),
        lambda asked: asked.compared and not asked.shown.rounds,
        _INDICATOR + f"an earlier round is needed for {_BETWEEN_ROUNDS} alone.",
    ),
    Rule(
        ("labels", "by_year", "by_group"),
        lambda asked: asked.names_places and asked.several,
        _LABELS + "several maps on a sheet name no locations.",
    ),
    Rule(
        ("labels", "kind", "circles"),
        lambda asked: asked.names_places and not asked.circled,
        _LABELS + "there are no locations without circles; add circles.",
    ),
    Rule(
        ("insets", "by_year", "by_group"),
        lambda asked: asked.spec.insets not in ("auto", ()) and asked.several,
        "insets: several maps on a sheet have none; leave them out.",
    ),
)


def broken(spec: MapSpec, *, compared: bool) -> Iterator[str]:
    """Yield the sentence of each rule that a spec breaks, an earlier round being given or not."""
    asked = Asked(spec, compared)
    for rule in RULES:
        if rule.broken(asked):
            yield rule.sentence.format(asked)
