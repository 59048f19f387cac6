"""Assignment of an array in compiled loops.

To compile ``out[:] = values`` takes numba one to three seconds, a tuple in place of the values included: it looks for
shapes that differ and for memory that overlaps. Most kernels take less.
"""

from shallownets.numerics.jit import kernel


@kernel("void(f8[::1], f8[::1])", nogil=True)
def assign(out, values):
    """out <- values, which is at least as long as out; both lie apart, or values begins where out does or later."""
    for j in range(out.size):
        out[j] = values[j]
