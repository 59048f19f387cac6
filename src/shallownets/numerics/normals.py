"""Standard normals for compiled loops, about ten times as fast as a generator called once a number.

Words come from xoshiro256++ 1.0 (Blackman & Vigna, *Scrambled linear pseudorandom number generators*, ACM TOMS
47, 2021; period 2^256 - 1), run as LANES independent generators side by side so that the compiler can use
vector instructions. Each lane has its own 256-bit state from a SeedSequence; that two of n lanes of length l
overlap has probability below n^2 l / 2^256. Pairs of words become pairs of normals by Box & Muller (1958), with
logarithm, sine and cosine as the polynomials of fdlibm, so that these too are vectorised. The radius has 52
random bits: the largest normal is sqrt(2 * 53 ln 2) = 8.57.

Only IEEE operations without reassociation are used: the same seed gives the same bits on every machine.
"""

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

from shallownets.numerics import aligned
from shallownets.numerics.jit import kernel

LANES = 64
BLOCK = 1024  # words in flight: 8 KiB, well inside the first-level cache
GRAIN = 2 * LANES  # normals come in multiples of this

_ONE = np.uint64(0x3FF0000000000000)  # the bits of 1.0
_TWO52 = np.uint64(0x4330000000000000)  # the bits of 2^52
_ROOT_HALF = np.uint64(0x00095F6200000000)  # carries into the exponent where the mantissa exceeds sqrt(2)
_LN2 = np.log(2.0)
# Coefficients of e_log.c, k_sin.c and k_cos.c, highest power of y first.
_LOG = (
    1.479819860511658591e-01,
    1.531383769920937332e-01,
    1.818357216161805012e-01,
    2.222219843214978396e-01,
    2.857142874366239149e-01,
    3.999999999940941908e-01,
    6.666666666666735130e-01,
)
_SINE = (
    1.58969099521155010221e-10,
    -2.50507602534068634195e-08,
    2.75573137070700676789e-06,
    -1.98412698298579493134e-04,
    8.33333333332248946124e-03,
    -1.66666666666666324348e-01,
)
_COSINE = (
    -1.13596475577881948265e-11,
    2.08757232129817482790e-09,
    -2.75573143513906633035e-07,
    2.48015872894767294178e-05,
    -1.38888888888741095749e-03,
    4.16666666666666019037e-02,
    -0.5,
)
UNUSED = np.uint64(12)  # low bits of a word that the 52 of a mantissa leave over
_U17, _U19, _U23, _U41, _U45, _U52 = (np.uint64(n) for n in (17, 19, 23, 41, 45, 52))


def seed(sequence: SeedSequence) -> NDArray[np.uint64]:
    """State of one stream, shape (4, LANES)."""
    return aligned.copy(sequence.generate_state(4 * LANES, np.uint64).astype(np.uint64, copy=False).reshape(4, LANES))


def scratch() -> NDArray[np.uint64]:
    """Room for the words of ``fill``, (BLOCK,)."""
    return aligned.zeros((BLOCK,), np.uint64)


@kernel("void(u8[:, ::1], u8[::1])", nogil=True)
def draw_words(state, words):
    """Fill ``words`` with random bits and advance ``state``, (4, lanes): a word of each lane in turn."""
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    lanes = s0.size
    for start in range(0, words.size, lanes):
        out = words[start : start + lanes]
        for lane in range(lanes):
            a, b, c, d = s0[lane], s1[lane], s2[lane], s3[lane]
            total = a + d
            out[lane] = ((total << _U23) | (total >> _U41)) + a
            shifted = b << _U17
            c ^= a
            d ^= b
            b ^= c
            a ^= d
            c ^= shifted
            s0[lane], s1[lane], s2[lane], s3[lane] = a, b, c, (d << _U45) | (d >> _U19)


@kernel("void(u8[::1], f8[::1])", nogil=True)
def box_muller(words, z):
    """Turn 2 h words into 2 h normals: the first h words set the radius, the others the angle. Destroys ``words``."""
    half = words.size // 2
    radius, angle = words[:half], words[half:]
    first, second = z[:half], z[half:]
    uniform = first.view(np.uint64)
    exponent = second.view(np.uint64)
    mantissa = radius.view(np.float64)
    turn = angle.view(np.float64)

    # u in (0, 1), on a grid of 2^-52 shifted by half a cell
    for j in range(half):
        uniform[j] = (radius[j] >> UNUSED) | _ONE
    for j in range(half):
        first[j] = first[j] - (1.0 - 2.0**-53)
    # u = 2^(k - 1023) m with m in [sqrt(1/2), sqrt(2)); 2^52 + k is written as bits to turn k into a float
    for j in range(half):
        k = (uniform[j] + _ROOT_HALF) >> _U52
        radius[j] = uniform[j] - (k << _U52) + _ONE
        exponent[j] = _TWO52 | k
    # log m as in fdlibm's e_log.c, then r = sqrt(-2 log u)
    for j in range(half):
        f = mantissa[j] - 1.0
        s = f / (2.0 + f)
        y = s * s
        tail = 0.0
        for c in _LOG:
            tail = (tail + c) * y
        log_u = (second[j] - (2.0**52 + 1023.0)) * _LN2 + (f - s * (f - tail))
        first[j] = np.sqrt(-2.0 * log_u)
    # an angle in [-pi/4, pi/4) from the upper bits; the octant from the three lowest, which the angle leaves out
    for j in range(half):
        exponent[j] = angle[j]
        angle[j] = (angle[j] >> UNUSED) | _ONE
    for j in range(half):
        t = (turn[j] - 1.5) * (np.pi / 2)
        y = t * t
        sine = 0.0
        for c in _SINE:
            sine = (sine + c) * y
        sine = t + t * sine
        cosine = 0.0
        for c in _COSINE:
            cosine = (cosine + c) * y
        cosine = 1.0 + cosine
        octant = exponent[j]
        r = first[j]
        along = r if octant & np.uint64(1) else -r
        across = r if octant & np.uint64(2) else -r
        swapped = (octant & np.uint64(4)) != np.uint64(0)
        first[j] = along * (sine if swapped else cosine)
        second[j] = across * (cosine if swapped else sine)


@kernel("void(u8[:, ::1], u8[::1], f8[::1])")
def fill(state, words, z):
    """Fill ``z`` with independent standard normals and advance ``state``.

    Args:
        state: (4, LANES), from ``seed``.
        words: from ``scratch``.
        z: any multiple of GRAIN.
    """
    for start in range(0, z.size, BLOCK):
        block = z[start : start + BLOCK]
        part = words[: block.size]
        draw_words(state, part)
        box_muller(part, block)
