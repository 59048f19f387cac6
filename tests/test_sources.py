import ast
import os
import shutil
import subprocess
import sys

import pytest

from shallownets import rooms, sources

STAGES = ["start", "sgd", "gather", "ode", "fig1"]


def names(module):
    return {path.relative_to(sources.ROOT / "shallownets").as_posix() for path in sources.closure(module)}


def stage_module(stage):
    return f"shallownets.studies.{stage.replace('.', '.stages.')}"


@pytest.mark.parametrize("module", [f"shallownets.studies.escape.stages.{stage}" for stage in STAGES])
def test_the_closure_holds_every_module_that_python_really_loads(module):
    ours = "(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'shallownets')"
    code = f"import sys, {module}; print(*{ours})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    costs = {path for path in loaded if path.endswith("/parameters/work.py")}  # no stage asks what it costs, see below
    assert set(loaded) - costs <= {str(path) for path in sources.closure(module)}


def test_a_command_depends_on_its_own_engine_and_not_on_the_other():
    sgd, ode = names("shallownets.studies.escape.stages.sgd"), names("shallownets.studies.escape.stages.ode")
    assert "studies/escape/engines/direct.py" in sgd - ode
    assert "studies/escape/engines/ode.py" in ode - sgd
    kinds = "studies/escape/parameters/kinds.py"
    assert {"__init__.py", "studies/escape/__init__.py", "studies/escape/model.py", kinds} <= sgd & ode


def test_a_figure_depends_on_no_physics():
    assert not {
        name for name in names("shallownets.studies.escape.figures.fig1") if "engines" in name or "model" in name
    }


@pytest.mark.parametrize(
    ("simulates", "reads", "measures"),
    [
        ("risk_scaling_curves", "risk_scaling", "risk_scaling"),
        ("time_units_runs", "time_units", "units"),
        ("sgd_emergence_runs", "sgd_emergence", "sgd_directions"),
        ("exponents_curves", "exponents", "exponents"),
        ("sgd_flow_curves", "sgd_flow", "gaps"),
    ],
)
def test_an_edit_of_what_is_measured_simulates_nothing(simulates, reads, measures):
    runs, tables = (names(f"shallownets.studies.riccati.stages.{one}") for one in (simulates, reads))
    assert f"studies/riccati/measure/{measures}.py" in tables - runs


def test_imports_are_found_in_every_form(tmp_path, monkeypatch):
    package = tmp_path / "shallownets"
    (package / "inner").mkdir(parents=True)
    contents = {
        "__init__.py": "",
        "first.py": "import shallownets.second\ndef late():\n    from .inner import third\n",
        "second.py": "from shallownets import fourth, inner\n",
        "fourth.py": "import numpy\n",
        "inner/__init__.py": "",
        "inner/third.py": "from ..fifth import name\n",
        "fifth.py": "from . import first\nname = 1\n",
        "unused.py": "",
    }
    for name, content in contents.items():
        (package / name).write_text(content)
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    assert names("shallownets.first") == contents.keys() - {"unused.py"}


def test_what_is_no_physics_is_in_no_stage():
    """So that an edit of it, or of what a stage costs, reruns nothing that is simulated or measured."""
    assert len(rooms.names("stages")) > 40
    for stage in rooms.names("stages"):
        found = names(stage_module(stage))
        assert not {name for name in found if name.endswith("/parameters/work.py")}, stage
        services = {name for name in found if not name.startswith("studies/")}
        assert services <= {
            "__init__.py",
            "errors.py",
            "stage.py",
            "sources.py",
            "config/__init__.py",
            "config/section.py",
        } | {name for name in services if name.startswith("numerics/")}, stage


FILE = '''
from typing import Annotated
from msgspec import Meta
from shallownets.config.section import Section, means

RATE = 0.5


class Growth(Section):
    """What it takes."""

    eta: Annotated[float, Meta(gt=0), means("learning rate", "1")]


    def limits(self):
        yield self.eta < 10, "eta", "a rate below 10"

    def work(self):
        return 3e-6 / self.eta


def grow(x, times=3):
    """One line."""
    text = f"{x} of {times}"
    return RATE * x, text
'''
WORDS = 'eta = Annotated[float, Meta(title="rate", description="a rate", gt=0)]'
CALLED = "def risk(x):\n    return expected(x + 1)\n"
DRAWN = "from shallownets.drawing import style\n\nstyle.panel(title='p = 2')\n"
# What is edited, the file before and after; it is one of parameters unless it has another name.
NOTHING = {
    "comment": (FILE, FILE.replace("RATE = 0.5", "RATE = 0.5  # a half")),
    "docstring of a function": (FILE, FILE.replace('"""One line."""', '"""Another\n\n    longer one."""')),
    "no docstring": (FILE, FILE.replace('    """What it takes."""\n', "")),
    "layout": (FILE, FILE.replace("(x, times=3)", "(\n    x,\n    times=3,\n)")),
    "meaning of a parameter": (FILE, FILE.replace("learning rate", "rate of learning")),
    "unit of a parameter": (FILE, FILE.replace('"1")]', '"samples/N")]')),
    "how the work of a stage grows": (FILE, FILE.replace("3e-6 / self.eta", "work.SPECTRAL * self.eta")),
    "no word on how the work grows": (FILE, FILE.replace("    def work(self):\n        return 3e-6 / self.eta\n", "")),
    "an import for the cost": (FILE, f"from shallownets.studies.escape.parameters import work\n{FILE}"),
    "imports for the cost": (FILE, f"from .work import A\n{FILE}".replace(".work", "..parameters.work")),
    "words on what must hold between parameters": (FILE, FILE.replace("a rate below 10", "less than 10")),
    "what is refused": (FILE, FILE.replace("self.eta < 10", "self.eta < 9")),
    "quotes": (FILE, FILE.replace('"1")]', "'1')]")),
    "words of a parameter": (WORDS, WORDS.replace("a rate", "a number").replace("rate", "learning rate")),
    "words of a kind of value": (WORDS, WORDS.replace("a rate", "a number"), "config/section.py"),
}
SOMETHING = {
    "constant": (FILE, FILE.replace("RATE = 0.5", "RATE = 0.6")),
    "default": (FILE, FILE.replace("times=3", "times=4")),
    "limit of a parameter": (FILE, FILE.replace("gt=0", "gt=1")),
    "a function named as a method of sections is": (FILE, FILE + "\n\ndef work(x):\n    return x\n"),
    "an import beside one for the cost": (FILE, f"from ..parameters import kinds, work\n{FILE}"),
    "operator": (FILE, FILE.replace("RATE * x", "RATE + x")),
    "name": (FILE, FILE.replace("RATE", "SPEED")),
    "text that is returned": (FILE, FILE.replace("of {times}", "in {times}")),
    "order": (FILE, FILE.replace("RATE * x, text", "text, RATE * x")),
    # what is left out of parameters counts where none are
    "work elsewhere": (FILE, FILE.replace("3e-6", "4e-6"), "model.py"),
    "limits elsewhere": (FILE, FILE.replace("self.eta < 10", "self.eta < 9"), "model.py"),
    "means elsewhere": (FILE, FILE.replace("learning rate", "rate of learning"), "model.py"),
    "Meta elsewhere": (FILE, FILE.replace("Meta(gt=0)", 'Meta(gt=0, title="rate")'), "model.py"),
    "expected elsewhere": (CALLED, CALLED.replace("1", "2"), "model.py"),
    "title of a panel": (DRAWN, DRAWN.replace("2", "4"), "fig1.py"),
}


def digests(folder, monkeypatch, before, after, name="parameters.py"):
    """The digests of a file with these contents."""
    for number, content in enumerate((before, after)):
        path = folder / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_text(content)
        monkeypatch.setattr(sources, "ROOT", folder / str(number))
        yield sources.digest([path])


def unasked(tree):
    """The methods of classes that do not enter a digest."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return [part for kind in classes for part in kind.body if getattr(part, "name", None) in sources._UNASKED]


def test_no_stage_asks_what_it_costs_or_what_is_refused():
    """So that these methods, and the modules of the cost model, can be left out of the digests of stages."""
    files = {path for name in rooms.names("stages") for path in sources.closure(stage_module(name))}
    assert len(files) > 100
    for path in sorted(files):
        place = path.relative_to(sources.ROOT / "shallownets").as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        methods = unasked(tree)
        section = "/parameters/" in place or place == "config/section.py"
        assert section or not methods, f"{place}: no section, but with a method that is left out of its digest"
        assert section or not {name for name in sources._imported(tree) if sources._is_cost(name)}, place
        inside = {id(node) for method in methods for node in ast.walk(method)}
        for node in ast.walk(tree):
            asked = isinstance(node, ast.Attribute) and node.attr in sources._UNASKED
            asked |= section and isinstance(node, ast.Name) and node.id == "work"
            assert not asked or id(node) in inside, f"{place}:{getattr(node, 'lineno', '')}"


@pytest.mark.parametrize("edit", NOTHING)
def test_an_edit_that_can_change_no_number_leaves_the_digest(tmp_path, monkeypatch, edit):
    assert NOTHING[edit][0] != NOTHING[edit][1]
    first, second = digests(tmp_path, monkeypatch, *NOTHING[edit])
    assert first == second


@pytest.mark.parametrize("edit", SOMETHING)
def test_an_edit_that_can_change_a_number_changes_the_digest(tmp_path, monkeypatch, edit):
    first, second = digests(tmp_path, monkeypatch, *SOMETHING[edit])
    assert first != second


def test_a_text_that_decides_a_result_enters_the_digest(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    assert len({sources.digest([], said) for said in ("", "a", "b")}) == 3


def test_the_digest_follows_content_and_not_time(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    file = tmp_path / "a.py"
    file.write_text("1")
    before = sources.digest([file])
    file.touch()
    assert sources.digest([file]) == before
    file.write_text("2")
    assert sources.digest([file]) != before


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", "{}", '{"of": 1}', "of another file", "in a folder that cannot be made"]
)
def test_what_is_kept_of_a_file_counts_for_its_bytes_alone(tmp_path, monkeypatch, kept):
    monkeypatch.setattr(sources, "ROOT", tmp_path)

    def digest():
        sources._read.cache_clear()  # as another process would begin
        return sources.digest([file])

    file, other = tmp_path / "a.py", tmp_path / "b.py"
    file.write_text("import shallownets.errors\n")
    if kept == "in a folder that cannot be made":
        (tmp_path / "__pycache__").write_text("")
        assert digest() == digest()
        return
    right = digest()
    (notes,) = (tmp_path / "__pycache__").iterdir()
    good = notes.read_bytes()
    assert digest() == right
    if kept == "of another file":
        other.write_text("2\n")
        sources.digest([other])
        (theirs,) = {*(tmp_path / "__pycache__").iterdir()} - {notes}
        kept = theirs.read_text()
    notes.write_text(kept)
    assert digest() == right
    assert notes.read_bytes() == good
    file.write_text("import shallownets.error1\n")  # of the same size
    assert digest() != right


def test_every_supported_python_that_is_here_finds_the_same_digest(root):
    """Their syntax trees differ; a result that one of them made is none of another's to make again."""
    code = "from shallownets import sources as s; print(s.digest((s.ROOT / s.PACKAGE).rglob('*.py')))"
    said = {}
    for python in [sys.executable, *(f"python3.{minor}" for minor in (11, 12, 13))]:
        if shutil.which(python):
            done = subprocess.run(
                [python, "-c", code], env=os.environ | {"PYTHONPATH": root / "src"}, capture_output=True
            )
            if done.returncode == 0:  # a name may lead to a Python that is not set up
                said[python] = done.stdout
    assert sys.executable in said
    assert len(set(said.values())) == 1, said


def test_an_unknown_module_is_refused():
    with pytest.raises(ModuleNotFoundError):
        sources.closure("shallownets.nothing")
