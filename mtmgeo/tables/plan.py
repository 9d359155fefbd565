"""A reading plan: what a table was taken for, kept so that the next one is read the same way."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from mtmgeo.core.errors import InputError
from mtmgeo.tables.columns.faults import Faults, plain_text, show, show_all
from mtmgeo.tables.columns.grid import HEAD, Grid
from mtmgeo.tables.columns.headings import Headed, find_headings
from mtmgeo.tables.columns.periods import parse
from mtmgeo.tables.columns.roles import PLACES, Measure
from mtmgeo.tables.columns.words import key

Counting: TypeAlias = Literal["stock", "flow"]

#: What one column of a table at most may hold.
_SINGLE: Final = (
    *("lat", "lon", "gps", "year", "period", "round", "date", "group", "country", "reason"),
    *("sex", "age", "adm0", "level"),
)
_PCODES: Final = {"pcode": "code:any", **{f"{each} pcode": f"code:{each}" for each in PLACES}}
_UNUSED: Final = "unused"
_ADDED: Final = "added"
_SPELLING: Final = "spelling of "
_KNOWN: Final = (*PLACES, *(f"{each}?" for each in PLACES), *_PCODES, *_SINGLE, _UNUSED, _ADDED)
_MOST_ALIKE: Final = 3  # new headings that are named for one that is missing


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a table is read, so that nothing has to be found out again.

    Attributes
    ----------
    sheet
        Worksheet; None for CSV.
    heading_row
        Number of the row of headings, as a spreadsheet shows it. Where the headings stand in
        another row, they are found there, and that is said.
    encoding
        Of a CSV that is not Unicode.
    counts
        ``stock``: people present, who are not added over rounds and years; ``flow``: people who
        arrived. Told by the populations where None.
    at_round
        The round that is counted; the latest where None.
    form
        Path of the XLSForm behind the table, from the folder of the plan or that of the user.
    columns
        What each column holds, by its heading: ``adm1``, ``adm2``, ``adm3``, ``location``, with a
        ``?`` where the boundaries may find that its names are of another level;
        ``spelling of HEADING``, in another language; ``pcode``, or ``adm2 pcode`` where it is known
        of what; ``lat``, ``lon``, ``gps``, ``year``, ``period``, ``round``, ``date``, ``group``,
        ``country`` (of return), ``reason``, ``sex``, ``age``, ``adm0`` (country of a row),
        ``level`` (of a row); ``added`` by KoBo or ODK; ``unused``.
    measures
        The columns of counts, each with whom it counts.
    source
        Path of the file that holds the plan; two plans that differ in it alone are equal.
    """

    sheet: str | None = None
    heading_row: int | None = None
    encoding: str | None = None
    counts: Counting | None = None
    at_round: str | None = None
    form: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    source: str = field(default="the plan", compare=False)

    @property
    def used(self) -> list[str]:
        """The headings that a table must have."""
        idle = (_UNUSED, _ADDED)
        held = [heading for heading, what in self.columns.items() if what not in idle]
        return [*held, *(measure.column for measure in self.measures)]

    @property
    def named(self) -> dict[str, str]:
        """The headings of what is held by one column, by role, for which no other is taken."""
        single = (*_SINGLE, *PLACES)
        return {what: heading for heading, what in self.columns.items() if what in single}

    @property
    def spellings(self) -> dict[str, str]:
        """The headings of the columns whose names others spell, by the headings of these."""
        return {
            heading: what.removeprefix(_SPELLING)
            for heading, what in self.columns.items()
            if what.startswith(_SPELLING)
        }

    @property
    def name(self) -> str:
        """What it is called in sentences: the name of its file."""
        return plain_text(Path(self.source).name)

    @property
    def form_path(self) -> Path | None:
        """Where the form is: beside the plan, or else as it is said."""
        if self.form is None:
            return None
        beside = Path(self.source).parent / self.form
        return beside if beside.exists() else Path(self.form)

    def role(self, heading: str) -> str | None:
        """Return what a column is; None where it is not used, or counts people."""
        what = self.columns.get(heading, _UNUSED)
        if what.startswith(_SPELLING):
            return self.role(what.removeprefix(_SPELLING))
        return None if what == _UNUSED else _PCODES.get(what, what.removesuffix("?"))


def role_said(role: str, *, sure: bool) -> str:
    """Return how a plan says the role of a column of places or p-codes."""
    said = next((said for said, code in _PCODES.items() if code == role), role)
    return said if sure or said != role else f"{role}?"


# --- reading a table by it ----------------------------------------------------------------------


def planned_headings(grid: Grid, plan: Plan, faults: Faults) -> Headed:
    """Return the headings of a grid: in the row of the plan, or where most of its headings are."""
    rows = grid.rows[:HEAD].tolist()
    wanted = {key(heading) for heading in plan.used}

    def held(at: int) -> int:
        try:
            found = find_headings(grid, {}, Faults(faults.source), top=at)
        except InputError:
            return 0
        return len(wanted & {key(column.name) for column in found.columns})

    home = rows.index(plan.heading_row) if plan.heading_row in rows else -1
    if home >= 0 and held(home) == len(wanted):
        return find_headings(grid, {}, faults, top=home)
    found = {at: held(at) for at in range(len(rows))}
    best = max(found, key=lambda at: (found[at], at == home, -at), default=0)
    if not found.get(best):
        return find_headings(grid, {each: each for each in plan.used}, faults)
    if best != home and plan.heading_row is not None:
        faults.remark(
            f"the headings stand in row {rows[best]}, and not in row {plan.heading_row} as in "
            f"{plan.name}"
        )
    return find_headings(grid, {}, faults, top=best)


def fitted(plan: Plan, headed: Headed, faults: Faults) -> Plan:
    """Return a plan with the headings as a table writes them.

    Each that is missing there is a fault, with the new headings that are most like it.
    """
    names = [column.name for column in headed.columns]
    alike = {key(name): name for name in reversed(names)}
    here = {
        heading: heading if heading in names else alike.get(key(heading))
        for heading in [*plan.columns, *plan.used, *plan.spellings.values()]
    }
    new = [name for name in names if name not in here.values()]
    for heading in dict.fromkeys(plan.used):
        if here[heading] is None:
            near = _alike(heading, new)
            among = f"; new there: {show_all(near)}" if near else ""
            faults.add(
                f"column {show(heading)} of {plan.name} is missing{among}",
                f"write in {plan.name} what the column is called now, or take it out there",
            )
    faults.check()
    own = {heading: name or heading for heading, name in here.items()}
    columns = {
        own[heading]: f"{_SPELLING}{own[plan.spellings[heading]]}"
        if heading in plan.spellings
        else what
        for heading, what in plan.columns.items()
    }
    measures = tuple(replace(each, column=own[each.column]) for each in plan.measures)
    return replace(plan, columns=columns, measures=measures)


def _alike(heading: str, names: Iterable[str]) -> list[str]:
    """Return the names most like a heading, the likest first."""

    def likeness(name: str) -> float:
        return difflib.SequenceMatcher(None, key(heading), key(name)).ratio()

    return sorted(names, key=lambda name: -likeness(name))[:_MOST_ALIKE]


def remark_new(plan: Plan, headed: Headed, unused: Mapping[str, int], faults: Faults) -> None:
    """Say which columns the plan does not know, with the sums of those that hold numbers."""
    known = {*plan.columns, *plan.used}
    new = [c.name for c in headed.columns if c.name not in known and c.known != _ADDED]
    if new:
        said = [f"{show(x)} ({unused[x]:,})" if x in unused else show(x) for x in new[:12]]
        more = f" and {len(new) - 12} more" if len(new) > 12 else ""
        faults.remark(f"not in {plan.name}, and not used: {', '.join(said)}{more}")


# --- files --------------------------------------------------------------------------------------


def read_plan(path: str | Path) -> Plan:
    """Read a reading plan, as `inspect_table` gives it and `write` saves it.

    Parameters
    ----------
    path
        A ``.toml`` file.

    Returns
    -------
    plan
        To be given to `read_table`.

    Raises
    ------
    InputError
        One sentence per fault: what is not known, with the nearest that is.
    """
    path = Path(path)
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path.name} cannot be read ({error.strerror}): check the name.") from (
            error
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is no reading plan in TOML ({error}): correct it.") from (
            error
        )
    faults = Faults(path.name)
    settings = {each.name: each.type for each in fields(Plan) if each.name != "source"}
    _check_names(said, settings, faults)
    _check_kinds(said, faults)
    faults.check()
    columns = dict(_checked_columns(said.get("columns", {}), faults))
    measures = tuple(_measures(said.get("measures", {}), columns, faults))
    faults.check()
    return Plan(**{**said, "columns": columns, "measures": measures, "source": str(path)})


def _check_names(said: Iterable[str], known: Iterable[str], faults: Faults, *at: str) -> None:
    where = "".join(f" of {show(each)}" for each in at)
    for name in said:
        if name not in known:
            faults.add(f"{show(name)}{where} is not known", _nearest(name, known))


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.lower(), list(known), n=1)
    return f"did you mean {show(near[0])}" if near else f"use {show_all(known)}"


def _check_kinds(said: Mapping[str, Any], faults: Faults) -> None:
    for name in ("sheet", "encoding", "at_round", "form"):
        if name in said and not isinstance(said[name], str):
            faults.add(f"{name} is no text", "put it in quotation marks")
    row = said.get("heading_row", 1)
    if type(row) is not int or row < 1:
        faults.add(f"heading_row is {show(row)}", "write the number of a row")
    if said.get("counts", "stock") not in ("stock", "flow"):
        faults.add(f"counts is {show(said['counts'])}", "write 'stock' or 'flow'")
    for name in ("columns", "measures"):
        if not isinstance(said.get(name, {}), dict):
            faults.add(f"{name} is no table", f"write [{name}], and below it a line for each")


def _checked_columns(said: Mapping[str, object], faults: Faults) -> Iterator[tuple[str, str]]:
    taken: dict[str, str] = {}
    for heading, what in said.items():
        place = what.removeprefix(_SPELLING) if isinstance(what, str) else ""
        spells = place != what and str(said.get(place)).removesuffix("?") in PLACES
        if not isinstance(what, str) or not (what in _KNOWN or spells):
            mend = f"use {show_all(_KNOWN)}"
            if isinstance(what, str) and place == what:
                mend = _nearest(what, _KNOWN)
            elif place:
                mend = f"{show(place)} must be a column of names, under [columns]"
            faults.add(f"column {show(heading)} cannot hold {show(what)}", mend)
        elif what in (*_SINGLE, *PLACES) and what in taken:
            both = show_all([taken[what], heading])
            faults.add(f"columns {both} are both {show(what)}", "leave one, the other is 'unused'")
        else:
            taken[what] = heading
            yield heading, what


def _measures(
    said: Mapping[str, object], columns: Mapping[str, str], faults: Faults
) -> Iterator[Measure]:
    kinds = {
        "group": str, "year": int, "households": bool, "sex": str, "age": str, "period": str,
    }  # fmt: skip
    for heading, about in said.items():
        if not isinstance(about, dict):
            faults.add(
                f"{show(heading)} does not say whom it counts",
                f'write {show(heading)} = {{group = "IDPs"}}',
            )
            continue
        _check_names(about, kinds, faults, heading)
        wrong = [name for name in about if name in kinds and type(about[name]) is not kinds[name]]
        for name in wrong:
            faults.add(
                f"{name} of {show(heading)} is {show(about[name])}",
                {str: "put it in quotation marks", int: "write a number",
                 bool: "write true or false"}[kinds[name]],
            )  # fmt: skip
        if about.get("sex", "female") not in ("female", "male"):
            faults.add(f"sex of {show(heading)} is {show(about['sex'])}", "write female or male")
        if "group" not in about:
            faults.add(f"{show(heading)} names no group", 'write group = "IDPs", or another')
        if columns.get(heading, _UNUSED) != _UNUSED:
            faults.add(
                f"{show(heading)} stands under columns and under measures", "leave it in one"
            )
        said = dict(about)
        if "period" in about and "year" not in about and "period" not in wrong:
            said = _longer(heading, about, faults)
        if not wrong and said.keys() <= kinds.keys() and "group" in said:
            yield Measure(column=heading, **{"year": None, **said})


def _longer(heading: str, about: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """Return what is said of a measure, with its period as it is known."""
    found = parse(about["period"])
    if found is None:
        mend = "write a year, or a period such as 2020-2021, before 2014 or since April 2022"
        faults.add(f"period of {show(heading)} is {show(about['period'])}", mend)
    said = {name: value for name, value in about.items() if name != "period"}
    return said | ({"year": found} if isinstance(found, int) else {"period": found or ""})


def encode(plan: Plan, notes: Mapping[str, str] | None = None) -> bytes:
    """Return a plan as TOML.

    Parameters
    ----------
    plan
        The plan.
    notes
        What is said beside columns, by heading.
    """
    import tomlkit

    notes = notes or {}
    document = tomlkit.document()
    document.add(tomlkit.comment("How a table is read. Correct it, and give it back with --plan."))
    for name in ("sheet", "heading_row", "encoding", "counts", "at_round", "form"):
        if (value := getattr(plan, name)) is not None:
            document.add(name, tomlkit.item(value))
    about = {
        "columns": "What each column holds. With ?: the boundaries may find another level.",
        "measures": "The columns of counts. Whom each counts: group, year or period, sex, age.",
    }
    held: dict[str, dict[str, Any]] = {
        "columns": dict(plan.columns),
        "measures": {each.column: _plainly(each) for each in plan.measures},
    }
    for name, entries in held.items():
        table = tomlkit.table()
        table.add(tomlkit.comment(about[name]))
        for heading, what in entries.items():
            entry: Any = tomlkit.item(what) if isinstance(what, str) else tomlkit.inline_table()
            if not isinstance(what, str):
                entry.update(what)
            if note := _line(notes.get(heading, "")):
                entry.comment(note)
            table.add(heading, entry)
        document.add(tomlkit.nl())
        document.add(name, table)
    return tomlkit.dumps(document).encode("utf-8", errors="backslashreplace")


def _plainly(measure: Measure) -> dict[str, Any]:
    said = {each.name: getattr(measure, each.name) for each in fields(Measure)}
    return {
        name: value for name, value in said.items() if value not in (None, False, "")
        and name != "column"
    } | {"group": measure.group}  # fmt: skip


def _line(text: str) -> str:
    """Return a text that can stand in a comment: in one line, without signs that are not seen."""
    return "".join(each for each in " ".join(text.split()) if each.isprintable())
