"""The report in a real browser, from disk, with no network: Debian's chromium and chromium-driver."""

import base64
import io
import shutil

import matplotlib.image
import numpy as np
import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.select import Select  # noqa: E402
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402

from tests.report.test_charts import charts  # noqa: E402
from tests.report.test_pages import PAGES  # noqa: E402

# Texts whose contrast with what is behind them is below 4.5, as WCAG 2 asks for.
FAINT = """
const light = (colour) => {
  const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const colour = getComputedStyle(node).backgroundColor;
    if (!/, 0\\)$/.test(colour)) return colour;
  }
};
const texts = [...document.querySelectorAll("main *, nav *")].filter(
  (node) => !node.closest("svg, .plot, math, [hidden]")
    && [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim()));
return texts.map((node) => {
  const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
  return [(a + 0.05) / (b + 0.05), node.tagName, node.textContent.slice(0, 40)];
}).filter(([contrast]) => contrast < 4.5);
"""

# Labels of the axes of a plot that touch another one of their axis.
TOUCHING = """
const plot = document.createElement("div");
document.getElementById("main-content").replaceChildren(plot);
plot.style.width = arguments[1] + "px";
const [chart, done] = [JSON.parse(arguments[0]), arguments[2]];
Plotly.newPlot(plot, chart.data, chart.layout).then(() => {
  const axes = {};
  for (const text of plot.querySelectorAll("g[class$=tick] > text"))
    if (text.textContent) (axes[text.parentNode.classList[0]] ??= []).push(text.getBoundingClientRect());
  const touch = (a, b) => a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom;
  done(Object.entries(axes).map(([axis, all]) =>
    [axis, all.length, all.filter((a) => all.some((b) => a !== b && touch(a, b))).length]));
});
"""

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no browser: install the packages chromium and chromium-driver"
)


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def visit(browser, checkout, built):
    """Open a page of the report from disk, in a window of a desktop: ``visit("escape.html#fig1")``."""
    window(browser, 1280, 900)
    browser.get_log("browser")
    browser.get_log("performance")

    def go(link: str):
        browser.get("about:blank")
        browser.get(f"{(checkout / 'results/report').as_uri()}/{link}")
        return browser

    return go


def window(browser, width: int, height: int, scheme: str = "light") -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    features = {"features": [{"name": "prefers-color-scheme", "value": scheme}, still]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", features)


def shot(browser) -> np.ndarray:
    """What is seen, as brightness from 0 to 1."""
    png = base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", {})["data"])
    return matplotlib.image.imread(io.BytesIO(png))[..., :3].mean(axis=-1)


def verdicts(browser) -> list[str]:
    return [row.get_attribute("data-verdict") for row in browser.find_elements(By.CSS_SELECTOR, "#claims > tbody > tr")]


def eventually(browser, condition) -> None:
    WebDriverWait(browser, 20).until(condition)


def plot(browser):
    """The live plot, scrolled to and drawn."""
    element = browser.find_element(By.CSS_SELECTOR, "#stationary_map .plot")
    browser.execute_script("arguments[0].closest('figure').scrollIntoView()", element)
    eventually(browser, lambda _: element.find_elements(By.CSS_SELECTOR, ".plotly .scatterlayer .point"))
    # once more: it is not as high as what it took the place of
    browser.execute_script("arguments[0].closest('figure').scrollIntoView()", element)
    return element


def place(browser, name: str) -> float:
    """How far below the top of the window an element begins."""
    return browser.execute_script("return document.getElementById(arguments[0]).getBoundingClientRect().top", name)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_it_opens_from_disk_without_network_and_without_an_error(visit, page):
    browser = visit(f"{page}.html")
    if page == "escape":
        plot(browser)
    assert [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    sent = [entry["message"] for entry in browser.get_log("performance") if 'requestWillBeSent"' in entry["message"]]
    assert any(f"{page}.html" in message for message in sent)
    assert not [message for message in sent if '"url":"http' in message]
    assert browser.title.endswith(" · shallownets")


def test_the_plot_library_is_loaded_only_where_a_plot_is_drawn(visit):
    assert not visit("toy.html").find_elements(By.CSS_SELECTOR, "script[src='plotly.min.js']")
    browser = visit("escape.html")
    plot(browser)
    assert len(browser.find_elements(By.CSS_SELECTOR, "script[src='plotly.min.js']")) == 1


def test_the_ledger_sorts_searches_and_filters(visit):
    browser = visit("ledger.html")
    assert len(verdicts(browser)) == 5
    browser.find_element(By.CSS_SELECTOR, "#claims thead th:first-child").click()
    assert verdicts(browser) == ["deviates", "underpowered", "reproduced", "reproduced", "not judged"]
    browser.find_element(By.CSS_SELECTOR, "#claims thead th:first-child").click()
    assert verdicts(browser)[0] == "not judged"
    for key, value, left in (
        ("verdict", "underpowered", 1),
        ("section", "5 Discussion", 1),
        ("study", "toy", 1),
        ("tier", "cluster", 1),
        ("tier", "smoke", 4),
    ):
        menu = Select(browser.find_element(By.CSS_SELECTOR, f"[data-key={key}]"))
        menu.select_by_visible_text(value)
        assert len(verdicts(browser)) == left, (key, value)
        menu.select_by_visible_text("all")
    browser.find_element(By.ID, "search").send_keys("slope")
    assert len(verdicts(browser)) == 1
    assert "1 of 5 claims" in browser.find_element(By.ID, "main-content").text
    browser.find_element(By.CSS_SELECTOR, "#filters [type=reset]").click()
    eventually(browser, lambda _: len(verdicts(browser)) == 5)


def test_a_count_of_the_overview_leads_to_its_claims(visit):
    browser = visit("index.html")
    browser.find_element(By.CSS_SELECTOR, ".counts a.deviates").click()
    eventually(browser, lambda _: "ledger.html?verdict=deviates" in browser.current_url)
    eventually(browser, lambda _: verdicts(browser) == ["deviates"])
    browser = visit("ledger.html?verdict=not%20judged")
    assert verdicts(browser) == ["not judged"]


def test_the_search_of_the_overview_finds_claims_and_figures(visit):
    browser = visit("index.html")
    words = browser.find_element(By.ID, "find-words")

    def found() -> list[str]:
        return [one.text for one in browser.find_elements(By.CSS_SELECTOR, "#find-list > li") if one.is_displayed()]

    assert found() == []
    words.send_keys("FIG. 7")
    (line,) = found()
    assert "A straight line." in line
    words.clear()
    words.send_keys("holds slope")
    (line,) = found()
    assert "reproduced" in line
    assert "1 of 7 claims and figures" in browser.find_element(By.ID, "find-count").text
    browser.find_element(By.CSS_SELECTOR, "#find-list > li:not([hidden]) a").click()
    eventually(browser, lambda _: browser.current_url.endswith("ledger.html#claim-slope"))
    eventually(browser, lambda _: 0 <= place(browser, "claim-slope") < 900)


SEARCHES = {
    "eq. 5": {"risk", "bound", "later"},  # of "eq. 1, 4 to 6"
    "EQS 4": {"risk", "bound", "later"},
    "equation (1)": {"risk", "bound", "later"},
    "eq. 2": set(),
    "eq.": {"risk", "bound", "later"},
    "Fig. 1": set(),  # of "Fig. 14"
    "figure 14": {"hostile"},
    "beyond the talk": {"slope"},
    "talk": {"slope"},
    "paper's own words": {"risk", "bound", "hostile", "later"},
    "eta": {"slope"},
    "Η": {"slope"},  # a capital eta
    "beta": set(),
    ">=": {"slope"},
    "≥ 1": {"slope"},
    "holder": {"slope"},
    "HÖLDER": {"slope"},
}


def test_a_search_takes_names_for_signs_and_finds_where_a_claim_stands(visit):
    browser = visit("index.html")
    field = browser.find_element(By.ID, "find-words")
    shown = "return [...document.querySelectorAll('#find-list > li:not([hidden]) a')].map((one) => one.hash)"
    for words, expected in SEARCHES.items():
        field.clear()
        field.send_keys(words)
        assert set(browser.execute_script(shown)) == {f"#claim-{name}" for name in expected}, words
    browser = visit("ledger.html")
    field = browser.find_element(By.ID, "search")
    listed = "return [...document.querySelectorAll('#claims > tbody > tr[id]')].map((one) => one.id)"
    for words, expected in SEARCHES.items():
        field.clear()
        field.send_keys(words)
        rows = browser.execute_script(listed)
        assert {f"claim-{name}" for name in expected} <= set(rows), words  # the ledger's rows hold more words
        assert len(rows) < 5, words


def test_a_finding_on_top_leads_to_itself_below_and_unfolds_it(visit):
    browser = visit("learned.html")
    assert not browser.find_element(By.ID, "claim-slope").is_displayed()
    browser.find_element(By.CSS_SELECTOR, ".most a[href='#claim-slope']").click()
    eventually(browser, lambda _: browser.find_element(By.ID, "claim-slope").is_displayed())
    eventually(browser, lambda _: 0 <= place(browser, "claim-slope") < 900)


def test_a_count_of_statements_leads_to_them(visit):
    browser = visit("index.html")
    browser.find_element(By.CSS_SELECTOR, "a[href$='coverage-not-at-all']").click()
    eventually(browser, lambda _: "escape.html#coverage-not-at-all" in browser.current_url)
    eventually(browser, lambda _: "nothing is claimed" in browser.find_element(By.ID, "coverage-not-at-all").text)


def test_a_link_to_a_figure_or_a_claim_leads_there_also_where_it_is_folded_away(visit):
    browser = visit("escape.html#stationary_map")
    eventually(browser, lambda _: 0 <= place(browser, "stationary_map") < 200)
    browser = visit("ledger.html#claim-risk")
    eventually(browser, lambda _: 0 <= place(browser, "claim-risk") < 900)
    assert browser.find_element(By.CSS_SELECTOR, "#claim-risk .comparisons").is_displayed()
    assert not browser.find_element(By.CSS_SELECTOR, "#claim-bound details p").is_displayed()
    browser = visit("learned.html#claim-risk")
    eventually(browser, lambda _: 0 <= place(browser, "claim-risk") < 900)


def test_a_link_to_a_claim_that_is_filtered_out_shows_all_claims(visit):
    browser = visit("ledger.html?verdict=deviates#claim-slope")
    eventually(browser, lambda _: len(verdicts(browser)) == 5)
    Select(browser.find_element(By.CSS_SELECTOR, "[data-key=verdict]")).select_by_visible_text("deviates")
    assert not browser.find_elements(By.ID, "claim-slope")
    browser.execute_script("location.hash = ''; location.hash = 'claim-slope'")
    eventually(browser, lambda _: browser.find_elements(By.ID, "claim-slope"))
    eventually(browser, lambda _: 0 <= place(browser, "claim-slope") < 900)


def test_a_plot_says_its_values_on_hover_and_its_legend_hides_curves(visit):
    browser = visit("escape.html")
    element = plot(browser)
    spot = browser.execute_script(
        "const box = arguments[0].querySelector('.scatterlayer .point').getBoundingClientRect();"
        "return [box.x + box.width / 2, box.y + box.height / 2]",
        element,
    )

    def hovered(_) -> list:
        for x in (spot[0] - 3, spot[0]):  # a page that was just scrolled may take no notice at first
            browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": spot[1]})
        return element.find_elements(By.CSS_SELECTOR, ".hoverlayer .hovertext")

    eventually(browser, hovered)
    words = element.find_element(By.CSS_SELECTOR, ".hoverlayer").text
    assert "risk 0.83333" in words
    assert "of 48" in words
    points = len(element.find_elements(By.CSS_SELECTOR, ".scatterlayer .point"))
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 5, "y": 5})
    element.find_elements(By.CSS_SELECTOR, ".legendtoggle")[0].click()
    eventually(browser, lambda _: len(element.find_elements(By.CSS_SELECTOR, ".scatterlayer .point")) < points)
    browser.find_element(By.CSS_SELECTOR, ".swap").click()
    assert not element.is_displayed()
    assert browser.find_element(By.CSS_SELECTOR, "#stationary_map .drawn").is_displayed()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1176, 736])
def test_labels_of_an_axis_stand_apart(visit, root, width):
    browser = visit("escape.html")
    plot(browser)
    crowded, seen = [], 0
    for name, chart in charts(root):
        axes = browser.execute_async_script(TOUCHING, chart.to_json(), width)
        crowded += [(name, axis, number, touching) for axis, number, touching in axes if touching or number > 10]
        seen += len(axes)
    assert crowded == []
    assert seen > 60


def test_the_graph_of_claims_leads_to_the_ledger(visit):
    browser = visit("escape.html#claims-graph")
    browser.find_element(By.CSS_SELECTOR, "#claims-graph a[href$=bound]").click()
    eventually(browser, lambda _: browser.current_url.endswith("ledger.html#claim-bound"))


KEYS = {
    "index": ["skip", "find-words"],
    "escape": ["skip", "swap"],
    "ledger": ["skip", "search", "dt-column-order"],
    "learned": ["skip"],
    "provenance": ["skip"],
}


@pytest.mark.slow
@pytest.mark.parametrize(("page", "expected"), KEYS.items())
def test_the_keyboard_reaches_everything_in_order(visit, page, expected):
    browser = visit(f"{page}.html")
    order = []
    for _ in range(200):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        element = browser.switch_to.active_element
        if element.tag_name == "body":
            break
        order.append(element.get_attribute("class") or element.get_attribute("id") or element.tag_name)
    else:
        pytest.fail("the focus does not leave the page")
    assert order[0] == "skip"
    places = [next(n for n, name in enumerate(order) if wanted in name) for wanted in expected]  # as they are read
    assert places == sorted(places)


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_wider_than_the_window(visit, page, width):
    browser = visit(f"{page}.html")
    window(browser, width, 900)
    if page == "escape":
        plot(browser)
    browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    for heading in browser.find_elements(By.CSS_SELECTOR, "h1, h2"):
        browser.execute_script("arguments[0].scrollIntoView()", heading)
        assert shot(browser).std() > 0.02, f"{heading.text} is blank"


@pytest.mark.parametrize(
    "width", [pytest.param(1280, marks=pytest.mark.slow), pytest.param(800, marks=pytest.mark.slow), 390]
)
def test_five_studies_fit_into_the_window_and_each_is_in_sight(browser, five, width):
    for page in ("index", "learned", "third", "ledger"):
        window(browser, width, 900)
        browser.get((five / f"{page}.html").as_uri())
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width, page
        links = [link.rect for link in browser.find_elements(By.CSS_SELECTOR, "nav a")]
        assert all(link["x"] + link["width"] <= width for link in links), page
    browser.get(f"{(five / 'third.html').as_uri()}#straight")
    bottom = "return document.querySelector('nav').getBoundingClientRect().bottom"
    eventually(browser, lambda _: place(browser, "straight") < 900)
    assert browser.execute_script(bottom) <= place(browser, "straight")


@pytest.mark.parametrize("width", [1280, 1220, 1100, 390])
def test_comparisons_are_read_without_being_scrolled(browser, five, width):
    window(browser, width, 900)
    browser.get((five / "ledger.html").as_uri())
    browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")
    tables = browser.find_elements(By.CSS_SELECTOR, "#claims .scroll")
    sizes = [[table.get_property(name) for name in ("scrollWidth", "clientWidth")] for table in tables]
    assert len(sizes) >= 2
    assert all(inside <= room for inside, room in sizes), sizes


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=[pytest.mark.slow] * (page not in ("escape", "ledger"))) for page in PAGES]
)
def test_dark_mode_is_dark_plots_included(visit, page):
    browser = visit(f"{page}.html")
    window(browser, 1280, 900, "dark")
    if page == "escape":
        plot(browser)
    assert np.median(shot(browser)) < 0.25
    window(browser, 1280, 900)
    assert np.median(shot(browser)) > 0.85


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_words_stand_out_from_what_is_behind_them(visit, page, scheme):
    browser = visit(f"{page}.html")
    window(browser, 1280, 900, scheme)
    assert browser.execute_script(FAINT) == []


def test_printed_it_shows_drawn_figures_and_no_controls(visit):
    browser = visit("escape.html")
    element = plot(browser)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not element.is_displayed()
    assert browser.find_element(By.CSS_SELECTOR, "#stationary_map .drawn").is_displayed()
    window(browser, 720, 1000)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 720
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert element.is_displayed()
    for page, control in (("ledger", "filters"), ("index", "find-form")):
        browser = visit(f"{page}.html")
        assert browser.find_element(By.ID, control).is_displayed()
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        assert not browser.find_element(By.ID, control).is_displayed()
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
