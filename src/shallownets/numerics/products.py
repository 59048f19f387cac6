"""Products of vectors for compiled loops, whose sums may be reordered, so that they vectorise."""

from shallownets.numerics.jit import kernel


@kernel("f8(f8[::1], f8[::1])", fastmath={"reassoc", "contract", "nsz"}, nogil=True)
def dot(u, v):
    """u.v; v is at least as long as u. NaN and inf keep their meaning."""
    total = 0.0
    for j in range(u.size):
        total += u[j] * v[j]
    return total
