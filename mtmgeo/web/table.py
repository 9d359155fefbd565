"""The table under an interactive map, as it stands in the page before any script runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from mtmgeo.maps.composition import GROUND, Composition
from mtmgeo.style.languages import Language
from mtmgeo.web.escape import plain, text

#: Headings, and the class of their cells.
_COLUMNS: Final = {"name": "", "parent": "", "pcode": "", "value": "mtm-figure", "status": ""}


def html(
    composition: Composition, words: Mapping[str, str], *, within: bool = False, limit: int = 500
) -> str:
    """Return the closed ``<details>`` with the figures of a map's first panel.

    Maps of symbols give the places of their circles, others their units and, apart from these, the
    places of circles over them. The highest figure comes first; rows without one come last.

    Parameters
    ----------
    composition
        The map.
    words
        Of the page: ``table``, ``name``, ``parent``, ``pcode``, ``value``, ``status``, ``units``,
        ``places``, ``rows_of``, ``synthetic``.
    within
        Whether circles are shown only inside a unit that was chosen; they are then left out.
    limit
        Most rows; a line says how many there are.
    """
    groups = _groups(composition, within=within)
    there = sum(len(rows) for rows in groups.values())
    bodies, left = [], limit
    for kind, rows in groups.items():
        lines = [_line(row) for row in rows.head(left).to_dict("records")]
        if len(groups) > 1 and lines:
            lines.insert(0, _heading(kind, composition, words))
        bodies.append("<tbody>" + "\n".join(lines) + "</tbody>")
        left -= min(left, len(rows))
    heads = "".join(_head(name, look, words) for name, look in _COLUMNS.items())
    return (
        f'<details class="mtm-table" id="mtm-table"><summary>{text(words["table"])}</summary>\n'
        f'<div class="mtm-scroll" tabindex="0" role="region" aria-label="{text(words["table"])}">'
        f"<table>{_caption(composition, words)}\n<thead><tr>{heads}</tr></thead>\n"
        f"{''.join(bodies)}</table>{_count(there, limit, words, composition.language)}"
        "</div></details>"
    )


def _groups(composition: Composition, *, within: bool) -> dict[str, pd.DataFrame]:
    """Return the rows of units and of places, if there are any, in the order of the table."""
    panel, labels = composition.panels[0], _labels(composition)
    frames = {"units": panel.areas, "places": panel.symbols}
    if composition.spec.kind == "symbols":
        del frames["units"]
    elif within:
        del frames["places"]
    groups = {}
    for kind, frame in frames.items():
        rows = pd.DataFrame({name: [plain(x) for x in frame[name]] for name in ("name", "pcode")})
        rows["parent"] = [plain(x) for x in frame["parent"]] if "parent" in frame else ""
        rows["value"] = [plain(x) for x in frame["value_text"]]
        rows["status"] = [plain(labels.get(key)) for key in frame["class"]]
        rows["order"] = -frame["value"].astype(float)
        if len(rows):
            groups[kind] = rows.sort_values(["order", "name", "pcode"])
    return groups


def _labels(composition: Composition) -> dict[str, str]:
    """Return the words of the legend by class, but not for classes told by size or by cells."""
    entries = [entry for entry in composition.legend if entry.shape != "heading"]
    times = Counter(entry.key for entry in entries)
    labels = {entry.key: entry.label for entry in entries if times[entry.key] == 1}
    if composition.surface is not None:
        labels.pop(GROUND, None)
    return labels


def _caption(composition: Composition, words: Mapping[str, str]) -> str:
    title = " – ".join(filter(None, (composition.title, composition.panels[0].title)))
    mark = f" <strong>{text(words['synthetic'])}</strong>" if composition.synthetic else ""
    return f"<caption>{text(title)} <span>{text(composition.legend_title)}</span>{mark}</caption>"


def _head(name: str, look: str, words: Mapping[str, str]) -> str:
    attributes = f' class="{look}" aria-sort="descending"' if name == "value" else ""
    return f'<th scope="col"{attributes}>{text(words[name])}</th>'


def _heading(kind: str, composition: Composition, words: Mapping[str, str]) -> str:
    """Return the line over a group; it says what the figures are where the groups differ in it."""
    circles = [entry.label for entry in composition.legend if entry.shape == "heading"]
    of = [composition.legend_title] if circles and kind == "units" else circles[:1]
    said = text(": ".join([words[kind], *of]))
    return f'<tr><th scope="rowgroup" colspan="{len(_COLUMNS)}">{said}</th></tr>'


def _line(row: Mapping[Any, Any]) -> str:
    cells = "".join(
        f'<td class="{look}">{text(row[name])}</td>' if look else f"<td>{text(row[name])}</td>"
        for name, look in _COLUMNS.items()
        if name != "name"
    )
    return f'<tr><th scope="row">{text(row["name"])}</th>{cells}</tr>'


def _count(there: int, limit: int, words: Mapping[str, str], language: Language) -> str:
    if there <= limit:
        return ""
    said = words["rows_of"].format(shown=language.count(limit), count=language.count(there))
    return f'<p class="mtm-count">{text(said)}</p>'
