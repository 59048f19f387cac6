"""The page: it says what the results say, stands alone, and shows as text whatever is no markup of ours."""

import platform
import re
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from shallownets.archive import verify
from shallownets.errors import UserError
from shallownets.files import sidecar
from shallownets.report.page import build
from shallownets.results.artefacts import save_bytes
from shallownets.workflow import catalogue
from tests.report.conftest import FIGURES, HOSTILE

WORDS = FIGURES["escape"]["stationary_map"]


class Elements(HTMLParser):
    """All start tags with their attributes, and the text outside of scripts and styles."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if not self._inside:
            self.text += f"{data} "


@pytest.fixture(scope="module")
def elements(page) -> Elements:
    return Elements(page)


def test_the_first_screen_counts_claims_by_verdict(elements):
    text = " ".join(elements.text.split())
    assert "2 figures were made anew and 5 claims were put to the test, in 6 comparisons" in text
    for words in ("2 ✓ reproduced", "1 ✗ deviates", "1 ? underpowered", "1 – not judged", "tier paper", "not stated"):
        assert words in text


def test_the_page_loads_nothing(elements, page):
    loading = [
        (tag, value)
        for tag, attributes in elements.tags
        for name, value in attributes.items()
        if name in ("src", "srcset", "data", "poster", "action", "background", "xlink:href")
        or (name == "href" and tag != "a")
    ]
    assert loading
    assert all(value.startswith("data:") for _, value in loading)
    style = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    assert style
    assert not re.search(r"url\(|@import", style)
    assert re.findall(r"^import .* from \"(.{5})", page, re.MULTILINE) == ["data:"]
    assert len(page) < 15e6


def test_links_lead_somewhere(elements, checkout):
    ids = {attributes["id"] for _, attributes in elements.tags if "id" in attributes}
    links = [attributes["href"] for tag, attributes in elements.tags if tag == "a"]
    for link in links:
        if link.startswith("#"):
            assert link[1:] in ids, link
        elif not link.startswith("https://arxiv.org/abs/"):
            assert (checkout / "results" / link).is_file(), link
    assert {"figures/toy/straight.pdf", "figure_data/toy/straight.csv", "#claim-slope", "#toy-straight"} <= set(links)


def test_what_looks_like_a_tag_stays_text(elements, page):
    assert HOSTILE not in page
    # title, paper, setting, statement in the ledger and beside its figure, config, change of the config
    assert elements.text.count(HOSTILE) >= 7
    assert [tag for tag, _ in elements.tags].count("script") == 3  # a chart's numbers, plotly, ours


def test_a_figure_says_what_it_is(elements):
    text = " ".join(elements.text.split())
    assert "What the paper shows The paper does not show it." in text
    assert "line.slope 3.0 rise over run" in text
    assert "line what line makes 1 1.5 min 30.0 s 1.5 min 256 MB" in text
    assert "straight what straight makes 1 not recorded" in text
    assert "source 0123456789abcdef" in text
    assert "python -m shallownets run toy.line" in text
    assert "not made in this run" not in text


def test_formulas_are_set(elements, page):
    assert {"math", "mfrac", "msqrt", "sup"} <= {tag for tag, _ in elements.tags}
    assert not re.search(r"\\(frac|sqrt|eta|alpha|mathcal)|:math:|\$[^$\n]+\$", elements.text)


def test_provenance_has_config_versions_seed_and_what_differs_from_the_default(elements):
    text = " ".join(elements.text.split())
    assert "toy.line.slope: 3.0 (default: 2.0)" in text
    assert f"numpy {version('numpy')}, python {platform.python_version()}" in text
    assert "seeds 11" in text
    assert "width: 8" in text


def test_the_same_results_give_the_same_page(page, inside, jobs):
    assert build(Path("results"), jobs) == page


def test_a_claim_whose_figure_was_not_made_says_so(inside, jobs):
    path = inside / "results/config.yaml"
    kept = path.read_text()
    try:
        path.write_text(yaml.safe_dump(yaml.safe_load(kept) | {"toy": {"figures": []}}))
        text = " ".join(Elements(build(Path("results"), jobs)).text.split())
    finally:
        path.write_text(kept)
    assert "not made in this run" in text
    assert "1 figure was made anew" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("results/figures/toy/straight.png", "straight.png"),
        ("results/figure_data/toy/straight.csv", "no such file"),
        ("results/claims.csv", "make figures"),
        ("workflow/studies/toy.yaml", "workflow/studies/toy.yaml"),
    ],
)
def test_what_is_missing_is_named(inside, jobs, name, words):
    path = inside / name
    kept = path.read_bytes()
    path.unlink()
    try:
        with pytest.raises(UserError, match=words):
            build(Path("results"), jobs)
    finally:
        path.write_bytes(kept)


def test_a_picture_that_is_not_what_was_written_is_not_shown(inside, jobs):
    path = inside / "results/figures/toy/straight.png"
    kept = path.read_bytes()
    save_bytes(path, kept, "")
    path.write_bytes((inside / "results/figures/escape/stationary_map.png").read_bytes() + b" ")
    try:
        with pytest.raises(UserError, match=r"straight\.png: its bytes are not those that were written"):
            build(Path("results"), jobs)
    finally:
        path.write_bytes(kept)
        sidecar(path).unlink()


def test_times_and_hardware_are_marked_and_nothing_else_changes_from_run_to_run(inside, page, jobs):
    seal = sidecar(inside / "results/figure_data/toy/straight.csv")
    kept = seal.read_bytes()
    try:
        seal.unlink()
        other = build(Path("results"), jobs)
    finally:
        seal.write_bytes(kept)
    assert other != page
    assert verify.compare("report.html", other.encode(), "", page.encode(), exact=True)[0]


def test_a_setting_that_the_config_does_not_have_is_named(inside, jobs):
    path = inside / "workflow/figures/toy.yaml"
    kept = path.read_text()
    figure = FIGURES["toy"]["straight"] | {"settings": ["line.curvature"]}
    try:
        path.write_text(yaml.safe_dump({"straight": figure}))
        with pytest.raises(UserError, match=r"line\.curvature"):
            build(Path("results"), jobs)
    finally:
        path.write_text(kept)


def test_figures_of_one_name_in_two_studies_have_places_of_their_own():
    anchors = [catalogue.Figure(study=study, name="fig1", **WORDS).anchor for study in ("escape", "toy")]
    assert len(set(anchors)) == 2


def test_a_result_without_a_seal_is_shown_as_in_an_archive(inside, page, jobs):
    """There the tables lie without their seals: what is said of their making stands in their records."""
    seals = sorted((inside / "results").rglob("*.run.json"))
    kept = [path.read_bytes() for path in seals]
    try:
        for path in seals:
            path.unlink()
        text = " ".join(Elements(build(Path("results"), jobs)).text.split())
    finally:
        for path, content in zip(seals, kept, strict=True):
            path.write_bytes(content)
    assert seals
    assert "source 0123456789abcdef" in text
    assert "python -m shallownets run toy.line" in text


def test_claims_say_whose_they_are_of_what_kind_and_what_they_rest_on(elements, page):
    text = " ".join(elements.text.split())
    assert "put to the test" in text
    assert "papers, reproduced" not in text
    assert "in the papers' own words" in text
    rows = [of for tag, of in elements.tags if tag == "tr" and of.get("id", "").startswith("claim-")]
    assert {of["data-origin"] for of in rows} == {"paper", "beyond"}
    assert {of["data-evidence"] for of in rows} == {"statistical", "law", "inequality"}
    keys = {of["data-key"] for tag, of in elements.tags if tag == "select"}
    assert {"origin", "evidence", "verdict"} <= keys
    counted = [of for tag, of in elements.tags if tag == "a" and "data-origin" in of]
    assert [of["data-origin"] for of in counted] == ["paper", "derived", "beyond"]
    assert "The paper predicts" in text
    assert "Predicted here" in text
    assert "Rests on risk" in text
    assert "It rests on risk, which deviates." in text
    assert "2 independent rows together: chi-squared" in text
    assert "other root seeds not tried in this tier: make reseed" in text
    assert '<svg class="panel"' in page
