"""Command lines nobody would type: exit code 2 and one line that names the culprit; no traceback, no file written."""

import argparse
import ast
import contextlib
import importlib
import runpy
import sys
import zipfile

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from shallownets import cli
from shallownets.errors import UserError
from shallownets.results import artefacts
from tests.conftest import ROOT

SOURCE = ROOT / "src"


def commands():
    """Every module that is a command line: those that are something when run."""
    for path in sorted((SOURCE / "shallownets").rglob("*.py")):
        if any(
            isinstance(node, ast.If) and "__main__" in ast.dump(node.test) for node in ast.parse(path.read_text()).body
        ):
            yield ".".join(path.relative_to(SOURCE).with_suffix("").parts)


STAGES = [name for name in commands() if ".stages." in name or ".figures." in name]
FIGURES = [name for name in STAGES if ".figures." in name]
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


class Recorded(Exception):
    """The parser of a command, caught before it reads the arguments."""


def start(module):
    """As `python -m` does, but in this process, where it may have been imported before."""
    sys.modules.pop(module, None)
    runpy.run_module(module, run_name="__main__")


def run(module, arguments, monkeypatch, capsys):
    """Exit code and what was said on standard error."""
    monkeypatch.setattr(sys, "argv", [module, *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        start(module)
    return caught.value.code, capsys.readouterr().err


def options_of(module, monkeypatch):
    """The options of a command, from its own parser."""

    def record(parser, *_):
        raise Recorded(parser)

    with monkeypatch.context() as patched:
        patched.setattr(argparse.ArgumentParser, "parse_args", record)
        patched.setattr(sys, "argv", [module])
        with pytest.raises(Recorded) as caught:
            start(module)
    (parser,) = caught.value.args
    return [action for action in parser._actions if action.dest != "help"]


def assert_refused(code, said, *words):
    assert code == 2
    assert said.startswith("error: ")
    assert len(said.splitlines()) == 1
    for word in words:
        assert word in said


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


SEVEN = cli.at_least(7)


def test_all_commands_are_found():
    assert len(FIGURES) >= 15
    assert len(STAGES) >= 35


@pytest.mark.parametrize("module", STAGES)
def test_a_value_without_meaning_is_refused_in_one_line(module, here, monkeypatch, capsys):
    options = options_of(module, monkeypatch)
    assert options
    for option in options:
        name = option.option_strings[0]
        if option.type is cli.path:
            continue
        for value in NO_NUMBERS if option.choices is None else ["", "x", *NO_NUMBERS[4:]]:
            code, said = run(module, [f"{name}={value}"], monkeypatch, capsys)
            assert_refused(code, said, name)
    for arguments in ([], ["--no-such-option", "3"], ["stray"]):
        assert_refused(*run(module, arguments, monkeypatch, capsys))
    assert list(here.iterdir()) == []


@settings(max_examples=500, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([cli.count, cli.index, cli.positive, cli.not_negative, SEVEN]),
    st.text(max_size=12) | st.from_regex(r"[-+]?[0-9._e]{1,9}"),
)
def test_any_text_is_a_number_within_its_limits_or_refused(kind, text):
    try:
        value = kind(text)
    except argparse.ArgumentTypeError as error:
        assert str(error).isprintable()
    else:
        assert np.isfinite(value)
        assert value >= {cli.count: 1, SEVEN: 7, cli.positive: np.nextafter(0, 1)}.get(kind, 0)


RECORD = artefacts.record_of("shallownets.studies.escape.stages.ode", {"p": 4}, {"M": "1"})


def bad_files(folder):
    """Files that are not what a command wants, each of its own kind: missing, damaged, crafted, or another artefact."""
    folder.mkdir()
    artefacts.save_arrays(folder / "other.npz", {"other": np.arange(400.0)}, RECORD)
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
    heads = "".join(f"# {key}: {{}}\n" for key in RECORD)
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


@pytest.mark.parametrize("module", FIGURES)
def test_a_figure_refuses_files_that_are_not_its_data(module, here, monkeypatch, capsys):
    inputs = [option.option_strings[0] for option in options_of(module, monkeypatch) if option.dest != "out"]
    for path in bad_files(here / "in"):
        arguments = [argument for name in inputs for argument in (name, path)]
        code, said = run(module, [*arguments, "--out", here / "out.pdf", here / "out.png"], monkeypatch, capsys)
        assert_refused(code, said, str(path))
    assert [path.name for path in here.iterdir()] == ["in"]


# Commands that read artefacts, with otherwise sound arguments; {} is the file.
READERS = {
    "ode": "--start {} --N 30 --eta 0.1 --alpha-max 2 --points 3 --tolerance 1e-8 --out out.npz",
    "fig1_data": "--sgd {} --chain {} --ode {} --out out.csv",
    "finite_escape": "--sgd {} --direct {} --fit-from 1 --limit-from 1 --N 30 --eta-hat 0.1 --starts 2 --runs 2"
    " --ode-starts 2 --t-max 1 --points 9 --resamples 2 --tolerance 1e-6 --seed 1"
    " --measurements out.csv --figure-data out2.csv",
    "plateau_times": "--sgd {} --N 100 --eta-hat 0.1 --starts 2 --widths 2,1 --aligned 2,1 --at 100 --at-eta-hat 0.1"
    " --resamples 2 --tolerance 1e-6 --seed 1 --measurements out.csv --figure-data out2.csv",
}


@pytest.mark.parametrize("stage", READERS)
def test_a_stage_refuses_files_that_are_not_its_input(stage, here, monkeypatch, capsys):
    for path in bad_files(here / "in"):
        arguments = READERS[stage].replace("{}", str(path)).split()
        code, said = run(f"shallownets.studies.escape.stages.{stage}", arguments, monkeypatch, capsys)
        assert_refused(code, said, str(path))
    assert [path.name for path in here.iterdir()] == ["in"]


SIMULATE = [
    name
    for name in STAGES
    if name.startswith("shallownets.studies.escape.stages.") and name.split(".")[-1] not in READERS
]
SIMULATE = [name for name in SIMULATE if name.split(".")[-1] not in ("sgd", "chain", "gather")]


@pytest.mark.parametrize(("whole", "real"), [("1", "1e-6"), ("3", "0.5"), ("2", "100"), ("3", "1e-300"), ("8", "0.04")])
@pytest.mark.parametrize("module", SIMULATE)
def test_values_that_make_no_sense_together_are_refused_or_survived(module, whole, real, here, monkeypatch, capsys):
    """Every whole number the same, every other number the same: widths beyond the dimension, one point, no time."""
    arguments = []
    for option in options_of(module, monkeypatch):
        shapes = [real] if option.type in (cli.positive, cli.not_negative) else [whole]
        shapes += [f"{whole},{whole}", f"{whole},{real},{whole}", f"{whole},{whole},{whole}", "8"]
        value = "out.csv" if option.type is cli.path else option.choices and next(iter(option.choices))
        for shape in [] if value else shapes:
            with contextlib.suppress(argparse.ArgumentTypeError):
                option.type(shape)
                value = value or shape
        arguments += [option.option_strings[0], *[value] * (option.nargs if isinstance(option.nargs, int) else 1)]
    monkeypatch.setattr(sys, "argv", [module, *arguments])
    try:
        start(module)
    except SystemExit as left:
        assert_refused(left.code, capsys.readouterr().err)
        assert not list(here.iterdir())


def test_a_figure_of_an_unknown_kind_is_refused(here, monkeypatch):
    from matplotlib.figure import Figure

    from shallownets.drawing import style

    with pytest.raises(UserError, match=r"out\.exe: a figure whose name ends in \.pdf or \.png is right"):
        style.save(Figure(), [here / "out.exe"])
    assert list(here.iterdir()) == []


def test_every_command_says_what_it_does(monkeypatch, capsys):
    for module in STAGES:
        for option in options_of(module, monkeypatch):
            assert option.help, (module, option.dest)
        assert importlib.import_module(module).__doc__
