"""Every stage at a tiny size: what it measures agrees with what it was given, and its figure shows it."""

import importlib
from itertools import pairwise

import msgspec
import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import optimize, stats

from shallownets.config import settings
from shallownets.config.check import section_of
from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.run import find
from shallownets.stage import Arrays
from shallownets.studies.spectra import charts
from shallownets.studies.spectra.engines import nuclear
from shallownets.studies.spectra.measure import curves, spectrum, tail
from shallownets.studies.spectra.parameters import kinds
from shallownets.studies.spectra.stages import drawn
from shallownets.studies.spectra.theory import evolution, law, peak, phases
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.levels import Levels, levels
from shallownets.studies.spectra.theory.quadratic import Quadratic
from tests.pictures import assert_live

OF = {"gamma": 1.0, "noise": 0.5}
RUNS = {
    "lasso_runs": OF | {"d": 20, "sizes": [[10, 6], [60, 6]], "seed": 1},
    "matrix_runs": OF | {"d": 8, "sizes": [[4, 4], [20, 4]], "seed": 1},
    "equivalence_runs": OF
    | {"d": 8, "N": 8.0, "decays": [1.0], "widths": [1, 2, 8], "draws": 2, "seed": 1}
    | {"descended": [1, 8], "descents": 1, "steps": 2000},
    "universality_runs": OF | {"d": 8, "sizes": [[5, 6], [20, 6]], "lam": 1.0, "seed": 1},
}
STAGES = {
    "phases": OF | {"d": 1000, "samples": [0.1, 1e9], "decay": [1e-4, 1e4], "points": [14, 9]},
    "exponents": {"noise": 0.5, "d": 10**6, "gammas": [1.0], "singles": 4000},
    "risk_curves": OF | {"points": 20},
    "weight_spectra": {
        "cases": [["VIa", 1.0, 16, 100.0, 0.1], ["Ib", 1.0, 16, 10.0, 40.0]],
        "draws": 2,
        "noise": 0.5,
        "seed": 1,
    },
    "decomposition": OF | {"d": 60, "points": 4},
    "equivalence": {},
    "optimal": {"noise": 0.5, "gammas": [1.0], "diagonal": 10**5, "quadratic": 10**4, "points": 8},
    "peak": OF | {"d": 1000, "decays": [0.01, 0.03], "saturating": [0.75], "points": 5},
    "universality": {},
    "tails": {"noise": 0.5, "gammas": [1.0], "d": 60, "samples": [60.0], "points": 8, "seed": 1}
    | {"trained_d": 24, "trained_N": 24.0, "trained_decays": [0.01, 1.0], "draws": 20},
    "stopping": OF | {"d": 8, "sizes": [[8, 3]], "start": 0.001, "steps": 500, "points": 4, "seed": 1},
    "noiseless": {"d": 10**4, "gammas": [1.0], "samples": [100.0, 1000.0], "points": 5},
}


def made(name, values, *inputs):
    _, stage = find(f"spectra.{name}")
    given = section_of(values, settings.class_of(f"spectra.{name}"), name)
    return given, stage(given, *inputs)


def kept(name, **more):
    given, data = made(name, RUNS[name] | more)
    return Arrays(data.data.arrays, parameters=msgspec.to_builtins(given))


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


def test_a_teacher_adds_no_more_than_what_noise_and_threshold_hide():
    """Draws of the soft threshold: between noise alone and noise with all that is hidden."""
    from shallownets.studies.spectra.stages.peak import _hidden

    network = Diagonal(1.0, 300, 0.5, 300)
    noise = np.random.default_rng(6420).standard_normal((2000, 300))
    for v, x in [(0.01, 0.02), (0.3, 0.5), (0.3, 0.01), (20.0, 3.0)]:
        alone = peak.fitted(False, x / np.sqrt(v)).square * v
        seen = network.levels.value + np.sqrt(v) * noise
        left = np.sign(seen) * np.maximum(np.abs(seen) - x, 0) - network.levels.value
        risks = (left**2).mean(1)
        error = risks.std() / np.sqrt(len(risks))
        more = risks.mean() - alone
        assert -4 * error <= more <= _hidden(network, evolution.state(network, v, x)) + 4 * error


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


def test_a_tail_departs_from_the_teachers_as_noise_and_threshold_say():
    """Spectra of few features that stand out, s + v/s - x, at each side of s = 2v/x; both orders in x and in v."""
    teacher = levels(1.0, 400, 400).value
    few = teacher[:20]
    v = (few[-1] / 4) ** 2
    assert tail.departure(few, teacher) == pytest.approx(0, abs=1e-12)
    assert tail.departure(np.concatenate([7 * few, -few]), teacher) == pytest.approx(0, abs=1e-12)
    for x in (0.9 * 2 * v / few[0], 1.01 * 2 * v / few[9], few[-1] / 2):
        there = tail.side(teacher, 20, v, x)
        away = tail.departure(few + v / few - x, teacher)
        assert {"lighter": away > 0, "heavier": away < 0}[there]
    for x in (1.01 * 2 * v / few[0], 2 * v / few[5], 0.99 * 2 * v / few[9]):
        assert tail.side(teacher, 20, v, x) == "between"
    for turned, order in ((-1e-4 * few[9], 1e-4), (1e-4 * few[9] ** 2 / few, -1e-4)):
        mean = (few[:9] ** -1.0).mean() * few[9] if order > 0 else (few[:9] ** -2.0).mean() * few[9] ** 2
        ratio = np.log(few[:9] / few[9]).mean()
        expected = 1 / (ratio + order * (1 - mean)) - 1 / ratio
        assert tail.departure(few + turned, teacher) == pytest.approx(expected, rel=3e-3)


def test_orders_of_pairs_are_counted_where_both_differences_are_beyond_the_noise():
    """Three decays whose pairs are concordant, not told apart by the tail, and discordant; with one error for all."""
    rng, draws = np.random.default_rng(6431), 10
    risk, away = np.array([1.0, 2.0, 3.0]), np.array([0.4, -0.8, 0.4])
    noise = rng.standard_normal((2, draws, 3))
    noise -= noise.mean(1)[:, None]
    trained = tail.Places(risk + 0.01 * noise[0], away + 0.01 * noise[1])
    assert tail.orders(tail.Places(risk, away), trained) == (2, 1.0, 0.5, 0.5)  # 1 and 2, 2 and 3
    swapped = tail.Places(trained.risk[:, [1, 0, 2]], trained.departure)
    assert tail.orders(tail.Places(risk, away), swapped) == (2, 0.5, 0.0, 0.5)
    reach = stats.t.isf(stats.norm.sf(3), draws - 1)
    gaps = trained.risk[:, 0] - trained.risk[:, 1]
    edge = reach * gaps.std(ddof=1) / np.sqrt(draws)
    for share, pairs in ((1.001, 1), (0.999, 0)):
        near = tail.Places(np.array([0, share * edge]), away[:2])
        kept = tail.Places(trained.risk[:, :2], trained.departure[:, :2])
        assert tail.orders(near, kept).pairs == pairs
    assert np.isnan(tail.orders(tail.Places(risk, 0 * away), trained).nearer)


@pytest.mark.slow
def test_discordant_pairs_are_those_of_kendalls_correlation():
    from shallownets.studies.spectra.stages.tails import _by_chance, _discordant

    rng = np.random.default_rng(6430)
    first = [rng.permutation(12) for _ in range(4000)]
    shares = [_discordant(pd.DataFrame({"hill": one, "risk": np.arange(12)})) for one in first]
    found = [(1 - stats.kendalltau(one, np.arange(12)).statistic) / 2 for one in first]
    np.testing.assert_allclose(shares, found, atol=1e-12)
    assert np.std(shares) == pytest.approx(_by_chance(12), rel=4 / np.sqrt(8000))
    assert np.mean(shares) == pytest.approx(0.5, abs=4 * _by_chance(12) / np.sqrt(4000))


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


def test_the_width_that_is_judged_is_fixed_by_theory():
    from shallownets.studies.spectra.stages.equivalence import middle

    of = {"gamma": 1.0, "d": 24, "noise": 0.5, "N": 8.0}
    assert middle(of, 1 / 24, [1, 2, 4, 6, 8, 12]) == 6
    assert middle(of, 1000.0, [1, 2, 4]) == 2  # no weight is left, and a width of one is what it is compared with


# Estimators on known data


def test_the_peak_of_a_curve_is_no_grid_point():
    network = Diagonal(3.0, 300, 0.5)
    top = curves.peak(network, 300, 0.1)
    assert abs(top.by_n) < 1e-6
    for share in (0.98, 1.02):
        assert evolution.solve(network, share * top.n, 0.1).risk < top.risk
    states = curves.along_decay(network, 50, [3.0, 1.0])
    assert states[1].risk == pytest.approx(evolution.solve(network, 50, 1.0).risk)


def test_noise_takes_over_where_it_is_as_large_as_the_threshold():
    """Where all features stand out each has the error v + x^2, and the slope in the decay is 1 where both are one."""
    network = Diagonal(1.0, 10**4, 0.5)
    state = curves.by_noise(network, 1e5, 1.0)
    assert state.by_lam == pytest.approx(1, abs=1e-6)
    assert state.x**2 == pytest.approx(state.v, rel=1e-3)
    assert pytest.approx(1e10 * 1e4 / 0.5, rel=1e-3) == state.N


def test_plateaus_in_the_decay_are_flat_to_first_order_in_it(tables):

    found = rows(tables, "exponents", "by decay")
    flat = found[found.phase.isin(["IV", "V", "VIa"])]
    assert set(flat.phase) == {"IV", "V", "VIa"}
    assert (flat.estimate.abs() <= flat.order).all()
    assert (flat.order < 0.01).all()


@pytest.mark.parametrize("Network", [Diagonal, Quadratic])
@pytest.mark.parametrize("between", ["Ib and II", "II and III"])
def test_phases_meet_where_the_threshold_alone_says(Network, between):
    """Without noise a threshold leaves min(s, x)^2 of a feature, and x = penalty lam/n."""
    network = Network(1.0, 10**6, 0.5)
    s, w = network.levels.value, network.levels.weight
    lam = 100.0 if between == "Ib and II" else 1e10
    goal = (lambda x: 0.5) if between == "Ib and II" else (lambda x: 0.5 * x**2)
    x = optimize.brentq(lambda x: w @ np.minimum(s, x) ** 2 - goal(x), s[-1], s[0])
    assert curves.crossover(network, lam, between).n == pytest.approx(network.penalty * lam / x, rel=1e-3)


def test_quantiles_and_distance_of_a_spectrum_drawn_from_the_law():
    of, rng = law.law(levels(1.0, 200, 200), 0.5, 0.6), np.random.default_rng(6501)
    fine = spectrum.quantiles(law.law(levels(1.0, 200, 200), 0.5), 20_000)
    assert (np.diff(fine) <= 0).all()
    assert (fine > 0.6).mean() == pytest.approx(of.share[of.x > 0.6].sum(), abs=2e-3)
    sample = rng.permutation(fine[fine > 0.6])[:500] - 0.6
    assert spectrum.distance(sample, of, 0.6) < 0.07
    assert spectrum.distance(sample + 0.5, of, 0.6) > 0.2


def test_quantiles_of_one_level_are_those_of_the_semicircle():
    """Each at the middle of the share of its eigenvalue, by the semicircle's distribution function."""
    found = (spectrum.quantiles(law.law(Levels(np.ones(1), np.ones(1)), 0.25), 10) - 1) / 0.5  # radius 2
    below = 0.5 + found * np.sqrt(4 - found**2) / (4 * np.pi) + np.arcsin(found / 2) / np.pi
    assert 1 - below == pytest.approx((np.arange(10) + 0.5) / 10, abs=2e-3)


def test_spectra_at_finite_size_have_the_moments_of_the_thresholded_matrix():
    """Traces of S* + √v GOE - x and of its square: sum of s - x, and of (s - x)^2, and v (d + 1)."""
    d, v, x, draws = 20, 0.3, 0.4, 2000
    network = Quadratic(1.0, d, 0.5, d)
    values = network.spectra(v, x, draws, np.random.default_rng(6432))
    assert (np.diff(values) <= 0).all()
    away = network.levels.value - x
    for power, expected in ((1, away.sum()), (2, (away**2).sum() + v * (d + 1))):
        sums = (values**power).sum(1)
        assert sums.mean() == pytest.approx(expected, abs=4 * sums.std() / np.sqrt(draws))
    assert values[:, 0].var() > 0


def test_hills_exponent_of_powers():
    for gamma in (0.75, 1.5):
        values = np.arange(1, 20_001.0) ** -gamma
        assert spectrum.hill(values) == pytest.approx(1 + 1 / gamma, rel=2e-3)
        assert spectrum.hill(np.concatenate([values, -values])) == spectrum.hill(values)


SENSELESS = [
    ("phases", {"samples": [10.0, 1.0]}, "samples = [10.0, 1.0]: expected a list that rises"),
    ("peak", {"decays": [0.01, 1.0]}, "decays = [0.01, 1.0]: expected numbers from 1e-6 to 0.1"),
    ("noiseless", {"samples": [5.0, 9000.0]}, "samples = [5.0, 9000.0]: expected two numbers below d/4 = 2500"),
    ("tails", {"gammas": [1.0, 0.75]}, "gammas = [1.0, 0.75]: expected a list that rises"),
    ("tails", {"samples": [5.0, 3.0]}, "samples = [5.0, 3.0]: expected a list that rises"),
    ("tails", {"trained_decays": [1.0, 0.1]}, "trained_decays = [1.0, 0.1]: expected a list that rises"),
    ("stopping", {"sizes": [[8, 3], [4, 3]]}, "expected a list that rises"),
]


@pytest.mark.parametrize(("name", "changed", "message"), SENSELESS)
def test_values_that_do_not_go_together_are_refused(name, changed, message):
    with pytest.raises(UserError) as caught:
        section_of(STAGES[name] | changed, settings.class_of(f"spectra.{name}"), name)
    assert message in str(caught.value)


def test_widths_end_at_the_dimension():
    with pytest.raises(UserError, match="expected a list that ends at d = 8 or above"):
        section_of(RUNS["equivalence_runs"] | {"widths": [1, 2]}, settings.class_of("spectra.equivalence_runs"), "x")


GROWTH = [
    ("phases", {"points": [28, 9]}),
    ("exponents", {"gammas": [1.0, 1.5]}),
    ("risk_curves", {"points": 40}),
    ("weight_spectra", {"draws": 4}),
    ("decomposition", {"points": 8}),
    ("optimal", {"points": 16}),
    ("tails", {"points": 16, "draws": 40}),
    ("stopping", {"sizes": [[8, 6]]}),
    ("noiseless", {"points": 10}),
    ("lasso_runs", {"sizes": [[10, 12], [60, 12]]}),
    ("matrix_runs", {"sizes": [[4, 8], [20, 8]]}),
    ("equivalence_runs", {"draws": 4, "descents": 2}),
    ("universality_runs", {"sizes": [[5, 12], [20, 12]]}),
]


@pytest.mark.parametrize(("name", "grown"), GROWTH)
def test_work_grows_as_the_loops_do(name, grown):
    values = STAGES.get(name) or RUNS[name] | ({"decay": "weak"} if name in ("lasso_runs", "matrix_runs") else {})
    values = values | ({"kind": "inputs"} if name == "universality_runs" else {})
    before, after = (
        section_of(one, settings.class_of(f"spectra.{name}"), name).work() for one in (values, values | grown)
    )
    assert after / before == pytest.approx(2, rel=0.01)


def test_quadratic_spectra_at_finite_size_count_symmetric_entries():
    """A trap: d^2/2 in place of d(d + 1)/2 is an error of 1/d that passes for physics."""
    network = Quadratic(1.0, 10, 0.5, 10)
    assert network.at(1.0, -1e3).freedom == pytest.approx(55)
    assert network.full == 55


def test_a_pruned_fit_has_the_risk_of_draws():
    """What lies above the bulk is kept as it is: 40 draws of the thresholded matrix at d = 150."""
    from shallownets.studies.spectra.stages.optimal import EDGE, _pruned

    d, n, rng, errors = 150, 30 * 150, np.random.default_rng(6502), []
    network = Quadratic(1.0, d, 0.5, d)
    state = evolution.solve(network, n, 1 / d)
    assert state.x < EDGE * np.sqrt(state.v)
    for _ in range(40):
        noise = rng.standard_normal((d, d))
        noise = (noise + noise.T) / np.sqrt(2 * d)
        values, vectors = np.linalg.eigh(np.diag(network.levels.value) + np.sqrt(state.v) * noise)
        made = (vectors * np.where(values > EDGE * np.sqrt(state.v), values - state.x, 0)) @ vectors.T
        errors.append(2 * ((made - np.diag(network.levels.value)) ** 2).sum() / d)
    assert np.mean(errors) == pytest.approx(_pruned(network, n, 1 / d), abs=4 * np.std(errors) / np.sqrt(40) + 2 / d)
