"""The gallery: its page is what the script writes, and its lines and commands make its maps."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

import mtmgeo
from mtmgeo.commands.main import main
from mtmgeo.core import disclaimer
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.surfaces import Surface
from mtmgeo.maps.compose import compose
from mtmgeo.maps.composition import Composition
from mtmgeo.maps.spec import MapSpec

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[1] / "docs"

_spec = importlib.util.spec_from_file_location("draw", DOCS / "draw.py")
assert _spec is not None
assert _spec.loader is not None
draw: Any = importlib.util.module_from_spec(_spec)
sys.modules["draw"] = draw
_spec.loader.exec_module(draw)

DRAWN = {shown.picture: shown for shown in draw.MAPS}
COMMANDS = [name for name, shown in DRAWN.items() if shown.command]


class Asked(NamedTuple):
    """What a sheet is asked for: of which tables, with which choices."""

    spec: MapSpec
    table: str
    before: str | None
    surface: tuple[str, ...]

    @classmethod
    def of(
        cls,
        result: Assessment,
        spec: MapSpec,
        surface: Surface | None = None,
        before: Assessment | None = None,
    ) -> Asked:
        earlier = before.match.table.source if before else None
        return cls(spec, result.match.table.source, earlier, surface.notes if surface else ())


class Made(NamedTuple):
    """What the lines of a map ask for, and what comes of it."""

    asked: Asked
    composition: Composition


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """Return what the lines of the page begin from."""
    return dict(draw.run(draw.SETUP, {}))


@pytest.fixture(scope="module")
def made(names: Mapping[str, Any]) -> dict[str, Made]:
    """Return what the lines of the page make, composed and not drawn."""

    def sheet(*given: Any, **more: Any) -> Made:
        return Made(Asked.of(*given, **more), compose(*given, **more))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mtmgeo, "sheet", sheet)
        return {name: draw.run(DRAWN[name].code, names)["figure"] for name in COMMANDS}


def test_the_page_is_what_the_script_writes():
    assert draw.PAGE.read_text(encoding="utf-8") == draw.page()


def test_the_pictures_are_those_of_the_page_and_carry_the_disclaimer():
    shown = re.findall(r"\(images/([^)]+)\)", draw.page())
    files = sorted(draw.IMAGES.iterdir())
    assert {path.name for path in files} == set(shown)
    assert all(finding.ok for finding in mtmgeo.verify(*files))
    assert sum(path.stat().st_size for path in files) < 3_000_000


def test_the_links_of_the_page_lead_somewhere():
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", draw.page())
    assert [each for each in targets if not (DOCS / each).exists()] == []


def test_every_map_is_another(made):
    assert len({str(each.asked) for each in made.values()}) == len(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_lines_and_command_ask_for_the_same_map(name, names, made, monkeypatch):
    results = {
        each.match.table.source: each for each in names.values() if isinstance(each, Assessment)
    }
    asked: list[Asked] = []

    def sheet(*given: Any, **more: Any) -> SimpleNamespace:
        asked.append(Asked.of(*given, **more))
        return SimpleNamespace(unplaced=(), omitted=())

    monkeypatch.chdir(draw.FOLDER)
    monkeypatch.setattr(mtmgeo, "match", lambda table, *_, **__: results[table.source].match)
    monkeypatch.setattr(mtmgeo, "assess", lambda matched, **_: results[matched.table.source])
    monkeypatch.setattr(mtmgeo, "sheet", sheet)
    monkeypatch.setattr(mtmgeo, "write", lambda _, path: path)
    assert main(draw.command(DRAWN[name])) == 0
    assert asked == [made[name].asked]


def test_maps_have_what_their_headings_say(made):
    shown = {name: each.composition for name, each in made.items()}
    assert shown["rounds.png"].panels[0].areas["class"].eq("once").any()
    assert len(shown["map4_by_admin2_and_year.png"].panels) == 3
    assert len(shown["by_group.png"].panels) == 3
    assert len(shown["colours_and_circles.png"].panels[0].symbols) > 50
    assert shown["surface.png"].surface is not None
    assert len(shown["charts_country.png"].charts) == 2
    assert len(shown["charts_province.png"].charts) == 1
    assert (shown["slide.png"].size, shown["slide.png"].dpi) == ((508.0, 285.75), 96.0)
    assert [shown[name].language.code for name in ("russian.png", "kyrgyz.png")] == ["ru", "ky"]


def test_a_layer_of_ones_own_stands_on_the_map(names):
    found = draw.run(DRAWN["own_layer.png"].code, names)
    axes = found["figure"].axes[0]
    plain = mtmgeo.sheet(names["result"], found["spec"]).axes[0]
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert (left, right, bottom, top) == (*plain.get_xlim(), *plain.get_ylim())
    west, south, east, north = found["roads"].total_bounds
    assert left < west < east < right
    assert bottom < south < north < top


def test_given_axes_hold_the_map_and_the_figure_the_disclaimer(names):
    figure = draw.run(DRAWN["given_axes.png"].code, names)["figure"]
    assert [text.get_gid() for text in figure.texts].count(disclaimer.ELEMENT_ID) == 1
    assert len(figure.axes) == 2
    plt.close(figure)


@pytest.mark.parametrize("name", ["coverage.png", "map2_by_location.png", "kyrgyz.png"])
def test_the_pictures_look_as_they_did(name, names):
    """The gallery is the baseline; its colours are packed, and shapers of text differ a little."""
    figure = draw.run(DRAWN[name].code, names)["figure"]
    figure.set_dpi(DRAWN[name].dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    now = np.asarray(canvas.buffer_rgba())[..., :3].astype(float)
    with Image.open(draw.IMAGES / name) as picture:
        then = np.asarray(picture.convert("RGB"), dtype=float)
    apart = np.abs(now - then).max(axis=2)
    assert apart.mean() < 4
    assert (apart > 64).mean() < 0.01
