"""A form for KoBo and ODK whose lists are the units of a boundary set: p-codes come back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from mtmgeo.boundaries.boundary_set import DEEPEST, LEVEL_NAMES, BoundarySet
from mtmgeo.core.errors import BoundaryError
from mtmgeo.style.languages import LANGUAGES, Language, phrase, sentence

_CHOOSE: Final = phrase("Choose the place from the lists, one after the other.")
_MISSING: Final = phrase(
    "Choose the place from the lists, one after the other. If it is not in the last list, leave "
    "that blank and write its name below."
)
_NAME: Final = phrase("Name of the place that is not in the list")
_POINT: Final = phrase("Position of the place")
_FROM: Final = phrase("Sources of these lists: {sources}")

#: More choices than this in one list are searched by typing.
_SEEN: Final = 20
#: What stands for the unit above where the form has none.
_TOP: Final = "none"
_LANGUAGE: Final = re.compile(r"name_([a-z]{2,3})")
#: What a choice's name may not hold, and characters that no XML document can.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.-]")
_UNWRITABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class _Tongue:
    """A language of the form: the end of its headings, and the columns of its names."""

    ending: str
    columns: tuple[str, ...]
    language: Language


def xlsform(boundaries: BoundarySet, *, level: int = DEEPEST) -> dict[str, pd.DataFrame]:
    """Return an XLSForm that asks for a place by lists, each of the units inside the last choice.

    Parameters
    ----------
    boundaries
        The units; those without a name are not offered.
    level
        Deepest level that is asked for, 1 to 4.

    Returns
    -------
    sheets
        ``survey``, ``choices`` and ``settings``; `mtmgeo.write` makes an .xlsx of them that KoBo
        and ODK take. The answers ``adm1_pcode`` to ``adm4_pcode`` are p-codes. Of a p-code with
        signs that ODK does not allow, the choice's ``name`` has ``_`` in their places, and a
        column ``pcode`` holds it as it is. There is a label in each language of the set.

    Raises
    ------
    BoundaryError
        If the set has no named units down to `level`.
    """
    units = _units(boundaries, level)
    tongues = _tongues(units)
    return {
        "survey": _survey(boundaries, units, tongues),
        "choices": _choices(units, tongues),
        "settings": _settings(boundaries, tongues),
    }


def _units(boundaries: BoundarySet, level: int) -> pd.DataFrame:
    """Return the units that are offered, with the p-code of the one above (``above``), or None."""
    every = boundaries.units
    first = 1 if (every["level"] == 0).sum() < 2 else 0
    named = every["level"].between(first, level) & every["name"].str.strip().ne("")
    units = pd.DataFrame(every[named]).drop(columns="geometry")
    if units.empty:
        raise BoundaryError(
            f"{boundaries.title} has no named units of level {first} to {level}: choose a deeper "
            "level."
        )
    units["above"] = None
    for up, inside in units.groupby("level"):
        line = boundaries.lineage[up].loc[units.index[units["level"] > up]]
        units["above"] = line.where(line.isin(inside["pcode"])).combine_first(units["above"])
    return units


def _tongues(units: pd.DataFrame) -> list[_Tongue]:
    """Return the languages of the names, English first; one that is not said has no heading."""
    found = [match[1] for column in units if (match := _LANGUAGE.fullmatch(str(column)))]
    codes = [code for code in found if units[f"name_{code}"].str.strip().ne("").any()]
    told = any(units["name"].eq(units[f"name_{code}"]).all() for code in codes)
    if codes and not told:  # `name` says what no other column does
        codes.append("en")
    if not codes:
        return [_Tongue("", ("name",), Language("en"))]
    return [
        _tongue(code, units) for code in sorted(dict.fromkeys(codes), key=lambda code: code != "en")
    ]


def _tongue(code: str, units: pd.DataFrame) -> _Tongue:
    spoken = Language(code if code in LANGUAGES else "en")
    columns = (f"name_{code}", *(spoken.name_columns if code in LANGUAGES else ()), "name")
    known = tuple(column for column in dict.fromkeys(columns) if column in units)
    return _Tongue(f"::{_autonym(code)} ({code})", known, spoken)


def _autonym(code: str) -> str:
    """Return what a language is called in itself, its code where CLDR does not know it."""
    from babel.core import Locale, UnknownLocaleError

    try:
        return sentence(Locale.parse(code).language_name or code)
    except UnknownLocaleError:
        return code


# --- choices ----------------------------------------------------------------------------------


def _choices(units: pd.DataFrame, tongues: Sequence[_Tongue]) -> pd.DataFrame:
    names = _choice_names(units["pcode"])
    labels = {f"label{tongue.ending}": _labels(units, tongue) for tongue in tongues}
    above = units["above"].map(names)
    first = units["level"].eq(units["level"].min())
    columns = {
        "list_name": "adm" + units["level"].astype(str),
        "name": units["pcode"].map(names),
        **labels,
        "parent_pcode": above.where(above.notna(), _TOP).mask(first, ""),
    }
    if any(pcode != name for pcode, name in names.items()):
        columns["pcode"] = units["pcode"]
    order = next(iter(labels.values())).str.casefold()
    table = pd.DataFrame(columns).assign(level=units["level"], order=order)
    table = table.sort_values(["level", "order", "name"], ignore_index=True)
    return table.drop(columns=["level", "order"])


def _choice_names(pcodes: pd.Series) -> dict[str, str]:
    """Return the name of each p-code's choice: itself, if ODK allows it."""
    names = {pcode: pcode for pcode in pcodes if not _UNSAFE.search(pcode)}
    taken = set(names)
    for pcode in sorted(set(pcodes) - taken):
        plain = _UNSAFE.sub("_", pcode)
        number = 1
        while (name := plain if number == 1 else f"{plain}_{number}") in taken:
            number += 1
        names[pcode] = name
        taken.add(name)
    return names


def _labels(units: pd.DataFrame, tongue: _Tongue) -> pd.Series:
    """Return the names of units; those alike in one list with their type, or else their p-code."""
    label = units[tongue.columns[0]].map(_text)
    for column in (*tongue.columns[1:], "pcode"):
        label = label.where(label.ne(""), units[column].map(_text))
    kind = units["type"].map(tongue.language.term).map(_text)
    typed = label.mask(_alike(units, label) & kind.ne(""), label + " (" + kind + ")")
    return typed.mask(_alike(units, typed), label + " (" + units["pcode"].map(_text) + ")")


def _alike(units: pd.DataFrame, labels: pd.Series) -> pd.Series:
    lists = units[["level", "above"]].assign(label=labels.str.casefold())
    return lists.duplicated(keep=False)


def _text(words: str) -> str:
    """Return words that ODK shows as they are: they hold no reference, no tag and no Markdown."""
    text = " ".join(_UNWRITABLE.sub(" ", words).split())
    text = text.replace("${", "$ {").replace("](", "] (").replace("<", "‹")
    for sign in "*_":
        text = text.replace(sign, rf"\{sign}") if text.count(sign) > 1 else text
    return rf"\{text}" if text.startswith("#") else text


# --- survey and settings ----------------------------------------------------------------------


def _survey(
    boundaries: BoundarySet, units: pd.DataFrame, tongues: Sequence[_Tongue]
) -> pd.DataFrame:
    def told(words: str, **values: str) -> dict[str, str]:
        return {f"label{x.ending}": sentence(x.language.say(words, **values)) for x in tongues}

    levels = sorted(set(units["level"]))
    settlements = DEEPEST in levels
    rows: list[dict[str, str]] = [
        {"type": "start", "name": "start"},
        {"type": "end", "name": "end"},
        {"type": "note", "name": "about", **told(_MISSING if settlements else _CHOOSE)},
    ]
    for at, level in enumerate(levels):
        called = boundaries.level_names.get(level, LEVEL_NAMES[level])
        rows.append(
            {
                "type": f"select_one adm{level}",
                "name": f"adm{level}_pcode",
                **{f"label{x.ending}": sentence(_text(x.language.term(called))) for x in tongues},
                **_asked(units, levels[:at], level),
            }
        )
    if settlements:
        offered = rows[-1].get("relevant")
        blank = f"{_answer(DEEPEST)} = ''" + (f" and {offered}" if offered else "")
        rows.append({"type": "text", "name": "place_name", **told(_NAME), "relevant": blank})
    rows.append({"type": "geopoint", "name": "gps", **told(_POINT)})
    if boundaries.sources:
        sources = _text("; ".join(boundaries.sources))
        rows.append({"type": "note", "name": "sources", **told(_FROM, sources=sources)})
    columns = [
        "type", "name", *told(_POINT), "required", "relevant", "choice_filter", "appearance"
    ]  # fmt: skip
    return pd.DataFrame([{column: row.get(column, "") for column in columns} for row in rows])


def _asked(units: pd.DataFrame, above: Sequence[int], level: int) -> dict[str, str]:
    """Return when the units of a level are asked for, which are offered, and how."""
    here = units[units["level"] == level]
    said = {"required": "" if level == DEEPEST or _passed(units, here, level) else "yes"}
    if here["above"].value_counts(dropna=False).max() > _SEEN:
        said["appearance"] = "autocomplete"
    if not above:
        return said
    chosen = _deepest(units, here, above)
    parents = units[units["level"] == above[-1]]["pcode"]
    if not here["above"].isin(parents).all() or not parents.isin(here["above"]).all():
        # Who has chosen a town without villages is not held up by an empty list.
        said["relevant"] = f"count(instance('adm{level}')/root/item[parent_pcode={chosen}]) > 0"
    return {**said, "choice_filter": f"parent_pcode={chosen}"}


def _passed(units: pd.DataFrame, here: pd.DataFrame, level: int) -> bool:
    """Return whether a unit further down is offered beside those of a level, not inside them."""
    deeper = units[units["level"] > level]
    higher = deeper[~deeper["above"].isin(units.loc[units["level"] >= level, "pcode"])]
    return bool(higher["above"].isin(here["above"]).any())


def _deepest(units: pd.DataFrame, here: pd.DataFrame, above: Sequence[int]) -> str:
    """Return the XPath of the choice that a list is of the units inside of."""
    if here["above"].isin(units.loc[units["level"] == above[-1], "pcode"]).all():
        return _answer(above[-1])
    chosen = f"'{_TOP}'"
    for level in above:
        chosen = f"coalesce({_answer(level)}, {chosen})"
    return chosen


def _answer(level: int) -> str:
    return f"${{adm{level}_pcode}}"


def _settings(boundaries: BoundarySet, tongues: Sequence[_Tongue]) -> pd.DataFrame:
    said: Mapping[str, str] = {
        "form_title": _text(f"Assessed locations: {boundaries.country or boundaries.title}"),
        "form_id": f"locations_{_UNSAFE.sub('_', boundaries.name)}",
        "version": boundaries.version or "1",
        "default_language": tongues[0].ending.removeprefix("::"),
    }
    return pd.DataFrame([said])
