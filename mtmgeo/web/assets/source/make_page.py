"""Make the script and the style sheet of pages out of their sources, as light as can be.

Run ``python mtmgeo/web/assets/source/make_page.py`` after any change of a source beside this file;
a test fails until that is done. It needs ``tdewolff-minify``, one of the development packages.
"""

from __future__ import annotations

from pathlib import Path

import minify  # type: ignore[import-not-found, import-untyped, unused-ignore]

HERE = Path(__file__).parent
#: Sources in their order: style sheets of the parts stand after the page's own, which they refine.
SCRIPTS = ("controls", "search", "table", "save", "host", "page")
SHEETS = ("page", "controls", "search", "table", "save", "host")


def script() -> str:
    """Return the script: one function, to be called with the id of the map's element."""
    parts = "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    whole = f'const mtmgeoStart = (() => {{\n"use strict";\n{parts}\nreturn startPage;\n}})();\n'
    return f"{minify.string('application/javascript', whole).strip().rstrip(';')};\n"


def sheet() -> str:
    """Return the style sheet."""
    parts = "\n".join((HERE / f"{name}.css").read_text(encoding="utf-8") for name in SHEETS)
    return f"{minify.string('text/css', parts).strip()}\n"


if __name__ == "__main__":
    (HERE.parent / "page.js").write_text(script(), encoding="utf-8")
    (HERE.parent / "page.css").write_text(sheet(), encoding="utf-8")
