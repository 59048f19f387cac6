"""The generator: its words against a plain implementation, its normals against the normal law."""

import numpy as np
import pytest
from numpy.random import SeedSequence
from scipy import stats

from shallownets.numerics import normals

COUNT = 2**22


def draw(seed: int, count: int = COUNT, spawn: int = 0) -> np.ndarray:
    state = normals.seed(SeedSequence(seed, spawn_key=(spawn,)))
    z = np.empty(count)
    normals.fill(state, normals.scratch(), z)
    return z


@pytest.fixture(scope="module")
def sample():
    return draw(1)


def test_words_are_those_of_xoshiro256_plus_plus():
    mask = 2**64 - 1

    def rotate(x, k):
        return (x << k | x >> (64 - k)) & mask

    state = normals.seed(SeedSequence(5))
    lanes = [[int(state[row, lane]) for row in range(4)] for lane in range(normals.LANES)]
    words = np.empty(10 * normals.LANES, np.uint64)
    normals.draw_words(state, words)
    for lane, s in enumerate(lanes):
        for turn in range(10):
            assert words[turn * normals.LANES + lane] == (rotate((s[0] + s[3]) & mask, 23) + s[0]) & mask
            t = (s[1] << 17) & mask
            s[2] ^= s[0]
            s[3] ^= s[1]
            s[1] ^= s[2]
            s[0] ^= s[3]
            s[2] ^= t
            s[3] = rotate(s[3], 45)
        assert [int(state[row, lane]) for row in range(4)] == s


def test_box_muller_agrees_with_library_functions_to_single_precision():
    words = SeedSequence(2).generate_state(normals.BLOCK, np.uint64)
    half = words.size // 2
    u = ((words[:half] >> np.uint64(33)).astype(float) + 0.5) * 2.0**-31
    t = ((words[half:] >> np.uint64(41)).astype(float) * 2.0**-23 - 0.5) * np.pi / 2
    low = words[half:] & np.uint64(7)
    radius = np.sqrt(-2 * np.log(u))
    first = np.where(low & 4, np.sin(t), np.cos(t)) * np.where(low & 1, radius, -radius)
    second = np.where(low & 4, np.cos(t), np.sin(t)) * np.where(low & 2, radius, -radius)
    z = np.empty(words.size)
    normals.box_muller(words, z)
    # u is rounded by 2^-24 of itself, which r^2 gets twice; of r each of some operations leaves out as much again
    bound = 2.0**-24 * (1 / radius + 8 * radius)
    assert (np.abs(z - np.concatenate([first, second])) < np.concatenate([bound, bound])).all()


def test_the_largest_normals_are_those_of_31_bits():
    words = np.zeros(normals.BLOCK, np.uint64)
    z = np.empty(words.size)
    normals.box_muller(words, z)
    assert np.hypot(z[0], z[words.size // 2]) == pytest.approx(np.sqrt(2 * 32 * np.log(2)), rel=1e-6)
    words[:] = 2**64 - 1  # u next to 1
    normals.box_muller(words, z)
    assert np.abs(z).max() < 1e-3


def test_moments_to_order_eight(sample):
    for order in range(1, 9):
        moment = 0.0 if order % 2 else float(np.prod(np.arange(1, order, 2)))
        variance = float(np.prod(np.arange(1, 2 * order, 2))) - moment**2
        assert abs((sample**order).mean() - moment) < 4 * np.sqrt(variance / COUNT)


def test_the_whole_law_and_its_tails(sample):
    assert stats.kstest(sample, "norm").pvalue > 1e-3
    for level in (2.0, 3.0, 4.0, 4.5):
        expected = COUNT * 2 * stats.norm.sf(level)
        assert abs((np.abs(sample) > level).sum() - expected) < 4 * np.sqrt(expected)


def test_lanes_halves_and_successive_draws_are_uncorrelated(sample):
    bound = 4.5 / np.sqrt(COUNT)
    for values in (sample, sample**2 - 1):
        scale = (values**2).mean()
        for lag in (1, 2, 63, 64, 65, 127, 128, normals.BLOCK // 2, normals.BLOCK):
            assert abs((values[lag:] * values[:-lag]).mean()) < bound * scale


def test_streams_are_uncorrelated_and_reproducible(sample):
    bound = 4.5 / np.sqrt(COUNT)
    np.testing.assert_array_equal(sample, draw(1))
    for other in (draw(2), draw(1, spawn=1)):
        assert abs((sample * other).mean()) < bound


def test_drawing_in_parts_gives_the_same_numbers():
    whole = draw(3, 4 * normals.BLOCK)
    state = normals.seed(SeedSequence(3, spawn_key=(0,)))
    words = normals.scratch()
    parts = [np.empty(normals.BLOCK) for _ in range(4)]
    for part in parts:
        normals.fill(state, words, part)
    np.testing.assert_array_equal(np.concatenate(parts), whole)
