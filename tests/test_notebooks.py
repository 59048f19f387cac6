"""The notebooks run as scripts, and in a browser a slider moves the plot; without marimo this is skipped."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.conftest import ROOT

pytest.importorskip("marimo", reason="marimo is not installed: `make explore`")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src")}


def test_each_study_has_a_notebook():
    studies = {path.parent.name for path in (ROOT / "src/shallownets/studies").glob("*/library.py")}
    assert {path.stem for path in NOTEBOOKS} == studies
    assert len(studies) == 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_its_plot_and_its_numbers_and_needs_no_checkout_around_it(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    outputs, names = module.app.run()
    pictures = [one for one in outputs if hasattr(one, "_repr_png_")]
    assert len(pictures) == 1
    assert pictures[0]._repr_png_().startswith(b"\x89PNG")
    (solved,) = {names[name] for name in ("run", "found") if name in names}
    assert len(solved.to_pandas())


@pytest.fixture
def served(request, tmp_path):
    """The address of a notebook that is served as an app."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "marimo", "run", request.param, "--headless", "--no-token", "--port", str(port)]
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.slow
@pytest.mark.skipif(not (BROWSER and DRIVER), reason="no browser: install the packages chromium and chromium-driver")
@pytest.mark.parametrize("served", NOTEBOOKS, ids=lambda path: path.stem, indirect=True)
def test_a_slider_that_is_moved_changes_the_plot(served):
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.wait import WebDriverWait

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    find = """
    const found = [];
    const visit = (node) => {
      for (const one of node.querySelectorAll("*")) {
        if (one.matches(arguments[0])) found.push(one);
        if (one.shadowRoot) visit(one.shadowRoot);
      }
    };
    visit(document);
    return found;
    """

    def plot():
        found = driver.execute_script(find, "img[src]")
        sources = [one.get_attribute("src") for one in found]
        return next((one for one in sources if one.startswith("data:image/png") or "@file" in one), None)

    try:
        driver.get(served)
        before = WebDriverWait(driver, 180).until(lambda _: plot())
        slider = driver.execute_script(find, "[role=slider]")[0]
        at = slider.get_attribute("aria-valuenow")
        slider.send_keys(Keys.ARROW_RIGHT)
        WebDriverWait(driver, 30).until(lambda _: slider.get_attribute("aria-valuenow") != at)
        WebDriverWait(driver, 180).until(lambda _: plot() not in (None, before))
    finally:
        driver.quit()
