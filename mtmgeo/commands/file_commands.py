"""Finished maps: verify, embed."""

from __future__ import annotations

import argparse

import mtmgeo


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    _add_verify(commands)
    _add_embed(commands)


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("verify", help="check that maps carry the disclaimer")
    command.add_argument("paths", nargs="+", metavar="PATH", help="maps, or folders of maps")
    command.set_defaults(run=_verify)


def _add_embed(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("embed", help="print the HTML that puts a map into another page")
    command.add_argument("page", metavar="MAP", help="a map that is an .html file")
    command.add_argument(
        "--url", help="where the map will lie (default: beside the page that shows it)"
    )
    command.add_argument(
        "--ratio", default="16/10", metavar="W/H", help="width to height (default: 16/10)"
    )
    command.set_defaults(run=_embed)


def _verify(options: argparse.Namespace) -> int:
    findings = mtmgeo.verify(*options.paths)
    for finding in findings:
        note = f" ({finding.note})" if finding.note else ""
        print(f"{'ok   ' if finding.ok else 'FAULT'} {finding.path}{note}")
        for fault in finding.faults:
            print(f"      {fault}")
    return 0 if all(finding.ok for finding in findings) else 1


def _embed(options: argparse.Namespace) -> int:
    found = mtmgeo.embed(options.page, url=options.url, ratio=options.ratio)
    print(f"A frame by itself:\n\n{found.iframe}\n")
    print(f"As wide as its place, whatever the site's style sheets say:\n\n{found.responsive}")
    return 0
