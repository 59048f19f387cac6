"""Let the packages of .venv come before those that PYTHONPATH names, which a module system has for another Python.

Copied into .venv and run whenever its Python starts, before the checkout is put at the end of ``sys.path``: what
PYTHONPATH names and .venv does not have is found as ever, as is another checkout of this project.
"""

import os
import sys

# as Python's own site module makes paths absolute; and pathlib would cost every start some milliseconds
_named = {os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep)}  # noqa: PTH100
sys.path.sort(key=_named.__contains__)
