"""Jobs multiply matrices by the same kernels on all processors that have them."""

import subprocess
import sys

import pytest

from shallownets.workflow import blas


@pytest.mark.parametrize(("flags", "given", "found"), [
    ("flags\t\t: fpu fma avx avx2 avx512f", {}, {"OPENBLAS_CORETYPE": "Haswell"}),
    ("flags\t\t: fpu fma avx2", {"OPENBLAS_CORETYPE": "Zen"}, {"OPENBLAS_CORETYPE": "Zen"}),
    ("flags\t\t: fpu fma avx", {}, {}),
    ("flags\t\t: fpu avx avx2", {}, {}),
    ("Features\t: fp asimd", {}, {}),
])  # fmt: skip
def test_kernels_are_named_where_they_are_and_nobody_has_named_others(tmp_path, flags, given, found):
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{flags}\n")
    blas.settle(given, tmp_path / "cpuinfo")
    assert given == found


def test_without_a_list_of_flags_nothing_is_named(tmp_path):
    environment = {}
    blas.settle(environment, tmp_path / "cpuinfo")
    assert environment == {}


def test_openblas_knows_them_by_this_name():
    environment = {}
    blas.settle(environment)
    if not environment:
        pytest.skip("a processor without AVX2")
    code = "import numpy as np; np.ones((9, 9)) @ np.ones((9, 9))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment | {"OPENBLAS_VERBOSE": "2"}, capture_output=True, text=True
    )
    assert done.returncode == 0 and "Core: Haswell" in done.stdout + done.stderr
