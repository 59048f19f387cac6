"""The set-up as people meet it: again, offline, two at once, beside somebody's own .venv, under a module system.

A small checkout is set up from wheels in a folder, with a stand-in for uv that installs by pip.
"""

import errno
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

UV = """
import pathlib, subprocess, sys

def main():
    folder, *rest = sys.argv[sys.argv.index("--python") + 1 :]
    if "--editable" in rest:
        (site,) = pathlib.Path(folder).glob("lib/python*/site-packages")
        (site / "project.pth").write_text(str(pathlib.Path(rest[-1], "src")))
    else:
        sys.exit(subprocess.call([folder + "/bin/python", "-m", "pip", "install", *rest]))
"""


def wheel(folder, name, version, source, entry=""):
    """Make a wheel of one module; returns the line of a lock that pins it."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.py", source)
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/entry_points.txt", entry)
        file.writestr(f"{info}/RECORD", "")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Checkout:
    """A small checkout with the project's own Makefile and set-up."""

    def __init__(self, root, folder):
        self.folder, self.wheels = folder / "it's a check{out}", folder / "wheels"
        for made in (self.folder / "workflow", self.folder / "src", self.wheels):
            made.mkdir(parents=True)
        for name in ("Makefile", "pyproject.toml", *(f"workflow/{name}" for name in self.files(root))):
            shutil.copy(root / name, self.folder / name)
        (self.folder / "src/ours.py").write_text("where = 'checkout'")
        uv = wheel(self.wheels, "uv", "1.0", UV, "[console_scripts]\nuv = uv:main\n")
        (self.folder / "bootstrap.lock").write_text(uv)
        self.lock("1.0")

    @staticmethod
    def files(root):
        return sorted(path.name for path in (root / "workflow").iterdir() if path.suffix in (".sh", ".py"))

    def lock(self, version):
        pinned = wheel(self.wheels, "package", version, f"version = '{version}'")
        (self.folder / "requirements.lock").write_text(pinned)

    def start(self, *words, **variables):
        settings = os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull}
        settings.pop("PYTHON", None)
        return subprocess.Popen(
            ["make", ".venv/ready", *words],
            cwd=self.folder,
            env=settings | {"PYTHONDONTWRITEBYTECODE": "1"} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def make(self, *words, **variables):
        """(return code, standard output, lines of errors but for make's own)"""
        process = self.start(*words, **variables)
        out, errors = process.communicate()
        return process.returncode, out, [line for line in errors.splitlines() if not line.startswith("make")]

    def python(self, code, **variables):
        line = [self.folder / ".venv/bin/python", "-c", code]
        return subprocess.check_output(line, text=True, env=os.environ | variables).strip()

    def environments(self):
        return sorted(path.name for path in self.folder.glob(".venv-*"))


@pytest.fixture
def checkout(root, tmp_path):
    return Checkout(root, tmp_path)


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """A checkout that is set up; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("standing") / "tests"  # a name that is left out among what is compiled
    checkout = Checkout(Path(__file__).parent.parent, folder)
    foreign = checkout.folder.parent / "foreign"
    foreign.mkdir()
    for name in ("json", "pip", "package"):
        (foreign / f"{name}.py").write_text("raise ImportError('of another Python')")
    (foreign / "ours.py").write_text("where = 'another checkout'")
    (checkout.folder / ".venv-killed/lib").mkdir(parents=True)
    (checkout.folder / ".venv-killed/begun-by-set-up").touch()
    (checkout.folder / ".venv-mine").mkdir()  # somebody's own, beside it
    (foreign / "workflow").mkdir()
    # what module systems, notebooks and images set
    code, _, errors = checkout.make(
        PYTHONHOME="/nowhere", PYTHONPATH=str(foreign), CDPATH=str(foreign), PYTHONSAFEPATH="1", PYTHONWARNINGS="error",
        PYTHONIOENCODING="ascii", LC_ALL="C", MPLBACKEND="module://nowhere", VIRTUAL_ENV="/nowhere",
        PIP_USER="1", PIP_TARGET="/nowhere", PIP_REQUIRE_VIRTUALENV="1",
    )  # fmt: skip
    assert (code, errors) == (0, [])
    return checkout


@pytest.mark.slow
def test_packages_and_the_project_are_compiled(standing):
    (site,) = standing.folder.glob(".venv/lib/python*/site-packages")
    assert len(list(site.glob("__pycache__/package.*.pyc"))) == 1
    assert len(list(standing.folder.glob("src/__pycache__/ours.*.pyc"))) == 1


@pytest.mark.slow
def test_a_killed_set_up_leaves_nothing_behind_and_nobody_elses_environment_is_deleted(standing):
    assert standing.environments() == sorted([str((standing.folder / ".venv").readlink()), ".venv-mine"])


def test_a_link_to_somebodys_own_environment_is_not_taken_for_ours(environment, monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "LINK", tmp_path / ".venv")
    (tmp_path / ".venv-mine").mkdir()
    environment.LINK.symlink_to(".venv-mine")
    with pytest.raises(environment.Failure, match="not made by this set-up"):
        environment.refuse_foreign()
    (tmp_path / ".venv-mine" / environment.MARK).touch()
    environment.refuse_foreign()


@pytest.mark.slow
def test_an_activated_shell_stays_so_when_venv_is_turned(standing):
    said = subprocess.check_output(
        ["sh", "-c", ". .venv/bin/activate; command -v python"], cwd=standing.folder, text=True
    )
    assert said == f"{standing.folder}/.venv/bin/python\n"


@pytest.mark.slow
def test_bytecode_is_there_from_the_start(standing):
    found = {path.name.split(".")[0] for path in (standing.folder / ".venv").resolve().rglob("*.pyc")}
    assert {"package", "uv"} <= found
    assert list(standing.folder.glob("src/__pycache__/ours.*.pyc"))


@pytest.mark.slow
def test_packages_of_the_environment_come_before_those_of_pythonpath(standing):
    foreign = str(standing.folder.parent / "foreign")
    assert standing.python("import package, json; print(package.version)", PYTHONPATH=foreign) == "1.0"
    assert standing.python("import ours; print(ours.where)") == "checkout"
    # jobs name their own checkout there, which may be another one than the environment was made for
    assert standing.python("import ours; print(ours.where)", PYTHONPATH=foreign) == "another checkout"


@pytest.mark.slow
def test_it_looks_at_contents_not_times_and_an_offline_change_leaves_what_there_is(checkout):
    assert checkout.make()[0] == 0
    first = checkout.environments()
    os.utime(checkout.folder / "requirements.lock")
    os.utime(checkout.folder / "pyproject.toml")
    with (checkout.folder / "pyproject.toml").open("a") as file:
        file.write("\n[tool.other]\nkey = 1\n")
    assert checkout.make() == (0, "", [])

    checkout.lock("2.0")
    checkout.wheels.rename(checkout.wheels.with_name("no network"))
    code, _, errors = checkout.make()
    assert code == 2
    assert len(errors) == 1
    assert errors[0].startswith("error: ") and errors[0].endswith("; the .venv from before is as it was")
    assert "No matching distribution" in (checkout.folder / ".venv.log").read_text()
    assert checkout.environments() == first
    assert checkout.python("import package; print(package.version)") == "1.0"

    checkout.wheels.with_name("no network").rename(checkout.wheels)
    assert checkout.make()[0] == 0
    assert checkout.python("import package; print(package.version)") == "2.0"
    assert len(checkout.environments()) == 1


@pytest.mark.slow
def test_another_version_of_the_project_is_named_in_the_same_environment_without_a_network(checkout):
    assert checkout.make()[0] == 0
    first = checkout.environments()
    (named,) = checkout.folder.glob(".venv/lib/python*/site-packages/project.pth")
    named.unlink()
    pyproject = checkout.folder / "pyproject.toml"
    pyproject.write_text(re.sub('^version = ".*"$', 'version = "12.3.4"', pyproject.read_text(), flags=re.MULTILINE))
    checkout.wheels.rename(checkout.wheels.with_name("no network"))
    assert checkout.make() == (0, "", [])
    assert checkout.environments() == first
    assert named.exists()
    named.unlink()
    assert checkout.make() == (0, "", [])
    assert not named.exists()  # nothing is left to do


@pytest.mark.slow
def test_two_at_once_make_one_environment_and_replace_that_of_an_earlier_version(checkout):
    (checkout.folder / ".venv").mkdir()
    (checkout.folder / ".venv/ready").touch()
    both = [checkout.start() for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted("Setting up" in text for text in said) == [False, True]
    assert checkout.environments() == [str((checkout.folder / ".venv").readlink())]
    assert checkout.python("import package; print(package.version)") == "1.0"


@pytest.mark.parametrize("linked", [True, False])
def test_somebody_elses_venv_is_left_as_it_is(checkout, tmp_path, linked):
    own = tmp_path / "own" if linked else checkout.folder / ".venv"
    (own / "lib").mkdir(parents=True)
    (own / "lib/work.py").write_text("x")
    if linked:
        (checkout.folder / ".venv").symlink_to(own)
    code, out, errors = checkout.make()
    assert (code, out) == (2, "")
    assert errors == [
        "error: .venv was not made by this set-up, and is left as it is: rename or delete it, then try again"
    ]
    assert (own / "lib/work.py").read_text() == "x"


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/true", "false"])
def test_a_python_that_cannot_be_used_is_said(checkout, python):
    code, _, errors = checkout.make(f"PYTHON={python}")
    assert code == 2
    assert len(errors) == 1 and errors[0].startswith(f"error: PYTHON={python}: expected a Python from 3.")


@pytest.fixture
def environment(root, monkeypatch):
    """The set-up as a module."""
    spec = importlib.util.spec_from_file_location("environment", root / "workflow/environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_another_python_is_another_environment(environment, monkeypatch):
    before = environment.stamp()
    assert environment.stamp() == before
    monkeypatch.setattr(sys, "base_prefix", "/another")
    assert environment.stamp() != before


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK])
def test_without_file_locks_it_goes_on_and_deletes_nothing(environment, monkeypatch, tmp_path, capsys, number):
    def flock(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    with environment.one_at_a_time() as alone:
        assert not alone
    assert "no file locks" in capsys.readouterr().out


def test_commands_of_make_do_not_see_the_python_of_a_module_system(root):
    line = ["make", "--no-print-directory", "--eval=probe: ; @env", "probe"]
    said = subprocess.check_output(
        line, cwd=root, text=True, env=os.environ | {"PYTHONHOME": "/nowhere", "PYTHONPATH": "/nowhere"}
    )
    assert "PATH=" in said
    assert not any(text.startswith(("PYTHONHOME=", "PYTHONPATH=")) for text in said.splitlines())
