"""What a user can do on the page, in a real browser: Selenium clicks, the image under test answers.

    python -m unittest -v acceptance/test_page.py

IMAGE and GITHUB_SHA name the image. Without a browser and Selenium nothing can be accepted, so the run fails.
"""

import os
import shutil
import subprocess
import time
import unittest
import urllib.request

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

IMAGE = f"{os.environ['IMAGE']}:{os.environ['GITHUB_SHA']}"
PATIENCE = 30


def docker(*arguments: str) -> str:
    """Run docker and return its output."""
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def browser() -> webdriver.Chrome:
    """Return a browser without a window: the system's Chromium and driver, else what Selenium finds."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"):
        options.add_argument(argument)
    driver = shutil.which("chromedriver")
    return webdriver.Chrome(options, webdriver.ChromeService(driver) if driver else None)


class Page(unittest.TestCase):
    """The page of the shop, with a database of its own."""

    @classmethod
    def setUpClass(cls):
        cls.container = docker("run", "--rm", "--detach", "--publish", "127.0.0.1::5000", IMAGE)
        cls.addClassCleanup(docker, "rm", "--force", cls.container)
        cls.address = "http://" + docker("port", cls.container, "5000")
        cls.browser = browser()
        cls.addClassCleanup(cls.browser.quit)
        deadline = time.monotonic() + PATIENCE
        while not healthy(cls.address) and time.monotonic() < deadline:
            time.sleep(0.1)

    def setUp(self):
        self.browser.get(f"{self.address}/shop")
        self.wait(lambda page: len(Select(page.find_element(By.ID, "product")).options) >= 3)

    def wait(self, condition):
        """Return what the condition returns, once it is true."""
        return WebDriverWait(self.browser, PATIENCE).until(condition)

    def order(self, product: str, quantity: int) -> str:
        """Fill the form in, press the button, and return the answer that the user reads."""
        Select(self.browser.find_element(By.ID, "product")).select_by_value(product)
        field = self.browser.find_element(By.ID, "quantity")
        field.clear()
        field.send_keys(str(quantity))
        self.browser.find_element(By.ID, "order").click()
        return self.wait(lambda page: page.find_element(By.ID, "answer").text)

    def test_the_prices_are_shown(self):
        options = [option.text for option in Select(self.browser.find_element(By.ID, "product")).options]
        self.assertIn("espresso, 1.50 €", options)

    def test_two_espressos_can_be_ordered(self):
        self.assertEqual(self.order("espresso", 2), "Thank you: 3.00 €")

    def test_one_croissant_can_be_ordered(self):
        self.assertEqual(self.order("croissant", 1), "Thank you: 1.80 €")


def healthy(address: str) -> bool:
    """Return whether the service answers."""
    try:
        return urllib.request.urlopen(f"{address}/health", timeout=2).status == 200
    except OSError:
        return False
