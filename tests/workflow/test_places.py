"""Where Snakemake runs: no name of the checkout's folder breaks a job, and any other folder is refused in one line."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.workflow.conftest import SMOKE, TOY, Checkout, refusal

# A quote, fields of Python's and of Snakemake's formats, and what a shell expands.
ODD = """it's {b} {run} }{ {{c}} %s "ü" $HOME `x` \\n & ;x #y <results> *[z]?"""
START = "results/smoke/data/toy/start.npz"
STAGE = "src/shallownets/studies/toy/stages/start.py"


def snakemake(folder, *arguments):
    line = [sys.executable, "-m", "snakemake", *arguments]
    environment = os.environ | {"PYTHONPATH": ""}
    return subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=1800)


@pytest.fixture(scope="module")
def odd(toy, tmp_path_factory) -> Checkout:
    checkout = toy.copy(tmp_path_factory.mktemp("odd") / ODD)
    with (checkout.folder / STAGE).open("a") as source:
        source.write("\nprint(__file__)\n")
    return checkout


@pytest.mark.slow
def test_whatever_stands_in_the_path_of_the_checkout_its_own_code_runs(odd):
    odd.run(START)
    assert (odd.folder / START).is_file()
    log = odd.folder / "results/smoke/logs/toy/start.log"
    assert str(odd.folder / STAGE) in log.read_text().splitlines()


@pytest.mark.slow
def test_jobs_of_a_batch_system_are_refused_where_its_plugins_do_not_quote_the_path(odd):
    submission = ("--executor", "cluster-generic", "--cluster-generic-submit-cmd", "touch submitted;", "--jobs", "1")
    said = odd.snakemake(*submission, "--forceall", START)
    assert said.returncode == 1
    refused = f"{odd.folder}: expected a path without spaces and quotes for jobs of a batch system"
    assert refusal(said.stderr) == refused
    assert not (odd.folder / "submitted").exists()


@pytest.fixture(scope="module")
def here(toy, tmp_path_factory) -> Checkout:
    return toy.copy(tmp_path_factory.mktemp("here"))


@pytest.mark.slow
@pytest.mark.parametrize("with_config", [True, False])
def test_another_folder_than_the_checkout_is_refused_in_one_line(here, tmp_path, with_config):
    if with_config:
        shutil.copy(here.folder / "config.yaml", tmp_path)
    done = snakemake(tmp_path, "-n", TOY, "-s", f"{here.folder}/Snakefile")
    assert done.returncode == 1
    refused = f"{tmp_path}: not the folder of this Snakefile; expected --directory {here.folder}"
    assert refusal(done.stdout + done.stderr) == refused
    assert [path.name for path in tmp_path.iterdir() if path.name != ".snakemake"] == ["config.yaml"] * with_config


@pytest.mark.slow
def test_what_the_refusal_says_is_right(here, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(here.folder)
    arguments = ("-n", TOY, "-s", f"{link}/Snakefile", "--directory", str(here.folder))
    done = snakemake(tmp_path, *arguments, "--configfile", f"{link}/{SMOKE}")
    assert done.returncode == 0, done.stderr
    assert "results/smoke/figures/toy/relaxation.pdf" in done.stdout


@pytest.mark.slow
def test_a_path_that_no_search_path_can_hold_is_refused_in_one_line(here, tmp_path):
    torn = tmp_path / "a:b"
    torn.symlink_to(here.folder)
    done = snakemake(here.folder, "-n", TOY, "-s", f"{torn}/Snakefile")
    assert done.returncode == 1
    refused = f"{torn}/src: expected a path without :, which separates folders of a search path"
    assert refusal(done.stdout + done.stderr) == refused
