"""Bars beside the map: what they show, and how they stand on the page."""

import csv
import math
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from mtmgeo.boundaries.read import read_boundaries
from mtmgeo.core.errors import SpecError
from mtmgeo.figures.assess import assess
from mtmgeo.images.settings import drawing
from mtmgeo.maps.chart_data import MOST_CATEGORIES, charts, faults
from mtmgeo.maps.composition import Chart
from mtmgeo.maps.spec import PAPERS, MapSpec
from mtmgeo.matching.match import match
from mtmgeo.sheets.bars import BAR, UNSEEN, chart_items
from mtmgeo.sheets.paper import INCH, Page
from mtmgeo.style.languages import LANGUAGES, Language
from mtmgeo.style.style import STYLES
from mtmgeo.tables.table import Table, read_table
from tests.tries import tries

EXAMPLE = Path(__file__).parents[2] / "examples/kgz_round1/kgz_round1_synthetic.csv"
SLACK = 0.05  # mm, for rounding to pixels
DPI = 600


@pytest.fixture(scope="module")
def bounds():
    return read_boundaries("kgz")


@pytest.fixture(scope="module")
def result(bounds):
    return assess(match(read_table(EXAMPLE), bounds))


@pytest.fixture(scope="module")
def rows():
    with EXAMPLE.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def made(result, *names, lang="en", **choices):
    return charts(result, MapSpec(charts=names, **choices), Language(lang), STYLES["report"])


def counted(bounds, cells, columns=("Admin 1 Name", "country of return", "year"), **options):
    headings = [*columns, "return migrants"]
    table = Table.from_frame(pd.DataFrame(cells, columns=headings).astype(str))
    return assess(match(table, bounds), **options)


def grid(chart):
    return np.asarray(chart.values).tolist()


def by_row(chart):
    return dict(zip(chart.rows, chart.texts, strict=True))


# --- what the bars are of -------------------------------------------------------------------


def test_the_bars_of_the_years_are_the_totals_of_the_report(result, rows):
    (chart,) = made(result, "year")
    summed = [sum(int(row[f"returnees_{y}_synthetic"] or 0) for row in rows) for y in result.years]
    assert chart.title == "Return migrants (individuals), by year"
    assert (chart.rows, chart.series) == (("2020", "2021", "2022"), ("",))
    assert grid(chart) == [[count] for count in summed]
    assert chart.texts == (("8,390",), ("6,461",), ("9,433",))
    assert sum(summed) == 24_284
    assert [round(100 * (b / a - 1)) for a, b in pairwise(summed)] == [-23, 46]


def test_provinces_stand_from_the_largest_with_a_bar_for_each_year(result, rows):
    (chart,) = made(result, "admin1")
    assert chart.title == "Return migrants (individuals), by province and year"
    assert chart.rows[:5] == ("Jalal-Abad", "Chui", "Osh", "Batken", "Talas")
    assert chart.series == ("2020", "2021", "2022")
    assert len(set(chart.colours)) == 3
    for name, values in zip(chart.rows, chart.values, strict=True):
        if name in ("Batken", "Chui", "Talas"):
            mine = [row for row in rows if row["Admin 1 Name"] == name]
            assert values.tolist() == [
                sum(int(row[f"returnees_{year}_synthetic"] or 0) for row in mine)
                for year in result.years
            ]
    assert np.sum(grid(chart)) == 24_284  # none is suppressed, and every row lies in a province


def test_a_year_gives_each_province_one_bar(result):
    (chart,) = made(result, "admin1", year=2021)
    assert chart.title == "Return migrants (individuals), by province, 2021"
    assert chart.series == ("",)
    assert grid(chart) == sorted(grid(chart), reverse=True)
    # The years are all shown, whatever the year of the map.
    assert made(result, "year", year=2021)[0].rows == ("2020", "2021", "2022")


def test_counts_without_years_have_one_bar_each(bounds):
    cells = [("Batken", "Kazakhstan", 20), ("Talas", "Kazakhstan", 35), ("Talas", "Japan", 7)]
    result = counted(bounds, cells, columns=("Admin 1 Name", "country of return"))
    provinces, countries = made(result, "admin1", "country of return")
    assert by_row(provinces) == {"Talas": ("42",), "Batken": ("20",)}
    assert by_row(countries) == {"Kazakhstan": ("55",), "Japan": ("7",)}
    assert countries.title == "Return migrants (individuals), by country of return"
    assert faults(result, MapSpec(charts=("year",))) == [
        "charts has 'year': choose admin1, country of return."
    ]


def test_a_single_year_is_said_once(bounds):
    result = counted(bounds, [("Batken", "Kazakhstan", 2022, 20), ("Talas", "Japan", 2022, 9)])
    (chart,) = made(result, "admin1")
    assert (chart.title, chart.series) == (
        "Return migrants (individuals), by province, 2022",
        ("",),
    )
    assert by_row(chart) == {"Batken": ("20",), "Talas": ("9",)}
    assert chart.colours[0] not in STYLES["report"].series


def test_suppressed_and_missing_figures_and_zero_differ(bounds):
    cells = [
        ("Batken", "Kazakhstan", 2021, 800),
        ("Batken", "Japan", 2021, 2),
        ("Batken", "Italy", 2021, 3),
        ("Batken", "Kazakhstan", 2022, 900),
        ("Talas", "Kazakhstan", 2022, 0),
    ]
    result = counted(bounds, cells)
    countries, provinces = made(result, "country of return", "admin1")
    assert by_row(countries)["Kazakhstan"] == ("800", "900")
    assert by_row(countries)["Japan"][0] == by_row(countries)["Italy"][0] == "suppressed"
    assert by_row(provinces) == {"Batken": ("805", "900"), "Talas": ("no figure", "0")}
    assert not {2.0, 3.0, 5.0} & {value for values in grid(countries) for value in values}


@pytest.mark.slow
def test_the_bars_tell_nothing_of_what_is_suppressed(bounds):
    def scene(japan, italy):
        cells = [
            ("Batken", "Kazakhstan", 2022, 800),
            ("Batken", "Japan", 2022, japan),
            ("Batken", "Italy", 2022, italy),
        ]
        (chart,) = made(counted(bounds, cells), "country of return")
        assert by_row(chart)["Japan"] == ("suppressed",)
        return drawn(chart).artists

    assert scene(1, 4) == scene(4, 1)


def test_the_largest_categories_are_shown_and_the_others_counted(bounds):
    countries = ["Kazakhstan", "Germany", "Poland", "Italy", "Japan", "Spain", "France", "China"]
    cells = [("Batken", name, 2022, 900 - 50 * i) for i, name in enumerate(countries)]
    cells += [("Batken", "", 2022, 950), ("Batken", "Turkey", 2022, 40), ("Talas", "USA", 2022, 30)]
    (chart,) = made(counted(bounds, cells), "country of return")
    assert chart.rows == (*countries[: MOST_CATEGORIES - 1], "(not stated)", "and 3 more")
    assert chart.texts[-2:] == (("950",), ("",))
    assert math.isnan(grid(chart)[-1][0])


def test_age_groups_keep_their_order(bounds):
    ages = {"5-17": 90, "60+": 300, "under 5": 40, "18-59": 200}
    cells = [("Batken", "Batken", age, 2022, count) for age, count in ages.items()]
    result = counted(bounds, cells, columns=("Admin 1 Name", "Admin 2 Name", "age group", "year"))
    assert made(result, "age group")[0].rows == ("Under 5", "5-17", "18-59", "60+")


def test_rows_tied_to_no_unit_count_among_years_and_categories(bounds):
    cells = [("Batken", "Kazakhstan", 2022, 60), ("Nowhere at all", "Kazakhstan", 2022, 40)]
    result = counted(bounds, cells)
    years, countries, provinces = made(result, "year", "country of return", "admin1")
    assert by_row(years) == {"2022": ("100",)}
    assert by_row(countries) == {"Kazakhstan": ("100",)}
    assert by_row(provinces) == {"Batken": ("60",)}


def test_rounded_figures_are_shown_as_they_are_published(bounds):
    cells = [("Batken", "Kazakhstan", 2022, 64), ("Talas", "Kazakhstan", 2022, 33)]
    result = counted(bounds, cells, suppress_below=0, round_to=10)
    (chart,) = made(result, "admin1")
    published = result.select("return migrants", 2022, 1).set_index("name")["individuals"]
    assert by_row(chart) == {name: (str(count),) for name, count in published.items()}
    assert all(text.endswith("0") for (text,) in chart.texts)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_charts_speak_every_language(bounds, lang):
    cells = [("Batken", f"Country {i}", 2022, 1000 + i) for i in range(10)]
    cells += [("Batken", "Country 3", 2021, 4), ("Talas", "Country 3", 2021, 1)]
    result = counted(bounds, cells)
    made_of = made(result, "year", "admin1", "country of return", lang=lang)
    heading, *_ = (chart.title for chart in made_of)
    assert heading.startswith(
        {"en": "Return", "ru": "Возв", "ky": "Кайт", "fr": "Migrants", "es": "Migrantes"}[lang]
    )
    assert "suppressed" not in str(made_of) or lang == "en"


def test_what_cannot_be_charted_is_said_at_once(result):
    with pytest.raises(SpecError) as error:
        made(result, "yaer", "year", "country of return")
    assert error.value.faults == (
        "charts has 'yaer': choose year, admin1.",
        "charts has 'country of return': choose year, admin1.",
    )
    for choices, said in (
        ({"charts": ("year",), "group": "tourists"}, "No counts of 'tourists': choose return"),
        ({"charts": ("admin1",), "year": 1999}, "No counts of the year 1999; the years are 2020"),
    ):
        (fault,) = faults(result, MapSpec(**choices))
        assert said in fault
    assert faults(result, MapSpec(group="tourists")) == []


# --- how they stand on the page -------------------------------------------------------------


class Drawn:
    """A chart on a page: its artists with their extents in mm from the column's upper left."""

    def __init__(self, chart, paper="A4", width=66.0, points=8.0, style="report"):
        left, above = 20.0, 5000.0
        size = PAPERS[paper]
        figure = Figure((300 / INCH, above / INCH), dpi=DPI)
        page = Page(figure, STYLES[style], size)
        self.width = page.mm(width)
        self.height = 0.0
        with drawing():
            for item in chart_items(page, chart, self.width, page.points(points)):
                item.draw(left, above - self.height)
                self.height += item.height
            renderer = FigureCanvasAgg(Figure((1, 1), dpi=DPI)).get_renderer()
            self.artists = []
            for artist in (*figure.texts, *figure.artists):
                box = artist.get_window_extent(renderer)
                x0, x1 = (x / DPI * INCH - left for x in (box.x0, box.x1))
                y0, y1 = (above - y / DPI * INCH for y in (box.y1, box.y0))
                words = artist.get_text() if isinstance(artist, Text) else ""
                self.artists.append((artist.get_gid(), words, x0, y0, x1, y1))

    def bars(self, gid=BAR):
        return [x1 - x0 for mine, _, x0, _, x1, _ in self.artists if mine == gid]

    def check(self):
        """Assert that nothing leaves the column, and nothing covers anything else."""
        for _, words, x0, y0, x1, y1 in self.artists:
            assert x0 >= -SLACK, words
            assert x1 <= self.width + SLACK, words
            assert y0 >= -SLACK, words
            assert y1 <= self.height + SLACK, words
        for one, other in combinations(self.artists, 2):
            across = min(one[4], other[4]) - max(one[2], other[2])
            down = min(one[5], other[5]) - max(one[3], other[3])
            assert min(across, down) <= SLACK, (one, other)


def drawn(chart, *args, **options):
    return Drawn(chart, *args, **options)


def chart_of(values, rows=None, series=None, hidden="suppressed"):
    values = np.atleast_2d(np.array(values, dtype=float))
    count, each = values.shape
    texts = [[hidden if math.isnan(v) else f"{v:,.0f}" for v in line] for line in values.tolist()]
    return Chart(
        title="Возвратившиеся мигранты (чел.), по странам, из которых возвратились, и по годам",
        rows=tuple(rows or (f"Province {i}" for i in range(count))),
        series=tuple(series or (str(2020 + i) for i in range(each))),
        values=values,
        texts=tuple(map(tuple, texts)),
        colours=tuple(STYLES["report"].series[i % 6] for i in range(each)),
    )


def test_lengths_are_as_the_values_and_the_longest_fills_the_column():
    chart = chart_of([[1000, 250], [500, 0]])
    scene = drawn(chart)
    longest, quarter, half, nothing = scene.bars()
    assert quarter == pytest.approx(longest / 4)
    assert half == pytest.approx(longest / 2)
    assert nothing == 0
    assert max(x1 for *_, x1, _ in scene.artists) == pytest.approx(scene.width, abs=1)


def test_what_is_not_shown_has_a_stub_of_one_length_and_words():
    nan = math.nan
    scene = drawn(chart_of([[1000, nan], [nan, nan], [0, nan]]))
    assert len(scene.bars()) == 2
    assert len(scene.bars(UNSEEN)) == 3  # a group of which nothing is shown has one
    assert len({round(length, 6) for length in scene.bars(UNSEEN)}) == 1
    assert min(scene.bars(UNSEEN)) > 2
    assert [words for _, words, *_ in scene.artists].count("suppressed") == 3
    scene.check()


def test_each_group_is_an_item_after_heading_and_key():
    page = Page(Figure(), STYLES["report"], PAPERS["A4"])
    assert len(chart_items(page, chart_of([[1, 2], [3, 4], [5, 6]]), 66, 8)) == 2 + 3
    assert len(chart_items(page, chart_of([[1], [3]], series=[""]), 66, 8)) == 1 + 2


def test_a_row_that_counts_the_others_has_no_bar():
    chart = chart_of([[5], [math.nan]], ["Kazakhstan", "and 3 more"], [""], hidden="")
    scene = drawn(chart)
    assert (len(scene.bars()), len(scene.bars(UNSEEN))) == (1, 0)
    assert "and 3 more" in [words for _, words, *_ in scene.artists]


def rectangles(page):
    return [artist for artist in page.figure.artists if isinstance(artist, Rectangle)]


def test_the_key_names_colours_in_the_order_of_the_bars():
    chart = chart_of([[30, 20, 10]])
    page = Page(Figure((10, 10)), STYLES["report"], PAPERS["A4"])
    _, key, bars = chart_items(page, chart, 66, 8)
    key.draw(0, 100)
    keyed = [patch.get_facecolor() for patch in rectangles(page)]
    assert [text.get_text() for text in page.figure.texts] == ["2020", "2021", "2022"]
    bars.draw(0, 50)
    below = [patch for patch in rectangles(page) if patch.get_gid() == BAR]
    below.sort(key=lambda patch: -patch.get_y())
    assert [patch.get_facecolor() for patch in below] == keyed
    assert len(set(keyed)) == 3


LONG = (
    "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente",
    "United Kingdom of Great Britain and Northern Ireland",
    "Экономическая ситуация в стране пребывания, вызванная международными санкциями",
    "Ош",
    "Жалал-Абад облусу",
)


@pytest.mark.slow
@pytest.mark.parametrize("style", ["report", "poster", "print-grey"])
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("series", [1, 3, 7])
def test_nothing_overlaps_or_leaves_the_column(paper, series, style):
    values = np.arange(5 * series).reshape(5, series) ** 5.0
    values[2, 0] = values[3] = math.nan
    for rows in (LONG, None):
        chart = chart_of(values, rows, [""] if series == 1 else None, hidden="скрыто")
        scene = drawn(chart, paper, style=style)
        scene.check()
        said = "".join(words for _, words, *_ in scene.artists)
        for row in rows or ():
            assert row.replace(" ", "") in said.replace("\n", "").replace(" ", "")


@given(
    st.lists(
        st.lists(st.one_of(st.integers(0, 10**9), st.just(math.nan)), min_size=2, max_size=2),
        min_size=1,
        max_size=5,
    ),
    st.text(alphabet="abcXYZ өңүЩжЁ-", min_size=1, max_size=90).filter(str.strip),
    st.sampled_from([54.0, 66.0, 86.0]),
)
@tries(40)
def test_any_values_and_words_keep_proportion_and_place(values, words, width):
    chart = chart_of(values, [words] * len(values), hidden="no figure")
    scene = drawn(chart, "A5", width)
    scene.check()
    shown = [value for line in values for value in line if not math.isnan(value)]
    bars = scene.bars()
    assert len(bars) == len(shown)
    if most := max(shown, default=0):
        longest = max(bars)
        assert longest > 0
        assert bars == pytest.approx([longest * value / most for value in shown], abs=1e-6)
