"""The documents' tables of coverage name what exists, and all that their papers state: claims, figures, reasons."""

import re

import pytest
import yaml

from shallownets.claims import entries

DOCUMENTS = {"escape": "theory.md", "riccati": "riccati.md"}  # of other studies: <study>.md
ROW = re.compile(r"^\| (?P<statement>.+?) \| (?P<where>.+?) \| (?P<by>.+?) \|$", re.MULTILINE)
NAME = re.compile(r"`([a-z0-9_.-]+)`")


def rows(text):
    """The table of coverage: (statement, where it stands, what tests it)."""
    table = text.partition(" Coverage\n")[2]
    found = [match.group("statement", "where", "by") for match in ROW.finditer(table)]
    assert found[0] == ("statement of the paper", "where", "tested by") or found[0][0] == "statement of the source"
    return found[2:]


def study_of(folder, study):
    """(claims by their ids, names of figures) of a study whose files lie in a folder."""
    files = sorted((folder / "workflow/claims" / study).glob("*.yaml"))
    claims = {one.id: one for path in files for one in entries.load(path)}
    return claims, set(yaml.safe_load((folder / f"workflow/figures/{study}.yaml").read_text()))


def studies(root):
    return sorted(path.name for path in (root / "workflow/claims").iterdir() if path.is_dir())


@pytest.fixture
def coverage(root):
    """(table, claims, figures) by study; the template's as that of the study ``toy``."""
    found = {}
    for study in studies(root):
        text = (root / "docs" / DOCUMENTS.get(study, f"{study}.md")).read_text()
        found[study] = (rows(text), *study_of(root, study))
    return found


def test_every_study_has_a_table_that_names_only_what_exists(coverage):
    assert coverage.keys() >= {"escape", "riccati"}
    for study, (table, claims, figures) in coverage.items():
        assert len(table) > 2, study
        for statement, where, by in table:
            names = {name for name in NAME.findall(by) if not name.startswith(("model", "theory"))}
            assert names <= claims.keys() | figures, (study, statement)
            assert where
            assert names or by.startswith(("no: ", "in part: ")), (study, statement)


def test_every_statement_of_the_source_that_is_judged_stands_in_the_table(coverage):
    """In its own words or by a formula of ours in place of one that cannot be read."""
    for study, (table, claims, _) in coverage.items():
        named = {name for *_, by in table for name in NAME.findall(by)}
        assert not {name for name, one in claims.items() if one.origin != "beyond"} - named, study


def test_a_statement_that_is_tested_on_one_side_or_in_one_case_is_covered_in_part(coverage):
    """An upper bound does not test the exponent that a source states, and one vector no "only if"."""
    for name in ("samples-light", "off-solutions-have-risk"):
        (by,) = [by for table, *_ in coverage.values() for *_, by in table if f"`{name}`" in by]
        assert "in part" in by, name


def test_what_is_not_tested_says_why(coverage):
    for study, (table, *_) in coverage.items():
        for statement, _, by in table:
            assert not by.startswith("no") or len(by) > 20, (study, statement)


def test_the_template_has_a_table_that_names_its_claims(root):
    template = root / "workflow/template"
    table = rows((template / "docs/__study__.md").read_text())
    ids = set(re.findall(r"- id: (\S+)", (template / "workflow/claims/__study__/relaxation.yaml").read_text()))
    named = {name for *_, by in table for name in re.findall(r"`(__study__-[a-z-]+)`", by)}
    assert named == ids
