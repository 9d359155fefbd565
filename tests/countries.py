"""Small countries in squares, written as publishers write theirs: every schema, every format."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

#: Names by country and language: admin 0, admin 1, then those that are dealt out below.
NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "HTI": {
        "fr": ("Haïti", "Ouest", "Artibonite", "Port-au-Prince", "Croix-des-Bouquets", "Gonaïves",
               "Saint-Marc", "Turgeau", "Morne l'Hôpital", "Belle Fontaine", "Crochus",
               "Pont Tamarin", "Bassin", "Delugé", "Bocozelle"),
        "ht": ("Ayiti", "Lwès", "Latibonit", "Pòtoprens", "Kwadèboukè", "Gonayiv", "Sen Mak",
               "Tijo", "Mòn Lopital", "Bèl Fontèn", "Kwochi", "Pon Tamaren", "Basen", "Delije",
               "Bokozèl"),
    },
    "JOR": {
        "en": ("Jordan", "Amman", "Irbid", "Qasabat Amman", "Marka", "Qasabat Irbid", "Ar Ramtha",
               "Al Abdali", "Ras al Ain", "Tareq", "Basman", "Al Barha", "An Nuzha", "Al Torrah",
               "Sahl Houran"),
        "ar": ("الأردن", "عمان", "إربد", "قصبة عمان", "ماركا", "قصبة إربد", "الرمثا", "العبدلي",
               "رأس العين", "طارق", "بسمان", "البارحة", "النزهة", "الطرة", "سهل حوران"),
    },
    "SOM": {
        "en": ("Somalia", "Banadir", "Bay", "Hodan", "Wadajir", "Baidoa", "Dinsoor", "Taleex",
               "Black Sea", "Bulo Xuubey", "Nasteexo", "Isha", "Berdaale", "Qansaxdheere", "Yaaq"),
    },
    "UKR": {
        "en": ("Ukraine", "Lvivska", "Odeska", "Lvivskyi", "Stryiskyi", "Odeskyi", "Izmailskyi",
               "Briukhovytska", "Zhovkivska", "Skolivska", "Morshynska", "Chornomorska",
               "Yuzhnenska", "Kiliiska", "Reniiska"),
        "uk": ("Україна", "Львівська", "Одеська", "Львівський", "Стрийський", "Одеський",
               "Ізмаїльський", "Брюховицька", "Жовківська", "Сколівська", "Моршинська",
               "Чорноморська", "Южненська", "Кілійська", "Ренійська"),
        "ru": ("Украина", "Львовская", "Одесская", "Львовский", "Стрыйский", "Одесский",
               "Измаильский", "Брюховичская", "Жолковская", "Сколевская", "Моршинская",
               "Черноморская", "Южненская", "Килийская", "Ренийская"),
    },
    "COL": {
        "es": ("Colombia", "Antioquia", "Nariño", "Medellín", "Bello", "Pasto", "Ipiales",
               "Popular", "Santa Cruz", "Niquía", "La Cumbre", "Catambuco", "El Encano",
               "La Victoria", "Las Lajas"),
    },
    "KGZ": {
        "en": ("Kyrgyzstan", "Osh", "Naryn", "Alai", "Aravan", "At-Bashy", "Kochkor", "Gulcha",
               "Uch-Dobo", "Chek-Abad", "Too-Moyun", "Ak-Jar", "Bash-Kaindy", "Cholpon",
               "Semiz-Bel"),
        "ky": ("Кыргызстан", "Ош", "Нарын", "Алай", "Араван", "Ат-Башы", "Кочкор", "Гүлчө",
               "Үч-Дөбө", "Чек-Абад", "Төө-Моюн", "Ак-Жар", "Баш-Кайыңды", "Чолпон", "Семиз-Бел"),
        "ru": ("Кыргызстан", "Ошская", "Нарынская", "Алайский", "Араванский", "Ат-Башинский",
               "Кочкорский", "Гульча", "Уч-Дёбё", "Чек-Абад", "Тёё-Моюн", "Ак-Джар",
               "Баш-Каинды", "Чолпон", "Семиз-Бель"),
    },
}  # fmt: skip
ISO2 = {"HTI": "HT", "JOR": "JO", "SOM": "SO", "UKR": "UA", "COL": "CO", "KGZ": "KG"}
CORNER = {
    "HTI": (-74, 18), "JOR": (35, 30), "SOM": (42, 2), "UKR": (24, 46), "COL": (-76, 4),
    "KGZ": (72, 40),
}  # fmt: skip


@dataclass
class Country:
    """Units by level: ``pcode``, ``parent``, a column of names per language, ``geometry``."""

    iso3: str
    levels: dict[int, gpd.GeoDataFrame]

    @property
    def languages(self) -> list[str]:
        return list(NAMES[self.iso3])

    def above(self, level: int, up: int) -> pd.DataFrame:
        """Return the units of level `up` above those of `level`, row by row."""
        frame = self.levels[level]
        for step in range(level - 1, up - 1, -1):
            frame = self.levels[step].set_index("pcode", drop=False).loc[frame["parent"]]
        return pd.DataFrame(frame).reset_index(drop=True)


def country(iso3: str = "HTI", *, deepest: int = 3) -> Country:
    """Return 1 country, 2 admin 1, 4 admin 2, 8 admin 3 units: halves of halves of a square."""
    west, south = CORNER[iso3]
    boxes = [(west, south, west + 2.0, south + 2.0)]
    codes, parents, first = [ISO2[iso3]], [""], 0
    levels = {}
    for level in range(deepest + 1):
        names = {lang: spelt[first : first + len(boxes)] for lang, spelt in NAMES[iso3].items()}
        levels[level] = gpd.GeoDataFrame(
            {"pcode": codes, "parent": parents, **names},
            geometry=[shapely.box(*corners) for corners in boxes],
            crs="EPSG:4326",
        )
        first += len(boxes)
        parents = [code for code in codes for _ in range(2)]
        codes = [f"{code}{'0' if level else ''}{half}" for code in codes for half in (1, 2)]
        boxes = [half for corners in boxes for half in _halves(*corners)]
    return Country(iso3, levels)


def _halves(west, south, east, north):
    if east - west >= north - south:
        middle = (west + east) / 2
        return [(west, south, middle, north), (middle, south, east, north)]
    middle = (south + north) / 2
    return [(west, south, east, middle), (west, middle, east, north)]


# --- schemas --------------------------------------------------------------------------------


def cod_ab(land: Country, level: int) -> gpd.GeoDataFrame:
    """Return a level as COD-AB is published now."""
    columns: dict[str, object] = {}
    for up in range(level, -1, -1):
        units = land.above(level, up)
        for slot in range(4):
            name = f"adm{up}_name{slot or ''}"
            spoken = land.languages[slot : slot + 1]
            columns[name] = units[spoken[0]] if spoken else [None] * len(units)
        columns[f"adm{up}_pcode"] = units["pcode"]
    frame = gpd.GeoDataFrame(columns, geometry=land.levels[level].geometry, crs="EPSG:4326")
    area = frame.to_crs("EPSG:6933").area / 1e6
    inner = frame.representative_point()
    languages = {f"lang{slot or ''}": lang for slot, lang in enumerate(land.languages)}
    more = {"valid_on": "2021-11-16", "valid_to": None, "area_sqkm": area, "version": "v01"}
    more |= {"lang": "", "lang1": None, "lang2": None, "lang3": None, **languages}
    more |= {"center_lat": inner.y, "center_lon": inner.x}
    if level == 0:
        more |= {"iso2": ISO2[land.iso3], "iso3": land.iso3}
    return frame.assign(**more)


def cod_ab_before(land: Country, level: int) -> gpd.GeoDataFrame:
    """Return a level as COD-AB was published before 2025."""
    columns: dict[str, object] = {"Shape_Leng": 1.5, "Shape_Area": 0.25}
    for up in range(level, -1, -1):
        units = land.above(level, up)
        for lang in land.languages:
            columns[f"ADM{up}_{lang.upper()}"] = units[lang]
        columns[f"ADM{up}_PCODE"] = units["pcode"]
        if up == level:
            columns[f"ADM{up}_REF"] = units[land.languages[0]].str.upper()
            columns[f"ADM{up}ALT1EN"] = [f"Old {name}" for name in units[land.languages[0]]]
            columns[f"ADM{up}ALT2EN"] = ""
    columns |= {"date": "2018-11-29", "validOn": "2018-11-30", "validTo": None}
    return gpd.GeoDataFrame(
        pd.DataFrame(columns, index=range(len(land.levels[level]))),
        geometry=land.levels[level].geometry,
        crs="EPSG:4326",
    )


def geodatabase(land: Country, level: int) -> gpd.GeoDataFrame:
    """Return a level in the columns of the older geodatabases."""
    columns: dict[str, object] = {}
    for up in range(level, -1, -1):
        units = land.above(level, up)
        for lang in land.languages:
            columns[f"admin{up}Name_{lang}"] = units[lang]
        columns[f"admin{up}Pcode"] = units["pcode"]
    columns[f"admin{level}RefName"] = land.levels[level][land.languages[0]].to_numpy()
    columns |= {"validOn": "2018-11-30", "validTo": None}
    return gpd.GeoDataFrame(columns, geometry=land.levels[level].geometry, crs="EPSG:4326")


def geoboundaries(land: Country, level: int) -> gpd.GeoDataFrame:
    """Return a level as geoBoundaries publishes it."""
    units = land.levels[level]
    return gpd.GeoDataFrame(
        {
            "shapeName": units[land.languages[0]],
            "shapeISO": land.iso3 if level == 0 else "None",
            "shapeID": [f"6619703{level}B{row:06}" for row in range(len(units))],
            "shapeGroup": land.iso3,
            "shapeType": f"ADM{level}",
        },
        geometry=units.geometry,
        crs="EPSG:4326",
    )


SCHEMAS = {
    "COD-AB": (cod_ab, "{iso3}_admin{level}"),
    "COD-AB (before 2025)": (cod_ab_before, "{iso3}_admbnda_adm{level}_cnigs_20181129"),
    "COD-AB (geodatabase)": (geodatabase, "{iso3}_admbnda_adm{level}_cnigs_20181129"),
    "geoBoundaries": (geoboundaries, "geoBoundaries-{ISO3}-ADM{level}"),
}

# --- formats --------------------------------------------------------------------------------

FORMATS = {
    "geojson": "GeoJSON",
    "shp": "ESRI Shapefile",
    "gpkg": "GPKG",
    "gdb": "OpenFileGDB",
    "fgb": "FlatGeobuf",
    "parquet": "",
}


def save(frame: gpd.GeoDataFrame, path: Path, *, layer: str | None = None) -> Path:
    """Write a layer; a GeoPackage or geodatabase may hold several."""
    kind = path.suffix[1:]
    if kind == "parquet":
        frame.to_parquet(path)
        return path
    shapefile = {"ENCODING": "UTF-8"} if kind == "shp" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a shapefile cuts headings off after ten letters
        frame.to_file(
            path, driver=FORMATS[kind], engine="pyogrio", layer=layer or path.stem,
            promote_to_multi=True if kind == "gdb" else None, **shapefile,
        )  # fmt: skip
    return path


def publish(
    land: Country, folder: Path, *, schema: str = "COD-AB", kind: str = "geojson", levels=None
) -> Path:
    """Write a country's levels as a publisher does; return the file, or the folder of files."""
    write, pattern = SCHEMAS[schema]
    folder.mkdir(parents=True, exist_ok=True)
    single = kind in ("gpkg", "gdb")
    whole = folder / f"{land.iso3.lower()}_admin_boundaries.{kind}"
    for level in land.levels if levels is None else levels:
        name = pattern.format(iso3=land.iso3.lower(), ISO3=land.iso3, level=level)
        frame = write(land, level)
        save(frame, whole if single else folder / f"{name}.{kind}", layer=name if single else None)
    return whole if single else folder


def zipped(path: Path, *, name: str | None = None) -> Path:
    """Pack a file or all of a folder into a zip beside it."""
    target = path.parent / (name or f"{path.name}.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if file.is_file() and file != target:
                archive.write(file, file.relative_to(path.parent))
    return target


def rewrite(path: Path, change) -> Path:
    """Change the features of a GeoJSON file in place: `change` takes and returns their list."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content["features"] = change(content["features"])
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path
