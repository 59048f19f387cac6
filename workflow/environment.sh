#!/bin/sh
# Make .venv from the two locks with the first Python that pyproject.toml supports. Every download's hash is checked.
set -eu
cd "$(dirname "$0")/.."

supported=$(sed -n 's/^requires-python = ">=3\.\([0-9]*\),<3\.\([0-9]*\)"$/\1 \2/p' pyproject.toml)
least=${supported% *}
below=${supported#* }
python=
for name in ${PYTHON:-python3} $(seq -f 'python3.%g' $((below - 1)) -1 "$least"); do
    if "$name" -c "import sys; sys.exit(not (3, $least) <= sys.version_info < (3, $below))" 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "error: no Python from 3.$least to 3.$((below - 1)) found; install one, or name it: make PYTHON=/path/to/python3" >&2
    exit 2
fi

# Debian and Ubuntu keep the part of Python that makes environments in a package of its own.
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    package=python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $package, which Debian and Ubuntu need to make a Python environment."
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    else
        echo "error: $python cannot make environments; run: sudo apt-get install $package" >&2
        exit 2
    fi
fi

echo "Setting up .venv with $("$python" --version); this takes less than a minute."
rm -rf .venv
"$python" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r bootstrap.lock
.venv/bin/uv pip install --quiet --python .venv --require-hashes -r requirements.lock
.venv/bin/uv pip install --quiet --python .venv --no-deps --no-build-isolation --no-index --editable .
