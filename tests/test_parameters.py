"""The parameters of every stage: from the config by its rule to the command line, and back, without a change."""

import re
import shlex
from collections.abc import Iterator
from contextlib import chdir
from functools import cache
from importlib import import_module
from inspect import get_annotations
from math import isfinite

import msgspec
import pytest

from shallownets import rooms, run
from shallownets.config import keywords, settings, yamlfile
from shallownets.config.check import fields, section_of
from shallownets.config.commandline import Parser, words
from shallownets.config.nearest import nearest
from shallownets.config.page import inner, meanings
from shallownets.config.section import Positive, Section, Width
from shallownets.errors import UserError
from shallownets.stage import Stage
from shallownets.workflow import catalogue, cost, lineage
from shallownets.workflow.catalogue import Figure
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


@pytest.mark.slow
def test_kept_data_are_called_like_the_rule_that_makes_them():
    """But for the runs of one experiment of escape, which lie in a folder of its name."""
    kept = [(job.rule, path.parts) for job in planned("smoke") for path in job.outputs if "data" in path.parts]
    named = [(rule, parts[parts.index("data") + 1 :]) for rule, parts in kept]
    others = [(rule, study, name) for rule, (study, name, *_) in named if name not in PAPER["escape"]["runs"]]
    assert len(others) > 40
    for rule, study, name in others:
        assert rule == f"{study}_{name.removesuffix('.npz')}"


def test_a_stage_takes_its_values_from_the_sections_around_its_own():
    section = settings.values_of("escape.plateau_optimum", PAPER, "escape.plateau", {})
    assert section.seed == PAPER["seed"]
    assert section.resamples == PAPER["escape"]["plateau"]["resamples"]
    section = settings.values_of("escape.plateau_scan", PAPER, "escape.plateau.optimum", {})
    assert section.tolerance == PAPER["escape"]["plateau"]["optimum"]["tolerance"]  # its own, not that of the study
    falling = settings.values_of("riccati.sgd_flow_curves", PAPER, "riccati.sgd_flow", {"eta_d": 0.02})
    constant = settings.values_of(
        "riccati.sgd_flow_curves", PAPER, "riccati.sgd_flow", {"eta_d": 0.02, "falls_from": None}
    )
    assert falling.falls_from == PAPER["riccati"]["sgd_flow"]["falls_from"]
    assert constant.falls_from is None
    assert "--falls-from" not in words(constant)


def test_every_key_of_the_config_means_something():
    said = meanings()
    assert said["escape.runs.fig1.alpha_max"] == "last time (samples/N)"
    assert {"tier", "seed", "escape.runs"} <= said.keys()
    assert not [key for key, meaning in said.items() if not meaning]


@pytest.mark.parametrize("name", rooms.stages())
def test_a_stage_takes_the_class_that_its_rule_is_checked_by(name):
    assert run.find(name)[1].given is settings.class_of(name)


def test_the_stages_are_the_modules_of_their_room_that_define_one():
    found = set()
    for name in rooms.names("stages"):
        module = rooms.find("stages", name)
        if isinstance(getattr(module, name.partition(".")[2], None), Stage):
            found.add(name)
    assert set(rooms.stages()) == found
    assert "escape.kept" in set(rooms.names("stages")) - found


def test_two_classes_of_one_name_in_a_study_are_refused_in_a_line_that_names_both_modules(monkeypatch):
    runs, plateau = (import_module(f"shallownets.studies.escape.parameters.{name}") for name in ("runs", "plateau"))
    second = type("Start", (Section,), {"__module__": plateau.__name__})
    monkeypatch.setattr(plateau, "Start", second, raising=False)
    monkeypatch.setattr(settings, "_classes", settings._classes.__wrapped__)  # as another process would begin
    with pytest.raises(UserError) as refused:
        settings.class_of.__wrapped__("escape.start")
    said = f"Start of {runs.__name__}: expected another name, that of {plateau.__name__} has this one"
    assert str(refused.value) == said


def test_a_stage_without_a_class_is_one_line_that_names_both():
    package = "shallownets.studies.escape"
    with pytest.raises(UserError) as refused:
        settings.class_of("escape.kept")
    assert str(refused.value) == f"{package}.parameters: no class Kept; expected what {package}.stages.kept takes"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("escape.nosuch", ""),
        ("escape.kept", ""),  # a module that stages share
        ("escape.plateau_scn", "did you mean escape.plateau_scan? "),
        ("escpae.sgd", "did you mean escape.sgd? "),
        ("plateau_scan", "did you mean escape.plateau_scan? "),
        ("nosuch.thing", ""),
    ],
)
def test_a_name_that_is_no_stage_is_said_with_those_that_are(name, hint):
    with pytest.raises(UserError) as refused:
        run.find(name)
    said, _, listed = str(refused.value).partition("expected one of ")
    assert said == f"{name}: no such stage; {hint}"
    beside = name.startswith("escape.")
    assert listed.split(", ") == [one for one in rooms.stages() if one.startswith("escape.") or not beside]


class Small(Section):
    p: Width
    eta: Positive
    widths: list[Width] = msgspec.field(default_factory=list)


def asked(*given):
    """What a command that takes these two reads of its options."""
    parser = Parser("x", "")
    parser.add_section(Small)
    return parser.section(Small, parser.parse_args(given))


def test_a_whole_number_may_be_written_with_an_exponent_in_a_command_and_in_the_library():
    read = asked("--p", "1e1", "--eta", "1", "--widths", "2.0e1", "3")
    assert read == keywords.section(Small, {"p": 1e1, "eta": 1, "widths": [2e1, 3]})
    assert repr(read) == "Small(p=10, eta=1.0, widths=[20, 3])"
    for word in ("1.5", "1e-1", "1e4", "ten"):
        with pytest.raises(UserError, match=rf"^--p '{word}': expected a whole number from 1 to 1000$"):
            asked("--p", word, "--eta", "1")
    with pytest.raises(UserError, match=r"^p = 1\.5: expected a whole number from 1 to 1000$"):
        keywords.section(Small, {"p": 1.5, "eta": 1})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--eat", "1"], "--eat: unknown; did you mean --eta?"),
        (["--eat=1"], "--eat=1: unknown; did you mean --eta?"),
        (["--nothing-like-it", "1"], "--nothing-like-it: unknown; see --help"),
        (["--p", "1", "--", "--eat"], "the following arguments are required: --eta"),
        (["--p", "1"], "the following arguments are required: --eta"),
    ],
)
def test_a_wrong_option_is_named_before_those_that_are_missing(given, said):
    with pytest.raises(UserError, match=f"^{re.escape(said)}$"):
        asked(*given)


def test_only_what_is_close_is_taken_for_what_is_meant():
    options = ["--help", "--widths", "--N", "--starts", "--data", "--eta-hat"]
    assert nearest("--eta", options[:-1]) == ""
    assert nearest("--eta", options) == "--eta-hat"
    assert nearest("--dat", options) == "--data"
    assert nearest("escape.fig33", ["riccati.fig3", "escape.fig3"]) == "escape.fig3"


def test_a_stage_or_a_figure_without_a_file_is_one_line_that_names_it():
    assert rooms.module("stages", "escape.sgd", "a rule") == "studies.escape.stages.sgd"
    with pytest.raises(UserError) as refused:
        rooms.module("figures", "escape.fig9", "workflow/figures/escape.yaml")
    right = "no such file; expected the figure escape.fig9, which workflow/figures/escape.yaml names"
    assert str(refused.value) == f"src/shallownets/studies/escape/figures/fig9.py: {right}"


def test_a_caption_that_is_too_short_is_told_how_long_it_must_be():
    said = "fig1: caption = '...': expected the caption, sentences of reStructuredText with at least 100 characters"
    entry = {"study": "escape", "name": "fig1", "label": "Figure 1", "shows": "the risk", "settings": [], "tables": []}
    with pytest.raises(UserError, match=re.escape(said)):
        section_of(entry | {"caption": "..."}, Figure, "escape: fig1")


def owners(kind: type[Section]) -> dict[str, type]:
    """The class in which each field of a section is written."""
    return {name: next(one for one in kind.__mro__ if name in get_annotations(one)) for name in fields(kind)}


def written_twice(section: type[Section], stage: type[Section]) -> set[str]:
    """Fields of one name and one type that a section and a stage both write, where a class above both could.

    A class has one base: none could where either has one already, with a field that the other does not take. What a
    section of sections lends to all of them, such as the resamples, stages name by the alias that says all of it.
    """
    if any(map(inner, fields(section).values())):
        return set()
    of_section, of_stage = owners(section), owners(stage)
    inherited = {name for name, owner in of_section.items() if owner is not section}
    inherited |= {name for name, owner in of_stage.items() if owner is not stage}
    both = of_section.keys() & of_stage.keys()
    if not inherited <= both:
        return set()
    ours, theirs = fields(section), fields(stage)
    return {name for name in both if ours[name] == theirs[name] and of_section[name] is not of_stage[name]}


def sections_read(study: str) -> Iterator[tuple[str, type[Section]]]:
    """Each stage of a study with the class of each section that a rule names for it; all in it where jobs differ."""
    named = re.compile(r'stage\(\s*"([\w.]+)",\s*(?:lambda wildcards: f)?"([\w.]+?)(\.\{[^"]*)?"')
    for path in sorted((ROOT / "workflow/rules").rglob("*.smk")):
        for name, place, differs in named.findall(path.read_text(encoding="utf-8")):
            if name.startswith(f"{study}."):
                section = settings.config_class()
                for part in place.split("."):
                    section = inner(fields(section)[part])
                inside = filter(None, map(inner, fields(section).values())) if differs else [section]
                yield from ((name, one) for one in inside)


@pytest.mark.parametrize("study", catalogue.names(ROOT))
def test_no_field_is_written_for_a_section_and_again_for_the_stage_that_reads_it(study):
    read = list(sections_read(study))
    assert read
    twice = {(name, section.__name__): written_twice(section, settings.class_of(name)) for name, section in read}
    assert not {pair: names for pair, names in twice.items() if names}


def test_the_sections_of_a_stage_are_those_that_its_rule_names():
    read = {(name, section.__name__) for name, section in sections_read("riccati")}
    assert read >= {("riccati.exactness", "ExactnessValues"), ("riccati.sgd_flow_curves", "SgdFlowValues")}
    assert {name for stage, name in read if stage == "riccati.sample_complexity_runs"} == {
        "HeavySamples",
        "LightSamples",
        "OneDirection",
    }


def test_a_field_that_is_written_twice_is_found_but_where_no_class_could_be_above_both():
    class Sizes(Section):
        N: int

    class Values(Sizes):
        eta: float
        kept: int

    class Stage(Section):
        N: int
        eta: float

    class Below(Sizes):
        eta: float

    class Kept(Section):
        kept: int

    assert written_twice(Values, Stage) == {"N", "eta"}
    assert written_twice(Values, Below) == {"eta"}
    assert written_twice(Values, Kept) == set()
