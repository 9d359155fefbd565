"""Geography of the Mobility Tracking Matrix: match names, count people, draw maps."""

from mtmgeo.boundaries.audit.audit import audit
from mtmgeo.boundaries.audit.faults import Audit
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.boundaries.packs import Added, add_pack, install_pack, remove_pack
from mtmgeo.boundaries.queries import dissolve, find, locate, neighbours
from mtmgeo.boundaries.read import read_boundaries
from mtmgeo.boundaries.sources.source import Source, read_source
from mtmgeo.commands.report import Report, report
from mtmgeo.core.errors import BoundaryError, DisclaimerError, InputError, MtmgeoError, SpecError
from mtmgeo.figures.assess import Assessment, assess
from mtmgeo.figures.distances import distances, positions, within
from mtmgeo.figures.rounds import RoundsComparison, compare_rounds
from mtmgeo.figures.surfaces import Surface, dasymetric, kernel_density
from mtmgeo.figures.surveys import distribution, proportion
from mtmgeo.files.data_dictionary import data_dictionary
from mtmgeo.files.exports import hxl, layer, tidy
from mtmgeo.files.write import write
from mtmgeo.geo.generalise import generalise
from mtmgeo.maps.spec import MapSpec
from mtmgeo.matching.decisions import Decisions, read_decisions
from mtmgeo.matching.match import match
from mtmgeo.matching.result import MatchResult
from mtmgeo.population.population import Population, read_population
from mtmgeo.population.rasters import Raster, read_raster
from mtmgeo.sheets.sheet import sheet
from mtmgeo.tables.table import Table, read_table
from mtmgeo.verification.verify import Finding, verify
from mtmgeo.web.embed import Embedding, embed
from mtmgeo.web.webmap import WebMap, webmap

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
