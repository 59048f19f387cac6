"""The pages: they say what the results say, stand alone, and show as text whatever is no markup of ours."""

import io
import platform
import re
from dataclasses import asdict, replace
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
import yaml
from PIL import Image

from shallownets.archive import verify
from shallownets.claims import ledger
from shallownets.errors import UserError
from shallownets.files import sidecar
from shallownets.report import command, site
from shallownets.report.pages import build
from shallownets.results.artefacts import save_bytes
from shallownets.workflow import catalogue
from tests.report.conftest import FIGURES, HOSTILE, LINES, MORE, line

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


PAGES = ("index", "learned", "escape", "toy", "ledger", "provenance")


@pytest.fixture(scope="module")
def pages(built) -> dict[str, Elements]:
    return {name: Elements(built[f"{name}.html"].decode()) for name in PAGES}


def text_of(html: bytes) -> str:
    return " ".join(Elements(html.decode()).text.split())


def test_the_files_are_those_that_the_workflow_expects_and_no_page_is_large(built):
    figures = [
        catalogue.Figure(study=study, name=name, **of) for study in FIGURES for name, of in FIGURES[study].items()
    ]
    assert sorted(built) == sorted(site.files(FIGURES, figures))
    assert {name for name in built if name.endswith(".html")} == {f"{name}.html" for name in PAGES}
    assert all(len(content) < 3e6 for name, content in built.items() if name.endswith(".html"))
    assert len(set(site.files(FIGURES, figures))) == len(site.files(FIGURES, figures))


def test_a_study_with_the_name_of_another_page_is_refused():
    with pytest.raises(UserError, match="ledger: a page of the report has this name"):
        site.files(["escape", "ledger"], [])


def test_the_first_screen_counts_claims_by_verdict(pages):
    text = " ".join(pages["index"].text.split())
    assert "2 figures were made anew and 4 of 5 claims were put to the test, in 5 comparisons" in text
    for words in ("2 ✓ reproduced", "1 ✗ deviates", "1 ? underpowered", "1 – not judged", "tier paper"):
        assert words in text
    assert "1 figure; of 4 claims 1 reproduced , 1 deviates , 1 underpowered , 1 not judged" in text
    assert "2 tested fully , 1 in part , 1 not at all" in text


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (
            ["reproduced", "deviates"],
            "2 sources, put to the test 2 figures were made anew and 5 claims were put to the test, in 6 comparisons",
        ),
        (
            ["not judged"],
            "2 sources 2 figures were made anew. None of the 5 claims is judged in the tier paper; the ledger",
        ),
    ],
)
def test_only_claims_that_are_judged_are_said_to_be_put_to_the_test(inside, jobs, verdicts, said):
    path = inside / "results/claims.csv"
    kept = path.read_text()
    try:
        lines = [replace(one, verdict=verdicts[n % len(verdicts)]) for n, one in enumerate(LINES)]
        pd.DataFrame([asdict(one) for one in lines]).to_csv(path, index=False)
        text = text_of(build(Path("results"), jobs)["index.html"])
    finally:
        path.write_text(kept)
    assert said in text
    nothing = verdicts == ["not judged"]
    assert (nothing, nothing) == ("put to the test" not in text, "Nothing was judged" in text)


def test_a_talk_is_not_said_to_be_the_paper(pages):
    texts = {name: " ".join(page.text.split()) for name, page in pages.items()}
    assert "What was read is a talk that states no version." in texts["index"]
    for words in ("What the talk shows", "What the talk states, and what tests it", "Of 4 statements of the talk"):
        assert words in texts["toy"]
    assert "Beyond the talk" in texts["index"]  # where a claim stands
    assert "Beyond the talk. In the ledger" not in texts["learned"]
    assert "Beyond the talk, by figure" in texts["learned"]
    assert "slope Beyond the talk. Evidence" in texts["ledger"]
    assert "risk The paper's own words: “It holds and is quoted”. Evidence" in texts["ledger"]


def test_a_study_says_what_its_source_states_and_what_tests_it(pages, built):
    text = " ".join(pages["escape"].text.split())
    assert "2 tested fully statement where tested by The risk vanishes for p > p* <script>" in text
    assert "1 tested in part statement where tested by A line is straight Sec. 3 in part: slope at one width" in text
    assert "1 tested not at all statement where why not All is well Sec. 5 no: nothing is claimed" in text
    links = [of["href"] for tag, of in pages["escape"].tags if tag == "a"]
    assert {"ledger.html#claim-risk", "escape.html#stationary_map"} <= set(links)
    assert "escape.html#coverage-in-part" in [of.get("href") for _, of in pages["index"].tags]


def test_symbols_are_explained_where_findings_use_them(pages):
    for name in ("learned", "escape", "toy"):
        text = " ".join(pages[name].text.split())
        assert "What the symbols mean η , p ∗ learning rate, and N" in text
        assert f"From the study's document, docs/{'toy' if name == 'toy' else 'escape'}.md" in text


def test_the_search_has_every_claim_and_every_figure(pages):
    links = [of["href"] for tag, of in pages["index"].tags if tag == "a"]
    assert {f"ledger.html#claim-{name}" for name in ("risk", "bound", "hostile", "slope", "later")} <= set(links)
    assert {"escape.html#stationary_map", "toy.html#straight"} <= set(links)


def test_a_page_loads_only_files_of_the_report(pages, built):
    loaded = {
        value
        for page in pages.values()
        for tag, attributes in page.tags
        for name, value in attributes.items()
        if name in ("src", "srcset", "data", "poster", "action", "background", "xlink:href")
        or (name == "href" and tag != "a")
    }
    pictures = {f"{name}{kind}.png" for name in ("escape/stationary_map", "toy/straight") for kind in ("", ".small")}
    assert loaded == {"data:,", "report.css", "report.js", "ledger.js", "datatables.js"} | pictures
    assert loaded - {"data:,"} <= set(built)
    assert not re.search(rb"url\(|@import", built["report.css"])
    assert not any(re.search(rb"\b(fetch|import)\(|https?:", built[name]) for name in site.OURS)


def test_links_lead_somewhere(pages, built):
    ids = {name: [of["id"] for _, of in page.tags if "id" in of] for name, page in pages.items()}
    assert all(len(set(found)) == len(found) for found in ids.values())
    links = {(name, of["href"]) for name, page in pages.items() for tag, of in page.tags if tag == "a"}
    for name, link in links:
        path, _, place = link.partition("#")
        path = path.partition("?")[0] or f"{name}.html"
        if not link.startswith("https://arxiv.org/abs/"):
            assert path in built, link
            assert not place or place in ids[path.removesuffix(".html")], link
    assert {
        ("toy", "toy/straight.pdf"),
        ("toy", "toy/straight.csv"),
        ("toy", "ledger.html#claim-slope"),
        ("ledger", "toy.html#straight"),
        ("learned", "escape.html#stationary_map"),
        ("index", "learned.html#claim-risk"),
        ("index", "ledger.html?verdict=deviates#all-claims"),
    } <= links


def test_what_looks_like_a_tag_stays_text(pages, built):
    assert not any(HOSTILE.encode() in built[f"{name}.html"] for name in PAGES)
    # title, paper, setting, statement in the ledger and beside its figure, config, change of the config
    assert all(HOSTILE in page.text for page in pages.values())
    scripts = {name: [tag for tag, _ in page.tags].count("script") for name, page in pages.items()}
    # ours; that and the ledger's two; ours and the numbers of a chart
    assert scripts == {"index": 1, "learned": 1, "toy": 1, "provenance": 1, "ledger": 3, "escape": 2}


def test_a_figure_says_what_it_is(pages):
    text = " ".join(pages["escape"].text.split()) + " ".join(pages["toy"].text.split())
    assert "What the paper shows The paper does not show it." in text
    assert "line.slope 3.0 rise over run" in text
    assert "line what line makes 1 1.5 min 30.0 s 1.5 min 256 MB" in text
    assert "straight what straight makes 1 not recorded" in text
    assert "source 0123456789abcdef" in text
    assert "python -m shallownets run toy.line" in text
    assert "not made in this run" not in text


def test_what_was_learned_has_each_deviation_and_each_finding_with_its_figure(pages):
    text = " ".join(pages["learned"].text.split())
    assert "What deviates The claim risk holds." in text
    assert "The paper's own words, eq. 1" in text
    assert "Expected 2 Measured 4 3.5 … 4.5 at p = 6" in text
    assert "at 2 sizes, 1 deviates by itself It deviates at p = 6." in text
    assert "Beyond the paper" in text
    assert "The claim slope holds for η ≥ 1" in text
    assert "expected 3, allowed ± 0.4, measured 3" in text
    assert "bound" not in text  # it is the paper's, and does not deviate
    images = [of["src"] for tag, of in pages["learned"].tags if tag == "img"]
    assert images == ["escape/stationary_map.png", "toy/straight.png"]


def test_formulas_are_set(pages):
    assert {"math", "mfrac", "msqrt", "sup"} <= {tag for name in ("escape", "toy") for tag, _ in pages[name].tags}
    assert not any(
        re.search(r"\\(frac|sqrt|eta|alpha|mathcal)|:math:|\$[^$\n]+\$", page.text) for page in pages.values()
    )


def test_provenance_has_config_versions_seed_and_what_differs_from_the_default(pages):
    text = " ".join(pages["provenance"].text.split())
    assert "toy.line.slope: 3.0 (default: 2.0)" in text
    assert f"numpy {version('numpy')}, python {platform.python_version()}" in text
    assert "seeds 11" in text
    assert "width: 8" in text


def test_the_same_results_give_the_same_pages(built, inside, jobs):
    assert build(Path("results"), jobs) == built


@pytest.fixture
def chosen(inside):
    """Change the figures that the config names, for a time: by study."""
    path = inside / "results/config.yaml"
    kept = path.read_text()

    def choose(**figures: list[str]) -> None:
        config = yaml.safe_load(kept)
        path.write_text(yaml.safe_dump(config | {name: config[name] | {"figures": of} for name, of in figures.items()}))

    yield choose
    path.write_text(kept)


def test_a_study_none_of_whose_figures_was_made_has_its_page_and_its_claims_say_so(chosen, jobs):
    chosen(toy=[])
    files = build(Path("results"), jobs)
    assert "figure not made in this run" in text_of(files["ledger.html"])
    assert "1 figure was made anew" in text_of(files["index.html"])
    assert "None was made in this run." in text_of(files["toy.html"])
    assert "Claims whose figures were not made in this run ✓ reproduced The claim slope holds for" in text_of(
        files["toy.html"]
    )
    assert "No figure of it was made in this run." in text_of(files["learned.html"])
    assert not [name for name in files if name.startswith("toy/")]


def test_the_report_of_one_study_has_its_title(inside, jobs, monkeypatch):
    monkeypatch.setattr(site, "TEMPLATES", Path("workflow/report").absolute())
    alone = {name: figure for name, figure in catalogue.load().items() if figure.study == "toy"}
    monkeypatch.setattr(catalogue, "load", lambda checkout=Path(): alone)
    files = build(Path("results"), jobs)
    assert "On toy" in text_of(files["index.html"]).partition("put to the test")[0]
    assert "escape.html" not in files
    assert "put to the test" in text_of(files["index.html"])
    assert "1 sources" not in text_of(files["index.html"])


def test_sources_that_all_are_papers_are_called_papers(inside, jobs):
    path = inside / "workflow/studies/toy.yaml"
    kept = path.read_text()
    try:
        path.write_text(kept.replace("source: talk", "source: paper"))
        text = text_of(build(Path("results"), jobs)["index.html"])
    finally:
        path.write_text(kept)
    assert "2 papers, put to the test" in text
    assert "The papers" in text


def test_the_command_leaves_nothing_of_an_older_report(inside, jobs, built, monkeypatch):
    monkeypatch.setattr(command.settings, "load", lambda config, known: None)
    monkeypatch.setattr(command.lineage, "jobs", lambda configs: jobs)
    old = [Path("results/report.html"), Path("results/report.html.run.json"), Path("results/report/toy/gone.png")]
    for path in old:
        path.write_text("old")
    command.main(["--results", "results"])
    assert not [path for path in old if path.exists()]
    found = {path.relative_to("results/report").as_posix() for path in Path("results/report").rglob("*.*")}
    assert found == set(built) | {f"{name}.run.json" for name in built}
    for name, content in built.items():
        assert Path("results/report", name).read_bytes() == content
        sidecar(Path("results/report", name)).unlink()


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


def test_times_and_hardware_are_marked_and_nothing_else_changes_from_run_to_run(inside, built, jobs):
    seal = sidecar(inside / "results/figure_data/toy/straight.csv")
    kept = seal.read_bytes()
    try:
        seal.unlink()
        others = build(Path("results"), jobs)
    finally:
        seal.write_bytes(kept)
    assert {name for name in built if others[name] != built[name]} == {"toy.html", "provenance.html"}
    for name, other in others.items():
        assert verify.compare(f"report/{name}", other, "", built[name], exact=True)[0]


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
    figures = [catalogue.Figure(study=study, name="fig1", **WORDS) for study in ("escape", "toy")]
    assert [figure.place for figure in figures] == ["escape.html#fig1", "toy.html#fig1"]
    assert len(site.copies(figures)) == 6


def test_a_result_without_a_seal_is_shown_as_in_an_archive(inside, jobs):
    """There the tables lie without their seals: what is said of their making stands in their records."""
    seals = sorted((inside / "results").rglob("*.run.json"))
    kept = [path.read_bytes() for path in seals]
    try:
        for path in seals:
            path.unlink()
        text = text_of(build(Path("results"), jobs)["toy.html"])
    finally:
        for path, content in zip(seals, kept, strict=True):
            path.write_bytes(content)
    assert seals
    assert "source 0123456789abcdef" in text
    assert "python -m shallownets run toy.line" in text


def test_claims_say_whose_they_are_of_what_kind_and_what_they_rest_on(pages, built):
    text = " ".join(pages["index"].text.split())
    assert "put to the test" in text
    assert "papers, reproduced" not in text
    assert "Of the 3 of them in the sources' own words 1 is reproduced and 1 deviates." in text
    counted = [of["href"] for tag, of in pages["index"].tags if tag == "a" and "?origin=" in of["href"]]
    assert counted == [f"ledger.html?origin={origin}#all-claims" for origin in ("paper", "derived", "beyond")]
    judged = pages["ledger"]
    said = " ".join(judged.text.split())
    assert "“It holds and is quoted”" in said
    assert "Nothing is corrected for the number of claims: if all 4 " in said
    assert "of 1 comparisons with one, 0 (0%) stay below a thousandth" in said
    assert "A claim is not judged where its entry in workflow/claims/ does not name this tier in tiers" in said
    rows = [of for tag, of in judged.tags if tag == "tr" and of.get("id", "").startswith("claim-")]
    assert {of["data-origin"] for of in rows} == {"paper", "beyond"}
    assert {of["data-evidence"] for of in rows} == {"statistical", "law", "inequality"}
    keys = {of["data-key"] for tag, of in judged.tags if tag == "select"}
    assert {"origin", "evidence", "verdict"} <= keys
    text = " ".join(judged.text.split())
    assert "Expected: 2 . Data: results/measurements/escape/stationary_map.csv" in text
    assert "Expected at most: 2 . Data:" in text
    assert "3 allowed ± 0.4" in text
    assert "Rests on risk" in text
    assert "It rests on risk, which deviates." in text
    assert "2 independent rows together: chi-squared" in text
    assert b'<svg class="panel"' in built["ledger.html"]


def test_a_prediction_is_ascribed_to_no_source_but_in_its_quoted_words(pages):
    for name, page in pages.items():
        text = " ".join(page.text.split())
        assert not re.search(r"\b(paper|talk|source)s? predicts?\b|\bpredicted here\b", text, re.IGNORECASE), name
        assert not re.search(r"expected [^,;:]* ± ", text, re.IGNORECASE), name


def test_a_tier_without_other_root_seeds_says_what_they_would_show_and_how_to_try_them(pages, inside, jobs):
    for name in ("ledger", "provenance"):
        text = " ".join(pages[name].text.split())
        assert (
            "other root seeds This tier was run with one root seed only: runs with others, which make reseed " in text
        )
        assert "make reseed TIER=paper makes, would show whether verdicts flip more often than chance" in text
    path = inside / "results/reseed.json"
    save_bytes(path, b'{"says": "Two verdicts flip, 1.9 should."}', "")
    try:
        files = build(Path("results"), jobs)
    finally:
        path.unlink()
        sidecar(path).unlink()
    for name in ("ledger.html", "provenance.html"):
        assert "other root seeds Two verdicts flip, 1.9 should." in text_of(files[name])
        assert "one root seed only" not in text_of(files[name])


def test_a_claim_shows_the_digits_that_its_verdict_needs_wherever_it_stands(inside, jobs, monkeypatch):
    near = line("near", "deviates", predicted=4.0, measured=3.99998, low=3.99998, high=3.99998, kind="at_least", n=2)
    monkeypatch.setattr(ledger, "read", lambda path: [*LINES, near])
    files = build(Path("results"), jobs)
    assert "Expected at least 4 Measured 3.99998" in text_of(files["learned.html"])
    assert "at least 4 3.99998" in text_of(files["ledger.html"])
    assert b'aria-label="expected at least 4, measured 3.99998"' in files["ledger.html"]


def test_remarks_on_a_claim_stand_wherever_it_does(pages):
    for name in ("learned", "ledger", "escape"):
        assert "It rests on risk, which deviates." in " ".join(pages[name].text.split()), name


def test_verbs_agree_with_numbers(pages):
    for name, page in pages.items():
        text = " ".join(page.text.split())
        assert not re.search(r"\b([02-9]|\d\d+) (✗ )?deviates\b|\b1 (✗ )?deviate\b", text), name


def test_small_pictures_stand_in_lists(built):
    for name in ("escape/stationary_map", "toy/straight"):
        with Image.open(io.BytesIO(built[f"{name}.small.png"])) as picture:
            assert picture.size == (480, 240)
        assert len(built[f"{name}.small.png"]) < len(built[f"{name}.png"])


def test_the_overview_has_a_card_for_each_and_what_was_learned_the_top_of_each(five):
    index, learned = (Elements((five / f"{name}.html").read_text()) for name in ("index", "learned"))
    assert "5 sources, put to the test" in index.text  # some of them are talks
    assert "The sources" in index.text
    assert "papers, put" not in index.text
    for name in ("escape", "toy", *MORE):
        assert [of.get("href") for _, of in index.tags].count(f"{name}.html") == 2  # the navigation and its card
        assert ("a", {"href": f"#learned-{name}"}) in learned.tags
    # six deviations of the source's own words each, and of escape and toy what they have
    assert sum(of.get("href", "").startswith("#claim-") for _, of in learned.tags) == 3 * 6 + 2
