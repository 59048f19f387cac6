"""The final descent: its law, its measurement, the stage and the figure."""

import numpy as np
import pytest

from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import gradient_flow
from shallownets.studies.escape.figures import descent as figure
from shallownets.studies.escape.measure import descent as measure
from shallownets.studies.escape.model import plateau_risk, population_risk
from shallownets.studies.escape.theory import late
from tests.escape.made import made

GIVEN = {"widths": [[2, 2], [4, 2]], "drawn_at": 1000, "N": [1e4, 1e6], "fraction": 0.5, "shares": [0.1, 1e-3, 1e-4]}
GIVEN |= {"starts": 3, "points": 31, "tolerance": 1e-10, "seed": 1}


def tables():
    """What the stage makes of the times that are kept."""
    return made("descent", {"resamples": 10, "seed": 1}, runs=made("descent_runs", GIVEN).data)


@pytest.mark.parametrize(("p", "p_star"), [(2, 1), (4, 2), (32, 2)])
def test_the_descent_is_the_time_at_which_the_late_risk_is_that_small(p, p_star):
    t = late.descent_time(p, p_star, 1e-6)
    q_0 = late.excess_norm(p, p_star, 1.0, p * t)
    assert late.late_risk(p, p_star, 0.0, q_0) == pytest.approx(1e-6, rel=1e-12)
    assert late.excess_norm_at(p, p_star, 1e-6) == pytest.approx(q_0, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(("p", "p_star"), [(2, 1), (6, 2), (40, 2), (12, 4)])
def test_gradient_flow_descends_as_the_law_says(rng, p, p_star):
    """By another engine than the stage's, where the exponential part is gone: up to a relative q_0^2."""
    start, t = starts.gaussian(p, p_star, 10000, rng), np.linspace(0, 400, 40001)
    run = gradient_flow.simulate(start, 1.0, p * t, 1e-11)
    risk = population_risk(run.M[0], run.Q[0]) / plateau_risk(p, p_star)
    shares = 1e-4, 1e-5
    larger, smaller = (share * plateau_risk(p, p_star) for share in shares)
    assert late.faster_share(p, p_star, larger) < 1e-6
    found = [np.interp(-np.log(share), -np.log(risk[1:]), t[1:]) for share in shares]
    (over,) = measure.over_law(p, p_star, shares, np.array(found)[:, None])
    q_0 = late.excess_norm_at(p, p_star, larger)
    assert over == pytest.approx(1, abs=q_0**2 / 5)
    leading = late.descent_time(p, p_star, smaller) - late.descent_time(p, p_star, larger)
    next_order = late.descent_between(p, p_star, larger, smaller) / leading - 1
    assert next_order > 0.4 * q_0**2  # large enough to be seen
    times = measure.times_to([start], list(shares), 1e-10)[:, 0]
    np.testing.assert_allclose(times, found, rtol=1e-3)  # a line between times of the grid


def test_the_stage_compares_descent_and_escape_at_every_width_and_size():
    measured, shown = tables()
    frame = measured.frame.set_index(["quantity", "p", "N", "share"])
    for p in (2, 4):
        for N in GIVEN["N"]:
            escape = frame.estimate["escape", p, N, 0.5]
            for share in GIVEN["shares"]:
                ratio = frame.estimate["descent over escape", p, N, share]
                assert ratio == pytest.approx(frame.estimate["descent", p, N, share] / escape, rel=1e-12)
    assert frame.estimate["escape", 4, 1e6, 0.5] - frame.estimate["escape", 4, 1e4, 0.5] == pytest.approx(
        2 / 8 * np.log(100), rel=1e-3
    )
    change = frame.estimate["change of the descent with N"]
    assert (change < 2 * (1e4**-1 + 8 / 1e4)).all()
    assert (
        abs(frame.estimate["descent over its law", 4, 1e4, 1e-4] - 1)
        < frame.q_0["descent over its law", 4, 1e4, 1e-4] ** 2 + frame.faster["descent over its law", 4, 1e4, 1e-4]
    )
    assert (
        frame.estimate["time over the narrowest", 4, 1e4, 1e-4]
        > 1
        > frame.estimate["time over the narrowest", 4, 1e4, 0.5]
    )
    assert set(shown.frame.quantity) == {"curve", "law", "descent over escape", "escape", "descent"}
    law = shown.frame[shown.frame.quantity == "law"]
    assert set(law.p) == {4}


def test_the_figure_shows_curves_ratios_and_times():
    _, shown = tables()
    curves, ratios, times = figure.draw(shown.frame, dict(shown.parameters)).axes
    assert len(curves.get_legend().texts) == 3  # two widths and the law
    assert len(ratios.get_legend().texts) == len(GIVEN["shares"])
    assert len(times.get_legend().texts) == 1 + len(GIVEN["shares"])
