"""Values that make sense alone but not together are refused before anything starts."""

import copy

import pytest

from shallownets.config import settings, yamlfile
from shallownets.errors import UserError
from tests.conftest import ROOT

SCHEMA = settings.load_schema(ROOT)
PAPER = yamlfile.load(ROOT / "config.yaml")

SENSELESS = [
    ("runs.fig1.alpha_max", 0.001, r"points = 141: .*at most alpha_max x N = 10"),
    ("runs.fig1.replicates", 10**14, "runs.fig1.replicates = 100000000000000: at most 1000000"),
    ("runs.fig1.p", 2000, "runs.fig1.p = 2000: at most 1000"),
    ("batch", 10**9, "batch = 1000000000: at most 1000000"),
    ("solutions.widths", [[1, 2]], r"solutions.widths = \[1, 2\]: p >= p\* is right"),
    ("solutions.narrow", [[2, 2]], r"solutions.narrow = \[2, 2\]: p < p\* is right"),
    ("solutions.N", 60, "solutions.N = 60: at least"),
    ("solutions.frames", 101, "solutions.frames = 101: an even number"),
    ("solutions.unequal.dimensions", [5, 300, 1000], "solutions.unequal.dimensions = 5: at least"),
    ("solutions.orthonormal.p", 1, r"solutions.orthonormal.p, p_star = \[1, 2\]: p >= p\*"),
    ("solutions.orthonormal.cases", [[5, 0.1, 4]], r"solutions.orthonormal.cases = 5: at least p \+ p\* = 6"),
    ("solutions.orthonormal.t_max", 1e-9, "solutions.orthonormal.t_max = 1e-09: a longer one"),
    ("solutions.fig3.p", 2, "solutions.fig3.p = 2: p above p_star = 2"),
    ("solutions.fluctuations.chain", [[512, 4], [64, 4]], "solutions.fluctuations.chain = .*: N increasing"),
    ("solutions.fluctuations.shown", [513], "solutions.fluctuations.shown = .513.: N among"),
    ("solutions.fluctuations.direct", [[65, 4]], "solutions.fluctuations.direct = .*: N among"),
    ("solutions.fluctuations.points", 10**5, "solutions.fluctuations.points = 100000: at most one time a sample"),
    ("landscape.ratio", [{"p_star": 5, "N": 6}], r"landscape.ratio = 6: at least p \+ p\* = 7"),
    ("landscape.null_directions.widths", [1], "landscape.null_directions.widths = 1: a number from 2 to 10"),
    ("landscape.null_directions.p", 2, "landscape.null_directions.p = 2: a number from 3 to 10"),
    ("landscape.null_directions.shortest_step", 0.5, "shortest_step = 0.5: a step below longest_step = 0.1"),
    ("plateau.optimum.converged", 0.7, "plateau.optimum.converged = 0.7: a number below fraction = 0.5"),
    ("plateau.optimum.step", 1.0e-9, "plateau.optimum.step = 1e-09: 1 to 1000000 steps"),
    ("plateau.optimum.largest", 0.001, "plateau.optimum.step = 0.01: 1 to 1000000 steps"),
    ("plateau.norms.N", 7, r"plateau.norms.N = 7: at least p \+ p\* = 8"),
    ("plateau.norms.compared", [99.0], "plateau.norms.compared = .99.0.: up to t_max = 2.5"),
    ("plateau.growth.t_fit", 3.0, "plateau.growth.t_fit = 3.0: at most t_max = 2.0"),
    ("plateau.law.sigma", 1.0, "plateau.law.sigma = 1.0: 1e-12 to 0.01"),
    ("plateau.times.aligned", [2, 4], r"plateau.times.aligned = \[2, 4\]: p >= p\*"),
    ("plateau.times.N", [4, 100], "plateau.times.N = 4: at least"),
    ("finite.escape.direct", [301, 4], r"finite.escape.direct = \[301, 4\]: N among"),
    ("finite.escape.eta_hat", 0.07, r"finite.spread.eta_hat = .*: 0.07 of finite.escape in it"),
    ("finite.spread.eta_hat", [0.1, 0.21], "finite.spread.eta_hat = 0.21: below 0.2052, from where on nothing escapes"),
    ("finite.widths.eta_hat", 0.19, "finite.widths.eta_hat = 0.19: below 0.1802, from where on nothing escapes"),
    ("plateau.times.eta_hat", [0.3], "plateau.times.eta_hat = 0.3: below 0.2052, from where on nothing escapes"),
    ("finite.divergence.first", 0.5, "finite.divergence.first = 0.5: above 1e-10 and at most last = 0.32"),
    ("finite.divergence.sizes", [[5, 4]], r"finite.divergence.sizes = 5: at least p \+ p\* = 6"),
    ("finite.widths.N", 50, r"finite.widths.N = 50: at least p \+ p\* = 65"),
    ("finite.widths.cases", [[2, 1, 1]], "finite.widths.cases = .2, 1, 1.: 2 to 1000000 replicates"),
    ("beyond.late.wide", [[2, 2]], r"beyond.late.wide = \[2, 2\]: 1000 >= p > p\*"),
    ("beyond.late.eta_hat", 0.3, r"beyond.late.eta_hat = 0.3: below p/\(2 \(p \+ 2\)\) = 0.1667"),
    ("beyond.late.window", [1.0e-3, 1.0e-5], "beyond.late.window = .*: the least risk first"),
    ("beyond.map.values", [0.1], "beyond.map.values = .0.1.: 3 falling numbers"),
    ("beyond.map.sizes", [[2, 3, 12]], r"beyond.map.sizes = \[2, 3\]: p >= p\*"),
    ("beyond.frames.widths", [1, 1], "beyond.frames.widths = .1, 1.: p above 1"),
    ("beyond.frames.overlaps", [0.5, 0.1], "beyond.frames.overlaps = .*: rising numbers"),
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
    with pytest.raises(UserError, match=f"^config: escape.*{message}") as caught:
        settings.check(config, SCHEMA)
    assert str(caught.value).isprintable()


def test_what_the_project_itself_runs_is_accepted():
    settings.check(PAPER, SCHEMA)
    for path in (ROOT / "workflow/tiers").glob("*.yaml"):

        def merged(base, over):
            return base | {k: merged(base[k], v) if isinstance(v, dict) else v for k, v in over.items()}

        settings.check(merged(PAPER, yamlfile.load(path)), SCHEMA)
