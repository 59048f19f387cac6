"""The site of the documents: a strict build, links that lead somewhere, formulas, and a search that finds.

It is made by an optional group of packages, `make site`; without them these tests are skipped.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from shallownets.workflow import catalogue, papers
from tests.conftest import ROOT

for package in ("material", "mkdocstrings"):
    pytest.importorskip(package, reason=f"{package} is not installed: make site")

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
# Stands for the report of the paper tier, which takes a run.
REPORT = {"index.html": '<a href="escape.html#fig1">escape</a>', "escape.html": '<h2 id="fig1">Fig. 1</h2>'}


class Reader(HTMLParser):
    """What a page leads to, what it loads, its anchors, and its words outside of code."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.anchors, self.words, self.inside = [], [], set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.anchors |= {named[key] for key in ("id", "name") if named.get(key)}
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        if tag in ("script", "img", "iframe", "source") and "src" in named:
            self.loads.append(named["src"])
        if tag == "link" and named.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.append(named["href"])
        if tag in ("code", "script", "style", "pre", "annotation"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.words.append(data)


def copy(folder):
    """The files of the checkout from which the site is made, in another folder, with a report."""
    for name in ("docs", "src", "workflow"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*.yaml"), *ROOT.glob("*.yml"), *ROOT.glob("*.cff")]:
        shutil.copy(path, folder)
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests/test_theory_doc.py", folder / "tests")
    (folder / "results/report").mkdir(parents=True)
    for name, text in REPORT.items():
        (folder / "results/report" / name).write_text(f"<!doctype html><title>report</title>{text}")


def build(folder):
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    return subprocess.run(command, cwd=folder, env=quiet, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of a site that was built from this checkout."""
    folder = tmp_path_factory.mktemp("site")
    copy(folder)
    done = build(folder)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder / "results/site"


@pytest.fixture(scope="module")
def pages(site):
    """Every page of the site by its path."""
    return {path.resolve(): Reader(path.read_text()) for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_page_of_the_repository_is_on_it(site, pages):
    names = {path.stem for path in (ROOT / "docs").glob("*.md")} | {"index", "contributing", "changelog"}
    assert names <= {path.stem for path in pages if path.parent == site}
    rooms = {path.parent.relative_to(ROOT / "src").parts for path in (ROOT / "src/shallownets").rglob("[!_]*.py")}
    shown = {".".join(room) for room in rooms if room[-1] not in ("commands", "figures", "parameters", "stages")}
    assert shown <= {path.stem for path in site.glob("reference/*.html")}
    assert "report/index.html" in pages[site / "index.html"].links


def test_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(site, pages):
    followed = 0
    for path, page in pages.items():
        for link in page.links:
            target, part = urldefrag(link)
            if re.match(r"[a-z]+:", target):
                continue
            leads = (path.parent / unquote(target)).resolve() if target else path
            assert leads.is_file(), (path.name, link)
            assert not part or leads not in pages or unquote(part) in pages[leads].anchors, (path.name, link)
            followed += 1
        for load in page.loads:
            assert (path.parent / load.partition("?")[0]).is_file(), (path.name, load)
    assert followed > 1000


def test_formulas_are_rendered(site, pages):
    documents = [Path(papers.load(study, ROOT).document).stem for study in catalogue.names(ROOT)]
    assert "theory" in documents
    for name in documents:
        assert "$" not in "".join(pages[site / f"{name}.html"].words), name
        written = (ROOT / f"docs/{name}.md").read_text()
        html = (site / f"{name}.html").read_text()
        assert html.count('display="block"') == written.count("```math\n") > 0
        assert html.count("<math") > html.count('display="block"')  # formulas in the text, too
    escape = re.search(
        r'<h2 id="6-escape.*?</math>.*?display="block".*?</math>', (site / "theory.html").read_text(), re.S
    )
    assert escape[0].count("<mfrac>") >= 2


def test_the_reference_says_what_docstrings_say_and_theory_leads_to_it(site):
    html = (site / "reference/shallownets.studies.escape.theory.html").read_text()
    assert "σ^2 = &lt;M_ir^2&gt;" in html  # a mean, and no tag
    name = "shallownets.studies.escape.theory.plateau.escape_prefactor"
    assert f'id="{name}"' in html
    assert f'href="reference/shallownets.studies.escape.theory.html#{name}"' in (site / "theory.html").read_text()


def test_the_search_knows_documents_and_code(site):
    documents = json.loads((site / "search/search_index.json").read_text())["docs"]

    def where(words):
        return {doc["location"] for doc in documents if words in doc["title"] + doc["text"]}

    assert "theory.html#5-the-plateau" in where("plateau")
    assert any(place.startswith("config.html#") for place in where("eta_hat"))
    name = "shallownets.studies.escape.theory"
    assert f"reference/{name}.html#{name}.plateau.escape_prefactor" in where("escape_prefactor")


@pytest.mark.skipif(not (BROWSER and DRIVER), reason="no browser: install chromium and chromium-driver")
def test_the_search_finds_from_disk_without_network(site):
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for word in ("--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        browser.get((site / "index.html").as_uri())
        field = browser.find_element(By.CSS_SELECTOR, ".md-search__input")
        browser.execute_script("arguments[0].focus()", field)
        browser.execute_script(
            "arguments[0].value = 'escape_prefactor'; arguments[0].dispatchEvent(new Event('keyup'))", field
        )
        found = WebDriverWait(browser, 30).until(
            lambda here: here.find_elements(By.CSS_SELECTOR, ".md-search-result__link")
        )
        assert any("#shallownets." in link.get_attribute("href") for link in found)
        assert browser.get_log("browser") == []
    finally:
        browser.quit()


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path):
    copy(tmp_path)
    for name in ("src", "docs"):
        shutil.rmtree(tmp_path / name)
    (tmp_path / "src/shallownets").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("# One\n\n[a](docs/no.md) [b](CHANGELOG.md#no) [c](no.yaml)\n")
    (tmp_path / "CONTRIBUTING.md").write_text("# Two\n")
    (tmp_path / "CHANGELOG.md").write_text("# Three\n")
    config = (tmp_path / "mkdocs.yml").read_text().partition("nav:")[0]
    (tmp_path / "mkdocs.yml").write_text(f"{config}nav: [index.md, {{Theory: [contributing.md, changelog.md]}}]\n")
    done = build(tmp_path)
    assert done.returncode == 1
    for target in ("'no.md'", "'changelog.md#no'", "'files/no.yaml'"):
        assert target in done.stderr
    assert done.stderr.count("WARNING") == 3
