"""The exact solutions by other roads: arithmetic of thousands of digits, integrations, repeated QR; and their traps."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy.linalg import qr

from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import exact, integration
from shallownets.studies.riccati.theory import emergence


def gram(Z):
    return Z @ np.swapaxes(Z, -1, -2)


def full_risk(W, lam):
    """|T - W W^T|_F^2, W in a basis whose first M* axes are the teacher's: the full flow's own risk."""
    T = np.zeros((len(W), len(W)))
    T[: lam.size, : lam.size] = np.diag(lam)
    return ((T - gram(W)) ** 2).sum()


def solve(A, B):
    """A^-1 B for lists of rows of Decimals, by elimination with pivots."""
    rows = [[*a, *b] for a, b in zip(A, B, strict=True)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(len(rows)):
            if k != i:
                factor = rows[k][i] / rows[i][i]
                rows[k] = [x - factor * y for x, y in zip(rows[k], rows[i], strict=True)]
    return np.array([[x / row[i] for x in row[len(rows) :]] for i, row in enumerate(rows)], dtype=object)


def closed_form(Z_0, lam, t, digits):
    """G(t) by the formula as it stands, with so many digits that nothing overflows and nothing is lost."""
    with localcontext() as context:
        context.prec = digits
        decimal = np.vectorize(Decimal, otypes=[object])
        Z, growth = decimal(Z_0), np.array([(Decimal(t) * x).exp() for x in decimal(lam)], dtype=object)
        N = Z.shape[1]
        inner = np.array([[Decimal(int(i == j)) for j in range(N)] for i in range(N)], dtype=object)
        inner += Z.T @ ((growth**2 - 1)[:, None] * Z)
        Y = growth[:, None] * Z
        return (Y @ solve(inner.tolist(), Y.T.tolist())).astype(float)


@pytest.mark.parametrize(
    ("M_star", "N", "d", "beta"), [(3, 2, 10**3, 1.0), (4, 3, 10**8, 0.25), (2, 3, 50, 1.5), (1, 1, 10**14, 2.0)]
)
def test_it_is_the_closed_form_at_any_time(M_star, N, d, beta, rng):
    lam = model.spectrum(M_star, beta)
    start = starts.uniform(M_star, N, d, rng)
    for e_folds in (0.0, 1.0, 20.0, 150.0, 1000.0):
        t = e_folds / lam[0]
        (Z,) = exact.overlaps(start, lam, [t])
        digits = 60 + int(0.9 * e_folds * min(M_star, N))  # e^{2t λ_1} to the power of the rank, and some more
        assert np.abs(gram(Z) - closed_form(start.Z, lam, t, digits)).max() < 1e-14


def by_repeated_qr(start, lam, t, most):
    """Z(t) by advances of at most ``most`` e-folds, each followed by a QR with column pivoting."""
    M_star = lam.size
    frame = np.vstack([start.Z, start.rest])
    steps = int(np.ceil(t * lam[0] / most))
    growth = np.exp(np.concatenate([lam, np.zeros(start.Z.shape[1])]) * t / steps)
    for _ in range(steps):
        frame = qr(growth[:, None] * frame, mode="economic", pivoting=True)[0]
    return frame[:M_star]


@pytest.mark.parametrize("beta", [0.25, 1.0, 2.0])
def test_it_agrees_with_repeated_pivoted_qr(beta, rng):
    lam = model.spectrum(40, beta)
    start = starts.uniform(40, 12, 10**8, rng)
    for e_folds in (30.0, 500.0, 5000.0):
        (Z,) = exact.overlaps(start, lam, [e_folds / lam[0]])
        other = by_repeated_qr(start, lam, e_folds / lam[0], 200.0)
        assert np.abs(gram(Z) - gram(other)).max() < 1e-10


@pytest.mark.parametrize(("M_star", "N"), [(60, 60), (90, 40), (5, 1)])
def test_the_graph_over_the_first_directions_is_the_span_of_the_trapezoidal_basis(M_star, N, rng, monkeypatch):
    """Its error grows as the square of the first rows' condition, to 1e-9 and some more at the largest left to it."""
    lam = model.spectrum(M_star, 1.0)
    times = np.array([0.0, 1.0, 10.0, 100.0, 1000.0]) / lam[0]
    for condition in (1.0, 2.9e4):
        drawn = starts.uniform(M_star, N, 10**6, rng)
        U, s, Vt = np.linalg.svd(drawn.Z[:N])
        least = s[0] / (condition if N > 1 else 1.0)
        first = (U * np.append(s[:-1] if condition == 1.0 else np.linspace(s[0], least, N)[:-1], least)) @ Vt
        Z = np.vstack([first, drawn.Z[N:]])
        start = starts.Start(Z, np.linalg.cholesky(np.eye(N) - Z.T @ Z).T)
        by_graph = list(exact.overlaps(start, lam, times))
        with monkeypatch.context() as patch:
            patch.setattr(exact, "_CONDITION", 0.0)
            by_qr = list(exact.overlaps(start, lam, times))
        for one, other in zip(by_graph, by_qr, strict=True):
            assert np.abs(gram(one) - gram(other)).max() < (1e-12 if condition == 1.0 else 5e-9)
            assert model.risk(one, lam) == pytest.approx(model.risk(other, lam), rel=2e-9, abs=1e-14)


def test_a_single_qr_is_wrong_in_silence_where_the_exact_solution_is_not(rng):
    lam = model.spectrum(300, 1.0)
    start = starts.uniform(300, 300, 10**8, rng)
    t = 1000.0 / lam[0]
    # Scaled so that nothing overflows, all rows but the first vanish; a QR of zeros is the identity: all is learned.
    growth = np.exp(t * (np.concatenate([lam, np.zeros(300)]) - lam[0]))
    single = np.linalg.qr(growth[:, None] * np.vstack([start.Z, start.rest]))[0][:300]
    assert np.isfinite(single).all()
    assert model.risk(single, lam) < 1e-3
    (Z,) = exact.overlaps(start, lam, [t])
    learned = int((emergence.times(lam, 300, 10**8) < t).sum())
    assert 100 < learned < 200
    assert model.risk(Z, lam) == pytest.approx(model.best_risk(lam, learned), rel=0.5)


def test_an_integration_of_deficient_rank_drifts_and_the_exact_solution_does_not(rng):
    lam = model.spectrum(8, 1.0)
    start = starts.uniform(8, 3, 10**3, rng)
    times = np.array([5.0, 10.0, 20.0, 40.0]) / lam[0]
    drift = [
        np.abs(gram(Z) - G).max()
        for Z, G in zip(
            exact.overlaps(start, lam, times), integration.overlaps(gram(start.Z), lam, times, 1e-10), strict=True
        )
    ]
    assert drift[0] < 1e-8
    assert drift[3] > 1e-5 > 100 * drift[0]
    with pytest.raises(ArithmeticError, match="broke down"):
        integration.overlaps(-0.1 * np.eye(8), lam, times, 1e-10)


@pytest.mark.parametrize(("M_star", "N", "d"), [(5, 3, 30), (3, 5, 30), (4, 4, 60)])
def test_both_flows_are_those_of_the_weights(M_star, N, d, rng):
    lam = model.spectrum(M_star, 1.0)
    start = starts.uniform(M_star, N, d, rng)
    times = np.array([1.0, 5.0, 10.0, 25.0]) / lam[0]
    integrated = integration.weights(0.1 * start.weights(d), lam, times, 1e-12)
    kept = M_star + N
    for W, Z, by_weights in zip(
        exact.weights(start, 0.1, lam, times), exact.overlaps(start, lam, times), integrated, strict=True
    ):
        assert np.abs(gram(W) - gram(by_weights)[:kept, :kept]).max() < 1e-9
        directions = np.linalg.qr(by_weights)[0][:M_star]
        if M_star >= N:  # beyond it columns of W die out, and a QR of what is left of them means nothing
            assert np.abs(gram(Z) - gram(directions)).max() < 1e-9
        T = np.zeros((d, d))
        T[:M_star, :M_star] = np.diag(lam)
        assert full_risk(W, lam) == pytest.approx(((T - gram(by_weights)) ** 2).sum(), abs=1e-9)


def test_the_full_flow_ends_on_the_best_approximation_and_never_beats_the_best_radial_part(rng):
    lam = model.spectrum(12, 0.75)
    start = starts.uniform(12, 5, 10**8, rng)
    times = np.array([1.0, 10.0, 100.0, 1e4]) / lam[0]
    for W, Z in zip(exact.weights(start, 1e-3, lam, times), exact.overlaps(start, lam, times), strict=True):
        assert full_risk(W, lam) >= model.risk(Z, lam) - 1e-14
    assert full_risk(W, lam) == pytest.approx(model.best_risk(lam, 5), rel=1e-12)
    assert np.allclose(gram(W)[:12, :12], np.diag(np.where(np.arange(12) < 5, lam, 0)), atol=1e-12)


def test_it_solves_the_riccati_equation(rng):
    lam = model.spectrum(9, 0.4)
    start = starts.uniform(9, 4, 200, rng)
    for t in (0.0, 3.0, 12.0):
        h = 1e-5
        before, at, after = (gram(Z) for Z in exact.overlaps(start, lam, [t, t + h, t + 2 * h]))
        assert np.allclose((after - before) / (2 * h), model.riccati(at, lam), atol=1e-9)


@pytest.mark.parametrize("N", [1, 7, 12])
def test_the_start_and_the_end(N, rng):
    lam = model.spectrum(7, 1.0)
    start = starts.uniform(7, N, 10**6, rng)
    first, last = exact.overlaps(start, lam, [0.0, 1e6])
    assert np.allclose(gram(first), gram(start.Z), atol=1e-15)
    assert np.allclose(gram(last), np.diag((np.arange(7) < N).astype(float)), atol=1e-12)
