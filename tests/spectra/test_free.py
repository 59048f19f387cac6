"""The spectrum of S* + √t GOE: closed forms against draws, quadrature, fractions, 60 digits, the semicircle."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from numpy.random import default_rng
from scipy import integrate

from shallownets.errors import Impossible
from shallownets.studies.spectra.model import powers
from shallownets.studies.spectra.theory import decomposition, free, law, semicircle
from shallownets.studies.spectra.theory.levels import Levels, levels


def drawn(of, t, rng):
    """Eigenvalues of S* + √t GOE and <v|S*|v> of its eigenvectors."""
    d = of.value.size
    noise = rng.standard_normal((d, d))
    x, vectors = np.linalg.eigh(np.diag(of.value) + np.sqrt(t / (2 * d)) * (noise + noise.T))
    return x, (vectors**2 * of.value[:, None]).sum(0)


@pytest.fixture(scope="module")
def draws():
    """(levels, t, eigenvalues, overlaps) of 40 draws at d = 150."""
    of, t, rng = levels(1.0, 150, 150), 0.3, default_rng(6001)
    pairs = [drawn(of, t, rng) for _ in range(40)]
    return of, t, np.array([x for x, _ in pairs]), np.array([c for _, c in pairs])


@pytest.mark.parametrize("gamma", [0.75, 1.0, 1.5])
def test_sums_over_few_levels_are_those_over_all(gamma):
    few, all_ = levels(gamma, 3000), np.sqrt(3000) * powers(gamma, 3000)
    assert few.weight.sum() == pytest.approx(1, abs=1e-14)
    assert few.value[:64] == pytest.approx(all_[:64], rel=5e-7)
    for function in (np.square, np.sqrt, lambda s: 1 / (0.1 + s)):
        assert few.weight @ function(few.value) == pytest.approx(function(all_).mean(), rel=2e-6)


def test_levels_without_a_meaning_are_refused():
    for gamma, d in ((0.5, 10), (1.0, 0)):
        with pytest.raises(Impossible, match="expected gamma above 1/2"):
            levels(gamma, d)


def test_averages_above_a_point_are_those_of_draws(draws):
    of, t, x, c = draws
    for cut in (0.1, 0.9, 2.0):
        found, above = free.above(of, t, cut), x > cut
        g = (x - c) / (2 * t)
        values = {
            "mass": above.mean(1),
            "g": (above * g).mean(1),
            "gap": (above * (x - cut) * g).mean(1) / (1 + 1 / 150),  # of GOE: d(d + 1)/2 entries for d^2/2
            "unlearned": (~above * x * c).mean(1),
        }
        for name, samples in values.items():
            error = samples.std(ddof=1) / np.sqrt(40)
            assert abs(samples.mean() - getattr(found, name)) < 4 * error + 2e-3 / np.sqrt(150), name


@pytest.mark.parametrize(("t", "cut"), [(0.3, 0.4), (18.0, 7.7), (1e-3, 0.02), (1.0, 2.5), (2.0, -1.0), (90.0, 16.0)])
def test_averages_above_a_point_are_those_of_the_curve(t, cut):
    of = levels(1.0, 400, 400)
    found, curve = free.above(of, t, cut), law.law(of, t, cut)
    above = curve.x > cut
    assert (curve.share * above).sum() == pytest.approx(found.mass, abs=1e-9)
    assert (curve.share * above * curve.g).sum() == pytest.approx(found.g, abs=1e-8)
    assert (curve.share * above * (curve.x - cut) * curve.g).sum() == pytest.approx(found.gap, abs=1e-8)
    assert (curve.share * ~above * curve.x * curve.c).sum() == pytest.approx(found.unlearned, abs=1e-8)


def test_one_level_has_the_semicircle():
    of, t = Levels(np.array([3.0]), np.array([1.0])), 0.49
    for x in (1.7, 2.5, 3.0, 4.2, 5.0):
        k = (x - 3) / 0.7
        m1, m2 = semicircle.first(k), semicircle.second(k)
        found = free.above(of, t, x)
        assert found.mass == pytest.approx(semicircle.mass(k), abs=1e-13)
        assert found.gap == pytest.approx((m2 + k * m1) / 2, abs=1e-13)  # g = (x - 3)/2t there
        assert found.unlearned == pytest.approx(9 * (1 - semicircle.mass(k)) - 3 * 0.7 * (m1 + k * semicircle.mass(k)))


def test_moments_of_the_semicircle_are_its_integrals():
    for x in (-2.5, -1.0, 0.0, 0.7, 1.9, 2.5):
        for power, moment in enumerate((semicircle.mass, semicircle.first, semicircle.second)):

            def part(u, x=x, power=power):
                return (u - x) ** power * np.sqrt(4 - u * u) / (2 * np.pi)

            expected = integrate.quad(part, max(x, -2), 2)[0] if x < 2 else 0
            assert moment(x) == pytest.approx(expected, abs=1e-9)


def test_isolated_bands_are_exact_where_they_are_narrower_than_the_last_digit():
    """d = 1e6, gamma = 1.5: bands are 1e-13 of their level wide. By residues, in exact fractions."""
    of, t, top = levels(1.5, 10**6), 1e-20, 3
    s, w = [Fraction(v) for v in of.value], [Fraction(v) for v in of.weight]
    g = sum(w[i] * sum(w[j] / (s[i] - s[j]) for j in range(top, len(s))) for i in range(top))
    out = [sum(w[j] / (s[i] - s[j]) for j in range(top, len(s))) for i in range(top)]
    xg = (sum(w[:top]) ** 2 + 2 * sum(w[i] * s[i] * out[i] for i in range(top))) / 2  # but for a term of order t
    cut = float(s[top - 1] + s[top]) / 2
    found = free.above(of, t, cut)
    assert found.mass == pytest.approx(3e-6, rel=1e-9)
    assert found.g == pytest.approx(float(g), rel=1e-9)
    assert found.gap == pytest.approx(float(xg - Fraction(cut) * g), rel=1e-7)
    curve = law.law(of, t)
    assert len(curve.held) == len(s)
    assert curve.share[curve.band < top].sum() == pytest.approx(3e-6, rel=1e-8)
    widths = curve.edges[:top, 1] - curve.edges[:top, 0]
    assert (widths < 1e-9).all()
    at = free.place(of.value, of.weight, t, of.value[1], np.empty(5))
    assert at == 1


def test_ends_of_isolated_bands_are_distances_from_their_levels():
    """sqrt(t w) on both sides: sums of u - s are those of the distance, not of what is left of it beside the level."""
    value, weight, t = np.linspace(3.0, 0.5, 41), np.linspace(0.2, 1.0, 41) / 24.6, 1e-30  # more than a vector holds
    low, high, joined = np.empty(41), np.empty(41), np.empty(41, bool)
    law._cells(value, weight, t, low, high, joined)
    assert not joined.any()
    for ends in (low, high):
        np.testing.assert_allclose(ends, np.sqrt(t * weight), rtol=1e-12)


def _fifty_digits(of, t, x, near, offset, v):
    """z less the level ``near`` in 60 digits: Newton's method on x = z + t G(z), from digits of the machine."""
    s, w = [Decimal(one) for one in of.value.tolist()], [Decimal(one) for one in of.weight.tolist()]
    u, v, t, goal = Decimal(offset), Decimal(v), Decimal(t), Decimal(x) - s[near]
    for _ in range(60):
        re, im, slope, turn = u, v, Decimal(1), Decimal(0)  # of z + t G(z), and of its derivative
        for one, share in zip(s, w, strict=True):
            r = s[near] - one + u
            square = r * r + v * v
            re, im = re + t * share * r / square, im - t * share * v / square
            slope -= t * share * (r * r - v * v) / square**2
            turn += t * share * 2 * r * v / square**2
        off, size = re - goal, slope**2 + turn**2
        step = (off * slope + im * turn) / size, (im * slope - off * turn) / size
        u, v = u - step[0], v - step[1]
        if max(map(abs, step)) < Decimal(10) ** -50 * max(abs(u), abs(v)):
            return u, v
    raise AssertionError("no digits")


@pytest.mark.parametrize(
    ("gamma", "d", "t", "x"),
    [(1.0, 300, 0.3, 0.1), (1.0, 300, 0.3, 1.7), (0.75, 1000, 1e-3, 0.5), (1.5, 10**6, 1e-20, None)],
)
def test_places_have_their_digits(gamma, d, t, x):
    """Against 60 digits, also between bands, and in one that is 1e-13 of its level wide (x: the third)."""
    of, out = levels(gamma, d), np.empty(5)
    x = float(of.value[2]) if x is None else x
    near = free.place(of.value, of.weight, t, x, out)
    with localcontext() as context:
        context.prec = 60
        u, v = _fifty_digits(of, t, x, near, out[0], out[1])
    assert (abs(v) < 1e-30) == (x == 0.5)  # between bands
    assert out[1] == pytest.approx(float(v), rel=1e-11, abs=1e-30)
    assert out[0] == pytest.approx(float(u), rel=1e-11, abs=1e-11 * float(v))


def test_a_place_has_the_eigenvalue_that_was_asked_for():
    of, out = levels(1.0, 1000), np.empty(5)
    for t in (1e-8, 0.1, 30.0):
        for x in (-3.0, 0.0, 0.2, float(of.value[3]) + 1e-5, 5.0, 100.0):
            near = free.place(of.value, of.weight, t, x, out)
            z = complex(of.value[near] + out[0], out[1])
            back = z + t * (of.weight / (z - of.value)).sum() if out[0] or out[1] else z
            assert back.real == pytest.approx(x, abs=1e-10)
            assert out[1] >= 0
            assert abs(back.imag) < 1e-6 * max(1, out[1])


@pytest.mark.parametrize("t", [1e-3, 0.3, 20.0])
def test_derivatives_are_differences(t):
    of, h = levels(1.0, 5000), 1e-5
    x = 0.7 * np.sqrt(t)
    later, sooner = free.above(of, t * (1 + h), x), free.above(of, t * (1 - h), x)
    assert (later.gap - sooner.gap) / (2 * h * t) == pytest.approx(free.above(of, t, x).growth, rel=1e-6)
    up, down = free.above(of, t, x * (1 + h)), free.above(of, t, x * (1 - h))
    assert (up.gap - down.gap) / (2 * h * x) == pytest.approx(-free.above(of, t, x).g, rel=1e-6)


def test_all_of_the_spectrum_counts_half_of_the_entries():
    """A trap: free convolution has d^2/2 entries, a symmetric matrix d(d + 1)/2."""
    found = free.above(levels(1.0, 500), 0.7, -1e3)
    assert (found.mass, found.gap, found.unlearned) == (pytest.approx(1), pytest.approx(0.5), pytest.approx(0))


def test_density_bands_and_overlaps_are_those_of_draws(draws):
    of, t, x, c = draws
    curve = law.law(of, t)
    for band in range(3):  # outliers, one in each draw
        assert x[:, -1 - band].mean() == pytest.approx(curve.x[curve.band == band].mean(), abs=4 * 0.1 / np.sqrt(40))
        shrunk = curve.share[curve.band == band] @ curve.c[curve.band == band] * 150
        samples = c[:, -1 - band]
        assert abs(samples.mean() - shrunk) < 4 * samples.std() / np.sqrt(40)
    low, high = curve.edges[-1]
    assert ((x > low - 0.2) & (x < high + 0.2)).mean() == pytest.approx(curve.held[-1], abs=0.02)
    middle = np.quantile(x, [0.3, 0.5, 0.8])
    order = np.argsort(curve.x)
    share = np.interp(middle, curve.x[order], np.cumsum(curve.share[order]) - curve.share[order] / 2)
    assert share == pytest.approx([0.3, 0.5, 0.8], abs=2 / 150)  # corrections are of order 1/d


def test_shrinkage_is_the_mean_square_error_that_is_left(draws):
    of, t, x, c = draws
    errors = (of.value**2).mean() - (c**2).mean(1)
    shrinkage = law.law(of, t)
    assert errors.mean() == pytest.approx(shrinkage.bayes, rel=0.05)
    f = np.interp(x, np.sort(shrinkage.x), shrinkage.c[np.argsort(shrinkage.x)])
    made = (f**2 - 2 * f * c + (of.value**2).mean()).mean(1)
    assert made.mean() == pytest.approx(shrinkage.bayes, abs=4 * made.std() / np.sqrt(40) + 0.01)


def test_bins_of_the_tail_leave_averages_but_split_bands():
    """A trap: where noise resolves the levels a node of the quadrature is seen as one degenerate level."""
    all_, few = levels(1.0, 400, 400), levels(1.0, 400, 64)
    for t, x in ((1e-2, 0.1), (0.3, 0.5), (5.0, 3.0)):
        a, b = free.above(all_, t, x), free.above(few, t, x)
        assert a.gap == pytest.approx(b.gap, rel=2e-3)
        assert a.unlearned == pytest.approx(b.unlearned, rel=2e-3)
    assert len(law.law(all_, 1e-4).held) > len(law.law(few, 1e-4).held)


@pytest.mark.parametrize(("t", "x"), [(0.3, 0.4), (2.0, 2.5), (1e-3, 0.02)])
def test_parts_add_up_and_the_leading_split_is_their_limit(t, x):
    of = levels(1.0, 400, 400)
    part = free.above(of, t, x)
    error = x**2 * part.mass + 2 * t * (part.gap - x * part.g) + part.unlearned
    parts = decomposition.exact(of, t, x)
    assert parts.total == pytest.approx(error, rel=1e-8)
    assert decomposition.exact(of, t, x, law.law(of, t, x)) == parts


def test_parts_add_up_where_the_threshold_is_near_a_level_but_in_the_part_of_another():
    """Seen at d = 1000, n/d = 1.47: the kink was not at the end of a part, and averages were off by 1e-4."""
    of, t, x = levels(1.0, 1000, 1000), 422.2772287723967, 37.28096677822574
    part = free.above(of, t, x)
    error = x**2 * part.mass + 2 * t * (part.gap - x * part.g) + part.unlearned
    assert decomposition.exact(of, t, x).total == pytest.approx(error, rel=1e-8)


def test_the_leading_split_is_the_limit_of_few_features():
    of = levels(1.0, 10**6)
    for t, k in ((1e4, 2.0), (1e4, 2.5), (1e3, 2.5)):
        exact, leading = (split(of, t, k * np.sqrt(t)) for split in (decomposition.exact, decomposition.leading))
        assert leading.total == pytest.approx(exact.total, rel=2e-3)
    exact, leading = (split(of, 1e4, 100.0) for split in (decomposition.exact, decomposition.leading))
    assert leading.overfitting == pytest.approx(exact.overfitting, rel=1e-3)  # of the bulk, not of another band
    assert exact.overfitting > 1000 * abs(exact.learned)
