"""Every stage at a tiny size: what it measures agrees with what it was given, and its figure shows it."""

import importlib
from itertools import pairwise

import msgspec
import numpy as np
import pytest
import yaml
from scipy import stats

from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.stage import Arrays
from shallownets.studies.spectra import charts
from shallownets.studies.spectra.engines import nuclear
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.parameters import kinds
from shallownets.studies.spectra.stages import drawn
from shallownets.studies.spectra.theory import phases
from tests.pictures import assert_live
from tests.spectra.made import STAGES, kept, made


@pytest.fixture(scope="module")
def tables():
    """(parameters, tables) of each stage by its name."""
    decays = ("weak", "one", "strong")
    reads = {
        "risk_curves": [[kept(f"{one}_runs", decay=name) for name in decays] for one in ("lasso", "matrix")],
        "equivalence": [kept("equivalence_runs")],
        "universality": [[kept("universality_runs", kind=kind) for kind in ("inputs", "gaussian", "apart")]],
    }
    return {name: made(name, values, *reads.get(name, [])) for name, values in STAGES.items()}


def rows(tables, name, quantity):
    frame = tables[name][1].measurements.frame
    return frame[frame.quantity == quantity]


@pytest.mark.parametrize("name", [name for name in STAGES if name != "exponents"])
def test_the_figure_and_its_live_plot_show_the_table(tables, name):
    given, of = tables[name]
    module = importlib.import_module(f"shallownets.studies.spectra.figures.{name}")
    parameters = msgspec.to_builtins(given) | dict(of.figure_data.parameters)
    style.apply()
    figure = module.draw(of.figure_data.frame, parameters)
    figure.canvas.draw()
    drawn_in = [axes for axes in figure.axes if axes.get_visible()]
    assert all(axes.lines or axes.containers or axes.collections for axes in drawn_in)
    if name in charts.CHARTS:
        assert_live(charts.CHARTS[name](of.figure_data.frame, parameters), of.figure_data.frame)
    if hasattr(of, "measurements"):
        assert np.isfinite(of.measurements.frame[["estimate", "low", "high"]].to_numpy(float)).all()


@pytest.mark.parametrize("name", ["risk_curves", "peak", "stopping", "universality"])
def test_labels_of_short_logarithmic_axes_do_not_overlap(tables, name):
    given, of = tables[name]
    module = importlib.import_module(f"shallownets.studies.spectra.figures.{name}")
    style.apply()
    figure = module.draw(of.figure_data.frame, msgspec.to_builtins(given) | dict(of.figure_data.parameters))
    figure.canvas.draw()
    for axes in figure.axes:
        for axis, side in ((axes.xaxis, "x"), (axes.yaxis, "y")):
            low, high = axis.get_view_interval()
            texts = [text for text in axis.get_ticklabels(which="both") if text.get_text()]
            places = [text.get_position()[side == "y"] for text in texts]
            boxes = [text.get_window_extent() for text, at in zip(texts, places, strict=True) if low <= at <= high]
            ends = sorted((getattr(box, f"{side}0"), getattr(box, f"{side}1")) for box in boxes)
            assert len(ends) != 1  # none at a shared axis
            assert all(one[1] < next_one[0] for one, next_one in pairwise(ends))


@pytest.mark.parametrize(
    ("name", "values", "notes", "quantity"),
    [
        pytest.param(
            "optimal",
            {"gammas": [0.6], "quadratic": 1000, "points": 20},
            "sizes of the exponents no weight",
            "decay exp",
            marks=pytest.mark.slow,
        ),
        ("stopping", {"sizes": [[3, 2], [30, 2]]}, "N = 3: no weight decay above 0 is the best", "best decay"),
        ("tails", {"samples": [12.0, 60.0]}, "theory, gamma = 1, N = 12: no weight decay above 0", "weakest"),
        ("peak", {"decays": [0.001, 0.003, 0.1]}, "quadratic network, gamma = 0.75: the risk has no peak", "exponent"),
        ("decomposition", {}, None, "sum of parts"),
    ],
)
def test_of_labels_with_little_noise_stages_measure_what_there_is_and_say_what_is_not(name, values, notes, quantity):
    given, of = made(name, STAGES[name] | {"noise": 0.01} | values)
    frame, said = of.measurements.frame, " ".join(of.measurements.notes)
    assert frame.quantity.str.startswith(quantity).any()
    assert np.isfinite(frame[["estimate", "low", "high"]].to_numpy(float)).all()
    assert (notes is None) == (not said)
    assert notes is None or notes in said
    module = importlib.import_module(f"shallownets.studies.spectra.figures.{name}")
    style.apply()
    module.draw(of.figure_data.frame, msgspec.to_builtins(given)).canvas.draw()


def test_a_stage_that_has_nothing_to_show_says_why():
    values = {"noise": 0.01, "samples": [12.0], "trained_d": 16, "trained_N": 4.0}
    with pytest.raises(UserError, match=r"N = 12: no weight decay above 0 is the best; .*expected more noise"):
        made("tails", STAGES["tails"] | values)
    with pytest.raises(UserError, match=r"no peak at this noise.*expected smaller decays of spectra"):
        made("peak", STAGES["peak"] | {"noise": 1e-5, "d": 10})


def test_minima_that_are_not_certified_are_left_out(monkeypatch):
    """Newton's method is stopped after a step, at which no minimum is certified but that at zero weights."""
    monkeypatch.setattr(nuclear, "_LARGEST", 1)
    of = made("weight_spectra", STAGES["weight_spectra"])[1].measurements
    assert set(of.frame.case) == {"Ib"}
    assert list(of.notes) == ["VIa, N = 100, lam = 0.1: 2 of 2 runs are not certified minima"]
    of = made("tails", STAGES["tails"])[1].measurements
    assert "weakest" in set(of.frame.quantity)
    assert not of.frame.quantity.isin(["trained", "departure"]).any()
    assert "trained, gamma = 1, N = 24: 20 of 20 runs have a minimum that is not certified" in of.notes
    of = made("stopping", STAGES["stopping"])[1].measurements
    assert list(of.frame.quantity) == ["stopped"]
    assert list(of.notes) == ["N = 8: 3 of 3 runs have a minimum that is not certified"]
    run = kept("universality_runs", kind="inputs")
    assert np.isnan(run.arrays["ratio"]).all()
    with pytest.raises(UserError, match="6 of 6 runs have no certified minimum"):
        made("universality", {}, [run])
    with pytest.raises(UserError, match="2 of 2 runs have a convex minimum that is not certified"):
        made("equivalence", {}, kept("equivalence_runs"))


def test_without_some_of_the_minima_the_others_are_measured():
    run = kept("universality_runs", kind="inputs")
    ratio = np.where(np.arange(12) == 0, np.nan, run.arrays["ratio"])
    of = made("universality", {}, [Arrays(run.arrays | {"ratio": ratio}, parameters=run.parameters)])[1].measurements
    over = of.frame[of.frame.quantity == "over theory"]
    assert list(over.n) == [5, 6]
    assert over.estimate.iloc[0] == pytest.approx(ratio[1:6].mean())
    touched = of.notes["inputs, d = 8, N = 5: 1 of 6 runs have no certified minimum"]
    assert {"kind": "inputs", "d": 8, "quantity": "first less last"} in touched


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("exponents", "by samples"),
        ("exponents", "by decay"),
        ("exponents", "crossover"),
        ("exponents", "crossover by noise"),
        ("exponents", "on one line"),
        ("peak", "position"),
        ("peak", "exponent"),
        ("noiseless", "exponent"),
        ("optimal", "decay exponent"),
    ],
)
def test_what_is_measured_is_what_theory_says(tables, name, quantity):
    found = rows(tables, name, quantity)
    assert len(found)
    assert (np.abs(found.estimate - found.theory) <= found.order + 0.03).all()


def test_trained_risks_are_those_of_theory(tables):
    ratio = rows(tables, "risk_curves", "over theory")
    assert set(ratio.decay) == {"weak", "one", "strong"}
    away = (ratio.estimate - 1).abs() / ((ratio.high - ratio.low) / 6 + 0.25)
    assert (away < 4).all()
    assert (rows(tables, "risk_curves", "gap").estimate < 1e-3).all()
    one, other = (rows(tables, "universality", "over theory").estimate for _ in range(2))
    assert (one == other).all()
    assert ((one > 0.5) & (one < 2)).all()


def test_parts_of_the_risk_add_up_and_peaks_are_those_of_noise(tables):
    assert rows(tables, "decomposition", "sum of parts").estimate.to_numpy() == pytest.approx(1, abs=1e-7)
    height = rows(tables, "peak", "peak over noise alone")
    assert (np.abs(height.estimate - 1) <= height.order + 0.1).all()
    assert (rows(tables, "peak", "saturated").estimate > 1).all()
    crossing = rows(tables, "tails", "risk at the crossing over the best")
    assert len(crossing) == 1
    assert (crossing.estimate >= 1 - 1e-9).all()
    assert (
        (rows(tables, "optimal", "over bayes").estimate > 1) & (rows(tables, "optimal", "over bayes").estimate < 3)
    ).all()


def test_weights_reach_the_convex_minimum_from_its_rank_on(tables):
    assert (rows(tables, "equivalence", "matrix excess").estimate < 1e-9).all()
    assert (rows(tables, "equivalence", "lasso excess").estimate < 1e-9).all()
    assert (rows(tables, "equivalence", "excess below the rank").estimate > 1e-6).all()
    assert (rows(tables, "equivalence", "wide over convex").estimate < 1e-6).all()


def test_descent_and_training_without_decay_come_to_the_same_minima_from_the_rank_on(tables):
    table = tables["equivalence"][1].measurements.frame
    for by in ("descent", "L-BFGS"):
        of = table[table.by == by]
        assert (of[of.quantity.isin(["excess of W", "excess of a, w"])].estimate < 1e-3).all()
        assert (of[of.quantity == "excess of narrow W"].estimate > 1e-3).all()
    assert set(table[table.by == "descent"].lam) == {0.0, 1.0}


def test_spectra_have_the_rank_and_the_spikes_of_theory(tables):
    rank = rows(tables, "weight_spectra", "rank")
    assert (np.abs(rank.estimate - rank.theory) < 2).all()
    spikes = rows(tables, "weight_spectra", "spike")
    assert len(spikes) >= 2
    assert (np.abs(spikes.estimate - spikes.theory) < 2 * spikes.order).all()
    assert rank[rank.case == "Ib"].estimate.tolist() == [0]


@pytest.mark.parametrize("tier", ["config.yaml", "workflow/tiers/cluster.yaml"])
def test_every_phase_is_trained_and_lies_where_its_name_says(root, tier):
    cases = yaml.safe_load((root / tier).read_text())["spectra"]["weight_spectra"]["cases"]
    found = {name: phases.phase(True, gamma, d, N, lam).name for name, gamma, d, N, lam in cases}
    assert found.pop("peak") == "VIa"  # at N = d/4, where V ends
    assert found.pop("best") in ("II", "VIa")  # on the line between them
    assert found == {name: name for name in ("Ia", "Ib", "II", "III", "IV", "V", "VIa", "VIb")}


def test_stopping_is_no_better_than_the_best_decay_beyond_its_error(tables):
    assert (rows(tables, "stopping", "stopped over best decay").high > 1).all()
    assert (rows(tables, "stopping", "stopped").estimate < 1.5).all()


def test_samples_depend_on_their_parameters_alone():
    of = (1, "spectrum", 1.0, 6, 20, 0.5)
    one, same, other = (drawn.matrices(*of, r) for r in (0, 0, 1))
    assert (one.y == same.y).all()
    assert not (one.y == other.y).all()
    assert (drawn.vectors(*of, 0).y == drawn.vectors(*of, 0).y).all()
    assert [kinds.decay(name, 16) for name in drawn.DECAYS] == [1 / 16, 1, 4]


def test_the_peak_is_measured_and_not_expanded(tables, monkeypatch):
    """The exponent is that of heights found with a teacher: other heights give another exponent."""
    from dataclasses import replace

    real = curves.peak
    monkeypatch.setattr(curves, "peak", lambda *of: replace(top := real(*of), risk=top.risk * of[2]))
    changed = made("peak", STAGES["peak"])[1].measurements.frame
    changed = changed[changed.quantity == "exponent"].estimate.to_numpy()
    assert changed == pytest.approx(rows(tables, "peak", "exponent").estimate.to_numpy() + 1, abs=1e-9)


def test_the_tails_crossing_is_no_grid_point(tables):
    """With twice the points it is the same."""
    finer = made("tails", STAGES["tails"] | {"points": 15})[1].measurements.frame
    finer = finer[finer.quantity == "log of crossing over best"].estimate.to_numpy()
    assert len(finer) == 1
    assert finer == pytest.approx(rows(tables, "tails", "log of crossing over best").estimate.to_numpy(), abs=1e-3)


def test_trained_tails_are_those_of_the_thresholded_matrix(tables):
    """Within Student's t at a chance of 1e-4 each; pairs are ordered as theory says."""
    for quantity in ("trained", "departure"):
        found = rows(tables, "tails", quantity)
        assert len(found) >= 2
        errors = (found.high - found.low) / 6
        assert ((found.estimate - found.theory).abs() < stats.t.isf(5e-5, 19) * errors).all()
    weakest = rows(tables, "tails", "departure").iloc[0]
    assert weakest.side == "lighter"
    assert weakest.theory > 0.1
    assert rows(tables, "tails", "ordered as by theory").estimate.tolist() == [1]
    assert rows(tables, "tails", "nearer is better").theory.between(0, 1).all()


def test_no_network_is_trained_where_theory_leaves_too_few_eigenvalues():
    of = made("tails", STAGES["tails"] | {"trained_decays": [60.0, 90.0]})[1]
    assert not set(of.measurements.frame.quantity) & {"trained", "departure"}
    assert set(of.figure_data.frame.series) == {"law"}


def test_pruning_is_judged_at_the_peak_itself(tables):
    given, of = tables["optimal"]
    shown = of.figure_data.frame
    at = shown[(shown.model == "quadratic") & np.isclose(shown.N, given.quadratic / 4)]
    ratio = rows(tables, "optimal", "pruned over best, at the peak").estimate
    assert ratio.tolist() == pytest.approx((at.pruned / at.risk).tolist())


def test_benign_overfitting_is_judged_in_its_phase_at_one_set_of_sizes(root):
    claims = {one["id"]: one for one in yaml.safe_load((root / "workflow/claims/spectra/training.yaml").read_text())}
    lasso = yaml.safe_load((root / "config.yaml").read_text())["spectra"]["risk_curves"]["lasso"]
    sizes = claims["spectra-benign-fit"]["rows"]["N"]
    assert sizes[:-1] == claims["spectra-benign-risk"]["rows"]["N"]  # each beside the next
    assert set(sizes) <= {size for size, _ in lasso["weak"]}
    assert {phases.phase(False, 1.0, lasso["d"], N, 1 / lasso["d"]).name for N in sizes} == {"IV"}


def test_plateaus_in_the_decay_are_flat_to_first_order_in_it(tables):
    found = rows(tables, "exponents", "by decay")
    flat = found[found.phase.isin(["IV", "V", "VIa"])]
    assert set(flat.phase) == {"IV", "V", "VIa"}
    assert (flat.estimate.abs() <= flat.order).all()
    assert (flat.order < 0.01).all()
