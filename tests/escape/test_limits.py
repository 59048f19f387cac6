"""Values that make sense alone but not together are refused before anything starts."""

import copy

import pytest

from shallownets.config import settings, yamlfile
from shallownets.errors import UserError
from shallownets.workflow import catalogue
from tests.conftest import ROOT

KNOWN = catalogue.names(ROOT)
PAPER = yamlfile.load(ROOT / "config.yaml")

SENSELESS = [
    ("runs.fig1.alpha_max", 0.001, "runs.fig1.points = 141: expected at most one time a sample, 10 at N = 10000"),
    (
        "runs.fig1.replicates",
        100000000000000,
        "runs.fig1.replicates = 100000000000000: expected a whole number from 1 to 1000000",
    ),
    ("runs.fig1.on_weights", 21, "runs.fig1.on_weights = 21: expected at most replicates = 20"),
    ("runs.fig1.chain_N", 10000, "runs.fig1.chain_N = 10000: expected a number other than N = 10000"),
    ("runs.fig1.p", 2000, "runs.fig1.p = 2000: expected a whole number from 1 to 1000"),
    ("batch", 1000000000, "batch = 1000000000: expected a whole number from 1 to 1000000"),
    ("solutions.widths", [[1, 2]], "solutions.widths.0 = [1, 2]: expected p >= p*"),
    ("solutions.narrow", [[2, 2]], "solutions.narrow.0 = [2, 2]: expected p < p*"),
    (
        "solutions.N",
        60,
        "solutions.N = 60: expected at least (√p + √p* + 6)² = 105, for Gaussian overlaps of variance 1/N",
    ),
    ("solutions.frames", 101, "solutions.frames = 101: expected an even number"),
    (
        "solutions.unequal_dimensions",
        [5, 300, 1000],
        "solutions.unequal_dimensions.0 = 5: expected at least (√p + √p* + 6)² = 89, for Gaussian "
        "overlaps of variance 1/N",
    ),
    ("solutions.orthonormal.p", 1, "solutions.orthonormal.p = 1: expected at least p_star = 2"),
    ("solutions.orthonormal.cases", [[5, 0.1, 4]], "solutions.orthonormal.cases.0.0 = 5: expected at least p + p* = 6"),
    (
        "solutions.orthonormal.t_max",
        1e-09,
        "solutions.orthonormal.t_max = 1e-09: expected the time of a sample at least, 0.001 at N = 100",
    ),
    ("solutions.fig3.p", 2, "solutions.fig3.p = 2: expected a number above p_star = 2"),
    (
        "solutions.fluctuations.chain",
        [[512, 4], [64, 4]],
        "solutions.fluctuations.chain = [[512, 4], [64, 4]]: expected rising N",
    ),
    (
        "solutions.fluctuations.shown",
        [513],
        "solutions.fluctuations.shown.0 = 513: expected an N among those of chain, [64, 128, 256, "
        "512, 1024, 2048, 4096, 8192, 100000, 1000000]",
    ),
    (
        "solutions.fluctuations.direct",
        [[65, 4]],
        "solutions.fluctuations.direct.0 = [65, 4]: expected an N among those of chain, [64, 128, "
        "256, 512, 1024, 2048, 4096, 8192, 100000, 1000000]",
    ),
    (
        "solutions.fluctuations.points",
        100000,
        "solutions.fluctuations.points = 100000: expected at most one time a sample, 3840 at N = 64",
    ),
    ("landscape.ratio", [{"p_star": 5, "N": 6}], "landscape.ratio.0.N = 6: expected at least p_star + 2 = 7"),
    ("landscape.null_directions.widths", [1], "landscape.null_directions.widths.0 = 1: expected a number from 2 to 10"),
    ("landscape.null_directions.p", 2, "landscape.null_directions.p = 2: expected a number from 3 to 10"),
    (
        "landscape.null_directions.shortest_step",
        0.5,
        "landscape.null_directions.shortest_step = 0.5: expected a number below longest_step = 0.1",
    ),
    ("plateau.optimum.converged", 0.7, "plateau.optimum.converged = 0.7: expected a number below fraction = 0.5"),
    ("plateau.optimum.step", 1e-09, "plateau.optimum.step = 1e-09: expected 1 to 1000000 steps up to largest = 0.8"),
    (
        "plateau.optimum.largest",
        0.001,
        "plateau.optimum.step = 0.01: expected 1 to 1000000 steps up to largest = 0.001",
    ),
    ("plateau.norms.N", 7, "plateau.norms.N = 7: expected at least p + p* = 8"),
    ("plateau.norms.compared", [99.0], "plateau.norms.compared.0 = 99.0: expected at most t_max = 2.5"),
    ("plateau.growth.t_fit", 3.0, "plateau.growth.t_fit = 3.0: expected at most t_max = 2.0"),
    ("plateau.law.reduction", 0.6, "plateau.law.reduction = 0.6: expected a number below reduction_last = 0.5"),
    ("plateau.norms.later", 0.5, "plateau.norms.later = 0.5: expected a number of at least 1"),
    ("plateau.law.sigma", 1.0, "plateau.law.sigma = 1.0: expected a number from 1e-12 to 0.01"),
    ("plateau.times.aligned", [2, 4], "plateau.times.aligned = [2, 4]: expected p >= p*"),
    (
        "plateau.times.N",
        [4, 100],
        "plateau.times.N.0 = 4: expected at least (√p + √p* + 6)² = 71, for Gaussian overlaps of variance 1/N",
    ),
    (
        "finite.escape.direct",
        [301, 4],
        "finite.escape.direct = [301, 4]: expected an N among those of sizes, [100, 300, 1000, 10000, 100000, 1000000]",
    ),
    (
        "finite.escape.eta_hat",
        0.07,
        "finite.spread.eta_hat = [0.025, 0.05, 0.1, 0.15]: expected a list with finite.escape.eta_hat = 0.07 in it",
    ),
    (
        "finite.spread.eta_hat",
        [0.1, 0.21],
        "finite.spread.eta_hat.1 = 0.21: expected a number below 0.2052, from where on nothing escapes",
    ),
    (
        "finite.overparameterisation.eta_hat",
        0.19,
        "finite.overparameterisation.eta_hat = 0.19: expected a number below 0.1802, from where on nothing escapes",
    ),
    (
        "plateau.times.eta_hat",
        [0.3],
        "plateau.times.eta_hat.0 = 0.3: expected a number below 0.2052, from where on nothing escapes",
    ),
    (
        "finite.divergence.first",
        0.5,
        "finite.divergence.first = 0.5: expected a number above 1e-10 and at most last = 0.32",
    ),
    ("finite.divergence.sizes", [[5, 4]], "finite.divergence.sizes.0.0 = 5: expected at least p + p* = 6"),
    ("finite.overparameterisation.N", 50, "finite.overparameterisation.N = 50: expected at least p + p* = 65"),
    (
        "finite.overparameterisation.cases",
        [[2, 1, 1]],
        "finite.overparameterisation.cases.0.2 = 1: expected a whole number from 2 to 1000000",
    ),
    ("beyond.late_times.wide", [[2, 2]], "beyond.late_times.wide.0 = [2, 2]: expected p > p*"),
    (
        "beyond.late_times.eta_hat",
        0.3,
        "beyond.late_times.eta_hat = 0.3: expected a number below p/(2 (p + 2)) = 0.1667, where the "
        "solution at p = p* = 1 is stable",
    ),
    (
        "beyond.late_times.window",
        [0.001, 1e-05],
        "beyond.late_times.window = [0.001, 1e-05]: expected the least risk first",
    ),
    (
        "beyond.stationary_map.values",
        [0.1],
        "beyond.stationary_map.values = [0.1]: expected 3 falling numbers, one for each teacher vector",
    ),
    ("beyond.stationary_map.sizes", [[2, 3, 12]], "beyond.stationary_map.sizes.0 = [2, 3, 12]: expected p >= p*"),
    ("beyond.not_orthogonal.widths", [1, 1], "beyond.not_orthogonal.widths = [1, 1]: expected p above 1"),
    (
        "beyond.not_orthogonal.overlaps",
        [0.5, 0.1],
        "beyond.not_orthogonal.overlaps = [0.5, 0.1]: expected rising numbers",
    ),
]


@pytest.mark.parametrize(("key", "value", "message"), SENSELESS, ids=[key for key, *_ in SENSELESS])
def test_values_that_do_not_fit_each_other_are_refused_in_one_line(key, value, message):
    config = copy.deepcopy(PAPER)
    *sections, last = key.split(".")
    section = config["escape"]
    for name in sections:
        section = section[name]
    assert last in section
    section[last] = value
    with pytest.raises(UserError) as caught:
        settings.check(config, KNOWN)
    assert str(caught.value) == f"config: escape.{message}"
    assert str(caught.value).isprintable()


def test_what_the_project_itself_runs_is_accepted():
    settings.check(PAPER, KNOWN)
    for path in (ROOT / "workflow/tiers").glob("*.yaml"):

        def merged(base, over):
            return base | {k: merged(base[k], v) if isinstance(v, dict) else v for k, v in over.items()}

        settings.check(merged(PAPER, yamlfile.load(path)), KNOWN)
