"""The model and its starts, by Monte Carlo, finite differences and limits."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from shallownets.errors import Impossible
from shallownets.studies.emergence import model, starts

LINKS = [
    model.hermite(2),
    model.hermite(3),
    model.hermite(4),
    model.mixture({3: 1, 4: 1}),
    model.mixture({4: 0.8, 6: 0.6}),
    model.mixture({2: 0.3, 4: 1}),
]


@pytest.mark.parametrize("link", LINKS)
def test_links_by_quadrature(link):
    """E σ = 0, E σ^2 = 1, E σ(z) h_j(z) = c_j and E σ σ of correlated normals = φ: Gauss-Hermite rules are exact."""
    z, weight = np.polynomial.hermite_e.hermegauss(20)
    weight = weight / np.sqrt(2 * np.pi)
    assert weight @ link.sigma(z) == pytest.approx(0, abs=1e-12)
    assert weight @ link.sigma(z) ** 2 == pytest.approx(1, abs=1e-12)
    for rho in (-0.7, 0.2, 0.9):
        other = rho * z[:, None] + np.sqrt(1 - rho**2) * z
        assert weight @ (link.sigma(z)[:, None] * link.sigma(other)) @ weight == pytest.approx(link.phi(rho), abs=1e-11)


@pytest.mark.parametrize("link", LINKS)
def test_derivatives_by_differences(link):
    z, h = np.linspace(-2, 2, 9), 1e-5
    slope = np.polynomial.polynomial.polyval(z, link.derivative)
    np.testing.assert_allclose((link.sigma(z + h) - link.sigma(z - h)) / (2 * h), slope, atol=1e-7)
    rho = np.linspace(-0.9, 0.9, 7)
    np.testing.assert_allclose((link.phi(rho + h) - link.phi(rho - h)) / (2 * h), link.dphi(rho), atol=1e-8)


def test_the_lowest_degree_is_the_information_exponent():
    assert [link.exponent for link in LINKS] == [2, 3, 4, 3, 4, 2]
    assert model.mixture({4: 3, 6: 4}).coefficients == pytest.approx((0, 0, 0, 0, 0.6, 0, 0.8))
    assert model.hermite(3).sigma(2.0) == pytest.approx((8 - 6) / np.sqrt(6))  # He_3 = z^3 - 3 z


def test_risk_by_monte_carlo():
    """The risk from overlaps is half the mean square of the difference of two networks in R^d."""
    rng = np.random.default_rng(1)
    link, a = model.mixture({2: 1, 3: 1}), model.strengths(3, 0.7)
    start = starts.uniform(4, 3, 6, 0.3, rng)
    w = start.weights()
    x = rng.standard_normal((400_000, 6))
    f = link.sigma(x @ (w / np.linalg.norm(w, axis=1)[:, None]).T) @ start.r
    squares = (link.sigma(x[:, :3]) @ a - f) ** 2 / 2
    expected = model.risk(start.M, start.G, start.r, a, link)
    assert squares.mean() == pytest.approx(expected, abs=4 * squares.std() / np.sqrt(squares.size))


@pytest.mark.slow
def test_starts_have_the_overlaps_of_uniform_directions():
    """Second and fourth moments of M and G, and independence: as directions drawn in R^d, where N > d - P too."""
    for N, P, d in ((3, 2, 7), (4, 2, 3), (2, 2, 2)):
        drawn = [starts.uniform(N, P, d, 1.0, np.random.default_rng([5, N, i])) for i in range(4000)]
        u = np.random.default_rng([6, N]).standard_normal((4000, N, d))
        u /= np.linalg.norm(u, axis=2)[..., None]
        ours = np.array([[s.M[-1, 0], s.G[0, -1], s.G[0, -1] * s.M[0, 0] * s.M[-1, 0]] for s in drawn])
        G = np.einsum("sd,sd->s", u[:, 0], u[:, -1])
        theirs = np.stack([u[:, -1, 0], G, G * u[:, 0, 0] * u[:, -1, 0]], axis=1)
        for a, b in zip(ours.T, theirs.T, strict=True):
            assert stats.ks_2samp(a, b).pvalue > 1e-3
        assert max(abs(s.G.diagonal() - 1).max() for s in drawn) < 1e-12


def test_starts_at_a_dimension_that_no_memory_holds():
    start = starts.uniform(32, 16, 10**8, 1e-6, np.random.default_rng(3))
    x = start.M.ravel() * np.sqrt(1e8)
    assert stats.kstest(x, "norm").pvalue > 1e-3
    assert start.rest.shape == (32, 32)


def test_weights_have_the_overlaps():
    start = starts.uniform(5, 3, 12, 0.25, np.random.default_rng(2))
    w = start.weights()
    np.testing.assert_allclose(w @ w.T, 0.25 * start.G, atol=1e-14)
    np.testing.assert_allclose(w[:, :3], 0.5 * start.M, atol=1e-15)


def test_strengths():
    a = model.strengths(5, 0.8)
    assert a[0] == 1
    assert np.log(a[3] / a[1]) == pytest.approx(-0.8 * np.log(2))
    assert all(x > y for x, y in pairwise(a))


@pytest.mark.parametrize(
    "make",
    [
        lambda: model.hermite(1),
        lambda: model.mixture({}),
        lambda: model.mixture({2: 0.0}),
        lambda: model.Link((0.0, 0.0, 0.5)),
        lambda: model.strengths(0, 1.0),
        lambda: model.strengths(3, -1.0),
        lambda: starts.uniform(2, 3, 2, 1e-3, np.random.default_rng(0)),
        lambda: starts.uniform(2, 3, 4, 0.0, np.random.default_rng(0)),
        lambda: starts.Start(np.eye(2), np.zeros((2, 1)), np.ones(2), 2),
        lambda: starts.Start(np.eye(2), np.zeros((2, 0)), np.zeros(2), 2),
        lambda: starts.Start(2 * np.eye(2), np.zeros((2, 0)), np.ones(2), 2),
        lambda: starts.Start(np.eye(2), np.zeros((1, 0)), np.ones(2), 2),
    ],
)
def test_what_cannot_be(make):
    with pytest.raises(Impossible):
        make()


def test_a_named_mixture_has_its_weights():
    np.testing.assert_allclose(model.named("0.6 h4 + 0.8 h6").coefficients, [0, 0, 0, 0, 0.6, 0, 0.8])
    np.testing.assert_allclose(model.named("h3 + 2 h3 + 4 h5").coefficients, [0, 0, 0, 0.6, 0, 0.8])
