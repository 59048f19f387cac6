"""The parameters of every stage: from the config by its rule to the command line, and back, without a change."""

import shlex
from contextlib import chdir
from functools import cache
from math import isfinite

import pytest

from shallownets.config import settings, yamlfile
from shallownets.config.commandline import Parser, words
from shallownets.config.page import meanings
from shallownets.workflow import cost, lineage
from tests.conftest import ROOT

PAPER = yamlfile.load(ROOT / settings.CONFIG)
TIERS = ["paper", *(path.stem for path in sorted((ROOT / settings.TIERS).glob("*.yaml")))]


@cache
def planned(tier: str) -> list[lineage.Job]:
    """The jobs of a tier that run a stage, as Snakemake plans them: what its rule gives to each."""
    with chdir(ROOT):
        return [job for job in lineage.jobs(configs=settings.overlays(tier)) if job.runs[0] == "run"]


@pytest.mark.slow
@pytest.mark.parametrize("tier", TIERS)
def test_the_parameters_of_every_stage_go_through_its_command_line_unchanged(tier):
    for job in planned(tier):
        section, stage = cost.given(job), job.runs[1]
        assert shlex.join(["run", stage, *words(section)]) == job.asked
        parser = Parser(stage, "a stage")
        parser.add_section(type(section))
        assert parser.format_help().count("expected:") == len(section.__struct_fields__), stage
        assert isfinite(section.work()) and section.work() >= 0, stage


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
