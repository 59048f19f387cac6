"""A user whom the machine does not know gets a name and a home, and nobody else gets another."""

import getpass
import os
import pwd
import subprocess
from pathlib import Path

import pytest

from shallownets.workflow import user

NAMES = ("LOGNAME", "USER", "LNAME", "USERNAME")


@pytest.fixture
def unknown(monkeypatch, tmp_path):
    """As if this process had been started by `docker run -u 1234` with neither a home nor a name."""

    def missing(number):
        raise KeyError(f"getpwuid(): uid not found: {number}")

    for name in ("HOME", *NAMES):
        monkeypatch.setenv(name, "")  # so that what is set is undone
        monkeypatch.delenv(name)
    monkeypatch.setattr(pwd, "getpwuid", missing)
    monkeypatch.chdir(tmp_path)


def test_a_user_without_a_name_and_a_home_gets_both(unknown, tmp_path):
    user.introduce()
    assert getpass.getuser() == str(os.getuid())
    assert Path.home() == tmp_path / ".snakemake"


@pytest.mark.parametrize("home", ["", "here", "/no/such/folder"])
def test_a_home_that_cannot_be_written_is_replaced(unknown, tmp_path, monkeypatch, home):
    monkeypatch.setenv("HOME", home)
    user.introduce()
    assert Path.home() == tmp_path / ".snakemake"


def test_what_is_known_stays(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    before = dict(os.environ)
    monkeypatch.setattr(pwd, "getpwuid", lambda number: pwd.struct_passwd(("me", "x", number, 0, "", "/", "sh")))
    user.introduce()
    assert dict(os.environ) == before


def test_make_has_a_home_where_the_user_has_none(root, tmp_path):
    def home(environment):
        line = ["make", "--no-print-directory", "--eval", "home: ; @echo $$HOME", "home"]
        return subprocess.run(line, cwd=root, env=environment, capture_output=True, text=True, check=True).stdout

    path = {"PATH": os.environ["PATH"]}
    assert home(path) == f"{root}/.snakemake\n"
    for none in ("", "/no/such/folder"):
        assert home(path | {"HOME": none}) == f"{root}/.snakemake\n"
    assert home(path | {"HOME": str(tmp_path)}) == f"{tmp_path}\n"
