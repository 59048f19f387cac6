import numpy as np
import pytest

from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.measure import gaps


def test_excess_leaves_out_the_start_and_keeps_replicates_apart():
    reference = np.array([1.0, 0.5, 0.25])
    risk = np.array([[1.0, 0.5, 0.25], [7.0, 1.0, 0.75]])
    np.testing.assert_allclose(gaps.excess(risk, reference), [0.0, 1.5])


def test_reached_is_exact_on_an_exponential():
    t = np.linspace(0, 5, 11)
    assert gaps.reached(t, np.exp(-t), np.exp(-1.7)) == pytest.approx(1.7, rel=1e-12)
    assert gaps.reached(t, np.exp(-t), 0.001) == np.inf
    assert gaps.reached(t, np.exp(-t), 2.0) == 0.0
    # the first time, even where the risk rises again
    assert 1 < gaps.reached(np.arange(4.0), np.array([1.0, 0.6, 0.4, 0.9]), 0.5) < 2


def test_time_to_risk_inverts_the_exact_flow(rng):
    lam, start = model.spectrum(12, 1.0), starts.uniform(12, 5, 400, rng)
    t = gaps.time_to_risk(start, lam, 0.25)
    assert model.risk(next(exact.overlaps(start, lam, [t])), lam) == pytest.approx(0.25, abs=1e-8)
    with pytest.raises(ValueError):
        gaps.time_to_risk(start, lam, 0.9999)
