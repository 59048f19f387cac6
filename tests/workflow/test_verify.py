"""No forged archive passes, even where its manifest and its name fit what was forged.

A workflow of seven one-line rules stands for the real one; tests/workflow/test_archive.py verifies a real run.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shallownets import archive, verify

RESULTS = Path("results/toy")
SNAKEFILE = """
configfile: "config.yaml"
rule all:
    default_target: True
    input: expand("results/toy/{name}", name=["figures/toy/a.png", "claims.csv", "claims.md", "report.html"])
rule data:
    output: "results/toy/data/toy/run.npz"
    shell: "echo {config[value]} > {output}"
rule measurements:
    input: "results/toy/data/toy/run.npz"
    output: "results/toy/measurements/toy/a.csv"
    shell: "(echo id,verdict,predicted,measured,low,high,n; echo a,reproduced,4,$(cat {input}),3,5,9) > {output}"
rule figure_data:
    input: "results/toy/data/toy/run.npz"
    output: "results/toy/figure_data/toy/a.csv"
    shell: "(echo x,y; paste -d, {input} {input}) > {output}"
rule figure:
    input: "results/toy/figure_data/toy/a.csv"
    output: "results/toy/figures/toy/a.png"
    shell: "sed s/,/-/ {input} > {output}"
rule claims:
    input: "results/toy/measurements/toy/a.csv"
    output: "results/toy/claims.csv", "results/toy/claims.md"
    shell: "cp {input} {output[0]}; sed s/id/name/ {input} > {output[1]}"
rule report:
    input: "results/toy/figures/toy/a.png", "results/toy/claims.csv"
    output: "results/toy/report.html"
    shell: "(cat {input}; date '+<td data-run>%N</td>') > {output}"
"""
SCHEMA = """
type: object
additionalProperties: false
required: [tier, value]
properties:
  tier: {const: toy, description: toy}
  value: {type: integer, description: a whole number}
  toy: {properties: {figures: true}}
"""
TABLE, LEDGER = "measurements/toy/a.csv", b"id,verdict,predicted,measured,low,high,n\na,reproduced,4,4,3,5,9\n"


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Path:
    """A checkout in which the workflow has run."""
    folder = tmp_path_factory.mktemp("toy")
    files = {
        "Snakefile": SNAKEFILE,
        "config.yaml": "tier: toy\nvalue: 4\n",
        "environment.yml": "",
        "src/none.py": "",
        "LICENSE": "free",
        "CITATION.cff": "cite",
        "workflow/schemas/config.schema.yaml": SCHEMA,
        "workflow/figures/toy.yaml": "a: {label: Fig. 1, shows: a line, settings: [], tables: [a]}\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    subprocess.run([sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all"], cwd=folder, check=True)
    (folder / "results/toy/config.yaml").write_text(files["config.yaml"])
    return folder


@pytest.fixture
def verified(toy, tmp_path, monkeypatch, capsys):
    """(exit code, what is said) of verify on an archive with these files changed, or left out where they are None.

    ``edit`` is a word of the rules and what stands in its place when the archive is verified.
    """
    checkout, results = tmp_path / "checkout", tmp_path / "checkout" / RESULTS
    shutil.copytree(toy, checkout)
    monkeypatch.chdir(checkout)

    def call(changes: dict[str, bytes | None], *options: str, edit: tuple[str, str] = ("", "")) -> tuple[int, str]:
        for name, content in changes.items():
            (results / name).parent.mkdir(parents=True, exist_ok=True)
            (results / name).write_bytes(content or b"")
        files = [path.relative_to(results).as_posix() for path in results.rglob("*") if path.is_file()]
        left_out = {archive.CONFIG} | {name for name, content in changes.items() if content is None}
        name, content = archive.pack(results, set(files) - left_out)
        Path(name).write_bytes(content)
        Path("Snakefile").write_text(SNAKEFILE.replace(*edit))
        monkeypatch.setattr(sys, "argv", ["verify", name, *options])
        try:
            verify.main()
        except SystemExit as end:
            return end.code, capsys.readouterr().out
        return 0, capsys.readouterr().out

    return call


def test_a_true_archive_passes_and_what_was_not_checked_is_counted(verified):
    code, said = verified({}, "--sample", "0")
    assert code == 0
    assert "  same but for times and hardware  report.html\n" in said
    assert (
        "Agree: 1 of 1 CITATION.cff, 1 of 1 LICENSE, 1 of 1 claims.csv, 1 of 1 claims.md, 1 of 1 config.yaml, " in said
    )
    assert "1 of 1 figures, 1 of 1 report.html\n" in said
    assert said.endswith("Not checked but for the hash: 1 of 1 data, 1 of 1 figure_data, 1 of 1 measurements\n")


def test_an_invented_ledger_report_and_figure_differ_though_manifest_and_name_fit(verified):
    ledger = LEDGER.replace(b"reproduced", b"deviates")
    invented = {
        "claims.csv": ledger,
        "claims.md": ledger,
        "report.html": b"All holds.",
        "figures/toy/a.png": b"picture",
    }
    code, said = verified(invented, "--sample", "0")
    assert code == 1
    assert "  DIFFERS, 1 verdicts: a is deviates, here reproduced  claims.csv\n" in said
    assert re.findall("  DIFFERS  (.*)", said) == ["claims.md", "figures/toy/a.png", "report.html"]
    assert said.endswith("DIFFER: 1 of 1 claims.csv, 1 of 1 claims.md, 1 of 1 figures, 1 of 1 report.html\n")


def test_an_invented_table_with_the_ledger_that_fits_it_differs_when_it_is_made_from_nothing(verified):
    table = LEDGER.replace(b"4,4", b"4,5")
    report = (RESULTS / "report.html").read_bytes().replace(b"4,4,3", b"4,5,3")
    code, said = verified(
        {TABLE: table, "claims.csv": table, "claims.md": table.replace(b"id", b"name", 1), "report.html": report},
        "--sample", "2", "--seed", "1",
    )  # fmt: skip
    assert code == 1
    assert "DIFFERS, numbers by up to 0.1 of their size  " + TABLE in said
    assert said.endswith("DIFFER: 1 of 1 measurements\n")


@pytest.mark.parametrize("name", ["claims.csv", "report.html", "figures/toy/a.png", TABLE, "data/toy/run.npz"])
def test_an_output_that_the_config_plans_and_the_archive_lacks_is_named(verified, name):
    code, said = verified({name: None})
    assert code == 1
    assert f"  MISSING, the config plans it  {name}\n" in said
    assert "Agree" not in said


@pytest.mark.parametrize("name", ["figures/toy/b.png", "data/toy/other.npz"])
def test_a_file_that_the_config_does_not_plan_is_named(verified, name):
    code, said = verified({name: b"invented"})
    assert code == 1
    assert f"  FOREIGN, the config does not plan it  {name}\n" in said


def test_with_other_rules_numbers_are_compared_and_the_words_are_said_to_be_unchecked(verified):
    near = {"claims.csv": LEDGER.replace(b"4,4", b"4,4.00000001"), "claims.md": b"words", "report.html": b"words"}
    code, said = verified(near, "--sample", "2", edit=("value]}", "value]} "))
    assert code == 0
    assert "made with other versions, so numbers are compared: source " in said
    assert "  agrees, numbers to 1e-09 of their size  claims.csv\n" in said
    assert said.endswith("Not checked but for the hash: 1 of 1 claims.md, 1 of 1 data, 1 of 1 report.html\n")


def test_what_cannot_be_made_from_the_tables_differs_and_why_is_said(verified):
    code, said = verified({}, "--sample", "0", edit=("sed s/,/-/", "echo 'error: no such column' && false"))
    assert code == 1
    assert "\n  error: no such column\n" in said
    assert re.findall("  DIFFERS, cannot be made from the archive  (.*)", said) == ["figures/toy/a.png", "report.html"]


def test_rules_that_give_other_numbers_make_verify_fail(verified):
    code, said = verified({}, "--sample", "1", "--seed", "1", edit=("{config[value]}", "$(({config[value]} + 1))"))
    assert code == 1
    assert re.search(r"  DIFFERS, numbers by up to 0\.\d+ of their size  .*/toy/a.csv\n", said)
