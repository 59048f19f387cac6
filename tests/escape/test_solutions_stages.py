"""The stages of part solutions at small sizes: what they measure, and the user's mistakes they name."""

import numpy as np
import pytest
import yaml

from shallownets.errors import UserError
from shallownets.studies.escape import model
from shallownets.studies.escape.measure import sampled
from shallownets.studies.escape.stages.kept import trajectory_of
from shallownets.studies.escape.theory import solutions as theory
from tests.escape.made import estimates, made

COMMON = {"tolerance": 1e-10, "seed": 1}
SET = COMMON | {"widths": [(1, 1), (3, 2)], "narrow": [(1, 2)], "N": 100, "frames": 40, "starts": 4}
SELECTION = COMMON | {
    "widths": [(2, 2), (3, 2)],
    "N": 100,
    "starts": 4,
    "eta_hat": 0.1,
    "t_max": 200.0,
    "points": 101,
    "unequal_widths": (3, 2),
    "unequal_dimensions": [100, 200, 400],
}
ORTHONORMAL = {"p": 3, "p_star": 2, "N": 30, "eta_hat": 0.1, "replicates": 3, "t_max": 6.0, "seed": 1}
ONE_START = COMMON | {"p": 3, "p_star": 2, "start_dimension": 100, "eta": 0.2, "alpha_max": 10.0, "points": 11}
FIG3 = COMMON | {"p": 3, "p_star": 2, "N": 30, "eta": 0.2, "alpha_max": 100.0, "points": 11, "others": 3}
FIG3 |= {"replicates": 2}
EQUATIONS = {"widths": [(3, 2)], "N": 10, "eta_hat": 0.2, "samples": 4000, "seed": 1}


def fig1_runs():
    """What Figure 1 is drawn from."""
    start = made("start", {"kind": "orthonormal", "p": 3, "p_star": 2, "N": 40, "seed": 1}).data
    run = {"N": 40, "eta": 0.6, "alpha_max": 40.0, "points": 41, "seed": 1}
    return {
        "sgd": [
            made("sgd", run | {"replicates": 1}, start=start).data,
            made("chain", run | {"replicates": 2}, start=start).data,
        ],
        "chain": made("chain", run | {"N": 4000, "replicates": 3}, start=start).data,
        "ode": made("ode", {name: run[name] for name in run if name != "seed"} | {"tolerance": 1e-8}, start=start).data,
    }


def runs(chain, direct, **changed):
    """SGD from one start by both engines, at each N with so many replicates."""
    return [
        made("fluctuations_runs", ONE_START | changed | {"engine": engine, "N": N, "replicates": replicates}).data
        for engine, sizes in (("chain", chain), ("direct", direct))
        for N, replicates in sizes.items()
    ]


@pytest.fixture(scope="module")
def one_start():
    """Runs by the chain at three N, on weights at one."""
    return runs({40: 12, 80: 12, 400: 12}, {80: 12})


@pytest.fixture(scope="module")
def tables(one_start):
    """The measurements of every stage of this part, by its name."""
    cases = [made("sgd_selection_runs", ORTHONORMAL | {"N": N}).data for N in (30, 60, 90)]
    return {
        "solution_set": made("solution_set", SET).measurements,
        "solution_selection": made("solution_selection", SELECTION).measurements,
        "sgd_selection": made("sgd_selection", {"seed": 1, "limit_from": 30}, runs=cases).measurements,
        "equations": made("equations", EQUATIONS).measurements,
        "fig1": made("fig1", {}, **fig1_runs()).measurements,
        "fluctuations": made(
            "fluctuations", {"fit_from": 40, "shown": [40], "seed": 1}, runs=one_start, own=one_start[0]
        ).measurements,
        "fig3": made("fig3", FIG3).measurements,
    }


def test_the_set_of_solutions(tables):
    got = estimates(tables["solution_set"], p=3)
    assert max(got[name] for name in ("rotated output", "solution output", "solution risk", "distance formula")) < 1e-12
    assert got["closer solutions"] == 0
    assert got["slope at the closest"] < 1e-7
    assert got["off-solution risk"] > 1e-6
    assert max(got["charge of the gradient"], got["rotated teacher output"]) < 1e-12
    assert estimates(tables["solution_set"], p_star=2, p=1)["risk along the manifold"] < 1e-12
    assert estimates(tables["solution_set"], p_star=2, p=1)["least final risk"] == pytest.approx(1 / 3, abs=1e-8)
    with pytest.raises(UserError, match=r"narrow.0 = \[2, 2\]: expected p < p\*"):
        made("solution_set", SET | {"narrow": [(2, 2)]})


def test_the_selection_of_the_ode(tables):
    measured = tables["solution_selection"]
    assert estimates(measured, p=2)["deviation of Q"] < 1e-6
    wide = estimates(measured, p=3, N=100, eta_hat=0.1)
    assert wide["drift of R"] < 1e-10
    assert wide["risk over its tail"] == pytest.approx(1, rel=0.02)
    assert estimates(measured, p=3, N=100)["drift of R, Gaussian vectors"] > 1e-3


def test_the_selection_of_sgd_does_not_depend_on_the_other_cases():
    one, other = (made("sgd_selection_runs", ORTHONORMAL | {"N": N}).data for N in (30, 40))
    alone, beside = (
        estimates(made("sgd_selection", {"seed": 1, "limit_from": 30}, runs=cases).measurements, N=30)
        for cases in ([one], [other, one])
    )
    assert alone == beside
    assert 0 < alone["selectivity"] <= 1


def test_the_fluctuations_of_sgd(one_start):
    given = {"fit_from": 40, "shown": [40, 400], "seed": 1}
    found = made("fluctuations", given, runs=one_start, own=one_start[1])
    assert estimates(found.measurements, engine="ode")["drift of R, ODE"] < 1e-10
    small = ", overlaps of order N^(-1/2)"
    beside = {f"ODE{small}", f"SGD, N = 80{small}"}
    assert set(found.fig4.frame.engine) == {"ODE", "SGD, N = 40", "SGD, N = 400"} | beside
    assert len(found.fig4.frame) == 5 * 6 * 11
    frame = found.measurements.frame
    checks = frame[frame.quantity.str.endswith(", direct over chain")]
    assert len(checks) == 3
    assert ((checks.low < 1) & (checks.high > 1)).all()
    falls = frame[frame.quantity == "exponent of the deviation from the ODE"].iloc[0]
    assert falls.low < -0.5 < falls.high
    with pytest.raises(UserError, match=r"shown: N = 41: expected an N among those of the chain, \[40, 80, 400\]"):
        made("fluctuations", given | {"shown": [41]}, runs=one_start, own=one_start[0])
    with pytest.raises(UserError, match=r"direct: N = 80: expected an N among those of the chain, \[40\]"):
        made("fluctuations", given | {"shown": [40]}, runs=[one_start[0], one_start[-1]], own=one_start[0])


def test_what_is_kept_of_the_runs_from_one_start(one_start):
    kept = one_start[0].arrays
    np.testing.assert_array_equal(kept["M_first"][-1], kept["M_end"][0])
    for name in ("M_first", "M_ode"):
        np.testing.assert_array_equal(kept[name][0], kept["M_0"])
    assert all(np.array_equal(one.arrays["M_0"], kept["M_0"]) for one in one_start)  # whatever N is
    with pytest.raises(UserError, match="eta = 3: expected a smaller number, the ODE diverges from this start"):
        runs({40: 2}, {}, eta=3.0, alpha_max=400.0)


def test_figure_3_needs_an_overparameterised_student(tables):
    got = estimates(tables["fig3"])
    assert got["matching distance"] < got["least other distance"]
    frame = made("fig3", FIG3).figure_data.frame
    assert frame[frame.kind == "other"].curve.nunique() == 3
    with pytest.raises(UserError, match="p = 2: expected a number above p_star = 2"):
        made("fig3", FIG3 | {"p": 2})


def test_a_case_of_which_all_runs_diverge_has_no_row_and_a_note():
    lost = made("sgd_selection_runs", ORTHONORMAL | {"N": 8, "eta_hat": 1.5, "t_max": 60.0}).data
    assert not np.isinf(lost.arrays["diverged_at"]).any()
    measured = made(
        "sgd_selection", {"seed": 1, "limit_from": 30}, runs=[lost, made("sgd_selection_runs", ORTHONORMAL).data]
    ).measurements
    assert set(measured.frame.N) == {30}
    assert list(measured.parameters["notes"]) == ["SGD, N = 8, eta_hat = 1.5: 3 of 3 runs diverged"]


def test_every_claim_names_a_quantity_that_a_stage_measures(root, tables):
    for entry in yaml.safe_load((root / "workflow/claims/escape/solutions.yaml").read_text()):
        named = entry["rows"]["quantity"]
        measured = set(tables[entry["table"]].frame.quantity)
        assert {named} if isinstance(named, str) else set(named) <= measured, entry["id"]


def test_the_selectivity_is_extrapolated_by_a_line_in_the_inverse_dimension(tables):
    frame = tables["sgd_selection"].frame
    at_sizes, limit = (frame[frame.quantity == name] for name in ("selectivity", "limit of the selectivity"))
    weights = 1 / (at_sizes.high - at_sizes.low)
    assert limit.estimate.item() == pytest.approx(np.polyfit(1 / at_sizes.N, at_sizes.estimate, 1, w=weights)[1])
    assert limit.N.item() == 0


def test_figure_1_measures_when_sgd_escapes_against_the_ode():
    runs = fig1_runs()
    frame = made("fig1", {}, **runs).measurements.frame.set_index("engine")
    assert list(frame.N) == [40, 4000]
    same = made("fig1", {}, **runs | {"sgd": [runs["chain"]]}).measurements.frame.set_index("engine")
    assert same.estimate["SGD"] == same.estimate["chain"] == frame.estimate["chain"]
    drawn = made("fig1", {}, **runs).figure_data
    assert (drawn.parameters["replicates"], drawn.parameters["on_weights"]) == (3, 1)
    pooled = drawn.frame[(drawn.frame.engine == "SGD") & (drawn.frame.quantity == "risk")]
    risks = [model.population_risk(one.M, one.Q) for one in map(trajectory_of, runs["sgd"])]
    np.testing.assert_allclose(pooled["mean"], np.nanmean(np.concatenate(risks), axis=0), rtol=1e-12)
    with pytest.raises(UserError, match="its N differs"):
        made("fig1", {}, **runs | {"sgd": [*runs["sgd"], runs["chain"]]})
    ode, chain = (trajectory_of(runs[name]) for name in ("ode", "chain"))
    half = model.plateau_risk(3, 2) / 2
    later = [np.interp(-half, -model.population_risk(M, Q), chain.alpha) for M, Q in zip(chain.M, chain.Q, strict=True)]
    alone = np.interp(-half, -model.population_risk(ode.M[0], ode.Q[0]), ode.alpha)
    assert frame.estimate["chain"] == pytest.approx(np.mean(later) - alone, abs=0.05)  # risks that fall steadily


def test_samples_have_the_mean_changes_of_the_equations(tables):
    frame = tables["equations"].frame
    assert set(frame.quantity) == {"risk", "drift of M", "drift of Q", "linear drift of Q"}
    assert ((frame.low < 1) & (frame.high > 1)).all()
    assert (frame.high - frame.low < 1.5).all()


def test_a_drift_that_is_wrong_is_caught(monkeypatch):
    monkeypatch.setattr(
        sampled, "drift", lambda M, Q, eta: (1.5 * model.drift(M, Q, eta)[0], model.drift(M, Q, eta)[1])
    )
    frame = made("equations", EQUATIONS | {"samples": 20000}).measurements.frame.set_index("quantity")
    assert frame.high["drift of M"] < 1


@pytest.mark.parametrize("p_star", [1, 2, 3])
def test_the_largest_share_of_a_random_direction(p_star, rng):
    u = rng.standard_normal((200000, p_star))
    share = (u**2).max(1) / (u**2).sum(1)
    error = share.std() / np.sqrt(len(share))
    assert theory.largest_share(p_star) == pytest.approx(share.mean(), abs=4 * error + 1e-9)
    assert p_star != 2 or theory.largest_share(2) == pytest.approx(0.5 + 1 / np.pi)
