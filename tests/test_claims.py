"""The ledger: verdicts, selection of rows, what is refused, and how it is shown."""

import numpy as np
import pandas as pd
import pytest
import yaml

from shallownets.claims import entries, judge, ledger, strength, written
from shallownets.claims.significance import LEVEL, given_up, together
from shallownets.errors import UserError
from tests.claim import ENTRY, entry, save_table, verdicts_of


@pytest.fixture
def tables(tmp_path):
    frame = pd.DataFrame(
        {
            "quantity": ["rate", "rate", "rate", "other"],
            "p": [2, 4, 8, 2],
            "estimate": [2.01, 1.3, 0.5, 7.0],
            "low": [1.95, 1.2, 0.3, 7.0],
            "high": [2.07, 1.4, 0.7, 7.0],
            "n": [900, 900, 900, 1],
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
    (found,) = verdicts_of([((low + high) / 2, low, high)], rule, str(predicted))
    assert found.verdict == verdict


def test_one_line_for_each_row_with_the_numbers_of_the_table(tables):
    lines = judge.comparisons_of(entry(), tables, "paper")
    assert [(line.id, line.predicted, line.measured, line.verdict) for line in lines] == [
        ("growth-rate[p=2]", 2.0, 2.01, "reproduced"),
        ("growth-rate[p=4]", 1.0, 1.3, "deviates"),
        ("growth-rate[p=8]", 0.5, 0.5, "underpowered"),
    ]
    assert ledger.counts(lines) == {"reproduced": 1, "deviates": 1, "underpowered": 1, "calibrated": 0, "not judged": 0}


def test_rows_that_nothing_can_be_said_of_are_refused():
    with pytest.raises(UserError, match="claim growth-rate: the estimate in rates is nan: expected a number"):
        verdicts_of([(np.nan, np.nan, np.nan)], {"interval": 1})
    with pytest.raises(UserError, match="claim growth-rate: n = 1 in rates: expected 2 or more of what has an error"):
        verdicts_of([(1.0, 0.9, 1.1)], {"interval": 1}, n=1)


@pytest.mark.parametrize(
    ("tolerance", "verdict"), [("0.9", "reproduced"), ("1", "underpowered"), ("2", "underpowered")]
)
def test_a_law_that_allows_nothing_at_all_and_twice_as_much_tells_nothing(tolerance, verdict):
    (line,) = verdicts_of([(1.5, 1.5, 1.5)], {"within": tolerance})
    assert line.verdict == verdict
    (line,) = verdicts_of([(0.5, 0.5, 0.5)], {"within": tolerance}, predicted="0")
    assert line.verdict == "reproduced"  # 0 has no size of its own
    (line,) = verdicts_of([(4.0, 4.0, 4.0)], {"within": tolerance})
    assert line.verdict == "deviates"


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
        ({"judge": {"interval": "-1"}}, "claim growth-rate: tolerance -1: expected a number of at least 0"),
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
        ({"origin": "ours"}, "0.origin = 'ours': expected one of paper, derived, beyond"),
        ({"shared": ["N"]}, "0.shared = .*: expected columns that stand in `by`"),
        ({"requires": ["growth-rate"]}, "0.requires = .*: expected other claims than this one"),
        ({"calibrated": 3}, "0.calibrated = 3: expected from which results the bound was read off"),
        (
            {"calibrated": " ", "origin": "beyond"},
            "0.calibrated = ' ': expected from which results the bound was read off",
        ),
        ({"calibrated": "a prototype"}, "0.calibrated = .*: expected none, because origin is not beyond"),
        ({"origin": "paper", "quote": " "}, "0.quote = ' ': expected the words of the source, because origin is paper"),
        ({"judge": {"within": 1}, "bound": " "}, "0.bound = ' ': expected what the tolerance of within follows from"),
        ({"source": " "}, "0.source = ' '"),
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
    assert "Claims: 0 reproduced, 1 deviates, 0 underpowered, 0 calibrated, 0 not judged." in markdown
    assert "1 reproduced, 1 deviates, 1 underpowered, 0 calibrated, 0 not judged." in markdown
    assert "| deviates | `growth-rate[p=4]` (1 of 3) | derived | eq. 11 |" in markdown
    assert "| derived | 0 | 1 | 0 | 0 | 0 |" in markdown
    assert "| statistical | 1 | 1 | 1 | 0 | 0 |" in markdown
    assert "**3 rows together: chi-squared" in markdown
    assert "does not name this tier" not in markdown


def test_the_ledger_of_a_tier_that_no_claim_names_says_why_nothing_is_judged(tables, root):
    lines = judge.comparisons_of(entry(), tables, "mine")
    markdown = ledger.render(lines, root / "workflow/report/claims.md.j2", "mine")
    assert "1 not judged." in markdown and "does not name this tier in `tiers`" in markdown
    assert "as\nits note says.\n\n## " in markdown
    assert "judged with errors" not in markdown and "each).\nThe comparison\nthat speaks" in markdown


def test_a_claim_on_runs_that_were_left_out_is_not_judged(tmp_path):
    """Where the table says what is missing; otherwise a row that is not there is a mistake in the entry."""
    frame = pd.DataFrame({"quantity": ["other"], "p": [2], "estimate": [1.0], "low": [1.0], "high": [1.0], "n": [1]})
    for notes in ({}, {"SGD: 3 of 3 runs diverged": [{"quantity": "rate"}]}):
        save_table(tmp_path / "escape/rates.csv", frame, notes)
        if not notes:
            with pytest.raises(UserError, match="selects 0 rows"):
                judge.comparisons_of(entry(), tmp_path / "escape", "paper")
    (line,) = judge.comparisons_of(entry(), tmp_path / "escape", "paper")
    assert line.verdict == "not judged"
    assert line.note == "Mind: SGD: 3 of 3 runs diverged."


def test_a_claim_on_numbers_that_the_config_has_not_is_not_judged_and_says_so(tables):
    """A name that is not there is a mistake in the entry: ``test_entries_that_do_not_fit_their_table_are_refused``."""
    (line,) = judge.comparisons_of(entry(rows={"quantity": "rate", "p": [3, 5]}), tables, "paper")
    assert (line.verdict, line.measured) == ("not judged", None)
    assert line.note.endswith("Mind: the config has none of p = [3, 5].")
    with pytest.raises(UserError, match="selects 0 rows"):
        judge.comparisons_of(entry(rows={"quantity": "absent", "p": [3, 5]}), tables, "paper")


def test_the_command_writes_the_ledger_and_refuses_an_id_twice(tables, root, tmp_path, capsys):
    path = tmp_path / "escape" / "part.yaml"
    csv, md = tmp_path / "claims.csv", tmp_path / "claims.md"
    template = root / "workflow/report/claims.md.j2"
    line = f"--entries {path} --measurements {tmp_path} --tier paper --template {template} --csv {csv} --md {md}"
    path.write_text(yaml.safe_dump([ENTRY]))
    ledger.main(line.split())
    assert capsys.readouterr().out == "claims: 0 reproduced, 1 deviates, 0 underpowered, 0 calibrated, 0 not judged\n"
    assert list(pd.read_csv(csv).verdict) == ["reproduced", "deviates", "underpowered"]
    assert ledger.read(csv) == judge.comparisons_of(entry(), tables, "paper")
    assert "growth-rate" in md.read_text()
    path.write_text(2 * yaml.safe_dump([ENTRY]))
    with pytest.raises(UserError, match="stands on more than one entry"):
        ledger.main(line.split())


def test_what_speaks_most_against_a_claim_is_shown():
    """The largest standardised deviation of the gravest verdict, wherever it stands, and not the first."""
    rows = [(1.0, 0.9, 1.1), (1.5, 1.47, 1.53), (0.2, 0.17, 0.23), (1.4, 1.1, 1.7)]
    claim = ledger.Claim(verdicts_of(rows, {"interval": "1"}))
    assert [one.verdict for one in claim.comparisons] == ["reproduced", "deviates", "deviates", "deviates"]
    assert claim.shown.id == "growth-rate[k=2]"
    assert claim.shown.deviation == pytest.approx(-80, rel=0.01)
    # of numbers without error, the one farthest off in units of the tolerance, and on the wrong side of a bound
    exact = [(0.93, 0.93, 0.93), (0.656, 0.656, 0.656), (0.9, 0.9, 0.9)]
    assert ledger.Claim(verdicts_of(exact, {"within": "0.05"})).shown.id == "growth-rate[k=1]"
    bound = ledger.Claim(verdicts_of([(9.0, 9, 9), (0.9, 0.9, 0.9), (0.5, 0.5, 0.5)], {"at_least": True}))
    assert bound.shown.id == "growth-rate[k=2]"
    # none deviates: the underpowered one, however near
    weak = ledger.Claim(verdicts_of([(1.02, 0.97, 1.07), (1.0, 0.5, 1.5)], {"interval": "0.1"}))
    assert (weak.shown.id, weak.verdict) == ("growth-rate[k=1]", "underpowered")


def test_few_samples_make_a_wide_interval():
    """By Student's t the same three standard errors prove nothing from three samples."""
    for n, verdict, half in ((10**6, "deviates", 0.3), (8, "reproduced", 0.453), (3, "underpowered", 1.92)):
        (line,) = verdicts_of([(1.4, 1.1, 1.7)], {"interval": "0.5"}, n=n)
        assert (line.verdict, (line.high - line.low) / 2) == (verdict, pytest.approx(half, rel=0.01))
    (line,) = verdicts_of([(1.4, 1.1, 1.7)], {"at_most": True}, n=8)
    assert line.verdict == "underpowered"


def test_degrees_of_freedom_of_a_row_take_the_place_of_its_samples(tmp_path):
    frame = pd.DataFrame({"k": [0, 1], "estimate": 1.0, "low": 0.7, "high": 1.3, "n": 3, "degrees": [np.inf, np.nan]})
    save_table(tmp_path / "rates.csv", frame)
    given = entry(rows={"k": [0, 1]}, by=["k"], predicted=1, judge={"interval": 0.5})
    known, few = judge.comparisons_of(given, tmp_path, "paper")
    assert (known.low, known.high, known.degrees) == (0.7, 1.3, np.inf)
    assert (few.verdict, few.degrees) == ("underpowered", 2)


def test_many_rows_are_not_given_up_for_one_that_chance_explains():
    """3.2 standard errors of a single row deviate; of the worst of eleven they do not (Holm), but 4 do."""
    away = [(1 + 0.1 * z, 0.7 + 0.1 * z, 1.3 + 0.1 * z) for z in (3.2, *[0.0] * 10)]
    assert verdicts_of(away[:1], {"interval": "0.5"})[0].verdict == "deviates"
    assert {one.verdict for one in verdicts_of(away, {"interval": "0.5"})} == {"reproduced"}
    away[0] = (1.4, 1.1, 1.7)
    assert ledger.Claim(verdicts_of(away, {"interval": "0.5"})).verdict == "deviates"


def test_rows_that_all_miss_on_one_side_deviate_together():
    rows = [(1 + 0.1 * z, 0.7 + 0.1 * z, 1.3 + 0.1 * z) for z in [1.3] * 11]
    claim = ledger.Claim(verdicts_of(rows, {"interval": "0.5"}))
    assert {one.verdict for one in claim.comparisons} == {"reproduced"}
    assert claim.verdict == "deviates"
    (group,) = claim.together
    assert (group.rows, group.chi2) == (11, pytest.approx(11 * 1.3**2, rel=0.01))
    assert group.mean == pytest.approx(1.3 * 11**0.5, rel=0.01)
    assert group.chance_of_chi2 > 0.0027 > group.chance_of_mean
    assert "11 rows together: chi-squared 18.6" in claim.remarks[0]
    # the farthest row is shown then, and not one that is only underpowered
    weak = ledger.Claim(verdicts_of([(1.01, 0.1, 1.9), *rows], {"interval": "0.5"}))
    assert weak.comparisons[0].verdict == "underpowered"
    assert (weak.verdict, weak.shown.verdict) == ("deviates", "reproduced")
    # rows of the same runs say nothing together
    shared = ledger.Claim(verdicts_of(rows, {"interval": "0.5"}, shared=["k"]))
    assert (shared.verdict, shared.together) == ("reproduced", [])
    # and a law within a bound has no normal deviations
    assert ledger.Claim(verdicts_of(rows, {"within": "0.6"})).together == []


def test_rows_of_both_signs_deviate_together_where_they_scatter_too_much():
    rows = [(1 + 0.1 * z, 0.7 + 0.1 * z, 1.3 + 0.1 * z) for z in [2.2, -2.2] * 5]
    claim = ledger.Claim(verdicts_of(rows, {"interval": "0.5"}))
    assert (claim.together[0].mean, claim.verdict) == (pytest.approx(0, abs=1e-9), "deviates")


def test_a_calibrated_claim_never_counts_as_reproduced():
    for high, verdict in ((1.0, "calibrated"), (2.0, "deviates")):
        (line,) = verdicts_of(
            [(high, high, high)], {"at_most": True}, "1.5", origin="beyond", calibrated="the same results"
        )
        assert line.verdict == verdict
    assert ledger.Claim([line]).remarks == ["Calibrated: the same results."]


def test_a_claim_whose_ground_does_not_hold_is_marked_and_not_judged_anew():
    ground = verdicts_of([(2.0, 2, 2)], {"exact": True}, id="ground")
    middle = verdicts_of([(1.0, 1, 1)], {"exact": True}, id="middle", requires=["ground"])
    top = verdicts_of([(1.0, 1, 1)], {"exact": True}, id="top", requires=["middle"])
    claims = {claim.id: claim for claim in ledger.gather([*ground, *middle, *top])}
    assert [claims[name].verdict for name in ("ground", "middle", "top")] == ["deviates", "reproduced", "reproduced"]
    assert [list(claims[name].shaken) for name in ("ground", "middle", "top")] == [[], ["ground"], ["ground"]]
    assert claims["top"].remarks == ["It rests on ground, which deviates."]


def test_a_ground_that_was_not_tested_is_marked_with_its_own_word():
    wide = verdicts_of([(1.0, 0.1, 1.9)], {"interval": 0.5}, id="wide")
    also = verdicts_of([(1.0, 0.1, 1.9)], {"interval": 0.5}, id="also")
    away = verdicts_of([(1.0, 1, 1)], {"exact": True}, id="away", tiers=["cluster"])
    held = verdicts_of([(1.0, 1, 1)], {"exact": True}, id="held")
    read_off = verdicts_of(
        [(1.0, 1, 1)], {"at_most": True}, id="read-off", origin="beyond", calibrated="the same results"
    )
    grounds = ["wide", "also", "away", "held", "read-off"]
    top = verdicts_of([(1.0, 1, 1)], {"exact": True}, id="top", requires=grounds)
    (*_, claim) = ledger.gather([*wide, *also, *away, *held, *read_off, *top])
    assert claim.shaken == {
        "also": "underpowered",
        "away": "not judged",
        "read-off": "calibrated",
        "wide": "underpowered",
    }
    assert claim.ground == (
        "It rests on also, wide, which are underpowered. It rests on read-off, which is calibrated. "
        "It rests on away, which is not judged."
    )
    every = set(judge.VERDICTS) - {judge.REPRODUCED}
    for verdict in every:
        again = ledger.Claim(top, {"one": verdict, "another": verdict})
        assert again.ground.startswith("It rests on one, another, which "), verdict


def test_a_row_outside_its_own_interval_that_is_kept_says_so():
    rows = [(1.32, 1.02, 1.62)] + [(1.0, 0.7, 1.3)] * 9  # 3.2 standard errors, of which ten rows allow 3.6
    for allowed, verdict in ((0.5, "reproduced"), (0.1, "underpowered")):
        claim = ledger.Claim(verdicts_of(rows, {"interval": allowed}))
        assert claim.shown.verdict == verdict
        assert claim.kept == "growth-rate[k=0] lies outside its own interval; Holm's procedure over 10 rows keeps it."
        assert claim.kept in claim.remarks
    assert ledger.Claim(verdicts_of(rows[1:], {"interval": 0.5})).kept == ""
    assert ledger.Claim(verdicts_of([(9.0, 8.7, 9.3), *rows[1:]], {"interval": 0.5})).kept == ""


def test_a_chance_that_rounding_makes_0_is_said_to_be_small():
    claim = ledger.Claim(verdicts_of([(9.0, 8.7, 9.3)] * 5, {"interval": 0.5}))
    assert "chance below 1e-15" in claim.remarks[0]


def test_verdicts_are_counted_in_grammatical_words():
    none = dict.fromkeys(judge.VERDICTS, 0)
    assert ledger.counted(none | {"deviates": 1}).startswith("0 reproduced, 1 deviates, 0 underpowered")
    assert ledger.counted(none | {"deviates": 11}).startswith("0 reproduced, 11 deviate, 0 underpowered")


def test_the_room_of_laws_is_counted():
    laws = verdicts_of([(1.0, 1, 1), (1 + 1e-9, 1 + 1e-9, 1 + 1e-9), (1.01, 1.01, 1.01)], {"within": 0.1})
    said = strength.room([*laws, *verdicts_of([(1.0, 1, 1)], {"exact": True})])
    assert "of 3 comparisons with one, 2 (67%) stay below a thousandth of theirs" in said
    assert strength.room(verdicts_of([(1.0, 1, 1)], {"exact": True})) == ""


def test_false_deviations_are_counted_across_claims():
    """At most as many claims that hold deviate as is said, of single rows and of ten rows that are judged together."""
    rng, n = np.random.default_rng(5), 4000
    one, exact = verdicts_of([(1.0, 0.7, 1.3)], {"interval": 0.5}), verdicts_of([(1.0, 1, 1)], {"exact": True})
    ten = verdicts_of([(1.0, 0.7, 1.3)] * 10, {"interval": 0.5}, id="ten")
    assert strength.false_deviations([ledger.Claim(exact)]) == ""
    said = strength.false_deviations([ledger.Claim(one), ledger.Claim(exact), ledger.Claim(ten)] * 100)
    assert "if all 200 that are judged with errors were true" in said
    assert f"at most {400 * LEVEL:.1f} of them deviate on average" in said
    deviations = rng.standard_normal((n, 10))
    wrong = sum(any(given_up(row)) or together(row).fails for row in deviations)
    assert 0 < wrong < n * 3 * LEVEL + 3 * np.sqrt(n * 3 * LEVEL)


def test_grounds_that_are_not_there_or_rest_on_each_other_are_refused():
    a, b = entry(requires=["other"]), entry(id="other", requires=["growth-rate"])
    with pytest.raises(UserError, match="claim growth-rate: requires = other: expected the id of a claim"):
        ledger.check([a], {"growth-rate"})
    with pytest.raises(UserError, match="expected grounds that do not rest on each other"):
        ledger.check([a, b], {"growth-rate", "other"})


def test_a_note_belongs_to_the_rows_that_would_have_used_the_runs(tmp_path):
    frame = pd.DataFrame(
        {"engine": ["SGD", "SGD", "ODE"], "N": [100, 300, 100], "estimate": 1.0, "low": 1.0, "high": 1.0}
    )
    note = {"SGD, N = 100: 1 of 6000 runs did not escape": [{"engine": "SGD", "N": [100, 200]}]}
    save_table(tmp_path / "rates.csv", frame.assign(n=1), note)
    given = entry(rows={"estimate": 1.0}, by=["engine", "N"], predicted=1, judge={"exact": True}, note="A word.")
    first, *others = judge.comparisons_of(given, tmp_path, "paper")
    assert first.note == "A word. Mind: SGD, N = 100: 1 of 6000 runs did not escape."
    assert [one.note for one in others] == ["A word.", "A word."]


def test_the_kind_of_evidence_follows_from_the_rule_and_no_tolerance_is_called_predicted(tables):
    rules = {"identity": {"exact": True}, "law": {"within": "1e-12"}, "statistical": {"interval": 1}}
    rules |= {"inequality": {"at_most": True}}
    found = {name: verdicts_of([(1.0, 1, 1)], rule)[0] for name, rule in rules.items()}
    assert {name: one.evidence for name, one in found.items()} == {name: name for name in rules}
    assert (written.expected(found["law"]), written.allowance(found["law"])) == ("1", "allowed ± 1e-12")
    assert written.against(found["law"]) == "1, allowed ± 1e-12"
    assert written.against(found["inequality"]) == "at most 1"
    assert {written.allowance(found[name]) for name in rules if name != "law"} == {""}


@pytest.mark.parametrize(
    ("rule", "predicted", "row", "texts"),
    [
        ({"at_least": True}, "4", (3.99998, 3.99998, 3.99998), ("at least 4", "3.99998", "")),
        ({"at_least": True}, "4", (3.5, 3.5, 3.5), ("at least 4", "3.5", "")),
        ({"at_least": True}, "4", (4.00002, 4.00002, 4.00002), ("at least 4", "4", "")),  # it holds
        ({"at_most": True}, "1.23456", (1.23457,) * 3, ("at most 1.23456", "1.23457", "")),
        ({"exact": True}, "1", (1 + 1e-12,) * 3, ("1", "1.000000000001", "")),
        ({"exact": True}, "1", (1 + 2**-52,) * 3, ("1", "1", "")),  # no float can show it
        ({"within": "0.0236"}, "1", (1.02384,) * 3, ("1, allowed ± 0.0236", "1.0238", "")),
        ({"within": "0.0236"}, "1", (1.02,) * 3, ("1, allowed ± 0.024", "1.02", "")),
        ({"interval": 1}, "1", (1.00003, 1.00002, 1.00004), ("1", "1.00003", "1.00002 … 1.00004")),
    ],
)
def test_a_deviation_is_written_with_the_digits_that_show_it(rule, predicted, row, texts):
    (one,) = verdicts_of([row], rule, predicted)
    assert (written.against(one), written.measured(one), written.interval(one)) == texts


def test_a_claim_of_the_source_quotes_it_and_no_other_does():
    with pytest.raises(UserError, match="quote = '': expected the words of the source, because origin is paper"):
        entry(origin="paper")
    with pytest.raises(UserError, match="expected none, because origin is not paper"):
        entry(quote="overlaps grow exponentially")
    quoted = entry(origin="paper", quote="overlaps grow exponentially")
    assert quoted.quote


def test_a_law_says_what_its_tolerance_follows_from_and_no_other_rule_does(tables):
    with pytest.raises(UserError, match="bound = '': expected what the tolerance of within follows from"):
        entry(judge={"within": 0.1}, bound="")
    with pytest.raises(UserError, match="expected none, because the rule is not within"):
        entry(bound="rounding")
    given = entry(judge={"within": 0.1}, bound="the next order", note="A word.")
    assert judge.comparisons_of(given, tables, "paper")[0].note == "A word. Tolerance: the next order."
