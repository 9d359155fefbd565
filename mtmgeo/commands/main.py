"""The command line: arguments in, calls of the library, sentences and exit codes out.

Each command takes what it needs from `mtmgeo`, which loads it then: none waits for the others.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import mtmgeo
from mtmgeo.commands import boundary_commands, file_commands, map_commands, table_commands
from mtmgeo.core.errors import MtmgeoError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Words after the program's name; those of the process where None.

    Returns
    -------
    status
        0 if all is well, 1 if `verify` or `boundaries check` finds a fault, 2 if something given
        cannot be used.
    """
    options = _parser().parse_args(arguments)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output, such as head, has had enough; nothing is to be said of that.
        _silence()
        return 141
    except OSError as error:  # such as a full disk that the standard output goes to
        _silence()
        what = error.filename or "the standard output"
        print(f"mtmgeo: {what} cannot be used: {error.strerror or error}.", file=sys.stderr)
        return 2
    except MtmgeoError as error:
        for fault in error.faults:
            print(f"mtmgeo: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("mtmgeo: stopped; nothing was written.", file=sys.stderr)
        return 130
    return status


def _silence() -> None:
    """Let what is still to be printed go nowhere."""
    with suppress(OSError):  # where the output is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mtmgeo",
        description="Tie assessed locations to p-codes, count people by unit, and draw maps that "
        "carry IOM's disclaimer.",
    )
    parser.add_argument("--version", action="version", version=f"mtmgeo {mtmgeo.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for family in (table_commands, map_commands, file_commands, boundary_commands):
        family.add(commands)
    return parser
