"""Random numbers of the samples that move the overlap chain: g, h and k of ``chain``, a block of samples at a time."""

import numpy as np

from shallownets.numerics import normals
from shallownets.numerics.jit import kernel

BLOCK = 64  # samples whose random numbers are drawn together; another number would give other results


@kernel("f8(u8[::1], f8, f8)", nogil=True)
def _spare_gamma(spare, d, c):
    """The method of ``_rest`` until it accepts, on a stream of its own, ``spare``: (4,)."""
    words = np.empty(3, np.uint64)
    state = spare.reshape(4, 1)
    while True:
        normals.draw_words(state, words)
        u, v, w = [(word >> normals.UNUSED) + 0.5 for word in words]
        x = np.sqrt(-2.0 * np.log(u * 2.0**-52)) * np.cos(2.0 * np.pi * v * 2.0**-52)
        root = 1.0 + c * x
        if root > 0.0:
            cube = root * root * root
            if np.log(w * 2.0**-52) < 0.5 * x * x + d * (1.0 - cube + np.log(cube)):
                return cube


@kernel("void(u8[::1], f8[::1], u8[:, ::1], i8, f8[::1])", nogil=True)
def _rest(words, z, spares, freedom, k):
    """k = sqrt(chi-squared) with ``freedom`` >= 0 degrees of freedom, from a word and a normal each.

    Marsaglia & Tsang (ACM TOMS 26, 2000). What they reject is drawn again from the replicate's spare stream, so that
    every number uses up one word and one normal.
    """
    if freedom < 2:
        for i in range(k.size):
            k[i] = abs(z[i]) if freedom == 1 else 0.0
        return
    d = 0.5 * freedom - 1.0 / 3.0
    c = 1.0 / np.sqrt(9.0 * d)
    # Below 1 - squeeze x^4 a word is accepted without a logarithm. Theirs holds at every d. From d = 20 on no normal
    # has |c x| > 1/2, so that 0.5 x^2 + d (1 - v + log v) = 3 d (log(1 + y) - y + y^2/2 - y^3/3) at y = c x is at least
    # -3 d y^4/2 = -x^4/(54 d).
    squeeze = 0.0331 if d < 20.0 else 1.0 / (54.0 * d)
    side = spares.shape[0]
    doubts = 0
    for i in range(k.size):
        x = z[i]
        root = 1.0 + c * x
        cube = root * root * root
        u = (np.float64(np.int64(words[i] >> normals.UNUSED)) + 0.5) * 2.0**-52
        doubts += not (cube > 0.0 and u < 1.0 - squeeze * x * x * x * x)
        k[i] = cube
    if doubts:
        for i in range(k.size):
            x, cube = z[i], k[i]
            u = (np.float64(np.int64(words[i] >> normals.UNUSED)) + 0.5) * 2.0**-52
            if cube <= 0.0 or (
                u >= 1.0 - squeeze * x * x * x * x and np.log(u) >= 0.5 * x * x + d * (1.0 - cube + np.log(cube))
            ):
                k[i] = _spare_gamma(spares[i % side], d, c)
    for i in range(k.size):
        k[i] = np.sqrt(2.0 * d * k[i])


@kernel("void(u8[:, ::1], u8[:, ::1], u8[::1], f8[:, :, ::1], i8)", nogil=True)
def draw(state, spares, words, numbers, freedom):
    """Random numbers of the next BLOCK samples, for ``side`` replicates side by side.

    Args:
        state: (4, side) of each replicate's stream of random words; moves on.
        spares: (side, 4), as ``state``, of the streams that replace what is rejected.
        words: (BLOCK * side,) to work in.
        numbers: (p* + p + 1, BLOCK, side) to fill: the components of g, then those of h, last k.
        freedom: N - p - p*, the degrees of freedom of k^2.
    """
    for j in range(numbers.shape[0]):
        normals.draw_words(state, words)
        normals.box_muller(words, numbers[j].reshape(-1))
    normals.draw_words(state, words)
    last = numbers[-1].reshape(-1)
    _rest(words, last.copy(), spares, freedom, last)
