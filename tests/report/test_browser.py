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
def opened(browser, checkout, page):
    """The report, opened from disk in a window of a desktop."""
    path = checkout / "results/report.html"
    window(browser, 1280, 900)
    browser.get("about:blank")
    browser.get_log("performance")
    browser.get(path.as_uri())
    return browser


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
    element = browser.find_element(By.ID, "plot-escape-stationary_map")
    browser.execute_script("arguments[0].closest('figure').scrollIntoView()", element)
    eventually(browser, lambda _: element.find_elements(By.CSS_SELECTOR, ".plotly .scatterlayer .point"))
    return element


def test_it_opens_from_disk_without_network_and_without_an_error(opened):
    plot(opened)
    assert [entry for entry in opened.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    sent = [entry["message"] for entry in opened.get_log("performance") if 'requestWillBeSent"' in entry["message"]]
    assert any("report.html" in message for message in sent)
    assert not [message for message in sent if '"url":"http' in message]
    assert opened.title != "taken"


def test_the_ledger_sorts_searches_and_filters(opened):
    assert len(verdicts(opened)) == 5
    opened.find_element(By.CSS_SELECTOR, "#claims thead th:first-child").click()
    assert verdicts(opened) == ["deviates", "underpowered", "reproduced", "reproduced", "not judged"]
    opened.find_element(By.CSS_SELECTOR, "#claims thead th:first-child").click()
    assert verdicts(opened)[0] == "not judged"
    for key, value, left in (
        ("verdict", "underpowered", 1),
        ("section", "5 Discussion", 1),
        ("study", "toy", 1),
        ("tier", "cluster", 1),
        ("tier", "smoke", 4),
    ):
        menu = Select(opened.find_element(By.CSS_SELECTOR, f"[data-key={key}]"))
        menu.select_by_visible_text(value)
        assert len(verdicts(opened)) == left, (key, value)
        menu.select_by_visible_text("all")
    opened.find_element(By.ID, "search").send_keys("slope")
    assert len(verdicts(opened)) == 1
    assert "1 of 5 claims" in opened.find_element(By.ID, "ledger").text
    opened.find_element(By.CSS_SELECTOR, "#filters [type=reset]").click()
    eventually(opened, lambda _: len(verdicts(opened)) == 5)


def test_a_count_of_the_first_screen_leads_to_its_claims(opened):
    opened.find_element(By.CSS_SELECTOR, "a[data-verdict=deviates]").click()
    eventually(opened, lambda _: verdicts(opened) == ["deviates"])
    assert opened.current_url.endswith("#ledger")


def test_from_a_claim_to_its_figure_and_back_to_a_claim_that_is_filtered_out(opened):
    link = opened.find_element(By.CSS_SELECTOR, "#claim-slope a[href='#toy-straight']")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", link)
    link.click()
    top = "return document.getElementById(arguments[0]).getBoundingClientRect().top"
    eventually(opened, lambda _: 0 <= opened.execute_script(top, "toy-straight") < 200)
    Select(opened.find_element(By.CSS_SELECTOR, "[data-key=verdict]")).select_by_visible_text("deviates")
    assert not opened.find_elements(By.ID, "claim-slope")
    opened.find_element(By.CSS_SELECTOR, "#toy-straight .claims a").click()
    eventually(opened, lambda _: opened.find_elements(By.ID, "claim-slope"))
    eventually(opened, lambda _: 0 <= opened.execute_script(top, "claim-slope") < 900)


def test_a_plot_says_its_values_on_hover_and_its_legend_hides_curves(opened):
    element = plot(opened)
    spot = opened.execute_script(
        "const box = arguments[0].querySelector('.scatterlayer .point').getBoundingClientRect();"
        "return [box.x + box.width / 2, box.y + box.height / 2]",
        element,
    )
    for x in (spot[0] - 3, spot[0]):
        opened.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": spot[1]})
    eventually(opened, lambda _: element.find_elements(By.CSS_SELECTOR, ".hoverlayer .hovertext"))
    words = element.find_element(By.CSS_SELECTOR, ".hoverlayer").text
    assert "risk 0.83333" in words
    assert "of 48" in words
    points = len(element.find_elements(By.CSS_SELECTOR, ".scatterlayer .point"))
    opened.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 5, "y": 5})
    element.find_elements(By.CSS_SELECTOR, ".legendtoggle")[0].click()
    eventually(opened, lambda _: len(element.find_elements(By.CSS_SELECTOR, ".scatterlayer .point")) < points)
    opened.find_element(By.CSS_SELECTOR, ".swap").click()
    assert not element.is_displayed()
    assert opened.find_element(By.CSS_SELECTOR, "#escape-stationary_map .drawn").is_displayed()


def test_the_keyboard_reaches_everything_in_order(opened):
    order = []
    for _ in range(200):
        opened.switch_to.active_element.send_keys(Keys.TAB)
        element = opened.switch_to.active_element
        if element.tag_name == "body":
            break
        order.append(element.get_attribute("class") or element.get_attribute("id") or element.tag_name)
    else:
        pytest.fail("the focus does not leave the page")
    assert order[0] == "skip"
    places = [order.index(name) for name in ("skip", "swap", "search")]  # the order in which they are read
    assert places == sorted(places)
    assert any("dt-column-order" in name for name in order)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_window(opened, width):
    window(opened, width, 900)
    plot(opened)
    wide = "return document.documentElement.scrollWidth"
    assert opened.execute_script(wide) <= width
    for name in ("top", "escape-stationary_map", "ledger", "provenance"):
        opened.execute_script("document.getElementById(arguments[0]).scrollIntoView()", name)
        seen = shot(opened)
        assert seen.std() > 0.03, f"{name} is blank"


def test_dark_mode_is_dark_plots_included(opened):
    window(opened, 1280, 900, "dark")
    plot(opened)
    assert np.median(shot(opened)) < 0.25
    window(opened, 1280, 900)
    assert np.median(shot(opened)) > 0.85


def test_printed_it_shows_drawn_figures_and_no_controls(opened):
    element = plot(opened)
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not element.is_displayed()
    assert opened.find_element(By.CSS_SELECTOR, "#escape-stationary_map .drawn").is_displayed()
    assert not opened.find_element(By.ID, "filters").is_displayed()
    window(opened, 720, 1000)
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert opened.execute_script("return document.documentElement.scrollWidth") <= 720
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert element.is_displayed()
