"""Geography of the Mobility Tracking Matrix: match names, count people, draw maps."""

from mtmgeo.auditing import audit
from mtmgeo.boundaries import BoundarySet
from mtmgeo.checks import Finding, verify
from mtmgeo.decisions import Decisions, read_decisions
from mtmgeo.errors import BoundaryError, DisclaimerError, InputError, MtmgeoError, SpecError
from mtmgeo.faults import Audit
from mtmgeo.generalising import generalise
from mtmgeo.geography import dissolve, find, locate, neighbours
from mtmgeo.indicators import Assessment, assess
from mtmgeo.mapspec import MapSpec
from mtmgeo.matching import MatchResult, match
from mtmgeo.outputs import write
from mtmgeo.packs import Added, add_pack, install_pack, remove_pack
from mtmgeo.reading import read_boundaries
from mtmgeo.report import Report, report
from mtmgeo.sheet import sheet
from mtmgeo.sources import Source, read_source
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
    "Finding",
    "InputError",
    "MapSpec",
    "MatchResult",
    "MtmgeoError",
    "Report",
    "Source",
    "SpecError",
    "Table",
    "WebMap",
    "add_pack",
    "assess",
    "audit",
    "dissolve",
    "find",
    "generalise",
    "install_pack",
    "locate",
    "match",
    "neighbours",
    "read_boundaries",
    "read_decisions",
    "read_source",
    "read_table",
    "remove_pack",
    "report",
    "sheet",
    "verify",
    "webmap",
    "write",
]
