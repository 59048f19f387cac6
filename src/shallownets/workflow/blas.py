"""One order of sums in products of matrices, on all processors that jobs may run on.

OpenBLAS chooses its kernels by the processor, and their sums differ in the last bits. A training that has more than one
minimum amplifies them: its risk moved by 0.4 % between two processors. So jobs use the kernels that all
processors with AVX2 and FMA have.
"""

from collections.abc import MutableMapping
from pathlib import Path

KERNELS = "Haswell"  # OpenBLAS's name of those


def settle(environment: MutableMapping[str, str], processor: Path = Path("/proc/cpuinfo")) -> None:
    """Name the kernels in the environment that jobs inherit, unless somebody has, or the processor may lack them."""
    if processor.is_file() and {"avx2", "fma"} <= set(processor.read_text().split()):
        environment.setdefault("OPENBLAS_CORETYPE", KERNELS)
