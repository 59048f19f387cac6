import subprocess
import sys

import pytest

from shallownets import sources

STAGES = ["start", "sgd", "gather", "ode", "fig1_data"]


def names(module):
    return {path.relative_to(sources.ROOT / "shallownets").as_posix() for path in sources.closure(module)}


@pytest.mark.parametrize("module", [f"shallownets.studies.escape.stages.{stage}" for stage in STAGES])
def test_the_closure_holds_every_module_that_python_really_loads(module):
    ours = "(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'shallownets')"
    code = f"import sys, {module}; print(*{ours})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) <= {str(path) for path in sources.closure(module)}


def test_a_command_depends_on_its_own_engine_and_not_on_the_other():
    sgd, ode = names("shallownets.studies.escape.stages.sgd"), names("shallownets.studies.escape.stages.ode")
    assert "escape/engines/direct.py" in sgd - ode
    assert "escape/engines/ode.py" in ode - sgd
    assert {"__init__.py", "escape/__init__.py", "escape/model.py"} <= sgd & ode


def test_a_figure_depends_on_no_physics():
    assert not {
        name for name in names("shallownets.studies.escape.figures.fig1") if "engines" in name or "model" in name
    }


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


def test_the_digest_follows_content_and_not_time(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    file = tmp_path / "a.py"
    file.write_text("1")
    before = sources.digest([file])
    file.touch()
    assert sources.digest([file]) == before
    file.write_text("2")
    assert sources.digest([file]) != before


def test_an_unknown_module_is_refused():
    with pytest.raises(ModuleNotFoundError):
        sources.closure("shallownets.nothing")
