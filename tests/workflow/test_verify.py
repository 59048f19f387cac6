"""No forged archive passes, even where its manifest and its name fit what was forged.

A workflow of seven small rules stands for that of the toy study. That a true archive passes, and that what was not
checked is counted, is in tests/workflow/test_archive.py.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.conftest import Checkout

RESULTS = Path("results/forged")
# A plan knows a job by the params of its rule.
SNAKEFILE = """
configfile: "config.yaml"
rule all:
    default_target: True
    input: "results/forged/claims.md", "results/forged/report/index.html"
rule data:
    output: "results/forged/data/toy/sgd.npz"
    params: command="run toy.sgd", files=""
    shell: "echo {config[seed]} > {output}"
rule measurements:
    input: "results/forged/data/toy/sgd.npz"
    output: "results/forged/measurements/toy/relaxation.csv"
    params: command="run toy.relaxation", files=""
    shell:
        "echo id,verdict,predicted,measured,low,high,n > {output};"
        " echo a,reproduced,4,$(cat {input}),3,5,9 >> {output}"
rule figure_data:
    input: "results/forged/data/toy/sgd.npz"
    output: "results/forged/figure_data/toy/relaxation.csv"
    params: command="run toy.relaxation", files=""
    shell: "echo x,y > {output}; paste -d, {input} {input} >> {output}"
rule figure:
    input: "results/forged/figure_data/toy/relaxation.csv"
    output: "results/forged/figures/toy/relaxation.png"
    params: command="draw toy.relaxation", files=""
    shell: "sed s/,/-/ {input} > {output}"
rule claims:
    input: "results/forged/measurements/toy/relaxation.csv"
    output: "results/forged/claims.csv", "results/forged/claims.md"
    params: command="ledger", files=""
    shell: "cp {input} {output[0]}; sed s/id/name/ {input} > {output[1]}"
rule report:
    input: "results/forged/figures/toy/relaxation.png", "results/forged/claims.csv"
    output: "results/forged/report/index.html"
    params: command="report", files=""
    shell: "cat {input} > {output}; date '+<td data-run>%N</td>' >> {output}"
"""
TABLE = "measurements/toy/relaxation.csv"
LEDGER = b"id,verdict,predicted,measured,low,high,n\na,reproduced,4,4,3,5,9\n"
# Pack what is there but for some files, put other rules in the place of those that made it, and verify.
PACK_AND_VERIFY = """
import sys
from pathlib import Path
from shallownets.archive import pack, verify
results, rules, left_out, *options = sys.argv[1:]
files = {path.relative_to(results).as_posix() for path in Path(results).rglob("*") if path.is_file()}
name, content = pack.pack(Path(results), files - {"config.yaml", *left_out.split()})
Path(name).write_bytes(content)
Path("Snakefile").write_text(rules)
verify.main([name, *options])
"""


@pytest.fixture(scope="module")
def forgery(toy, tmp_path_factory) -> Checkout:
    """A checkout in which the workflow of small rules has run."""
    checkout = toy.copy(tmp_path_factory.mktemp("forgery"))
    (checkout.folder / "Snakefile").write_text(SNAKEFILE)
    checkout.edit("config.yaml", "tier: paper ", "tier: forged ")
    checkout.edit("config.yaml", "seed: 20260403 ", "seed: 4 ")
    line = [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all"]
    subprocess.run(line, cwd=checkout.folder, check=True)
    shutil.copy(checkout.folder / "config.yaml", checkout.folder / RESULTS)
    return checkout


@pytest.fixture
def verified(forgery, tmp_path, monkeypatch):
    """(exit code, what is said) of verify on an archive with these files changed, or left out where they are None.

    ``edit`` is a word of the rules and what stands in its place when the archive is verified.
    """
    checkout = forgery.copy(tmp_path / "checkout")
    monkeypatch.chdir(checkout.folder)

    def call(changes: dict[str, bytes | None], *options: str, edit: tuple[str, str] = ("", "")) -> tuple[int, str]:
        for name, content in changes.items():
            (RESULTS / name).parent.mkdir(parents=True, exist_ok=True)
            (RESULTS / name).write_bytes(content or b"")
        left_out = " ".join(name for name, content in changes.items() if content is None)
        rules = SNAKEFILE.replace(*edit)
        assert (rules == SNAKEFILE) == (edit == ("", ""))
        done = checkout.python("-c", PACK_AND_VERIFY, str(RESULTS), rules, left_out, *options)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout

    return call


@pytest.mark.slow
def test_an_invented_ledger_report_and_figure_differ_though_manifest_and_name_fit(verified):
    ledger = LEDGER.replace(b"reproduced", b"deviates")
    invented = {
        "claims.csv": ledger,
        "claims.md": ledger,
        "report/index.html": b"All holds.",
        "figures/toy/relaxation.png": b"picture",
    }
    code, said = verified(invented, "--sample", "0")
    assert code == 1
    assert "  DIFFERS, 1 verdicts: a is deviates, here reproduced  claims.csv\n" in said
    assert re.findall("  DIFFERS  (.*)", said) == ["claims.md", "figures/toy/relaxation.png", "report/index.html"]
    assert said.endswith("DIFFER: 1 of 1 claims.csv, 1 of 1 claims.md, 1 of 1 figures, 1 of 1 report\n")


@pytest.mark.slow
def test_an_invented_table_with_the_ledger_that_fits_it_differs_when_it_is_made_from_nothing(verified):
    table = LEDGER.replace(b"4,4", b"4,5")
    report = (RESULTS / "report/index.html").read_bytes().replace(b"4,4,3", b"4,5,3")
    code, said = verified(
        {TABLE: table, "claims.csv": table, "claims.md": table.replace(b"id", b"name", 1), "report/index.html": report},
        "--sample", "2", "--seed", "1",
    )  # fmt: skip
    assert code == 1
    assert "DIFFERS, numbers by up to 0.1 of their size  " + TABLE in said
    assert said.endswith("DIFFER: 1 of 1 measurements\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("report/index.html", None, "MISSING, the config plans it"),
        ("data/toy/sgd.npz", None, "MISSING, the config plans it"),
        ("figures/toy/other.png", b"invented", "FOREIGN, the config does not plan it"),
        ("data/toy/other.npz", b"invented", "FOREIGN, the config does not plan it"),
    ],
)
def test_what_the_config_plans_and_what_the_archive_lists_are_the_same(verified, name, content, said):
    code, lines = verified({name: content})
    assert code == 1
    assert f"  {said}  {name}\n" in lines
    assert "Agree" not in lines


@pytest.mark.slow
def test_with_other_rules_numbers_are_compared_and_the_words_are_said_to_be_unchecked(verified):
    near = {"claims.csv": LEDGER.replace(b"4,4", b"4,4.00000001"), "claims.md": b"words", "report/index.html": b"words"}
    code, said = verified(near, "--sample", "2", edit=("seed]}", "seed]} "))
    assert code == 0
    assert "made with other versions, so numbers are compared: source " in said
    assert "  agrees, numbers to 1e-09 of their size  claims.csv\n" in said
    assert said.endswith("Not checked but for the hash: 1 of 1 claims.md, 1 of 1 data, 1 of 1 report\n")


@pytest.mark.slow
def test_what_cannot_be_made_from_the_tables_differs_and_why_is_said(verified):
    code, said = verified(
        {}, "--sample", "0", edit=("sed s/,/-/ {input} > {output}", "echo error: no such column; false")
    )
    assert code == 1
    assert "\n  error: no such column\n" in said
    assert re.findall("  DIFFERS, cannot be made from the archive  (.*)", said) == [
        "figures/toy/relaxation.png",
        "report/index.html",
    ]
