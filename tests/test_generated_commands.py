"""Command lines nobody would type: one line that names the culprit; no traceback, no file written."""

import shlex
import zipfile
from typing import Literal, get_args, get_origin

import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from shallownets import rooms, run
from shallownets.config import section
from shallownets.config.check import fields, parts
from shallownets.config.commandline import Parser, option
from shallownets.config.section import Section
from shallownets.drawing import draw
from shallownets.errors import UserError
from shallownets.results import artefacts
from shallownets.stage import Arrays
from shallownets.workflow import catalogue
from tests.conftest import ROOT
from tests.test_parameters import planned

STAGES, FIGURES = rooms.stages(), list(catalogue.load(ROOT))
# What no number and no list of numbers is.
NO_NUMBERS = [
    "",
    " ",
    "x",
    "-",
    "--",
    "nan",
    "-inf",
    "1e999",
    "0x",
    "1,",
    ",",
    "1,2,3,4,5,6,7",
    "1;2",
    "1\n2",
    "½",
    "\ud800",
    "$(id)",
]


def refused(main, line):
    """What is said of a command line."""
    with pytest.raises(UserError) as caught:
        main(list(map(str, line)))
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    return said


def options_of(stage):
    """Option and kind of each parameter of a stage."""
    return {option(name): kind for name, kind in fields(run.find(stage)[1].given).items()}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_every_stage_has_a_rule():
    assert set(STAGES) == {job.runs[1] for job in planned("smoke")}


@pytest.mark.parametrize("name", ["", "escape", "escape.", "escape.none", "none.sgd", "escape.streams", "escape.model"])
def test_a_name_that_no_stage_and_no_figure_has_is_refused_in_one_line(name):
    for main in (run.main, draw.main):
        assert (name or "no name given") in refused(main, [name])


def values_of(stage):
    """The words of a command line that give a stage the parameters of the smoke tier."""
    return shlex.split(next(job.asked for job in planned("smoke") if job.runs[1] == stage))[2:]


@pytest.mark.parametrize("tries", [1, pytest.param(len(NO_NUMBERS), marks=pytest.mark.slow)], ids=["one", "all"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_value_without_meaning_is_refused_in_one_line(stage, tries, here):
    """Every option of every stage: with one of the values, the next for the next option, or with all."""
    options, files = options_of(stage), line_of(stage, "a.csv", [])
    for number, name in enumerate(options, STAGES.index(stage)):
        for turn in range(tries):
            value = NO_NUMBERS[(number + turn) % len(NO_NUMBERS)]
            assert name in refused(run.main, [*files, *values_of(stage), f"{name}={value}"]), value
    for line in (["--no-such-option", "3"], ["stray"]):
        assert line[0] in refused(run.main, [*files, *values_of(stage), *line])
        assert refused(run.main, [stage, *line]).startswith(f"{line[0]}: unknown; " if line[1:] else "the following")
    assert "required" in refused(run.main, [stage])
    assert list(here.iterdir()) == []


NEGATIVE = ["-1", "-.5", "-1.", "-1e-3", "-2E5", "-inf", "-nan", "-1.25,1.25", "-1e-3,-2", "-0.5,3,7"]


class Both(Section):
    """A number, a pair and two lists, of any sign."""

    one: float
    pair: tuple[float, float]
    some: list[float]
    pairs: list[tuple[float, float]]


def test_values_that_begin_with_a_minus_are_read_as_values():
    parser = Parser("both", "numbers of any sign")
    parser.add_section(Both)
    line = "--one -1e-3 --pair -1.25,1.25 --some -1 -.5 -2E5 --pairs -1e-3,-2 3,-4 -.5,1"
    found = parser.section(Both, parser.parse_args(line.split()))
    assert (found.one, found.pair, found.some) == (-1e-3, (-1.25, 1.25), [-1, -0.5, -2e5])
    assert found.pairs == [(-1e-3, -2), (3, -4), (-0.5, 1)]


@pytest.mark.parametrize("stage", STAGES)
def test_a_value_with_a_minus_is_no_unknown_option_and_no_missing_value(stage):
    """Each option, by one word and by two, says the same of it: what is expected, or nothing."""
    kind, parser = run.find(stage)[1].given, Parser("one", "a stage")
    parser.add_section(kind)
    usual = values_of(stage)

    def said(*words):
        try:
            return parser.section(kind, parser.parse_args([*usual, *words]))
        except UserError as error:
            return str(error)

    for name in options_of(stage):
        for value in NEGATIVE:
            apart = said(name, value)
            assert apart == said(f"{name}={value}"), value
            assert "unknown" not in str(apart) and "argument" not in str(apart)


KINDS = {name: kind for name, kind in vars(section).items() if parts(kind)[1] and parts(kind)[0] in (int, float)}


@pytest.mark.slow
@settings(max_examples=500, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(KINDS)), st.text(max_size=12) | st.from_regex(r"[-+]?[0-9._e]{1,9}"))
def test_any_text_is_a_number_within_its_limits_or_refused(name, text):
    kind = msgspec.defstruct("One", [("x", KINDS[name])], bases=(Section,), frozen=True, kw_only=True)
    parser = Parser("one", "one value")
    parser.add_section(kind)
    try:
        value = parser.section(kind, parser.parse_args([f"--x={text}"])).x
    except UserError as error:
        assert str(error).isprintable()
    else:
        assert np.isfinite(value)
        for meta in parts(KINDS[name])[1]:
            assert meta.ge is None or value >= meta.ge
            assert meta.gt is None or value > meta.gt
            assert meta.le is None or value <= meta.le
            assert meta.lt is None or value < meta.lt


def bad_files(folder):
    """Files that are not what a command wants, each of its own kind: missing, damaged, crafted, or another artefact."""
    folder.mkdir()
    artefacts.save(
        folder / "other.npz", Arrays({"other": np.arange(400.0)}), "escape.ode", {"p": 4}, "0123456789abcdef"
    )
    whole = (folder / "other.npz").read_bytes()
    (folder / "cut").write_bytes(whole[: len(whole) // 2])
    (folder / "empty").write_bytes(b"")
    (folder / "noise").write_bytes(bytes(np.random.default_rng(1).integers(0, 256, 3000, dtype=np.uint8)))
    (folder / "text").write_text("hello")
    (folder / "folder").mkdir()
    np.savez(folder / "objects.npz", record=np.array([{}], object), M=np.array([print], object))
    np.savez(folder / "list.npz", record=np.array("[1, 2]"))
    np.savez(folder / "deep.npz", record=np.array("[" * 100_000))
    with zipfile.ZipFile(folder / "huge.npz", "w") as file:
        head = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,), }".ljust(117) + b"\n"
        file.writestr("record.npy", b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head)
    heads = "".join(f"# {key}: {{}}\n" for key in ("parameters", "source", "stage", "units", "versions"))
    for name, text in {
        "other.csv": f"{heads}a,b\n1,2\n",
        "no_rows.csv": f"{heads}a,b\n",
        "no_columns.csv": heads,
        "ragged.csv": f"{heads}a,b\n1,2\n1,2,3\n",
        "no_record.csv": "a,b\n1,2\n",
        "broken.csv": "# parameters: {broken\na,b\n1,2\n",
        "code.csv": "# parameters: __import__('os').system('touch pwned')\na,b\n1,2\n",
        "tag.csv": "# parameters: !!python/object/apply:os.system ['touch pwned']\na,b\n1,2\n",
        "deep.csv": f"# parameters: {'[' * 100_000}\na,b\n1,2\n",
        "no_colon.csv": "# parameters\na,b\n1,2\n",
        "formula.csv": f"{heads}=cmd|' /C calc'!A0,b\n1,2\n",
    }.items():
        (folder / name).write_text(text)
    return [folder / "missing", *sorted(path for path in folder.iterdir() if not path.name.endswith(".run.json"))]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_refuses_files_that_are_not_its_data(figure, here):
    for path in bad_files(here / "in"):
        line = [figure, "--table", path, "--out", here / "out.pdf", here / "out.png"]
        assert str(path) in refused(draw.main, line)
    assert [path.name for path in here.iterdir()] == ["in"]


READERS = [stage for stage in STAGES if run.find(stage)[1].inputs]


def line_of(stage, path, values):
    """A command line with the same file for all that is read, and files in the working directory for what is made."""
    function = run.find(stage)[1]
    read = [word for entry in function.inputs for word in (option(entry.name), path)]
    made = [word for name in function.outputs for word in (option(name), f"{name}.out")]
    return [stage, *values, *read, *made]


@pytest.mark.parametrize("stage", READERS)
def test_a_stage_refuses_files_that_are_not_its_input(stage, here):
    for path in bad_files(here / "in"):
        assert str(path) in refused(run.main, line_of(stage, path, values_of(stage)))
    assert [path.name for path in here.iterdir()] == ["in"]


SIMULATE = [stage for stage in STAGES if stage not in READERS and stage.startswith("escape.")]


@pytest.mark.parametrize(("whole", "real"), [("1", "1e-6"), ("3", "0.5"), ("2", "100"), ("3", "1e-300"), ("8", "0.04")])
@pytest.mark.parametrize("stage", SIMULATE)
def test_values_that_make_no_sense_together_are_refused_or_survived(stage, whole, real, here):
    """Every whole number the same, every other number the same: widths beyond the dimension, one point, no time."""
    values = [word for name, kind in options_of(stage).items() for word in (name, alike(kind, whole, real))]
    try:
        run.main(line_of(stage, None, values))
    except UserError as error:
        assert len(str(error).splitlines()) == 1
        assert not list(here.iterdir())


def alike(kind, whole, real):
    """A word for a field of this kind in which all whole numbers are the same, and all others."""
    bare, _ = parts(kind)
    if isinstance(bare, type) and issubclass(bare, Section):
        return ",".join(alike(part, whole, real) for part in fields(bare).values())
    if get_origin(bare) is tuple:
        return ",".join(alike(part, whole, real) for part in get_args(bare))
    if get_origin(bare) is list:
        return alike(get_args(bare)[0], whole, real)
    return get_args(bare)[0] if get_origin(bare) is Literal else {int: whole, float: real}[bare]


def test_a_figure_of_an_unknown_kind_is_refused(here):
    from matplotlib.figure import Figure

    from shallownets.drawing import style

    with pytest.raises(UserError, match=r"out\.exe: .* \.png or \.pdf"):
        style.save(Figure(), [here / "out.exe"], "")
    assert list(here.iterdir()) == []


def test_every_command_says_what_it_does():
    for stage in STAGES:
        module, function = run.find(stage)
        for action in run.parser_of(stage, module, function)._actions:
            assert action.help, (stage, action.dest)
        assert module.__doc__
    for figure in FIGURES:
        assert rooms.find("figures", figure).__doc__, figure
