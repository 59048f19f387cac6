"""Standard normals for compiled loops, several times as fast as a generator called once a number.

Words come from xoshiro256++ 1.0 (Blackman & Vigna, *Scrambled linear pseudorandom number generators*, ACM TOMS
47, 2021; period 2^256 - 1), run as LANES independent generators side by side so that the compiler can use
vector instructions. Each lane has its own 256-bit state from a SeedSequence; that two of n lanes of length l
overlap has probability below n^2 l / 2^256. Pairs of words become pairs of normals by Box & Muller (1958) in single
precision, with logarithm, sine and cosine as the polynomials of Cephes (Moshier), so that these too are vectorised,
sixteen at a time. A normal is a float32 then, off by some 10^-7; more, up to 3 * 10^-4, where both of a pair are near
0. Moments up to the eighth are those of the normal law to 10^-6. The radius has 31 random bits: the largest normal is
sqrt(2 * 32 ln 2) = 6.66, and one of 4 * 10^10 would be larger. One of 10^7 is 0.

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

_ONE = np.uint32(0x3F800000)  # the bits of 1
_ROOT_HALF = np.uint32(0x004AFB0D)  # carries into the exponent where the mantissa exceeds sqrt(2)
# Coefficients of logf.c and sinf.c, highest power first.
_LOG = tuple(
    np.float32(c)
    for c in (
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    )
)
_SINE = tuple(np.float32(c) for c in (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1))
_COSINE = tuple(np.float32(c) for c in (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2))
_HALF, _UNIT, _ONE_AND_HALF, _TWO = np.float32(0.5), np.float32(1.0), np.float32(1.5), np.float32(2.0)
_LN2, _QUARTER = np.float32(np.log(2.0)), np.float32(np.pi / 2)
_BIAS = np.float32(127 + 31)  # of a float's exponent, and the 31 bits of the radius
_U9, _U23 = np.uint32(9), np.uint32(23)
_SIGN, _SIGN_ACROSS, _SWAP, _OCTANT = np.uint32(1), np.uint32(2), np.uint32(4), np.uint32(7)
UNUSED = np.uint64(12)  # low bits of a word that the 52 of a mantissa leave over
_U17, _U19, _U23_OF_64, _U32, _U33, _U41, _U45 = (np.uint64(n) for n in (17, 19, 23, 32, 33, 41, 45))


def seed(sequence: SeedSequence) -> NDArray[np.uint64]:
    """State of one stream, shape (4, LANES)."""
    return aligned.copy(sequence.generate_state(4 * LANES, np.uint64).astype(np.uint64, copy=False).reshape(4, LANES))


def scratch() -> NDArray[np.uint64]:
    """Room for the words of ``fill``, (BLOCK,)."""
    return aligned.zeros((BLOCK,), np.uint64)


# The blocks of ``escape.engines.lanes`` have eight lanes: a loop that takes more at once would go one by one there.
@kernel("void(u8[:, ::1], u8[::1])", at_once=8, nogil=True)
def draw_words(state, words):
    """Fill ``words`` with random bits and advance ``state``, (4, lanes): a word of each lane in turn."""
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    lanes = s0.size
    for start in range(0, words.size, lanes):
        out = words[start : start + lanes]
        for lane in range(lanes):
            a, b, c, d = s0[lane], s1[lane], s2[lane], s3[lane]
            total = a + d
            out[lane] = ((total << _U23_OF_64) | (total >> _U41)) + a
            shifted = b << _U17
            c ^= a
            d ^= b
            b ^= c
            a ^= d
            c ^= shifted
            s0[lane], s1[lane], s2[lane], s3[lane] = a, b, c, (d << _U45) | (d >> _U19)


@kernel("void(u8[::1], f8[::1])", at_once=16, nogil=True)
def box_muller(words, z):
    """Turn 2 h words into 2 h normals: the first h words set the radius, the others the angle. Destroys ``words``.

    Loops are short, and each writes into memory that it does not read: else they are not vectorised.
    """
    half = words.size // 2
    radius, angle = words[:half], words[half:]
    first, second = z[:half], z[half:]
    # either array has room for 4 h numbers of four bytes, of which three times h are used
    bits, floats = words.view(np.uint32), words.view(np.float32)
    integer, turn = z.view(np.uint32), z.view(np.float32)

    integer, octant, turned = integer[:half], integer[half : 2 * half], integer[2 * half : 3 * half]
    turn = turn[2 * half : 3 * half]
    for j in range(half):
        integer[j] = np.uint32(radius[j] >> _U33)
    for j in range(half):
        octant[j] = (np.uint32(angle[j] >> _U32) & ~_OCTANT) | (np.uint32(angle[j]) & _OCTANT)
    # 2^31 u, u in (0, 1]: some of the largest integers are rounded to 2^31
    number, r = bits[:half], floats[:half]
    for j in range(half):
        r[j] = np.float32(np.int32(integer[j])) + _HALF
    # 2^31 u = 2^(k - 127) m with m in [sqrt(1/2), sqrt(2))
    mantissa, power = bits[half : 2 * half], floats[2 * half : 3 * half]
    for j in range(half):
        k = (number[j] + _ROOT_HALF) >> _U23
        mantissa[j] = number[j] - (k << _U23) + _ONE
        power[j] = np.float32(np.int32(k))
    # log m as in logf.c, then r = sqrt(-2 log u)
    m = floats[half : 2 * half]
    for j in range(half):
        f = m[j] - _UNIT
        y = f * f
        tail = _LOG[0]
        for c in _LOG[1:]:
            tail = tail * f + c
        log_u = (power[j] - _BIAS) * _LN2 + (f + (f * y * tail - _HALF * y))
        r[j] = np.sqrt(-_TWO * log_u)
    # an angle in [-pi/4, pi/4) from the upper bits; the octant from the three lowest, which the angle leaves out
    for j in range(half):
        turned[j] = (octant[j] >> _U9) | _ONE
    one, other = floats[half : 2 * half], floats[2 * half : 3 * half]
    for j in range(half):
        t = (turn[j] - _ONE_AND_HALF) * _QUARTER
        y = t * t
        sine = _SINE[0]
        for c in _SINE[1:]:
            sine = sine * y + c
        sine = t + t * y * sine
        cosine = _COSINE[0]
        for c in _COSINE[1:]:
            cosine = cosine * y + c
        cosine = _UNIT - _HALF * y + y * y * cosine
        which = octant[j]
        along = r[j] if which & _SIGN else -r[j]
        across = r[j] if which & _SIGN_ACROSS else -r[j]
        swapped = (which & _SWAP) != np.uint32(0)
        one[j] = along * (sine if swapped else cosine)
        other[j] = across * (cosine if swapped else sine)
    for j in range(half):
        first[j] = one[j]
    for j in range(half):
        second[j] = other[j]


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
