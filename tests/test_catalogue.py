"""The catalogue of figures: what belongs to each, and a name that is not there."""

import pytest

from shallownets.errors import UserError
from shallownets.workflow import catalogue


@pytest.fixture(autouse=True)
def in_the_checkout(root, monkeypatch):
    monkeypatch.chdir(root)


def test_a_figure_has_its_claims_caption_and_study():
    figure = catalogue.find("fig3")
    assert figure.study == "escape"
    assert figure.caption.is_file()
    claims = catalogue.claims_of(figure)
    assert {"matching-start-reaches-prediction", "sgd-selects-the-closest"} <= {entry["id"] for entry in claims}
    assert all(entry["table"] in figure.tables or entry["id"] in figure.claims for entry in claims)


def test_figures_of_all_studies_have_different_names():
    figures = catalogue.load()
    assert {figure.study for figure in figures.values()} == {"escape", "riccati"}
    assert all(name == figure.name for name, figure in figures.items())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "expected keys and their values, got nothing"),
        ("- fig9", r"expected keys and their values, got \['fig9'\]"),
        ("fig9: {label: Fig. 9}", "fig9: expected label, shows, settings and tables, got {'label': 'Fig. 9'}"),
        ("fig9: Fig. 9", "fig9: expected label, shows, settings and tables, got 'Fig. 9'"),
        ("fig9: {label: a, shows: b, settings: 1, tables: []}", "fig9: expected label, shows, settings and tables"),
    ],
)
def test_a_catalogue_that_is_none_is_one_line(tmp_path, content, said):
    (tmp_path / catalogue.FOLDER).mkdir(parents=True)
    (tmp_path / catalogue.FOLDER / "chaos.yaml").write_text(content)
    with pytest.raises(UserError, match=rf"chaos.yaml: {said}"):
        catalogue.load(tmp_path)


def test_claims_that_are_none_are_one_line(root, tmp_path, monkeypatch):
    figure = catalogue.find("fig3")
    monkeypatch.chdir(tmp_path)
    for path in (catalogue.CLAIMS_SCHEMA, catalogue.CLAIMS / "escape/part.yaml"):
        path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.CLAIMS_SCHEMA.write_bytes((root / catalogue.CLAIMS_SCHEMA).read_bytes())
    for content in ("", "- statement: x", "a: 1"):
        (catalogue.CLAIMS / "escape/part.yaml").write_text(content)
        with pytest.raises(UserError, match=r"^workflow/claims/escape/part.yaml: "):
            catalogue.claims_of(figure)


def test_a_name_that_is_not_there_is_refused_with_a_near_one(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="fig33: no such figure; did you mean fig3"):
        catalogue.find("fig33")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="no catalogue of figures"):
        catalogue.load()
