"""Run the command line with ``python -m mtmgeo``."""

import sys

from mtmgeo.cli import main

if __name__ == "__main__":
    sys.exit(main())
