"""The HTML report in a real browser, where one is installed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import csindex as csi

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed")
PHONE, DESK = (390, 844), (1280, 900)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for argument in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(params=["banks", "companies"])
def page(request: pytest.FixtureRequest, browser: Any, tmp_path: Path) -> Any:
    path = csi.report(request.getfixturevalue(request.param), tmp_path / "report.html", lang="ko")
    browser.get_log("browser")
    browser.get(path.as_uri())
    return browser


def test_page_opens_without_an_error(page: Any):
    assert page.get_log("browser") == []
    assert page.title != "taken"


def test_every_picture_is_visible(page: Any):
    widths = page.execute_script("return Array.from(document.images, i => Math.min(i.naturalWidth, i.clientWidth))")
    assert widths
    assert min(widths) > 200


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_page_is_no_wider_than_the_screen(page: Any, size: tuple[int, int]):
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE},
    )
    assert page.execute_script("return document.scrollingElement.scrollWidth") <= size[0]
