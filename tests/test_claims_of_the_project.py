"""The claims files of all studies: each tolerance has its statistics or its derivation, each claim its ground."""

import re

import pytest

from shallownets.claims import entries, ledger
from shallownets.workflow import catalogue
from tests.claim import entry
from tests.conftest import ROOT


def test_every_claims_file_of_the_project_is_valid_and_covers_enough(root):
    files = list((root / "workflow/claims").glob("*/*.yaml"))
    assert files
    loaded = [entry for path in files for entry in entries.load(path)]
    assert len({entry.id for entry in loaded}) == len(loaded)
    assert {entry.judge.kind for entry in loaded} == set(entries.RULES)
    assert {entry.origin for entry in loaded} == set(entries.ORIGINS)
    assert {path.parent.name for path in files} == set(catalogue.names(root))  # no study without claims
    assert all(table.startswith(f"{path.parent.name}/") for path in files for table in entries.tables_of(path))


def test_no_claim_of_the_project_predicts_its_tolerance(root):
    for path in (root / "workflow/claims").glob("*/*.yaml"):
        for one in entries.load(path):
            assert not (one.judge.kind == "at_most" and "tolerance" in str(one.predicted)), one.id
            small = one.judge.kind == "at_most" and str(one.predicted).startswith("1e-")
            assert not small or one.calibrated, one.id


def claims_of(root):
    return [one for path in sorted((root / "workflow/claims").glob("*/*.yaml")) for one in entries.load(path)]


def test_no_bound_of_the_source_or_of_a_derived_claim_was_chosen(root):
    """It follows from statistics, from the sentence or from a stated order: never read off, never ours by choice."""
    for one in claims_of(root):
        if one.origin != "beyond":
            assert not one.calibrated, one.id
            assert not re.search(r"\b(ours|chosen|our choice)\b", one.bound), one.id


MOST = 0.25  # of what is predicted, that an interval may hold on either side of it


def is_number(formula):
    try:
        float(formula)
    except ValueError:
        return False
    return True


def names_its_power(one):
    """An interval tells a value where it is small beside it, or beside a scale that the formula or the note names."""
    allowed = str(one.judge.formula)
    if share := re.fullmatch(r"([0-9.]+)\*(abs\(predicted\)|predicted)", allowed):
        return float(share[1]) <= MOST
    if is_number(allowed) and is_number(one.predicted):
        return float(allowed) <= MOST * abs(float(one.predicted)) or "Power:" in one.note
    return not is_number(allowed) or "Power:" in one.note


def names_its_bound(one):
    """0 and 1 are a sign, an order or a count; any other number is derived in the note, or was chosen."""
    plain = is_number(one.predicted) and float(one.predicted) not in (0, 1)
    return not plain or bool(one.calibrated) or "Bound:" in one.note


@pytest.mark.parametrize("study", sorted(path.name for path in (ROOT / "workflow/claims").iterdir()))
def test_each_tolerance_names_its_statistics_or_its_derivation(root, study):
    """A law says what its tolerance follows from (above); an interval has power, a bare threshold a reason."""
    given = [one for path in (root / "workflow/claims" / study).glob("*.yaml") for one in entries.load(path)]
    rules = {"interval": names_its_power, "at_most": names_its_bound, "at_least": names_its_bound}
    assert given
    assert [one.id for one in given if not rules.get(one.judge.kind, bool)(one)] == []


def test_a_tolerance_without_statistics_or_derivation_is_caught():
    for allowed, power in (("0.25*predicted", True), ("0.6*abs(predicted)", False), ("p/8", True), ("0.5", False)):
        assert names_its_power(entry(predicted="1", judge={"interval": allowed})) == power
    assert names_its_power(entry(predicted="0", judge={"interval": "0.5"}, note="Power: half of the least gap."))
    assert not names_its_bound(entry(predicted="0.3", judge={"at_most": True}))
    assert names_its_bound(entry(predicted="0.3", judge={"at_most": True}, note="Bound: a third."))
    assert names_its_bound(entry(predicted="p/8", judge={"at_most": True}))


def test_what_rests_on_a_theory_of_its_own_names_its_ground(root):
    """A prediction that a stage computes rests on laws that other claims test."""
    computed = {"theory", "ode", "deflated", "source", "best", "asymptotic", "unit", "predicted_value"}
    for one in claims_of(root):
        if computed & set(re.findall(r"[a-z_]+", str(one.predicted))) or one.predicted == "plateau_selectivity":
            assert one.requires, one.id


def test_grounds_of_the_projects_claims_are_there_and_do_not_rest_on_each_other(root):
    for folder in (root / "workflow/claims").iterdir():
        given = [one for path in folder.glob("*.yaml") for one in entries.load(path)]
        ledger.check(given, {one.id for one in given})
        assert any(one.requires for one in given)
