"""The documents' tables of coverage name what exists, and all that their papers state: claims, figures, reasons."""

import re

import pytest
import yaml

from shallownets.claims import entries
from shallownets.errors import UserError
from shallownets.report import markup
from shallownets.report.document import Statement, by_coverage, coverage, symbols
from shallownets.workflow import papers

NAME = re.compile(r"`([a-z0-9_.-]+)`")
# A letter that stands for a quantity: a Greek one, or a Latin capital that is no word.
SIGN = re.compile(r"(?<![\w^])(alpha|beta|eta|nu|sigma|lambda|phi|tau|psi|zeta|(?!A [a-z])[A-Z](?=[\W_]|$))(?![a-z])")


def study_of(folder, study):
    """(claims by their ids, names of figures) of a study whose files lie in a folder."""
    files = sorted((folder / "workflow/claims" / study).glob("*.yaml"))
    claims = {one.id: one for path in files for one in entries.load(path)}
    return claims, set(yaml.safe_load((folder / f"workflow/figures/{study}.yaml").read_text()))


def studies(root):
    return sorted(path.name for path in (root / "workflow/claims").iterdir() if path.is_dir())


@pytest.fixture
def covered(root):
    """(statements, claims, figures) by study."""
    found = {}
    for study in studies(root):
        name = papers.load(study, root).document
        found[study] = (coverage((root / name).read_text(), name), *study_of(root, study))
    return found


def test_pages_can_show_every_symbol_and_what_it_means(root):
    for study in studies(root):
        name = papers.load(study, root).document
        for sign, meaning in symbols((root / name).read_text(), name):
            assert "<math" in markup.formulas(sign, name)
            assert markup.formulas(meaning, name)


def test_every_study_has_a_table_that_names_only_what_exists(covered):
    assert covered.keys() >= {"escape", "riccati"}
    for study, (statements, claims, figures) in covered.items():
        assert len(statements) > 2, study
        for one in statements:
            names = {name for name in NAME.findall(one.by) if not name.startswith(("model", "theory"))}
            assert names <= claims.keys() | figures, (study, one.words)
            assert one.where
            assert names or one.by.startswith(("no: ", "in part: ")), (study, one.words)


def test_every_statement_of_the_source_that_is_judged_stands_in_the_table(covered):
    """In its own words or by a formula of ours in place of one that cannot be read."""
    for study, (statements, claims, _) in covered.items():
        named = {name for one in statements for name in NAME.findall(one.by)}
        assert not {name for name, one in claims.items() if one.origin != "beyond"} - named, study


def test_a_statement_that_is_tested_on_one_side_or_in_one_case_is_covered_in_part(covered):
    """An upper bound does not test the exponent that a source states, and one vector no "only if"."""
    for name in ("samples-light", "off-solutions-have-risk"):
        (one,) = [one for statements, *_ in covered.values() for one in statements if f"`{name}`" in one.by]
        assert one.tested == "in part", name


def test_what_is_not_tested_says_why(covered):
    for study, (statements, *_) in covered.items():
        found = by_coverage(statements)
        assert sum(map(len, found.values())) == len(statements)
        for one in found["not at all"]:
            assert len(one.by) > 20, (study, one.words)


@pytest.mark.parametrize(
    ("by", "tested"),
    [
        ("`eta-opt-line`", "fully"),
        ("in part: figure `fig1`", "in part"),
        ("`fig1`; in part: up to j = N/2", "in part"),
        ("In part `fig1`", "in part"),
        ("no: it is a change of units, in part", "not at all"),
        ("`no-closer-solution`", "fully"),
    ],
)
def test_how_far_a_statement_is_tested(by, tested):
    assert Statement("It holds.", "eq. 1", by).tested == tested


def test_a_document_without_its_tables_is_named():
    with pytest.raises(UserError, match=r"^docs/toy\.md: no table of three columns whose first one is called 'symbol'"):
        symbols("# Toy\n\n| name | b | c |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n", "docs/toy.md")
    with pytest.raises(UserError, match=r"^docs/toy\.md: no table"):
        coverage("# Toy\n\n| statement of the paper | where | tested by |\n| --- | --- | --- |\n", "docs/toy.md")


def test_every_sign_in_a_claim_is_among_the_symbols_of_its_document(root):
    for study in studies(root):
        name = papers.load(study, root).document
        explained = " ".join(sign for sign, _ in symbols((root / name).read_text(), name))
        for one in study_of(root, study)[0].values():
            for sign in SIGN.findall(one.statement):
                assert re.search(rf"(?<![A-Za-z])(var)?{sign}(?![A-Za-z])", explained), (study, sign, one.statement)


def test_the_template_has_a_table_that_names_its_claims(root):
    template = root / "workflow/template"
    name = "docs/__study__.md"
    assert papers.load("__study__", template).document == name
    text = (template / name).read_text()
    assert symbols(text, name)
    ids = set(re.findall(r"- id: (\S+)", (template / "workflow/claims/__study__/relaxation.yaml").read_text()))
    named = {name for one in coverage(text, name) for name in re.findall(r"`(__study__-[a-z-]+)`", one.by)}
    assert named == ids
