"""The ledger as a table of the report: rows, links to figures, and agreement as drawn."""

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from shallownets.errors import UserError
from shallownets.report import table
from shallownets.results.artefacts import save_bytes
from shallownets.workflow import catalogue, papers
from tests.report.conftest import line


def numbers(drawing: str) -> dict[str, float]:
    """Where a drawing has its dot, the ends of its bar and of its shade."""
    found = re.search(r"M(\S+) 0H(\S+?)M.*circle cx=\"(\S+?)\"", drawing)
    shade = re.search(r"rect x=\"(\S+?)\" y=\"-6\" width=\"(\S+?)\"", drawing)
    left, across = float(shade[1]), float(shade[2])
    return dict(zip(("low", "high", "dot"), map(float, found.groups()), strict=True)) | {
        "left": left,
        "right": left + across,
    }


def test_the_predicted_value_is_the_centre_and_the_interval_is_to_scale():
    drawn = numbers(table.agreement(line("a", "reproduced", measured=2.1, low=1.9, high=2.3)))
    assert drawn["low"] < 0 < drawn["dot"] < drawn["high"]
    assert drawn["high"] / drawn["dot"] == pytest.approx(3, rel=0.01)
    assert drawn["left"] == drawn["right"]


@pytest.mark.parametrize(
    ("kind", "tolerance", "measured", "inside"),
    [
        ("within", 1e-3, 2.0004, True),
        ("within", 1e-3, 2.4, False),
        ("at_most", None, 1.0, True),
        ("at_least", None, 1.0, False),
    ],
)
def test_the_shade_is_where_the_interval_must_lie(kind, tolerance, measured, inside):
    values = {"kind": kind, "tolerance": tolerance, "measured": measured, "low": measured, "high": measured}
    drawn = numbers(table.agreement(line("a", "reproduced", **values)))
    assert (drawn["left"] <= drawn["dot"] <= drawn["right"]) == inside
    assert all(abs(drawn[name]) <= 60 for name in drawn)


def test_exact_agreement_and_missing_or_infinite_numbers_are_drawn():
    exact = line("a", "reproduced", kind="exact", tolerance=None, measured=2.0, low=2.0, high=2.0)
    assert numbers(table.agreement(exact))["dot"] == 0
    assert table.agreement(line("a", "not judged", measured=None, predicted=None)) == (
        '<span class="none">not measured</span>'
    )
    endless = numbers(table.agreement(line("a", "underpowered", high=float("inf"))))
    assert endless["high"] >= endless["dot"]


def test_rows_are_claims_with_their_figures(inside):
    figures = catalogue.load().values()
    rows = {row.claim.id: row for row in table.rows_of(Path("results/claims.csv"), figures)}
    assert len(rows["risk"].claim.comparisons) == 2
    assert rows["risk"].claim.shown.verdict == "deviates"
    assert [figure.name for figure in rows["risk"].figures] == ["stationary_map"]
    assert [figure.name for figure in rows["slope"].figures] == ["straight"]
    assert rows["later"].claim.shown.measured is None


def test_the_graph_of_claims_marks_what_rests_on_a_claim_that_deviates_and_keeps_its_verdict(inside):
    rows = table.rows_of(Path("results/claims.csv"), [])
    drawing = table.grounds([row for row in rows if row.study == "escape"])
    x = {name: float(left) for left, name in re.findall(r'<text x="(\S+)" y="\S+">\S (\w+)</text>', drawing)}
    assert set(x) == {"risk", "bound"}  # the others rest on none, and none rests on them
    assert x["risk"] < x["bound"]
    assert '<a href="ledger.html#claim-bound"><g class="underpowered shaken">' in drawing
    assert '<a href="ledger.html#claim-risk"><g class="deviates">' in drawing
    assert "underpowered: The claim bound holds. It rests on risk, which deviates." in drawing
    assert table.grounds([row for row in rows if row.study == "toy"]) == ""


def test_another_table_is_no_ledger(tmp_path):
    path = tmp_path / "claims.csv"
    with pytest.raises(UserError, match="no such file"):
        table.rows_of(path, [])
    path.write_text("id,verdict\na,reproduced\n")
    with pytest.raises(UserError, match="columns"):
        table.rows_of(path, [])
    pd.DataFrame([line("a", "surely reproduced")]).to_csv(path, index=False)
    with pytest.raises(UserError, match=r"verdict = 'surely reproduced': expected one of reproduced, deviates"):
        table.rows_of(path, [])
    save_bytes(path, pd.DataFrame([line("a", "deviates")]).to_csv(index=False).encode(), "")
    path.write_bytes(path.read_bytes().replace(b"deviates", b"reproduced"))
    with pytest.raises(UserError, match="its bytes are not those that were written"):
        table.rows_of(path, [])


def test_every_claim_of_the_project_belongs_to_a_figure_and_every_link_to_a_claim(root, monkeypatch):
    monkeypatch.chdir(root)
    figures = list(catalogue.load().values())
    studies = {figure.study for figure in figures}
    entries = [
        (study, entry)
        for study in sorted(studies)
        for path in sorted(Path("workflow/claims", study).glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text())
    ]
    assert entries
    for study, entry in entries:
        assert any(figure.study == study and figure.supports(entry["id"], entry["table"]) for figure in figures), entry[
            "id"
        ]
    ids = {entry["id"] for _, entry in entries}
    for figure in figures:
        assert set(figure.claims) <= ids, figure.name


def test_every_study_says_which_paper_it_is_and_every_figure_what_the_paper_shows(root, monkeypatch):
    monkeypatch.chdir(root)
    figures = catalogue.load().values()
    for figure in figures:
        paper = papers.load(figure.study)
        named = re.search(r"versions? \d|does not state (a|which) version|states a version of neither", paper.read)
        assert named, f"{figure.study}: neither which version was read nor that the source states none"
        assert Path(paper.document).is_file()
        words = figure.paper.strip()
        assert len(words.split()) >= 3 and words.endswith((".", ")")), (figure.study, figure.name)
        assert words != figure.shows  # what we found is not what the paper says
    assert len({(figure.study, figure.paper) for figure in figures}) == len(figures)  # none is copied from another


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "rumour"}, r"source = 'rumour': expected what was read: one of paper, talk"),
        ({"arxiv": "hep-th/9901001"}, r"arxiv = 'hep-th/9901001': expected its number at arXiv"),
        ({"read": "v1"}, r"read = 'v1': expected a sentence"),
        ({"document": "../secret.md"}, r"document = '\.\./secret\.md': expected the study's document"),
        ({"version": "1"}, r"version"),
    ],
)
def test_what_a_study_says_of_its_paper_is_checked(root, tmp_path, change, words):
    path = tmp_path / "workflow/studies/escape.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(yaml.safe_load((root / "workflow/studies/escape.yaml").read_text()) | change))
    with pytest.raises(UserError, match=rf"^workflow/studies/escape\.yaml: .*{words}"):
        papers.load("escape", tmp_path)
