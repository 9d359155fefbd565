"""The words about a map: title, legend heading, notes, sources, description."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from pyproj import CRS

from mtmgeo.boundaries import world
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.indicators import SHOWN
from mtmgeo.figures.rounds import RoundsComparison
from mtmgeo.figures.surfaces import Surface
from mtmgeo.maps.composition import Panel
from mtmgeo.maps.settle import Settled
from mtmgeo.maps.spec import MapSpec
from mtmgeo.matching.result import CODES
from mtmgeo.style.languages import Language, phrase, sentence
from mtmgeo.style.style import Style
from mtmgeo.tables.columns.periods import span, years_in

_LISTED: Final = 12  # names in a note
_HIGHEST: Final = 3  # units in the description
#: How counts are rounded, by whether there are periods longer than a year.
_ROUNDED: Final = {
    False: phrase(
        "Counts are rounded to multiples of {step}, so that they still add up; none is further "
        "than {step} a year from the true one."
    ),
    True: phrase(
        "Counts are rounded to multiples of {step}, so that they still add up; none is further "
        "than {step} a period from the true one."
    ),
}


@dataclass(frozen=True)
class Wording:
    """The words of one map.

    Attributes
    ----------
    result, spec, settled
        What is shown, and how; the result's boundaries have names in the language.
    before, change
        An earlier round, and the comparison with it that is shown; or None.
    """

    result: Assessment
    spec: MapSpec
    settled: Settled
    before: Assessment | None = None
    change: RoundsComparison | None = None

    @property
    def language(self) -> Language:
        """Of the words."""
        return self.settled.language

    @property
    def style(self) -> Style:
        """Of the looks."""
        return self.settled.style

    @property
    def group(self) -> str:
        """What is counted: the group, or individuals where the map is of all groups."""
        if self.spec.by_group:
            return self.language.say("individuals")
        return self.language.term(self.spec.group)

    @property
    def number(self) -> Callable[[float], str]:
        """How a figure of the indicator is read."""
        text: Callable[[float], str] = getattr(self.language, SHOWN[self.spec.indicator].number)
        return text

    def unit(self) -> str:
        """Return what a unit of the map's level is called."""
        return self.language.term(self.result.boundaries.level_names[self.spec.level])

    def title(self) -> str:
        """Return the title, unless the caller has another."""
        if self.spec.title is not None:
            return self.spec.title
        say, spec = self.language.say, self.spec
        if spec.kind == "coverage":
            return say("Geographic coverage of the assessment")
        if spec.kind == "surface":
            return sentence(say("{what} per square kilometre", what=self.group)) + self._span()
        shown = SHOWN[spec.indicator].title
        if self.change is not None:
            shown = phrase("Change in {group} between two rounds")
        what = sentence(self._filled(shown))
        where = self._where()
        if spec.by_year:
            return sentence(say("{what} by {where} and year", what=what, where=where))
        if spec.by_group:
            both = say("{what} by {where} and group", what=what, where=where)
            return sentence(both) + self._span()
        return sentence(say("{what} by {where}", what=what, where=where)) + self._span()

    def theme(self) -> str:
        """Return what a list of maps calls this one, whatever its group and year."""
        say, spec = self.language.say, self.spec
        if spec.title is not None and not (spec.by_year or spec.by_group):
            return spec.title
        everybody = say("individuals")
        if spec.kind == "surface":
            return sentence(say("{what} per square kilometre", what=everybody))
        shown = SHOWN[spec.indicator]
        what = self._filled(shown.theme or shown.title, everybody)
        if spec.kind == "coverage":
            what = say("Coverage")
        said = sentence(say("{what} by {where}", what=sentence(what), where=self._where()))
        return say("{map}, with circles", map=said) if spec.circles == "units" else said

    def _where(self) -> str:
        """Return what the figures of the map are by."""
        located = self.spec.kind == "symbols" and self.spec.circles != "units"
        return self.language.say("assessed location") if located else self.unit()

    def _filled(self, template: str, group: str | None = None) -> str:
        """Return a template of an indicator with the group in it, which may be all of it."""
        group = group or self.group
        return group if template == "{group}" else self.language.say(template, group=group)

    def _span(self) -> str:
        spec, years = self.spec, self.result.years
        if self.change is not None and spec.year is None:
            return ""
        when = spec.year or span(self.result.periods)
        one = SHOWN[spec.indicator].years == "one" and self.change is None
        if one and isinstance(spec.year, int):
            when = span([*[year for year in years if year < spec.year][-1:], spec.year])
        return f", {self.language.period(when)}" if when else ""

    def subtitle(self) -> str:
        """Return the line under the title."""
        if self.spec.subtitle is not None:
            return self.spec.subtitle
        country, say = self.result.boundaries.country, self.language.say
        count = self.language.count(len(self.result.match.locations))
        if not country:
            return say("{count} assessed locations", count=count)
        return say("{country}, {count} assessed locations", country=country, count=count)

    def figure(self) -> str:
        """Return what the figures are, as it stands before one of them."""
        say, spec = self.language.say, self.spec
        if spec.kind == "coverage":
            return say("Assessment coverage")
        if spec.kind == "surface":
            return sentence(say("{group} per km²", group=self.group))
        shown = SHOWN[spec.indicator].heading or SHOWN[spec.indicator].title
        if spec.by_group and spec.indicator == "individuals":
            shown = "{group}"
        return sentence(self._filled(shown))

    def heading(self) -> str:
        """Return the heading of the legend."""
        return self.circles(self.figure()) if self.spec.kind == "symbols" else self.figure()

    def circles(self, heading: str | None = None) -> str:
        """Return the heading of circles."""
        heading = heading or self.language.say("{group} (individuals)", group=self.group)
        return sentence(
            self.language.say("{heading}; the area of a circle is the count", heading=heading)
        )

    def notes(
        self, panels: Sequence[Panel], surface: Surface | None, rough: int
    ) -> tuple[str, ...]:
        """Return the sentences under the map; `rough` circles stand at a point of their unit."""
        say, language, spec = self.language.say, self.language, self.spec
        notes = [*self._invented(), *self._approximate(), *self._placed()]
        if self.change is not None:
            status = self.change.units["status"].value_counts()
            notes += self._spans()
            notes.append(
                say(
                    "Only units assessed in both rounds are compared ({kept}); {gained} were "
                    "assessed in this round only, {lost} in the earlier one only.",
                    **{
                        key: language.count(int(status.get(key, 0)))
                        for key in ("kept", "gained", "lost")
                    },
                )
            )
        if spec.kind != "coverage":
            notes += [*self._unequal(), *self._protected(panels)]
        if rough:
            notes.append(
                say(
                    "Circles that stand at a point of their unit, as the position of the place is "
                    "not known: {count}.",
                    count=language.count(rough),
                )
            )
        if surface is not None:
            notes += [
                *surface.notes,
                say("Cells are shown only in units whose figures are published."),
            ]
        return (*notes, *spec.notes)

    def _invented(self) -> list[str]:
        """Say that the figures are of synthetic data, if they are."""
        if not self.result.match.table.synthetic:
            return []
        return [
            self.language.say(
                "SYNTHETIC DATA: the counts are invented for demonstration and are no findings of "
                "any assessment."
            )
        ]

    def _approximate(self) -> list[str]:
        """Say which outlines are estimates: in the words of the boundaries, if they are English."""
        bounds, language = self.result.boundaries, self.language
        said = bounds.notes.get(self.spec.level)
        if said is None or language.code == "en":
            return [said] if said else []
        units = bounds.at(self.spec.level)
        names = units["name"][units["approximate"].astype(bool) & units.geometry.notna()].tolist()
        if len(names) == int(units.geometry.notna().sum()):
            return [language.say("All outlines of this level are approximate.")]
        listed = language.listed(names) if len(names) <= _LISTED else language.count(len(names))
        said = language.say("Approximate outlines: {names}.", names=listed)
        return [said.replace("..", ".")] if names else []  # a name may end with a short word's dot

    def _placed(self) -> list[str]:
        """Say which rows are not in the figures of the map, and how many people they hold."""
        result, spec, language, say = self.result, self.spec, self.language, self.language.say
        status = result.match.counts()
        total = len(result.match.locations)
        notes = []
        if status["matched"] < total:
            notes.append(
                say(
                    "Of {total} locations, {matched} are tied to a unit by name; {partial} only to "
                    "a unit above it, {ambiguous} to several of one name (counted in the unit that "
                    "holds them), {unmatched} to none.",
                    total=language.count(total),
                    **{key: language.count(number) for key, number in status.items()},
                )
            )
        if spec.kind != "coverage" and not spec.by_group:
            lost = result.select(spec.group, spec.year, -1, places=True)["individuals"].dropna()
            if len(lost) and lost.iloc[0] > 0:
                notes.append(
                    say(
                        "Rows tied to no unit hold {count} individuals; they are not on this map.",
                        count=language.count(float(lost.iloc[0])),
                    )
                )
        if spec.kind != "symbols" or spec.circles == "units":
            inside = int(result.match.locations[CODES[spec.level]].notna().sum())
            if inside < total:
                notes.append(
                    say(
                        "Locations tied to no {where}, but to a larger unit or to none: {count}; "
                        "they are not in the colours of this map.",
                        where=self.unit(),
                        count=language.count(total - inside),
                    )
                )
        return notes

    def _spans(self) -> list[str]:
        """Return what years are compared, where they are not the same in both rounds."""
        if self.before is None or self.spec.year or self.before.periods == self.result.periods:
            return []
        spans = [span(each.periods) for each in (self.result, self.before)]
        after, before = (self.language.period(each) if each else "" for each in spans)
        if not after or not before:
            return []
        return [
            self.language.say(
                "Counts of {after} are compared with counts of {before}.",
                after=after,
                before=before,
            )
        ]

    def _unequal(self) -> list[str]:
        """Say that the periods beside each other are not of one length, where there are several."""
        spec = self.spec
        beside = spec.by_year or "year" in spec.charts or (spec.charts and spec.year is None)
        if not beside or len({years_in(each) for each in self.result.periods}) < 2:
            return []
        return [self.language.say("The periods are not of equal length.")]

    def _protected(self, panels: Sequence[Panel]) -> list[str]:
        result, language = self.result, self.language
        hidden = sum(
            int(panel.areas["class"].eq("suppressed").sum())
            + int(panel.symbols["class"].eq("hidden_symbol").sum())
            for panel in panels
        )
        notes = []
        if hidden:
            notes.append(
                language.say(
                    "Suppressed figures: {count} (counts below {threshold}, and those that would "
                    "reveal them).",
                    count=language.count(hidden),
                    threshold=language.count(result.suppress_below),
                )
            )
        if result.round_to:
            notes.append(
                language.say(_ROUNDED[bool(result.longer)], step=language.count(result.round_to))
            )
        return notes

    def sources(self, *, neighbours: bool) -> tuple[str, ...]:
        """Return whom the map owes its boundaries and figures."""
        result = self.result
        said = [
            *result.boundaries.sources,
            self.language.say("Figures: {source}", source=result.match.table.source),
        ]
        if self.before is not None:
            earlier = self.before.match.table.source
            said.append(self.language.say("Earlier round: {source}", source=earlier))
        if "population" in SHOWN[self.spec.indicator].needs and result.population is not None:
            said.append(result.population.source)
        if neighbours:
            said.append(self.language.say(world.CREDIT))
        return tuple(said)

    def projection(self) -> tuple[str, str]:
        """Return the PROJ string of the map's projection, and its name."""
        bounds = self.result.boundaries
        if self.spec.projection is not None:
            return self.spec.projection, CRS(self.spec.projection).name
        lat, lon = bounds.centre
        say = self.language.say
        north, east = (f"{self.language.bound(abs(angle))}°" for angle in (lat, lon))
        lat_text = say("{angle} N", angle=north) if lat >= 0 else say("{angle} S", angle=north)
        lon_text = say("{angle} E", angle=east) if lon >= 0 else say("{angle} W", angle=east)
        name = say(
            "Lambert azimuthal equal-area, centred on {lat} {lon}",
            lat=lat_text.replace(" ", "\u00a0"),
            lon=lon_text.replace(" ", "\u00a0"),
        )
        return bounds.projection, name

    def alt(self, title: str, subtitle: str, panels: Sequence[Panel]) -> str:
        """Return the map in words, for who cannot see it."""
        say = self.language.say
        said = [say("Map: {title}. {subtitle}.", title=title, subtitle=subtitle)]
        said += self._invented()
        if self.spec.kind == "coverage":
            at = self.result.coverage["level"] == self.spec.level
            counts = self.result.coverage[at].iloc[0].to_dict()
            for key, label in (
                ("assessed", say("assessed")),
                ("not_assessed", say("not assessed")),
            ):
                said.append(f"{sentence(label)}: {self.language.count(counts[key])}.")
            return " ".join(said)
        for panel in panels:
            before = f"{panel.title}: " if panel.title else ""
            said += [before + words for words in self._extremes(panel)]
        return " ".join(said)

    def _extremes(self, panel: Panel) -> list[str]:
        """Return which units of a panel have the highest figures, and the greatest falls."""
        frame = panel.symbols if self.spec.kind == "symbols" else panel.areas
        figures = pd.to_numeric(frame["value"], errors="coerce").dropna()
        order = figures.sort_values(ascending=False, kind="stable")
        high, low = order[order > 0].index[:_HIGHEST], order[order < 0].index[::-1][:_HIGHEST]
        return [
            self.language.say(template, names=self._listed(frame, rows))
            for template, rows in (
                (phrase("Highest: {names}."), high),
                (phrase("Lowest: {names}."), low),
            )
            if len(rows)
        ]

    def _listed(self, frame: pd.DataFrame, rows: pd.Index) -> str:
        top = frame.loc[rows]
        names = zip(top["name"], top["value_text"], strict=True)
        return self.language.listed([f"{name} ({text})" for name, text in names])
