"""Arrays whose rows begin where a line of the cache does: elsewhere, loops over short rows take a tenth longer."""

import numpy as np
from numpy.typing import NDArray

LINE = 8  # numbers of eight bytes in a line


def zeros(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Zeros that begin at a line; so do all rows, if the last length is a multiple of LINE."""
    size = int(np.prod(shape))
    memory = np.zeros(size + LINE)
    first = -(memory.ctypes.data // memory.itemsize) % LINE
    return memory[first : first + size].reshape(shape)
