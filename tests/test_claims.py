"""The ledger: verdicts, selection of rows, what is refused, and how it is shown."""

import pandas as pd
import pytest
import yaml

from shallownets.claims import entries, judge, ledger
from shallownets.config.check import section_of
from shallownets.errors import UserError
from shallownets.results.artefacts import save
from shallownets.stage import Table

ENTRY = {
    "id": "growth-rate",
    "section": "4.1 The plateau",
    "source": "eq. 11",
    "statement": "The overlaps grow at the rate 4 eta/(p p*).",
    "table": "rates",
    "rows": {"quantity": "rate"},
    "by": ["p"],
    "predicted": "4/p",
    "judge": {"interval": "0.1*predicted"},
    "tiers": ["paper"],
}


def entry(**change):
    return section_of(ENTRY | change, entries.Entry, "an entry")


def save_table(path, frame, notes=()):
    save(path, Table(frame, notes=notes), "escape.ode", {}, "0123456789abcdef")


@pytest.fixture
def tables(tmp_path):
    frame = pd.DataFrame(
        {
            "quantity": ["rate", "rate", "rate", "other"],
            "p": [2, 4, 8, 2],
            "estimate": [2.01, 1.3, 0.5, 7.0],
            "low": [1.95, 1.2, 0.3, 7.0],
            "high": [2.07, 1.4, 0.7, 7.0],
            "n": [9, 9, 9, 1],
        }
    )
    save_table(tmp_path / "escape/rates.csv", frame)
    return tmp_path / "escape"


@pytest.mark.parametrize(
    ("rule", "predicted", "low", "high", "verdict"),
    [
        ({"exact": True}, 3, 3, 3, "reproduced"),
        ({"exact": True}, 3, 4, 4, "deviates"),
        ({"exact": True}, 3, 2.9, 3.1, "deviates"),
        ({"interval": "0.2"}, 1.0, 0.9, 1.1, "reproduced"),
        ({"interval": "0.05"}, 1.0, 0.9, 1.1, "underpowered"),
        ({"interval": "0.2"}, 1.2, 0.9, 1.1, "deviates"),
        ({"within": "0.1*predicted"}, 2.0, 1.9, 2.1, "reproduced"),
        ({"within": "0.1*predicted"}, 2.0, 1.7, 2.1, "underpowered"),
        ({"within": "0.1*predicted"}, 2.0, 2.3, 2.4, "deviates"),
        ({"at_most": True}, 1.0, 0.5, 0.9, "reproduced"),
        ({"at_most": True}, 1.0, 0.9, 1.1, "underpowered"),
        ({"at_most": True}, 1.0, 1.1, 1.2, "deviates"),
        ({"at_least": True}, 1.0, 1.1, 1.2, "reproduced"),
        ({"at_least": True}, 1.0, 0.8, 0.9, "deviates"),
    ],
)
def test_verdicts(rule, predicted, low, high, verdict):
    found = judge.judge(section_of(rule, entries.Rule, "a rule"), predicted, low, high, {"predicted": predicted})
    assert found == verdict


def test_one_line_for_each_row_with_the_numbers_of_the_table(tables):
    lines = judge.comparisons_of(entry(), tables, "paper")
    assert [(line.id, line.predicted, line.measured, line.verdict) for line in lines] == [
        ("growth-rate[p=2]", 2.0, 2.01, "reproduced"),
        ("growth-rate[p=4]", 1.0, 1.3, "deviates"),
        ("growth-rate[p=8]", 0.5, 0.5, "underpowered"),
    ]
    assert ledger.counts(lines) == {"reproduced": 1, "deviates": 1, "underpowered": 1, "not judged": 0}


def test_other_tiers_show_the_numbers_and_do_not_judge(tables):
    assert {line.verdict for line in judge.comparisons_of(entry(), tables, "smoke")} == {"not judged"}
    (line,) = judge.comparisons_of(entry(rows={"quantity": "absent"}), tables, "smoke")
    assert (line.verdict, line.measured) == ("not judged", None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rows": {"quantity": "absent"}}, "selects 0 rows"),
        ({"rows": {"width": 3}}, "no column width"),
        ({"by": ["quantity"]}, "selects 3 rows"),
        ({"table": "none"}, "none.csv: no such file"),
        ({"predicted": "4/q"}, "'q' is not known"),
    ],
)
def test_entries_that_do_not_fit_their_table_are_refused(change, words, tables):
    with pytest.raises(UserError, match=words):
        judge.comparisons_of(entry(**change), tables, "paper")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"judge": {"guess": True}}, "guess"),
        ({"judge": {"exact": True, "within": 1}}, "judge"),
        ({"colour": 1}, "unknown key"),
        ({"tiers": []}, "tiers"),
        ({"id": "Growth Rate"}, "id"),
        ({"rows": {}}, "0.rows = {}: expected column = value, or a list of allowed values"),
        ({"statement": 3}, "0.statement = 3: expected one sentence"),
    ],
)
def test_claims_files_are_checked(change, words, tmp_path):
    path = tmp_path / "escape.yaml"
    path.write_text(yaml.safe_dump([ENTRY | change]))
    with pytest.raises(UserError, match=words):
        entries.load(path)


def test_a_line_says_how_it_was_judged(tables):
    line, *_ = judge.comparisons_of(entry(), tables, "paper")
    assert (line.kind, line.tolerance, line.tiers) == ("interval", pytest.approx(0.2), "paper")
    (line, *_) = judge.comparisons_of(entry(judge={"at_most": True}), tables, "paper")
    assert (line.kind, line.tolerance) == ("at_most", None)


def test_the_rendered_ledger_groups_by_section(tables, root):
    lines = judge.comparisons_of(entry(), tables, "paper")
    markdown = ledger.render(lines, root / "workflow/report/claims.md.j2", "paper")
    assert "Claims: 0 reproduced, 1 deviates, 0 underpowered, 0 not judged." in markdown
    assert "1 reproduced, 1 deviates, 1 underpowered, 0 not judged." in markdown
    assert "| deviates | `growth-rate[p=4]` (1 of 3) | eq. 11 |" in markdown


def test_every_claims_file_of_the_project_is_valid_and_covers_enough(root):
    files = list((root / "workflow/claims").glob("*/*.yaml"))
    assert files
    ids = [entry.id for path in files for entry in entries.load(path)]
    assert len(set(ids)) == len(ids) >= 40
    assert all(table.startswith(f"{path.parent.name}/") for path in files for table in entries.tables_of(path))


def test_a_claim_on_runs_that_were_left_out_is_not_judged(tmp_path):
    """Where the table says what is missing; otherwise a row that is not there is a mistake in the entry."""
    frame = pd.DataFrame({"quantity": ["other"], "p": [2], "estimate": [1.0], "low": [1.0], "high": [1.0], "n": [1]})
    for notes in ([], ["SGD: 3 of 3 runs diverged"]):
        save_table(tmp_path / "escape/rates.csv", frame, notes)
        if not notes:
            with pytest.raises(UserError, match="selects 0 rows"):
                judge.comparisons_of(entry(), tmp_path / "escape", "paper")
    (line,) = judge.comparisons_of(entry(), tmp_path / "escape", "paper")
    assert line.verdict == "not judged"
    assert line.note == "Left out: SGD: 3 of 3 runs diverged."


def test_the_command_writes_the_ledger_and_refuses_an_id_twice(tables, root, tmp_path, capsys):
    path = tmp_path / "escape" / "part.yaml"
    csv, md = tmp_path / "claims.csv", tmp_path / "claims.md"
    template = root / "workflow/report/claims.md.j2"
    line = f"--entries {path} --measurements {tmp_path} --tier paper --template {template} --csv {csv} --md {md}"
    path.write_text(yaml.safe_dump([ENTRY]))
    ledger.main(line.split())
    assert capsys.readouterr().out == "1 reproduced, 1 deviates, 1 underpowered, 0 not judged\n"
    assert list(pd.read_csv(csv).verdict) == ["reproduced", "deviates", "underpowered"]
    assert ledger.read(csv) == judge.comparisons_of(entry(), tables, "paper")
    assert "growth-rate" in md.read_text()
    path.write_text(2 * yaml.safe_dump([ENTRY]))
    with pytest.raises(UserError, match="stands on more than one entry"):
        ledger.main(line.split())
