"""The words of a page: each that is given is read, and each that is read is given."""

import re
from pathlib import Path

from mtmgeo.style.languages import Language
from mtmgeo.web.words import words

ROOT = Path(__file__).parents[2] / "mtmgeo/web"
PYTHON = ("table.py", "first_view.py", "webmap.py")
SCRIPTS = "".join(path.read_text("utf-8") for path in sorted((ROOT / "assets/source").glob("*.js")))
MODULES = "".join(ROOT.joinpath(name).read_text("utf-8") for name in PYTHON)
#: What stands in the brackets where a script looks a word up by a value, and those values.
LOOKED_UP = {
    "word": {"name", "parent", "pcode", "level", "value", "text", "status"},
    "column": {"name", "parent", "pcode", "value", "status"},
    "kind": {"csv", "png", "svg"},
    'kind + "s"': {"units", "places"},
    "unit": {"m", "km"},
}


def test_every_word_of_a_page_is_read_and_every_word_that_is_read_is_there():
    assert set(re.findall(r"\bwords\[(.+?)\]", SCRIPTS)) == set(LOOKED_UP)
    named = set(re.findall(r"\bwords\.(\w+)", SCRIPTS))
    python = set(re.findall(r"""\b(?:said|words)\[["'](\w+)["']\]""", MODULES))
    known = set(words(Language("en")))
    assert named.union(python, *LOOKED_UP.values()) == known
