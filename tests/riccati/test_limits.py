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
    ("risk_scaling.heavy_N", [16, 4], "risk_scaling.heavy_N = [16, 4]: expected a rising list"),
    ("risk_scaling.heavy_N", [4, 1000], "risk_scaling.heavy_N = [4, 1000]: expected at least two widths below 1000"),
    (
        "risk_scaling.heavy_N",
        [4, 16, 1000],
        "risk_scaling.heavy_N = [4, 16, 1000]: expected widths below heavy_M_star = 1000",
    ),
    ("risk_scaling.light_N", [100, 200], "risk_scaling.light_N = [100, 200]: expected at least two widths below 200"),
    ("risk_scaling.d", 1200, "risk_scaling.d = 1200: expected at least M* + N = 1256"),
    ("risk_scaling.heavy_M_star", 5000, "risk_scaling.heavy_M_star = 5000: expected a whole number from 3 to 4000"),
    ("risk_scaling.points", 10000000, "risk_scaling.points = 10000000: expected a whole number from 2 to 1000000"),
    ("emergence.directions", [1, 33], "emergence.directions.1 = 33: expected a number from 1 to 32"),
    ("emergence.starts", 10000000, "emergence.starts = 10000000: expected a whole number from 2 to 1000000"),
    ("exponents.d", [500, 1000, 2000], "exponents.d.0 = 500: expected at least M* + N = 512"),
    ("exponents.window", [70, 0.25], "exponents.window = [70, 0.25]: expected fewer directions than 0.25 M_star = 64"),
    ("time_units.light_d", 1000, "time_units.light_d = 1000: expected at least M* + N = 1024"),
    ("time_units.d", [50, 100, 200], "time_units.d.0 = 50: expected at least M* + N = 96"),
    (
        "sgd_flow.falls_to_match",
        0.03,
        "sgd_flow.falls_to_match = 0.03: expected one of eta_d, [0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16]",
    ),
    (
        "sgd_flow.falls_from",
        0.02,
        "sgd_flow.falls_from = 0.02: expected a number above falls_to_match = 0.02, up to 10^7 times it",
    ),
    (
        "sgd_flow.fit_to",
        0.006,
        "sgd_flow.fit_to = 0.006: expected a number that at least three of eta_d do not exceed, "
        "[0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16]",
    ),
    (
        "sample_complexity.light.fit_from",
        64,
        "sample_complexity.light.fit_from = 64: expected a number that at least three M* of sizes reach",
    ),
    (
        "sample_complexity.heavy.risk",
        0.1,
        "sample_complexity.heavy.risk = 0.1: expected a number above 0.118, the least risk of N = 4, M* = 32",
    ),
    (
        "sample_complexity.light.above",
        [0.1, 0.7],
        "sample_complexity.light.steps.0.0 = 0.0: expected 0.7 above the best risk of N = 8, M* = 16, which is 0.5, "
        "to be below 1",
    ),
    (
        "sgd_flow.t_max",
        0.0001,
        "sgd_flow.eta_d.3 = 0.02: expected at most t_max d/2 = 0.0128, the step size of one sample",
    ),
    ("sgd_checks.N", 9, "sgd_checks.N = 9: expected at most M_star = 8"),
    ("sample_complexity.heavy.far", [10, 20, 30], "sample_complexity.heavy.far.0 = 10: expected at least M* + N = 36"),
    (
        "sample_complexity.light.sizes",
        [[16, 8, 20, 2], [32, 16, 256, 2], [48, 24, 384, 2]],
        "sample_complexity.light.sizes.0.2 = 20: expected at least M* + N = 24",
    ),
    ("time_units.heavy_M_star", 1, "time_units.direction = 2: expected a number from 1 to 1"),
]


def changed(key, value):
    config = copy.deepcopy(PAPER)
    section = config["riccati"]
    *path, last = key.split(".")
    for name in path:
        section = section[name]
    section[last] = value
    return config


@pytest.mark.parametrize(("key", "value", "message"), SENSELESS)
def test_what_does_not_fit_is_refused_in_one_line(key, value, message):
    with pytest.raises(UserError) as caught:
        settings.check(changed(key, value), KNOWN)
    assert str(caught.value) == f"config: riccati.{message}"


ALONE = [
    ("risk_scaling.heavy", 0.5, "risk_scaling.heavy = 0.5: expected a number above 0.5 and of at most 10"),
    ("risk_scaling.light", 0.5, "risk_scaling.light = 0.5: expected a number of at least 0.01 and below 0.5"),
    ("exponents.betas", [0.5], "exponents.betas.0 = 0.5: expected a number other than 1/2"),
    ("emergence.beta", 1000.0, "emergence.beta = 1000.0: expected a number from 0.01 to 10"),
    ("exactness.d", 15, "exactness.d = 15: expected at least M_star + N + M_star = 20"),
    ("emergence.d", 90, "emergence.d = 90: expected at least M* + N = 96"),
    ("time_units.direction", 40, "time_units.direction = 40: expected a number from 1 to 32"),
    (
        "figures",
        ["fig1"],
        "figures.0 = 'fig1': expected one of risk_scaling, emergence, sgd_flow, sgd_emergence, sample_complexity, "
        "radial_fit, exponents, time_units",
    ),
]


@pytest.mark.parametrize(("key", "value", "message"), ALONE)
def test_a_value_out_of_its_own_limits_is_refused(key, value, message):
    with pytest.raises(UserError) as caught:
        settings.check(changed(key, value), KNOWN)
    assert str(caught.value) == f"config: riccati.{message}"
