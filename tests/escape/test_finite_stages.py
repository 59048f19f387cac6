"""The stages of the part finite at small sizes, and their figures."""

import sys

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.results.artefacts import load_arrays, load_table
from shallownets.studies.escape.figures import escape_finite, finite_divergence, overparameterisation
from shallownets.studies.escape.stages import escape_times, finite_escape
from shallownets.studies.escape.stages import finite_divergence as divergence_stage
from shallownets.studies.escape.stages import overparameterisation as width_stage
from shallownets.studies.escape.theory import finite as theory
from shallownets.studies.escape.theory import plateau

SGD = "--p 2 --p-star 1 --eta-hat 0.1 --fraction 0.5 --alpha-max 40 --points 201 --tolerance 1e-8 --seed 1"


def sgd(monkeypatch, path, engine, N, replicates):
    options = f"--engine {engine} --N {N} --replicates {replicates} {SGD} --out {path}"
    monkeypatch.setattr(sys, "argv", ["stage", *options.split()])
    escape_times.main()
    return load_arrays(path).arrays


def tables(stage, options, monkeypatch, tmp_path):
    paths = tmp_path / "measurements.csv", tmp_path / "figure.csv"
    options += f" --measurements {paths[0]} --figure-data {paths[1]}"
    monkeypatch.setattr(sys, "argv", ["stage", *options.split()])
    stage.main()
    (table, _), (data, record) = (load_table(path) for path in paths)
    assert np.isfinite(table.select_dtypes("number")).all(axis=None)
    assert (table.low <= table.estimate).all() and (table.estimate <= table.high).all()
    style.apply()
    return table, data, record["parameters"]


def test_both_engines_escape_alike(monkeypatch, tmp_path):
    chain = sgd(monkeypatch, tmp_path / "chain.npz", "chain", 60, 200)
    direct = sgd(monkeypatch, tmp_path / "direct.npz", "direct", 60, 60)
    for name in ("sgd", "ode"):
        a, b = (run[name][np.isfinite(run[name])] for run in (chain, direct))
        assert abs(a.mean() - b.mean()) < 4 * np.hypot(a.std() / len(a) ** 0.5, b.std() / len(b) ** 0.5)
    # more replicates leave the first ones as they were
    fewer = sgd(monkeypatch, tmp_path / "fewer.npz", "chain", 60, 5)
    np.testing.assert_array_equal(fewer["sgd"], chain["sgd"][:5])


def test_escape_and_spread_and_their_figure(monkeypatch, tmp_path):
    sizes = (100, 200, 400)
    for N in sizes:
        sgd(monkeypatch, tmp_path / f"{N}.npz", "chain", N, 100)
    sgd(monkeypatch, tmp_path / "direct.npz", "direct", 100, 20)
    options = f"--sgd {' '.join(str(tmp_path / f'{N}.npz') for N in sizes)} --direct {tmp_path / 'direct.npz'}"
    options += " --fit-from 100 --limit-from 100 --N 500 --eta-hat 0.05 0.1 --starts 60 --runs 4 --ode-starts 20"
    options += " --t-max 6 --points 301 --resamples 40 --tolerance 1e-8 --seed 1"
    table, data, parameters = tables(finite_escape, options, monkeypatch, tmp_path)
    assert {"slope", "shift_limit", "direct_minus_chain", "variance_start_share"} <= set(table.quantity)
    slope = table[table.quantity == "slope"].iloc[0]
    assert slope.theory == theory.time_per_log(2, 1, 0.1)
    assert slope.low < slope.theory < slope.high
    for _, part in table[table.quantity.str.startswith("variance")].groupby("eta_hat"):
        found = part.set_index("quantity").estimate
        assert found.variance_total == pytest.approx(found.variance_starts + found.variance_noise)
        assert found.variance_start_share == pytest.approx(found.variance_starts / found.variance_total)
    assert len(escape_finite.draw(data, parameters).axes) == 4
    sgd(monkeypatch, tmp_path / "direct.npz", "direct", 90, 2)
    with pytest.raises(UserError, match="not one of the chain's"):
        tables(finite_escape, options, monkeypatch, tmp_path)


def test_divergence_and_its_figure(monkeypatch, tmp_path):
    options = "--widths 2,1 --sizes 50,60 200,40 --first 0.08 --step 0.06 --last 0.32 --t-max 4 --resamples 40"
    table, data, parameters = tables(divergence_stage, f"{options} --tolerance 1e-7 --seed 1", monkeypatch, tmp_path)
    shares = table[table.quantity == "diverged"]
    assert sorted(shares.eta_hat.unique()) == [0.08, 0.14, 0.2, 0.26, 0.32]
    assert (shares[shares.eta_hat == 0.32].estimate == 1).all()
    assert (shares[shares.eta_hat == 0.08].estimate < 0.1).all()
    limits = table[table.quantity == "ode_limit"]
    # bounded just below the limit, not above the last plateau
    assert ((limits.estimate > plateau.last_convergence(1)) & (limits.estimate < plateau.last_plateau(2, 1))).all()
    assert len(finite_divergence.draw(data, parameters).axes) == 1


def test_widths_and_their_figure(monkeypatch, tmp_path):
    options = "--cases 1,1,40 4,1,40 2,2,8 --N 200 --eta-hat 0.05 --fraction 0.5 --starts 60 --t-max 6 --points 301"
    table, data, parameters = tables(width_stage, f"{options} --tolerance 1e-8 --seed 1", monkeypatch, tmp_path)
    times = table[(table.quantity == "time") & (table.p_star == 1)].set_index("p")
    assert times.loc[1].low > times.loc[4].high
    gap = table[table.quantity == "SGD_above_widest"].iloc[0]
    assert gap.estimate == pytest.approx(times.loc[1].estimate - times.loc[4].estimate)
    assert gap.theory == pytest.approx(theory.relative_time(1, 1) - theory.relative_time(4, 1))
    assert len(overparameterisation.draw(data, parameters).axes) == 1
    with pytest.raises(UserError, match="did not escape"):
        bad = options.replace("--eta-hat 0.05", "--eta-hat 0.5")
        tables(width_stage, f"{bad} --tolerance 1e-8 --seed 1", monkeypatch, tmp_path)
    with pytest.raises(UserError, match="three whole numbers"):
        tables(width_stage, options.replace("2,2,8", "2,2"), monkeypatch, tmp_path)
