"""Run the command line with ``python -m mtmgeo``."""

import sys

from mtmgeo.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
