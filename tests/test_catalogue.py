"""The catalogue of figures: what belongs to each, and a name that is not there."""

import ast
import re

import msgspec
import pytest
import yaml

from shallownets import rooms
from shallownets.errors import UserError
from shallownets.workflow import catalogue

ENTRY = {
    "label": "Fig. 9",
    "shows": "The risk falls.",
    "caption": "**Figure 9.** " + "The risk falls with time, faster at a larger rate. " * 3,
    "settings": [],
    "tables": [],
}


@pytest.fixture(autouse=True)
def in_the_checkout(root, monkeypatch):
    monkeypatch.chdir(root)


def test_a_figure_has_its_claims_caption_and_study():
    figure = catalogue.find("fig3")
    assert figure.study == "escape"
    assert figure.caption.startswith("**Figure 3.")
    claims = catalogue.claims_of(figure)
    assert {"matching-start-reaches-prediction", "sgd-selects-the-closest"} <= {entry.id for entry in claims}
    assert all(entry.table in figure.tables or entry.id in figure.claims for entry in claims)


def drawn_words(source):
    """The words that a module may draw: its strings, those of f-strings too, without its docstrings."""
    tree = ast.parse(source)
    with_docstring = (node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef))
    docstrings = {id(node.body[0].value) for node in with_docstring if ast.get_docstring(node) is not None}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return "\n".join(node.value for node in strings if id(node) not in docstrings)


BARS = re.compile(r"standard\s+(error|deviation)|quartile|binomial\s+interval|\bs\.d\.|\bs\.e\.")


def test_what_error_bars_are_is_said(root):
    """On the figure, or in its caption: standard errors, a standard deviation, quartiles or an interval of shares."""
    with_bars = 0
    for address, figure in catalogue.load().items():
        source = (root / f"src/shallownets/studies/{figure.study}/figures/{figure.name}.py").read_text()
        if "errorbar(" in source:
            with_bars += 1
            assert BARS.search(figure.caption) or BARS.search(drawn_words(source)), address
    assert with_bars > 30


def test_words_that_a_figure_does_not_draw_say_nothing_of_its_bars():
    source = '"""Quartiles."""\ninterval = 3  # standard errors\ndef draw(n):\n    """One s.d."""\n    {}\n'
    assert not BARS.search(drawn_words(source.format("title('end of the interval')")))
    assert BARS.search(drawn_words(source.format("title(f'{n} runs, s.e.')")))


def test_figures_are_known_by_study_and_name(root):
    figures = catalogue.load()
    studies = sorted({name.partition(".")[0] for name in rooms.names("stages")})
    assert sorted({figure.study for figure in figures.values()}) == studies
    assert sorted(figures) == list(rooms.names("figures"))
    assert all(address == f"{figure.study}.{figure.name}" for address, figure in figures.items())
    assert list(catalogue.names().items()) == [
        (study, [figure.name for figure in figures.values() if figure.study == study]) for study in studies
    ]


def test_the_settings_of_a_figure_are_values_by_their_keys_however_deep():
    figure = msgspec.structs.replace(catalogue.find("escape.fig3"), settings=["at", "line.slope"])
    config = {"escape": {"at": {"once": {"p": [1, 2]}, "N": 3}, "line": {"slope": 0.5, "seen": True}}}
    found = {"escape.at.once.p": [1, 2], "escape.at.N": 3, "escape.line.slope": 0.5}
    assert catalogue.settings_of(figure, config) == found
    with pytest.raises(UserError, match=r"escape\.fig3: the catalogue names the setting at, which the config does not"):
        catalogue.settings_of(figure, {"escape": {}})


def test_two_studies_may_each_have_a_figure_of_one_name(tmp_path, monkeypatch):
    (tmp_path / catalogue.FOLDER).mkdir(parents=True)
    for study in ("chaos", "order"):
        (tmp_path / catalogue.FOLDER / f"{study}.yaml").write_text(yaml.safe_dump({"fig1": ENTRY}))
    monkeypatch.chdir(tmp_path)
    assert list(catalogue.load()) == ["chaos.fig1", "order.fig1"]
    assert catalogue.find("order.fig1").study == "order"
    with pytest.raises(UserError, match=r"fig1: expected one of chaos\.fig1, order\.fig1"):
        catalogue.find("fig1")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "expected keys and their values, got nothing"),
        ("- fig9", r"expected keys and their values, got \['fig9'\]"),
        ("fig9: {label: Fig. 9}", "fig9: shows: missing; it is needed here"),
        ("fig9: Fig. 9", "fig9: expected keys and their values, got 'Fig. 9'"),
        (yaml.safe_dump({"fig9": ENTRY | {"settings": 1}}), "fig9: settings = 1: expected a list of the config keys"),
        (yaml.safe_dump({"fig9": ENTRY | {"caption": "Short."}}), "fig9: caption = 'Short.': expected the caption"),
        (
            yaml.safe_dump({"fig9": ENTRY | {"setings": []}}),
            r"fig9: setings = \[\]: unknown key; did you mean settings",
        ),
    ],
)
def test_a_catalogue_that_is_none_is_one_line(tmp_path, content, said):
    (tmp_path / catalogue.FOLDER).mkdir(parents=True)
    (tmp_path / catalogue.FOLDER / "chaos.yaml").write_text(content)
    with pytest.raises(UserError, match=rf"chaos.yaml: {said}"):
        catalogue.load(tmp_path)


def test_claims_that_are_none_are_one_line(tmp_path, monkeypatch):
    figure = catalogue.find("fig3")
    monkeypatch.chdir(tmp_path)
    (catalogue.CLAIMS / "escape").mkdir(parents=True)
    for content in ("", "- statement: x", "a: 1"):
        (catalogue.CLAIMS / "escape/part.yaml").write_text(content)
        with pytest.raises(UserError, match=r"^workflow/claims/escape/part.yaml: "):
            catalogue.claims_of(figure)


def test_a_name_that_is_not_there_is_refused_with_a_near_one(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="fig33: no such figure; did you mean fig3\\?"):
        catalogue.find("fig33")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="no catalogue of figures"):
        catalogue.load()
