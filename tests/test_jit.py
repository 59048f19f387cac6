"""Compiled kernels are cached under the source that they come from."""

import os
import shutil
import subprocess
import sys

import pytest

from shallownets.numerics import jit
from shallownets.workflow import sources


@pytest.fixture
def copied(tmp_path):
    """The folder of a copy of the source."""
    return shutil.copytree(sources.ROOT, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))


def compiled(copied, module):
    """Names of the caches after a process of its own imported a module, and their files of machine code."""
    caches = copied.parent / "caches"
    # a copy is not the source that `make coverage` counts
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment |= {"PYTHONPATH": str(copied), "NUMBA_CACHE_DIR": str(caches)}
    subprocess.run([sys.executable, "-c", f"import {module}"], env=environment, check=True)
    return {folder.name: {path.name for path in folder.rglob("*.nbc")} for folder in caches.iterdir()}


def test_a_kernel_is_compiled_once_until_its_source_or_what_that_imports_changes(copied):
    (first,) = found = compiled(copied, "shallownets.numerics.normals")
    assert len(found[first]) == 3
    assert compiled(copied, "shallownets.numerics.normals") == found
    with (copied / "shallownets/workflow/sources.py").open("a") as file:
        file.write("\n")
    after = compiled(copied, "shallownets.numerics.normals")
    assert len(after) == 2
    assert after[first] == found[first]


def test_modules_do_not_share_a_cache_and_a_constant_of_another_module_counts():
    assert jit.cache_directory("shallownets.numerics.normals") != jit.cache_directory("shallownets.numerics.integrate")
    frozen = sources.ROOT / "shallownets/studies/escape/model.py"  # DIVERGED
    assert frozen in sources.closure("shallownets.studies.escape.engines.chain")
    assert jit.cache_directory("shallownets.studies.escape.engines.chain").name == sources.digest(
        sources.closure("shallownets.studies.escape.engines.chain")
    )
