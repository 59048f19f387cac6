"""The stages of part beyond at small sizes: what they measure, and the user's mistakes they name."""

import numpy as np
import pytest
import yaml

from shallownets.errors import UserError
from tests.escape.made import estimates, made

COMMON = {"tolerance": 1e-10, "seed": 1}
LATE = COMMON | {
    "equal": [1],
    "wide": [(2, 1)],
    "N": 200,
    "starts": 2,
    "eta_hat": 0.1,
    "t_max": 500.0,
    "points": 60,
    "window": (1e-10, 1e-5),
    "chain_equal": 1,
    "chain_wide": (2, 1),
    "chain_t_max": 40.0,
    "replicates": 2,
}
FRAMES = COMMON | {
    "widths": (2, 1),
    "dimensions": [100, 200, 400],
    "overlaps": [0.0, 0.3, 0.8],
    "N": 100,
    "large": [1e3, 1e5, 1e7],
    "large_overlap": 0.5,
    "eta_hat": 0.1,
    "starts": 4,
    "t_max": 200.0,
}
MAP = COMMON | {"sizes": [(2, 2, 6)], "p_max": 2, "values": [1e-2, 1e-5], "points": 101}


def test_late_times():
    found = made("late_times", LATE)
    got = estimates(found.measurements, p_star=1, p=1, engine="gradient flow")
    assert got["decay rate"] == pytest.approx(8, rel=1e-3)
    assert got["decay prefactor"] == pytest.approx(1, rel=0.01)
    limit = estimates(found.measurements, p=2, engine="spectral ODE")
    assert limit["late risk over its law"] == pytest.approx(1, abs=0.01)
    chain = estimates(found.measurements, p=2, engine="chain")
    assert chain["late risk over that of the ODE"] == pytest.approx(1, abs=0.1)
    assert set(found.figure_data.frame.engine) == {"gradient flow", "spectral ODE", "chain"}
    for changed, right in (({"wide": [(2, 2)]}, r"p > p\*"), ({"eta_hat": 0.3}, "the solution at p = p")):
        with pytest.raises(UserError, match=right):
            made("late_times", LATE | changed)


def test_the_map():
    got = estimates(made("stationary_map", MAP).measurements, p=2, p_star=2, step=-1)
    assert got["stops"] == got["stops in order"] == 2
    assert got["spurious minima"] == got["points whose signs differ from the formula"] == 0
    assert got["least steep way down"] == pytest.approx(-1)
    for changed, right in (({"sizes": [(2, 2, 3)]}, r"at least p \+ p\* = 4"), ({"values": [1e-5, 1e-2]}, "falling")):
        with pytest.raises(UserError, match=right):
            made("stationary_map", MAP | changed)


def test_frames():
    measured = made("not_orthogonal", {"seed": 1}, runs=made("not_orthogonal_runs", FRAMES).data).measurements
    got = estimates(measured, overlap=0.8, eta_hat=0.0)
    assert got["drift"] > got["remainder"] > 0
    assert estimates(measured, overlap=0.0, eta_hat=0.1, start="equal overlaps")["drift"] < 1e-8
    limits = measured.frame[measured.frame.quantity == "overlap at which selectivity is lost over the predicted one"]
    assert len(limits) == 2
    assert np.all((limits.estimate > 0.5) & (limits.estimate < 2))
    beside = measured.frame[measured.frame.quantity.str.endswith("over that of orthonormal students")]
    np.testing.assert_allclose(beside.estimate, 1, atol=0.1)
    with pytest.raises(UserError, match=r"overlaps = \[0.5, 0.1\]: expected rising numbers"):
        made("not_orthogonal_runs", FRAMES | {"overlaps": [0.5, 0.1]})


def test_the_chain_gives_each_replicate_its_own_stream_in_any_batch():
    start = made("start", {"kind": "gaussian", "p": 2, "p_star": 1, "N": 50, "seed": 1}).data
    sizes = {"N": 60, "eta": 0.2, "alpha_max": 5.0, "points": 6, "seed": 1}
    together, alone = (
        made("chain", sizes | batch, start=start).data.arrays["M"]
        for batch in ({"replicates": 9}, {"first": 4, "replicates": 1})
    )
    np.testing.assert_array_equal(together[4], alone[0])
    assert not np.array_equal(together[3], together[4])
    with pytest.raises(UserError, match="too small"):
        made("chain", sizes | {"N": 2}, start=start)


def test_every_claim_names_a_quantity_that_a_stage_measures(root):
    names = ("late_times", "stationary_map", "not_orthogonal")
    source = "".join((root / f"src/shallownets/studies/escape/stages/{name}.py").read_text() for name in names)
    for entry in yaml.safe_load((root / "workflow/claims/escape/beyond.yaml").read_text()):
        named = entry["rows"]["quantity"]
        for quantity in [named] if isinstance(named, str) else named:
            bare = quantity.removeprefix("exponent of the ")
            assert bare in source, entry["id"]
