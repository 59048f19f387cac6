"""The site: a strict build, links that lead somewhere, formulas, notebooks, signatures, and a search that finds.

It is made by optional groups of packages, which `make site` adds; without them these tests are skipped.
"""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from shallownets.workflow import catalogue, papers
from tests.conftest import ROOT

for package in ("marimo", "material", "mkdocstrings"):
    pytest.importorskip(package, reason=f"{package} is not installed: make site")

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
# Stands for the report of the paper tier, which takes a run.
REPORT = {"index.html": '<a href="escape.html#fig1">escape</a>', "escape.html": '<h2 id="fig1">Fig. 1</h2>'}


class Shown(HTMLParser):
    """All words of a page."""

    def __init__(self, text):
        super().__init__()
        self.all = []
        self.feed(text)

    def handle_data(self, data):
        self.all.append(data)


class Reader(HTMLParser):
    """What a page leads to, what it loads, its anchors, and its words outside of code and inside of it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.anchors, self.words, self.code, self.inside = [], [], set(), [], [], []
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
        elif "code" in self.inside:
            self.code.append(data)


def copy(folder):
    """The files of the checkout from which the site is made, in another folder, with a report."""
    for name in ("docs", "notebooks", "src", "workflow"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*.yaml"), *ROOT.glob("*.yml"), *ROOT.glob("*.cff")]:
        shutil.copy(path, folder)
    (folder / "tests/escape").mkdir(parents=True)
    shutil.copy(ROOT / "tests/escape/test_document.py", folder / "tests/escape")
    (folder / "results/report").mkdir(parents=True)
    for name, text in REPORT.items():
        (folder / "results/report" / name).write_text(f"<!doctype html><title>report</title>{text}")


def small(folder):
    """The files of a site of three short pages."""
    copy(folder)
    for name in ("src", "docs", "notebooks"):
        shutil.rmtree(folder / name)
    for name in ("src/shallownets", "docs", "notebooks"):
        (folder / name).mkdir(parents=True)
    for name, text in {"README": "One", "CONTRIBUTING": "Two", "CHANGELOG": "Three"}.items():
        (folder / f"{name}.md").write_text(f"# {text}\n")
    config = (folder / "mkdocs.yml").read_text().partition("nav:")[0]
    (folder / "mkdocs.yml").write_text(f"{config}nav: [index.md, {{Theory: [contributing.md, changelog.md]}}]\n")


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
    assert "escape" in documents
    for name in documents:
        assert "$" not in "".join(pages[site / f"{name}.html"].words), name
        written = (ROOT / f"docs/{name}.md").read_text()
        html = (site / f"{name}.html").read_text()
        assert html.count('display="block"') == written.count("```math\n") > 0
        assert html.count("<math") > html.count('display="block"')  # formulas in the text, too
    escape = re.search(
        r'<h2 id="6-escape.*?</math>.*?display="block".*?</math>', (site / "escape.html").read_text(), re.S
    )
    assert escape[0].count("<mfrac>") >= 2


def test_the_reference_says_what_docstrings_say_and_theory_leads_to_it(site):
    html = (site / "reference/shallownets.studies.escape.theory.html").read_text()
    assert "σ^2 = &lt;M_ir^2&gt;" in html  # a mean, and no tag
    name = "shallownets.studies.escape.theory.plateau.escape_prefactor"
    assert f'id="{name}"' in html
    assert f'href="reference/shallownets.studies.escape.theory.html#{name}"' in (site / "escape.html").read_text()


def test_the_search_knows_documents_and_code(site):
    documents = json.loads((site / "search/search_index.json").read_text())["docs"]

    def where(words):
        return {doc["location"] for doc in documents if words in doc["title"] + doc["text"]}

    assert "escape.html#5-the-plateau" in where("plateau")
    assert any(place.startswith("config.html#") for place in where("eta_hat"))
    name = "shallownets.studies.escape.theory"
    assert f"reference/{name}.html#{name}.plateau.escape_prefactor" in where("escape_prefactor")


def test_each_notebook_is_a_page_that_shows_what_it_shows(site):
    notebooks = sorted((ROOT / "notebooks").glob("*.py"))
    assert len(notebooks) == 5
    for path in notebooks:
        page = (site / f"explore/{path.stem}.html").read_text()
        source = path.read_text()
        (title,) = re.findall(r"^    # (.+)", source, re.MULTILINE)
        assert re.search(rf"<h1[^>]*>{re.escape(title.replace(chr(39), '&#39;'))}|<h1[^>]*>{re.escape(title)}", page)
        assert "<code>make explore</code> opens the live one" in page
        settings = re.findall(r"(\w+) = mo\.ui\.slider\(.*?value=([\d.]+), label=\"(.*?)\"", source, re.DOTALL)
        assert len(settings) >= 4
        for name, value, label in settings:
            row = rf"<td>{re.escape(label)}</td>\s*<td><code>{name}\.value</code></td>\s*<td>{re.escape(value)}</td>"
            assert re.search(row, page), (path.name, name)
        code = "".join(Reader(page).code)
        assert f"from shallownets import {path.stem}\n" in code
        assert "to_pandas()" in code
        assert "return" not in code
        assert page.count(f'src="{path.stem}.svg"') == 1
        picture = (site / f"explore/{path.stem}.svg").read_text()
        assert picture.count("<path") > 20
        assert not re.search(r"<(?:text|image|script)\b|href=\"(?!#)|url\((?!#)", picture)
        assert re.search(r"The first 10 of [\d,]+ rows|>\d rows", page)
        assert f'href="explore/{path.stem}.html"' in (site / "library.html").read_text()
        assert f'href="explore/{path.stem}.html"' in (site / "index.html").read_text()  # in the menu


def taken():
    """Every function decorated with ``takes``: its module and its name."""
    for path in sorted((ROOT / "src/shallownets").rglob("*.py")):
        for name in re.findall(r"^@takes\(.*\)\ndef (\w+)", path.read_text(), re.MULTILINE):
            yield ".".join(path.relative_to(ROOT / "src").with_suffix("").parts), name


def test_the_reference_shows_signature_and_arguments_of_the_library(site):
    functions = list(taken())
    assert len(functions) >= 5
    for module, name in functions:
        function = getattr(import_module(module), name)
        page = (site / f"reference/{module.rpartition('.')[0]}.html").read_text()
        heading = page.index(f'<h3 id="{module}.{name}"')
        section = page[heading : page.index("<details", heading)]
        words = "".join("".join(Shown(section).all).replace('"', "'").split())
        signature = inspect.signature(function)
        assert len(signature.parameters) >= 3
        arguments = ",".join(str(one) for one in signature.parameters.values()).replace('"', "'")
        # a signature that is broken into lines may end its lists with commas
        shown = re.sub(r",(?=[])])", "", words)
        assert f"{name}(*,{''.join(arguments.split())})" in shown, name
        args = inspect.getdoc(function).partition("Args:\n")[2].partition("\n\n")[0]
        described = re.findall(r"^    (\w+): (.+(?:\n        .+)*)", args, re.MULTILINE)
        assert [one for one, _ in described] == [*dict.fromkeys(one for one, _ in described)]
        assert {one for one, _ in described} == set(signature.parameters)
        for argument, means in described:
            assert "".join(means.replace("`", "").replace('"', "'").split()) in words, (name, argument)


def test_an_example_of_the_library_is_a_block_of_code(site):
    for module, name in taken():
        page = (site / f"reference/{module.rpartition('.')[0]}.html").read_text()
        heading = page.index(f'<h3 id="{module}.{name}"')
        section = page[heading : page.index("<details", heading)]
        assert "<blockquote>" not in section
        after = section[section.index("Examples:") :]
        assert re.search(r'<div class="[^"]*highlight"><pre>.*?&gt;&gt;&gt;', after, re.DOTALL), name


@pytest.fixture(scope="module")
def browser():
    """A browser without network."""
    if not (BROWSER and DRIVER):
        pytest.skip("no browser: install chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for word in ("--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(DRIVER))
    browser.set_window_size(1200, 900)
    yield browser
    browser.quit()


def test_the_search_finds_from_disk_without_network(site, browser):
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


def test_a_notebook_shows_its_plot_from_disk_without_network(site, browser):
    browser.get((site / "explore/escape.html").as_uri())
    (width,) = browser.execute_script(
        "return [...document.querySelectorAll('article img')].map(one => one.naturalWidth)"
    )
    assert width > 300
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
    assert [one for one in loaded if not one.startswith(("file:", "data:", "blob:"))] == []
    assert browser.get_log("browser") == []


def test_names_in_the_tables_of_the_front_page_are_not_broken(site, browser):
    browser.get((site / "index.html").as_uri())
    broken = """
    return [...document.querySelectorAll("td code")]
      .map(one => [one.textContent, one.getClientRects().length]);
    """
    names = browser.execute_script(broken)
    assert ["perceptron", 1] in names
    # a name may end its line at a space or a hyphen
    assert [name for name, lines in names if lines > 1 and not re.search(r"[ -]", name)] == []


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path):
    small(tmp_path)
    (tmp_path / "README.md").write_text("# One\n\n[a](docs/no.md) [b](CHANGELOG.md#no) [c](no.yaml)\n")
    done = build(tmp_path)
    assert done.returncode == 1
    for target in ("'no.md'", "'changelog.md#no'", "'files/no.yaml'"):
        assert target in done.stderr
    assert done.stderr.count("WARNING") == 3


def test_a_notebook_that_fails_fails_the_build_by_its_name(tmp_path):
    small(tmp_path)
    cell = "import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    {}\n    return\n"
    (tmp_path / "notebooks/broken.py").write_text(cell.format("raise ArithmeticError('no number')"))
    done = build(tmp_path)
    assert done.returncode == 1
    assert "Running notebooks/broken.py" in done.stderr
    assert "notebooks/broken.py fails" in done.stderr
    assert "ArithmeticError: no number" in done.stderr


def test_a_report_that_is_missing_is_said_in_one_line(tmp_path):
    small(tmp_path)
    done = build(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "results/report" not in done.stderr
    assert "report/index.html" in (tmp_path / "results/site/index.html").read_text()
    shutil.rmtree(tmp_path / "results/report")
    done = build(tmp_path)
    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stderr.splitlines() if "results/report" in line)
    assert "`make report` makes it" in line
    assert "report/index.html" not in (tmp_path / "results/site/index.html").read_text()
