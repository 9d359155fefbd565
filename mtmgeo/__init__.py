"""Geography of the Mobility Tracking Matrix: match names, count people, draw maps."""

from mtmgeo.access import distances, positions, within
from mtmgeo.auditing import audit
from mtmgeo.boundaries import BoundarySet
from mtmgeo.checks import Finding, verify
from mtmgeo.decisions import Decisions, read_decisions
from mtmgeo.dictionary import data_dictionary
from mtmgeo.embedding import Embedding, embed
from mtmgeo.errors import BoundaryError, DisclaimerError, InputError, MtmgeoError, SpecError
from mtmgeo.exports import hxl, layer, tidy
from mtmgeo.faults import Audit
from mtmgeo.generalising import generalise
from mtmgeo.geography import dissolve, find, locate, neighbours
from mtmgeo.indicators import Assessment, assess
from mtmgeo.mapspec import MapSpec
from mtmgeo.matching import MatchResult, match
from mtmgeo.outputs import write
from mtmgeo.packs import Added, add_pack, install_pack, remove_pack
from mtmgeo.population import Population, read_population
from mtmgeo.rasters import Raster, read_raster
from mtmgeo.reading import read_boundaries
from mtmgeo.report import Report, report
from mtmgeo.rounds import RoundsComparison, compare_rounds
from mtmgeo.sheet import sheet
from mtmgeo.sources import Source, read_source
from mtmgeo.surfaces import Surface, dasymetric, kernel_density
from mtmgeo.surveys import distribution, proportion
from mtmgeo.tables import Table, read_table
from mtmgeo.webmap import WebMap, webmap

# A function that has its module's name comes after every import of that module, so that
# `mtmgeo.sheet` is the function.
__all__ = [
    "Added",
    "Assessment",
    "Audit",
    "BoundaryError",
    "BoundarySet",
    "Decisions",
    "DisclaimerError",
    "Embedding",
    "Finding",
    "InputError",
    "MapSpec",
    "MatchResult",
    "MtmgeoError",
    "Population",
    "Raster",
    "Report",
    "RoundsComparison",
    "Source",
    "SpecError",
    "Surface",
    "Table",
    "WebMap",
    "add_pack",
    "assess",
    "audit",
    "compare_rounds",
    "dasymetric",
    "data_dictionary",
    "dissolve",
    "distances",
    "distribution",
    "embed",
    "find",
    "generalise",
    "hxl",
    "install_pack",
    "kernel_density",
    "layer",
    "locate",
    "match",
    "neighbours",
    "positions",
    "proportion",
    "read_boundaries",
    "read_decisions",
    "read_population",
    "read_raster",
    "read_source",
    "read_table",
    "remove_pack",
    "report",
    "sheet",
    "tidy",
    "verify",
    "webmap",
    "within",
    "write",
]
