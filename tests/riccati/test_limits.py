"""Values that make sense alone but not together are refused before anything starts."""

import copy

import pytest

from shallownets.config import settings, yamlfile
from shallownets.errors import UserError
from tests.conftest import ROOT

SCHEMA = settings.load_schema(ROOT)
PAPER = yamlfile.load(ROOT / "config.yaml")

SENSELESS = [
    ("risk.heavy_N", [16, 4], r"risk.heavy_N = \[16, 4\]: a rising list"),
    ("risk.heavy_N", [4, 1000], "risk.heavy_N = .*: at least two widths below 1000"),
    ("risk.heavy_N", [4, 16, 1000], "risk.heavy_N = .*: below heavy_M_star"),
    ("risk.light_N", [100, 200], "risk.light_N = .*: at least two widths below 200"),
    ("risk.d", 1200, r"risk.d = 1200: at least M\* \+ N = 1256"),
    ("risk.heavy_M_star", 5000, "risk.heavy_M_star = 5000: at most 4000"),
    ("risk.points", 10**7, "risk.points = 10000000: at most 1000000"),
    ("emergence.directions", [1, 33], r"emergence.directions = \[1, 33\]: 1 to 32 each"),
    ("emergence.starts", 10**7, "emergence.starts = 10000000: at most"),
    ("exponents.d", [500, 1000, 2000], r"exponents.d = 500: at least M\* \+ N = 512"),
    ("exponents.window", [70, 0.25], "exponents.window = .*: fewer directions than 0.25 M_star = 64"),
    ("units.light_d", 1000, r"units.light_d = 1000: at least M\* \+ N = 1024"),
    ("units.d", [50, 100, 200], r"units.d = 50: at least M\* \+ N = 96"),
    ("units.heavy_M_star", 1, "units.direction = 2: 1 to 1"),
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
    with pytest.raises(UserError, match=f"config: riccati.*{message}") as caught:
        settings.check(changed(key, value), SCHEMA)
    assert "\n" not in str(caught.value)


ALONE = [
    ("risk.heavy", 0.5, "risk.heavy = 0.5: a number above 0.5"),
    ("risk.light", 0.5, "risk.light = 0.5: a number from 0.01 to below 0.5"),
    ("exponents.betas", [0.5], r"exponents.betas.0 = 0.5: a number from 0.01 to 3 other than 1/2"),
    ("emergence.beta", 1.0e3, "emergence.beta = 1000.0: a number from 0.01 to 10"),
    ("exactness.d", 15, r"exactness.d = 15: a number of at least M_star \+ N \+ M_star = 20"),
    ("emergence.d", 90, r"emergence.d = 90: a number of at least M_star \+ N = 96"),
    ("units.direction", 40, "units.direction = 40: a number of at most N = 32"),
    ("figures", ["fig1"], "figures.0 = 'fig1': one of risk_scaling"),
]


@pytest.mark.parametrize(("key", "value", "message"), ALONE)
def test_the_schema_refuses(key, value, message):
    with pytest.raises(UserError, match=f"config: riccati.{message}"):
        settings.check(changed(key, value), SCHEMA)
