"""What a reviewer sees and does in the page."""

import os

import pytest

if os.environ.get("THRIFTWATCH_REQUIRE_CHROMIUM") != "1":
    pytest.importorskip("selenium", reason="NOT TESTED in a browser: selenium is not there")

from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

WIDE, PHONE = (1280, 800), (390, 844)


def resize(browser, width, height, *, dark=False):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def listings(rows):
    """Rows of the sample as a marketplace would give them."""
    return [
        {
            "judul": row["title"],
            "deskripsi": row["description"],
            "toko": row["shop"],
            "platform": row["platform"],
            "link": f"https://shop.test/{place}",
        }
        for place, row in enumerate(rows)
    ]


class Reviewer:
    def __init__(self, browser):
        self.browser = browser

    def find(self, css):
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def find_all(self, css):
        return self.browser.find_elements(By.CSS_SELECTOR, css)

    def text(self, css):
        return self.find(css).get_attribute("textContent").strip()

    @property
    def title(self):
        """The title as the seller wrote it, without the numbers of the reasons."""
        script = """const title = document.querySelector('#title').cloneNode(true);
            for (const sup of title.querySelectorAll('sup')) sup.remove();
            return title.textContent;"""
        return self.browser.execute_script(script)

    @property
    def progress(self):
        return self.text("#progress-text")

    @property
    def status(self):
        return self.text(".top .status")[2:]

    def press(self, *keys):
        ActionChains(self.browser).send_keys(*keys).perform()

    def press_control_z(self):
        chain = ActionChains(self.browser).key_down(Keys.CONTROL).send_keys("z")
        chain.key_up(Keys.CONTROL).perform()

    def click(self, css):
        self.find(css).click()

    def choose(self, css, value):
        Select(self.find(css)).select_by_value(value)

    def close_dialog(self):
        self.find("dialog[open] form button").click()

    def export(self, what, *, reviewer="", keep_contacts=False):
        """Export with the buttons and return the file that was saved."""
        self.press("e")
        name = self.find("#reviewer")
        name.clear()
        name.send_keys(reviewer)
        if keep_contacts != self.find("#keep-contacts").is_selected():
            self.click("#keep-contacts")
        known = set(self.browser.downloads.iterdir())
        self.click(f"#export-{what}")
        self.said = self.text("#export-said")
        self.close_dialog()
        return WebDriverWait(self.browser, 20).until(lambda _: self._saved(known))

    def _saved(self, known):
        new = set(self.browser.downloads.iterdir()) - known
        done = [path for path in new if path.suffix in {".csv", ".jsonl"} and path.name[0] != "."]
        return done[0] if done else None
