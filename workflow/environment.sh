#!/bin/sh
# Set up .venv, or find that it is as it should be: with the Python that PYTHON names; without PYTHON, with the one that
# .venv has, or the first that pyproject.toml supports. All else is in environment.py.
set -eu
unset CDPATH
cd -- "$(dirname -- "$0")/.."

# What a module system or a notebook says to its own Python is not meant for this one.
for name in $(env | sed -n 's/^\(PYTHON[A-Z0-9_]\{1,\}\)=.*/\1/p'); do
    unset "$name"
done

supported=$(sed -n 's/^requires-python = ">=3\.\([0-9]*\),<3\.\([0-9]*\)"$/\1 \2/p' pyproject.toml)
least=${supported% *}
below=${supported#* }
if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
else
    set -- .venv/bin/python python3 $(seq -f 'python3.%g' $((below - 1)) -1 "$least")
fi
for python in "$@"; do
    fits=$("$python" -c "import sys; print((3, $least) <= sys.version_info < (3, $below))" 2>/dev/null) || continue
    if [ "$fits" = True ]; then
        exec "$python" -I workflow/environment.py
    fi
done
if [ -n "${PYTHON:-}" ]; then
    echo "error: PYTHON=$PYTHON: expected a Python from 3.$least to 3.$((below - 1))" >&2
else
    echo "error: no Python from 3.$least to 3.$((below - 1)) found; install one, or name it: make figures PYTHON=/path/to/python3" >&2
fi
exit 2
