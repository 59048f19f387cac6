"""docs/escape.md names what exists: the code of each formula, the tests that check it, and all of the theory."""

import ast
import re

import pytest
from latex2mathml.converter import convert

# A formula's two lists of names in backquotes, each of which may run over several lines.
LISTS = re.compile(r"^- \*Code:\*\s(.+?)\n- \*Test:\*\s(.+?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)
NAMES = re.compile(r"`([^`]+)`")


@pytest.fixture
def page(root):
    return (root / "docs/escape.md").read_text()


@pytest.fixture
def code(page):
    return {name for found in LISTS.finditer(page) for name in NAMES.findall(found[1])}


def members(tree):
    """What the body of a module or class defines, by name."""
    named = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    return named | {target.id: node for node in assigned for target in node.targets if isinstance(target, ast.Name)}


def exists(package, name):
    """Whether a dotted name, of a module and what it defines, stands in the package; read, not imported."""
    *modules, last = name.split(".")
    path = package.joinpath(*modules).with_suffix(".py")
    if path.is_file():
        return last in members(ast.parse(path.read_text()))
    *modules, owner = modules  # a method
    found = members(ast.parse(package.joinpath(*modules).with_suffix(".py").read_text())).get(owner)
    return isinstance(found, ast.ClassDef) and last in members(found)


def test_every_formula_names_its_code_and_its_tests(page):
    assert len(LISTS.findall(page)) == page.count("*Code:*") == page.count("*Test:*") > 30
    for found in LISTS.finditer(page):
        assert NAMES.findall(found[1])
        assert NAMES.findall(found[2])


def test_all_code_that_is_named_exists(root, code):
    package = root / "src/shallownets/studies"
    assert not exists(package, "escape.model.no_such_name")
    assert not exists(package, "escape.theory.landscape.StationaryPoint.no_such_name")
    assert not {name for name in code if not exists(package, name)}


def test_all_tests_that_are_named_exist(root, page):
    for found in LISTS.finditer(page):
        for name in NAMES.findall(found[2]):
            file, _, function = name.partition("::")
            assert function.startswith("test_"), name
            assert function in members(ast.parse((root / file).read_text())), name


def test_no_public_function_of_the_theory_is_left_out(root, code):
    study = root / "src/shallownets/studies/escape"
    public = {
        ".".join([*path.relative_to(study.parent).with_suffix("").parts, name])
        for path in [study / "model.py", *study.glob("theory/*.py")]
        for name, node in members(ast.parse(path.read_text())).items()
        if not isinstance(node, ast.Assign) and not name.startswith("_")
    }
    assert len(public) > 40
    assert not public - code


OPERATORS = """
    ne le ge ll in to sim approx propto sum int partial infty frac tfrac sqrt log exp max min cdot cdots times ast prime
    pi quad qquad left right langle rangle Rightarrow leftarrow xrightarrow mathrm mathcal mathbb text
"""


def symbols(formula):
    """The letters of a formula, Latin and Greek, and accents; no operators, relations or words."""
    bare = re.sub(r"\\(text|mathrm|begin|end)\{[^}]*\}", "", formula)
    found = re.findall(r"\\math(?:cal|bb) [A-Z]|\\[A-Za-z]+|[A-Za-z]", bare)
    return {name for name in found if name.removeprefix("\\") not in OPERATORS.split()}


def test_every_formula_can_be_typeset(page):
    formulas = re.findall(r"^```math\n(.+?)\n```", page, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"\$([^$]+)\$", re.sub(r"^```.+?^```", "", page, flags=re.MULTILINE | re.DOTALL))
    assert len(formulas) > 40
    for formula in [*formulas, *inline]:
        assert "<merror" not in convert(formula), formula
        assert formula.count("{") == formula.count("}"), formula
        assert len(re.findall(r"\\left\b", formula)) == len(re.findall(r"\\right\b", formula)), formula


def test_the_table_of_symbols_has_every_letter_that_formulas_use(page):
    table, text = page.split("## 1. Model", 1)
    listed = symbols(" ".join(re.findall(r"(?m)^\| (.+?) \|", table)))
    text = re.split(r"(?m)^## 16", text)[0]
    formulas = re.findall(r"(?ms)^```math\n(.+?)\n```", text) + re.findall(r"\$([^$`]+)\$", text)
    used = set().union(*map(symbols, formulas))
    assert {"N", "\\eta", "\\mathcal U", "\\Delta", "G"} <= used
    assert used - listed == set()
