"""A real browser, driven as a reviewer would; where there is none, tests say so and are skipped.

With THRIFTWATCH_REQUIRE_CHROMIUM=1 they fail instead. Chromium and its driver come from the
system (Debian: chromium, chromium-driver), selenium and axe-core from the extra "browser".
"""

import csv
import json
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from thriftwatch.review import read_review, write_page

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "labelled.csv"


def missing(what):
    if os.environ.get("THRIFTWATCH_REQUIRE_CHROMIUM") == "1":
        pytest.fail(f"{what} (THRIFTWATCH_REQUIRE_CHROMIUM is set)")
    pytest.skip(f"NOT TESTED in a browser: {what}")


@pytest.fixture(scope="session")
def sample_rows():
    """A thousand listings of the sample."""
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))[::5][:1000]


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core: from npm if named, else as a Python package carries it."""
    if named := os.environ.get("THRIFTWATCH_AXE"):
        return Path(named).read_text(encoding="utf-8")
    found = find_spec("axe_playwright_python")
    if found is None:
        missing('axe-core is not there; pip install "thriftwatch[browser]"')
    return Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        missing('selenium is not there; pip install "thriftwatch[browser]"')
    program = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        missing("there is no chromium and chromedriver; apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    folder = tmp_path_factory.mktemp("downloads")
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    browser.downloads = folder
    yield browser
    browser.quit()


@pytest.fixture
def browser(chromium):
    """A browser that remembers nothing; whatever it did, it asked nobody and had no error."""
    from reviewer import WIDE, resize

    resize(chromium, *WIDE)
    chromium.get("about:blank")
    for old in chromium.downloads.iterdir():
        old.unlink()
    chromium.get_log("browser")
    chromium.get_log("performance")
    yield chromium
    assert chromium.get_log("browser") == []
    assert asked_of_others(chromium) == []


def asked_of_others(browser):
    """Return every address asked for that is neither the page nor made by it."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if "request" in e.get("params", {})]
    opened = [e["params"]["url"] for e in events if e["method"] == "Network.webSocketCreated"]
    return [url for url in asked + opened if not url.startswith(("file:", "blob:", "about:"))]


@pytest.fixture
def open_page(browser, model, tmp_path):
    """Make a page of a table (rows of texts, by column) and open it for a reviewer."""
    from reviewer import Reviewer

    def open_page(rows, name="listings", **options):
        source = tmp_path / f"{name}.csv"
        with source.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        page = tmp_path / f"{name}.html"
        write_page(read_review(source, model, **options), page)
        browser.get(page.as_uri())
        browser.execute_script("localStorage.clear()")
        browser.refresh()
        return Reviewer(browser)

    return open_page
