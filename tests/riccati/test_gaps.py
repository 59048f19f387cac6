import numpy as np
import pytest

from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.measure import gaps, samples
from shallownets.studies.riccati.theory import scaling


def test_excess_leaves_out_the_start_and_keeps_replicates_apart():
    reference = np.array([1.0, 0.5, 0.25])
    risk = np.array([[1.0, 0.5, 0.25], [7.0, 1.0, 0.75]])
    np.testing.assert_allclose(gaps.excess(risk, reference), [0.0, 1.5])


def test_reached_is_exact_on_an_exponential():
    t = np.linspace(0, 5, 11)
    assert samples.reached(t, np.exp(-t), np.exp(-1.7)) == pytest.approx(1.7, rel=1e-12)
    assert samples.reached(t, np.exp(-t), 0.001) == np.inf
    assert samples.reached(t, np.exp(-t), 2.0) == 0.0
    # the first time, even where the risk rises again
    assert 1 < samples.reached(np.arange(4.0), np.array([1.0, 0.6, 0.4, 0.9]), 0.5) < 2


def test_time_to_risk_inverts_the_exact_flow(rng):
    lam, start = model.spectrum(12, 1.0), starts.uniform(12, 5, 400, rng)
    t = samples.time_to_risk(start, lam, 0.25)
    assert model.risk(next(exact.overlaps(start, lam, [t])), lam) == pytest.approx(0.25, abs=1e-8)
    with pytest.raises(ValueError):
        samples.time_to_risk(start, lam, 0.9999)


def test_the_exponent_of_the_gap_is_that_of_a_power_law(rng):
    flow = np.full((4, 3), 0.5)
    found = {}
    for eta in (0.1, 0.2, 0.4):
        sgd = flow * (1 + eta * np.array([[0.9], [1.0], [1.0], [1.1]]))
        found[eta] = gaps.gap(sgd, flow, flow * (1 + eta**2))
        assert found[eta].sgd.value == pytest.approx(eta, rel=1e-12) and found[eta].sgd.n == 4
        assert found[eta].over.value == pytest.approx(np.log(sgd / (flow * (1 + eta**2))).mean(), rel=1e-12)
    exponent = gaps.gap_exponent(found)
    assert exponent.sgd.value == pytest.approx(1, rel=1e-10)
    assert exponent.finite_step == pytest.approx(2, rel=1e-10)


def test_exponents_of_the_risk_are_those_of_its_power_part(rng):
    M_star, beta, t = 16, 1.0, np.geomspace(1, 100, 30)
    tail = scaling.power_part(np.array([0.0]), M_star, beta)[0]  # what a finite M* cuts off
    risks = tuple(t**power * [[1.0], [1.3]] - tail for power in (-0.9, -1.0, -0.8))
    found = gaps.risk_exponents(t, (2, 50), risks, M_star, beta)
    assert (found.sgd.value, found.flow, found.finite_step, found.over.value) == pytest.approx((-0.9, -1, -0.8, -0.1))
    with pytest.raises(ValueError, match="1 times in the window"):
        gaps.risk_exponents(t, (t[3], t[3]), risks, M_star, beta)
    with pytest.raises(ValueError, match="at beta = 1/2 the risk has no power"):
        gaps.risk_exponents(t, (2, 50), risks, M_star, 0.5)


@pytest.mark.parametrize(("variable", "power"), [("d", 1.3), ("M_star", 1.2)])
def test_the_exponent_of_the_samples_is_that_of_a_power_law(variable, power):
    sizes = []
    for x in (64, 128, 256):
        key = {"M_star": 8, "N": 4, "d": 512} | {variable: x}
        over_d = (key["d"] ** (power - 1) * np.log(key["d"] / 4)) if variable == "d" else x**power
        numbers = {"sgd": over_d * np.array([0.9, 1.0, 1.1]), "finite step": over_d * np.full(3, 0.8)}
        sizes.append(samples.Size(key, numbers))
    found = samples.samples_exponent(sizes, variable, "sgd")
    assert found.measured.value == pytest.approx(power, rel=1e-10) and found.measured.error > 0
    assert found.finite_step == pytest.approx(power, rel=1e-10)
