"""The XLSForm behind a table: what its questions ask, and what the codes of its answers mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd

from mtmgeo.core.errors import InputError

#: What parts the groups of a question from its name in a heading.
SEPARATORS: Final = ("/", "::", ":", ".", "-")

_TYPE: Final = re.compile(
    r"(select[ _]?(?:one|1)|select[ _](?:multiple|all that apply)|rank)"
    r"(?:[ _](?:from[ _]file|from|external))?\s+(\S+).*",
    re.IGNORECASE,
)
_GROUP: Final = re.compile(r"(begin|end)[ _](group|repeat|kobomatrix|score|rank)", re.IGNORECASE)
_HEADINGS: Final = frozenset(
    ["type", "name", "value", "list_name", "choice_filter", "default_language"]
)
_LABEL: Final = re.compile(r"(?:label|caption)(?:\s*::?\s*(.+))?", re.IGNORECASE)
_EQUAL: Final = re.compile(r"([\w.-]+)\s*=\s*((?:coalesce\(|\$\{[\w.-]+\}|[\s,])+)")
_ANSWER: Final = re.compile(r"\$\{([\w.-]+)\}")
_MARKUP: Final = re.compile(r"<[^<>]+>|\$\{[^}]*\}|\*\*|\\(?=[*_#])|^#+\s")
#: What a p-code looks like, so that it is no `1` or `other`: letters, then two digits or more; or
#: four digits or more.
_PCODE: Final = re.compile(r"[A-Za-z]{1,4}[-_]?[0-9]{2}[0-9A-Za-z._-]*|[0-9]{4,}[0-9._-]*")
_CODED: Final = 0.8  # of the choices of a list


@dataclass(frozen=True)
class Question:
    """A question of a form.

    Attributes
    ----------
    name
        In XML.
    groups
        Names of the groups and repeats that hold it, from the outermost.
    kind
        ``select_one``, ``select_multiple``, ``geopoint``, ``integer`` ...
    listed
        Name of its list of choices, ``""`` without.
    labels
        What it asks, by language; ``""`` is the language of a form with one.
    filters
        By column of the choices, the questions to the first answered of which those offered must
        be equal.
    """

    name: str
    groups: tuple[str, ...] = ()
    kind: str = "text"
    listed: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """What a select question can be answered.

    Attributes
    ----------
    name
        In XML, as it stands in the table.
    labels
        By language.
    pcode
        The p-code it stands for, ``""`` if it looks like none.
    said
        Its other columns, such as those by which it is filtered.
    """

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    pcode: str = ""
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """An XLSForm: its questions, and its lists of choices by name.

    Attributes
    ----------
    language
        The one that is shown first.
    source
        Name of its file.
    """

    questions: tuple[Question, ...]
    lists: Mapping[str, tuple[Choice, ...]]
    language: str = ""
    source: str = "the form"

    def question(self, heading: str) -> Question | None:
        """Return the question that a heading names: its XML name or label, with groups or without.

        None if it names none, or more than one.
        """
        plain = _MARKUP.sub("", heading)
        ends = (plain[at.end() :] for at in re.finditer(r"^|::|[/:.-]", plain))
        return next(filter(None, (self._known.get(_folded(end)) for end in ends)), None)

    @cached_property
    def _known(self) -> dict[str, Question]:
        """Questions by path, name and label; what is said by two is left out."""
        paths = {
            _folded(separator.join((*each.groups, each.name))): each
            for each in self.questions
            for separator in SEPARATORS
        }
        names = _unique((each.name, each) for each in self.questions)
        labels = _unique((text, each) for each in self.questions for text in each.labels.values())
        return {**labels, **names, **paths}


@dataclass(frozen=True, eq=False)
class Decoded:
    """A table whose answers are words, and p-codes where the form has them.

    Attributes
    ----------
    frame
        The table. Cells of select_one questions hold the label of their choice; beside each
        column whose choices are p-codes stands one of these.
    codes
        The headings of columns of p-codes, by the heading of the column of names.
    unknown
        By heading, the cells that are no choice of the form, each once; they stay as they were.
    """

    frame: pd.DataFrame
    codes: Mapping[str, str]
    unknown: Mapping[str, tuple[str, ...]]


# --- reading ----------------------------------------------------------------------------------


def read_form(path: str | Path) -> Form:
    """Return the form in an XLSForm workbook.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no form.
    """
    path = Path(path)
    try:
        sheets = pd.read_excel(
            path, sheet_name=None, dtype=object, keep_default_na=False, engine="calamine"
        )
    except Exception as error:  # a damaged workbook fails anywhere in its reader
        raise InputError(
            f"{path.name} cannot be read as a form ({error}): give the XLSForm, a workbook."
        ) from error
    named = {name.strip().casefold(): _rows(sheet) for name, sheet in sheets.items()}
    if "survey" not in named:
        raise InputError(
            f"{path.name} has no sheet 'survey': give the XLSForm from which the form was made."
        )
    questions = tuple(_questions(named["survey"]))
    if not questions:
        raise InputError(f"{path.name}, sheet 'survey': there is no question with a type and name.")
    lists = _lists(named.get("choices", []))
    settings = next(iter(named.get("settings", [])), {})
    said = [language for each in questions for language in each.labels]
    default = settings.get("default_language", "")
    language = default if default in said else next(iter(said), "")
    return Form(questions, lists, language, path.name)


def _rows(sheet: pd.DataFrame) -> list[dict[str, str]]:
    """Return the filled cells of each row as text, by heading."""
    headings = [_heading(text_of(heading)) for heading in sheet.columns]
    return [
        {heading: text for heading, text in zip(headings, map(text_of, cells), strict=True) if text}
        for cells in sheet.itertuples(index=False, name=None)
    ]


def _heading(text: str) -> str:
    """Return a heading in its usual spelling; others are columns of the form's own."""
    plain = text.lower().replace("list name", "list_name")
    return plain if plain in _HEADINGS else text


def text_of(cell: Any) -> str:
    """Return a cell as tidy text, 1.0 being ``1`` and a missing one ``""``."""
    if cell is None or cell is pd.NA or cell != cell:  # noqa: PLR0124  (not a number)
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def _questions(rows: Sequence[Mapping[str, str]]) -> Iterator[Question]:
    inside: list[str] = []
    for row in rows:
        kind, name = row.get("type", ""), row.get("name", "")
        if bracket := _GROUP.match(kind):
            if bracket[1].lower() == "begin":
                inside.append(name)
            elif inside:
                inside.pop()
        elif kind and name:
            select = _TYPE.fullmatch(kind)
            yield Question(
                name,
                groups=tuple(filter(None, inside)),
                kind=_kind(select[1]) if select else kind.lower(),
                listed=select[2] if select else "",
                labels=_labels(row),
                filters={
                    column: tuple(_ANSWER.findall(names))
                    for column, names in _EQUAL.findall(row.get("choice_filter", ""))
                },
            )


def _kind(select: str) -> str:
    return "select_one" if re.search("one|1", select, re.IGNORECASE) else "select_multiple"


def _labels(row: Mapping[str, str]) -> dict[str, str]:
    said = ((_LABEL.fullmatch(heading), text) for heading, text in row.items())
    return {
        (match[1] or "").strip(): tidy
        for match, text in said
        if match and (tidy := " ".join(_MARKUP.sub("", text).split()))
    }


def _lists(rows: Sequence[Mapping[str, str]]) -> dict[str, tuple[Choice, ...]]:
    lists: dict[str, list[Choice]] = {}
    for row in rows:
        listed, name = row.get("list_name", ""), row.get("name", row.get("value", ""))
        if listed and name:
            said = {heading: text for heading, text in row.items() if not _LABEL.match(heading)}
            pcode = next((x for h, x in said.items() if h.lower() in ("pcode", "p-code")), "")
            lists.setdefault(listed, []).append(Choice(name, _labels(row), pcode, said))
    return {listed: _coded(choices) for listed, choices in lists.items()}


def _coded(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Return choices with their names as p-codes, if these are what most of a list are."""
    looks = [_PCODE.fullmatch(each.name) is not None for each in choices]
    if any(each.pcode for each in choices) or sum(looks) < _CODED * len(choices):
        return tuple(choices)
    return tuple(
        Choice(each.name, each.labels, each.name if look else "", each.said)
        for each, look in zip(choices, looks, strict=True)
    )


# --- decoding ---------------------------------------------------------------------------------


def decode(frame: pd.DataFrame, form: Form) -> Decoded:
    """Return a table with the answers to select_one questions in the words of the form's language.

    Parameters
    ----------
    frame
        As exported: answers by name or by label. A label that several choices share is settled by
        the answers by which the form filters them.
    form
        The form.
    """
    asked = {str(heading): form.question(str(heading)) for heading in frame.columns}
    columns: dict[str, list[Any]] = {}
    codes: dict[str, str] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    answers: dict[str, list[Choice | None]] = {}
    for at, (heading, question) in enumerate(asked.items()):
        cells = frame.iloc[:, at].astype(object).tolist()
        if question is None or question.kind != "select_one" or question.listed not in form.lists:
            columns[heading] = cells
            continue
        chosen = _chosen(cells, question, form, answers)
        answers[question.name] = chosen
        columns[heading] = [
            cell if choice is None else label(choice, form.language)
            for cell, choice in zip(cells, chosen, strict=True)
        ]
        strange = (text_of(x) for x, choice in zip(cells, chosen, strict=True) if choice is None)
        if left := tuple(dict.fromkeys(filter(None, strange))):
            unknown[heading] = left
        if any(choice.pcode for choice in form.lists[question.listed]):
            codes[heading] = _free(f"{heading} (p-code)", {*asked, *columns})
            columns[codes[heading]] = [choice.pcode if choice else "" for choice in chosen]
    return Decoded(pd.DataFrame(columns, index=frame.index, dtype=object), codes, unknown)


def label(choice: Choice, language: str) -> str:
    """Return the label of a choice in a language, or in another, or its name."""
    return choice.labels.get(language) or next(iter(choice.labels.values()), choice.name)


def _chosen(
    cells: Sequence[Any],
    question: Question,
    form: Form,
    answers: Mapping[str, Sequence[Choice | None]],
) -> list[Choice | None]:
    """Return the choice of each cell; None where none is, or more than one may be."""
    choices = form.lists[question.listed]
    named = {_folded(each.name): [each] for each in reversed(choices)}
    labelled: dict[str, list[Choice]] = {}
    for each in choices:
        for text in {_folded(text) for text in each.labels.values()}:
            labelled.setdefault(text, []).append(each)
    rivals = [
        named.get(text) or labelled.get(text, []) for text in (_folded(text_of(x)) for x in cells)
    ]
    for column, names in question.filters.items():
        given = [answers[name] for name in names if name in answers]
        for row, some in enumerate(rivals):
            above = next(filter(None, (choice[row] for choice in given)), None)
            if len(some) > 1 and above is not None:
                rivals[row] = [each for each in some if each.said.get(column) == above.name]
    return [some[0] if len(some) == 1 else None for some in rivals]


def _free(heading: str, taken: Iterable[str]) -> str:
    while heading in taken:
        heading += " "
    return heading


def _unique(pairs: Iterable[tuple[str, Question]]) -> dict[str, Question]:
    found: dict[str, list[Question]] = {}
    for text, question in pairs:
        same = found.setdefault(_folded(text), [])
        if question not in same:
            same.append(question)
    return {text: same[0] for text, same in found.items() if text and len(same) == 1}


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
