"""Build a pack from source figures: ``python -m boundaries.builder FIGURES PACK``.

``FIGURES`` is the folder of the source figures, ``PACK`` that of the pack, with its recipe.toml.
"""

import sys

from boundaries.builder.build import build_pack

if len(sys.argv) != 3:
    sys.exit(__doc__)
print(build_pack(*sys.argv[1:]).summary())
