"""Geography of the Mobility Tracking Matrix: match names, count people, draw maps."""

from mtmgeo.boundaries import BoundarySet, read_boundaries
from mtmgeo.checks import Finding, verify
from mtmgeo.decisions import Decisions, read_decisions
from mtmgeo.errors import BoundaryError, DisclaimerError, InputError, MtmgeoError, SpecError
from mtmgeo.indicators import Assessment, assess
from mtmgeo.mapspec import MapSpec
from mtmgeo.matching import MatchResult, match
from mtmgeo.outputs import write
from mtmgeo.report import Report, report
from mtmgeo.sheet import sheet
from mtmgeo.tables import Table, read_table
from mtmgeo.webmap import WebMap, webmap

# A function that has its module's name comes after every import of that module, so that
# `mtmgeo.sheet` is the function.
__all__ = [
    "Assessment",
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
    "SpecError",
    "Table",
    "WebMap",
    "assess",
    "match",
    "read_boundaries",
    "read_decisions",
    "read_table",
    "report",
    "sheet",
    "verify",
    "webmap",
    "write",
]
