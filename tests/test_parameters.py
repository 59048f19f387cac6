"""The parameters of every stage: from the config by its rule to the command line, and back, without a change."""

import pkgutil
from math import isfinite

import pytest

from shallownets import studies
from shallownets.config import settings, yamlfile
from shallownets.config.commandline import Parser, words
from shallownets.config.page import meanings
from tests.conftest import ROOT


def merged(base, over):
    return base | {k: merged(base[k], v) if isinstance(v, dict) else v for k, v in over.items()}


PAPER = yamlfile.load(ROOT / "config.yaml")
TIERS = {"paper": PAPER} | {
    path.stem: merged(PAPER, yamlfile.load(path)) for path in sorted((ROOT / "workflow/tiers").glob("*.yaml"))
}


def given(config):
    """(stage, its section of the config, what its rule gives beside it), for every stage of all studies."""
    run = config["escape"]["runs"]["fig1"]
    solutions, landscape, finite = (config["escape"][name] for name in ("solutions", "landscape", "finite"))
    sgd, samples = config["riccati"]["sgd"], config["riccati"]["samples"]
    heavy, light = samples["heavy"], samples["light"]
    widths = heavy["M_star"], heavy["N"]
    yield "escape.start", "escape.runs.fig1", {"kind": "orthonormal", "index": run["start"]}
    yield "escape.sgd", "escape.runs.fig1", {"first": 2, "replicates": 2}
    yield "escape.chain", "escape.runs.fig1", {"N": run["chain_N"], "first": 2, "replicates": 2}
    yield "escape.gather", "", {}
    yield "escape.ode", "escape.runs.fig1", {}
    yield "escape.fig1", "", {}
    yield "escape.solution_set", "escape.solutions", {}
    unequal = {f"unequal_{key}": solutions["unequal"][key] for key in ("widths", "dimensions")}
    yield "escape.solution_selection", "escape.solutions", unequal
    for N, eta_hat, replicates in solutions["orthonormal"]["cases"]:
        more = {"N": N, "eta_hat": eta_hat, "replicates": replicates}
        yield "escape.sgd_selection_runs", "escape.solutions.orthonormal", more
    yield "escape.sgd_selection", "escape.solutions.orthonormal", {}
    for engine in ("chain", "direct"):
        for N, replicates in solutions["fluctuations"][engine]:
            more = {"engine": engine, "N": N, "replicates": replicates}
            yield "escape.fluctuations_runs", "escape.solutions.fluctuations", more
    yield "escape.fluctuations", "escape.solutions.fluctuations", {}
    yield "escape.fig3", "escape.solutions.fig3", {}
    manifold = landscape["manifold"]
    more = {"p_star": manifold["p_star"], "manifold_p_max": manifold["p_max"]}
    yield "escape.dimensions", "escape.landscape.expressivity", more
    yield "escape.hessian", "escape.landscape", {}
    yield "escape.null_directions", "escape.landscape.null_directions", {}
    yield "escape.plateau_scan", "escape.plateau.optimum", {}
    yield "escape.plateau_optimum", "escape.plateau", {}
    plateau = {"plateau_rates": "rates", "norm_learning": "norms", "overlap_growth": "growth"}
    for name, part in (plateau | {"escape_law": "law", "escape_time": "times"}).items():
        yield f"escape.{name}", f"escape.plateau.{part}", {}
    for engine, sizes in (("chain", finite["escape"]["sizes"]), ("direct", [finite["escape"]["direct"]])):
        for N, replicates in sizes:
            more = {"engine": engine, "N": N, "replicates": replicates}
            yield "escape.escape_times", "escape.finite.escape", more
    both = {key: finite["escape"][key] for key in ("p", "p_star")}
    for eta_hat in finite["spread"]["eta_hat"]:
        yield "escape.finite_spread", "escape.finite.spread", both | {"eta_hat": eta_hat, "one_start": 80}
    yield "escape.finite_escape", "escape.finite.escape", {}
    for p, p_star in finite["divergence"]["widths"]:
        for N, replicates in finite["divergence"]["sizes"]:
            more = {"p": p, "p_star": p_star, "N": N, "replicates": replicates}
            yield "escape.finite_divergence_runs", "escape.finite.divergence", more
    yield "escape.finite_divergence", "escape.finite", {}
    for p, p_star, replicates in finite["overparameterisation"]["cases"]:
        more = {"p": p, "p_star": p_star, "replicates": replicates}
        yield "escape.overparameterisation_runs", "escape.finite.overparameterisation", more
    yield "escape.overparameterisation", "", {}
    for part in ("late_times", "stationary_map", "not_orthogonal"):
        yield f"escape.{part}", f"escape.beyond.{part}", {}

    yield "riccati.exactness", "riccati.exactness", {}
    yield "riccati.risk_scaling", "riccati.risk", {}
    yield "riccati.emergence", "riccati.emergence", {}
    for beta in config["riccati"]["exponents"]["betas"]:
        yield "riccati.exponents_curves", "riccati.exponents", {"beta": beta}
    yield "riccati.exponents", "", {}
    yield "riccati.time_units", "riccati.units", {}
    yield "riccati.sgd_checks", "riccati.sgd.checks", {}
    for eta_d in sgd["eta_d"]:
        yield "riccati.sgd_curves", "riccati.sgd", {"eta_d": eta_d, "falls_from": None}
    yield "riccati.sgd_curves", "riccati.sgd", {"eta_d": sgd["falls_to_match"]}
    yield "riccati.sgd_flow", "riccati.sgd", {}
    more = {"gamma": 0, "sizes": [[*widths, *size] for size in heavy["sizes"]], "sgd": True}
    yield "riccati.samples_to_risk", "riccati.samples.heavy", more
    more = {"gamma": 0, "sizes": [[*widths, d, heavy["far_starts"]] for d in heavy["far"]], "sgd": False}
    yield "riccati.samples_to_risk", "riccati.samples.heavy", more
    for gamma, kappa in light["steps"]:
        more = {"gamma": gamma, "kappa": kappa, "sgd": True}
        yield "riccati.samples_to_risk", "riccati.samples.light", more
    yield "riccati.sample_complexity", "riccati.samples.light", {}
    yield "riccati.radial_fit", "riccati.phase2", {}

    parts = (
        "norm_curves",
        "first_law",
        "second_law",
        "optimum",
        "margins",
        "learning_curves",
        "finite_size",
        "label_noise",
    )
    for part in parts:
        yield f"perceptron.{part}", f"perceptron.{part}", {}
    for alpha, N, samples in config["perceptron"]["free_norm"]["cases"]:
        yield "perceptron.runs", "perceptron.free_norm", {"alpha": float(alpha), "N": N, "samples": samples}
    yield "perceptron.free_norm", "", {}
    for network in ("mlp", "cnn"):
        section, of = f"perceptron.deep.{network}", {"network": network}
        yield "perceptron.deep_images", section, of | {"installed": True}
        yield "perceptron.deep_runs", section, of | {"replicate": 0}
    yield "perceptron.deep_curves", "", {}
    yield "perceptron.deep_table", "perceptron", {}
    dense = config["perceptron"]["deep"]["mlp"]
    more = {key: dense[key] for key in ("test", "scale", "steps")}
    yield "perceptron.deep_clock", "perceptron.deep.clock", more


@pytest.mark.parametrize("tier", TIERS)
def test_the_parameters_of_every_stage_go_through_its_command_line_unchanged(tier):
    for stage, place, more in given(TIERS[tier]):
        section = settings.values_of(stage, TIERS[tier], place, more)
        parser = Parser(stage, "a stage")
        parser.add_section(type(section))
        assert parser.section(type(section), parser.parse_args(words(section))) == section, (stage, more)
        assert parser.format_help().count("expected:") == len(section.__struct_fields__), stage


@pytest.mark.parametrize("tier", TIERS)
def test_the_work_of_every_stage_is_a_number_of_seconds(tier):
    worked = {stage for stage, place, more in given(TIERS[tier]) if _work(stage, TIERS[tier], place, more) > 0}
    # the others take seconds at any size
    assert {stage for stage, *_ in given(TIERS[tier])} - worked == {
        "escape.start",
        "escape.gather",
        "escape.ode",
        "escape.fig1",
        "escape.solution_set",
        "escape.sgd_selection",
        "escape.fluctuations",
        "escape.dimensions",
        "escape.hessian",
        "escape.null_directions",
        "escape.plateau_optimum",
        "escape.plateau_rates",
        "escape.finite_divergence",
        "escape.overparameterisation",
        "escape.stationary_map",
        "perceptron.free_norm",
        "perceptron.deep_curves",
        "riccati.exponents",
        "riccati.sgd_flow",
        "riccati.sample_complexity",
    }


def _work(stage, config, place, more):
    seconds = settings.values_of(stage, config, place, more).work()
    assert isfinite(seconds) and seconds >= 0, stage
    return seconds


def test_every_stage_is_in_the_table_above():
    helpers = {"kept", "pairs", "plateau_shared", "replicates", "streams", "drawn", "trained"}
    found = {
        f"{study}.{module.name}"
        for study in settings.study_names()
        for module in pkgutil.iter_modules([f"{studies.__path__[0]}/{study}/stages"])
        if module.name not in helpers
    }
    assert found == {stage for stage, *_ in given(PAPER)}


def test_a_stage_takes_its_values_from_the_sections_around_its_own():
    section = settings.values_of("escape.plateau_optimum", PAPER, "escape.plateau", {})
    assert section.seed == PAPER["seed"]
    assert section.resamples == PAPER["escape"]["plateau"]["resamples"]
    section = settings.values_of("escape.plateau_scan", PAPER, "escape.plateau.optimum", {})
    assert section.tolerance == PAPER["escape"]["plateau"]["optimum"]["tolerance"]  # its own, not that of the study
    falling = settings.values_of("riccati.sgd_curves", PAPER, "riccati.sgd", {"eta_d": 0.02})
    constant = settings.values_of("riccati.sgd_curves", PAPER, "riccati.sgd", {"eta_d": 0.02, "falls_from": None})
    assert falling.falls_from == PAPER["riccati"]["sgd"]["falls_from"]
    assert constant.falls_from is None
    assert "--falls-from" not in words(constant)


def test_every_key_of_the_config_means_something():
    said = meanings()
    assert said["escape.runs.fig1.alpha_max"] == "last time (samples/N)"
    assert {"tier", "seed", "escape.runs"} <= said.keys()
    assert not [key for key, meaning in said.items() if not meaning]
