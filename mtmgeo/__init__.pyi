# The public names, and the modules that hold them: read by type checkers, and by lazy_loader,
# which loads a module when one of its names is first asked for.

from .boundaries.audit.audit import audit
from .boundaries.audit.faults import Audit
from .boundaries.boundary_set import BoundarySet
from .boundaries.packs import Added, add_pack, install_pack, remove_pack
from .boundaries.queries import dissolve, find, locate, neighbours
from .boundaries.read import read_boundaries
from .boundaries.sources.source import Source, read_source
from .commands.report import Report, report
from .core.errors import BoundaryError, DisclaimerError, InputError, MtmgeoError, SpecError
from .figures.assess import Assessment, assess
from .figures.distances import distances, positions, within
from .figures.rounds import RoundsComparison, compare_rounds
from .figures.surfaces import Surface, dasymetric, kernel_density
from .figures.surveys import distribution, proportion
from .files.data_dictionary import data_dictionary
from .files.exports import hxl, layer, tidy
from .files.write import write
from .files.xlsform import xlsform
from .geo.generalise import generalise
from .maps.compose import compose
from .maps.composition import Composition
from .maps.spec import MapSpec
from .matching.decisions import Decision, Decisions, read_decisions
from .matching.match import match
from .matching.result import MatchResult
from .population.population import Population, read_population
from .population.rasters import Raster, read_raster
from .sheets.sheet import MapFigure, sheet
from .style.style import STYLES, Style
from .tables.inspection import Inspection, inspect_table
from .tables.plan import Plan, read_plan
from .tables.table import Table, read_table
from .verification.verify import Finding, verify
from .web.embed import Embedding, embed
from .web.webmap import WebMap, webmap

__version__: str
__all__ = [
    "STYLES",
    "Added",
    "Assessment",
    "Audit",
    "BoundaryError",
    "BoundarySet",
    "Composition",
    "Decision",
    "Decisions",
    "DisclaimerError",
    "Embedding",
    "Finding",
    "InputError",
    "Inspection",
    "MapFigure",
    "MapSpec",
    "MatchResult",
    "MtmgeoError",
    "Plan",
    "Population",
    "Raster",
    "Report",
    "RoundsComparison",
    "Source",
    "SpecError",
    "Style",
    "Surface",
    "Table",
    "WebMap",
    "__version__",
    "add_pack",
    "assess",
    "audit",
    "compare_rounds",
    "compose",
    "dasymetric",
    "data_dictionary",
    "dissolve",
    "distances",
    "distribution",
    "embed",
    "find",
    "generalise",
    "hxl",
    "inspect_table",
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
    "read_plan",
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
    "xlsform",
]
