"""The work of each stage grows with its arguments as its loops do."""

import pytest

from shallownets.studies.riccati.cost import WORK
from shallownets.workflow.cost import parse_command

CURVES = "--d 256 --N 16 --eta-d 0.02 --t-max 30.0 --points 61 --replicates 8"
RISK = "--sizes 32,4,4096,6 --beta 1.0 --kappa 0.05 --gamma 0.0 --risk 0.3"
FIT = "--d 256 --N 16 --eta-d 0.02 --t-max 30.0 --points 11 --samples 8 --scan 1 2 4 --replicates 2400"

# a stage's arguments, those that grow, by how much the work grows
GROWTH = [
    ("sgd_curves", CURVES, "--replicates 16", 2),
    ("sgd_curves", CURVES, "--eta-d 0.01 --falls-from 0.08", 2),
    ("sgd_curves", CURVES.replace("256", "25600"), "--d 51200", 4),  # twice the samples, each of twice the coordinates
    ("samples_to_risk", RISK, "--sizes 32,4,4096,12", 2),
    ("samples_to_risk", RISK.replace("0.05", "0.0005"), "--kappa 0.00025", 2),  # steps so small that they slow nothing
    ("samples_to_risk", RISK.replace("0.05", "0.0005"), "--gamma 1.0", 32),
    ("samples_to_risk", RISK.replace("0.05", "1"), "--kappa 2", 0.5),  # never there: given up after the same time
    ("exactness", "--M-star 8 --N 4 --d 100 --times 1 30 --starts 4", "--starts 8", 2),
    ("exactness", "--M-star 8 --N 4 --d 100 --times 1 30000 --starts 4", "--times 60000", 2),
    ("samples_to_risk", RISK + " --without-sgd", "--sizes 32,4,4096000,6", 1),
    ("sgd_checks", "--d 64 --N 4 --samples 100000 --replicates 11", "--replicates 23", 2),
    ("radial_fit", FIT, "--replicates 4800", 2),
    ("exponents", "--betas 0.25 1.0 --d 100 200 300 --M-star 256 --points 24 --starts 8", "--M-star 512", 8),
    (
        "time_units",
        "--light 0.25 --M-star 256 512 --heavy-M-star 64 --N 32 --d 100 200 300 --starts 8",
        "--starts 16",
        2,
    ),
    (
        "risk_scaling",
        "--heavy-M-star 1000 --heavy-N 4 16 --light-M-star 200 --light-N 50 100 --points 120 --starts 2",
        "--points 240",
        2,
    ),
    ("emergence", "--M-star 64 --N 32 --points 400 --starts 20", "--starts 40", 2),
]


@pytest.mark.parametrize(("stage", "given", "grown", "times"), GROWTH)
def test_work_grows_as_the_loops_do(stage, given, grown, times):
    _, arguments = parse_command(f"python -m stage {given}")
    _, more = parse_command(f"python -m stage {grown}")
    before = WORK[stage](arguments)
    assert before.seconds > 0
    assert WORK[stage](arguments | more).seconds / before.seconds == pytest.approx(times, rel=0.05)


def test_a_lower_risk_takes_longer_and_the_lowest_is_that_of_the_last_direction():
    def seconds(risk: float) -> float:
        return WORK["samples_to_risk"](parse_command(f"python -m stage {RISK.replace('0.3', str(risk))}")[1]).seconds

    assert seconds(0.5) < seconds(0.3) < seconds(0.12) == seconds(0.0)


def test_every_entry_is_tried_and_is_a_stage(root):
    assert set(WORK) == {stage for stage, *_ in GROWTH}
    assert [
        stage for stage in WORK if not (root / f"src/shallownets/studies/riccati/stages/{stage}.py").is_file()
    ] == []
