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


def test_a_name_that_is_not_there_is_refused_with_a_near_one(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="fig33: no such figure; did you mean fig3"):
        catalogue.find("fig33")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="no catalogue of figures"):
        catalogue.load()
