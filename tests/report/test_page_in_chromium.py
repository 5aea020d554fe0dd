"""The HTML report in a real Chromium: it loads nothing, complains of nothing, and does what a person asks."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from onenet_sim.journal import Explanation, Journal
from onenet_sim.report import page as page_of
from tests.report.conftest import bench
from tests.report.test_diagram import received, sent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator

HOSTILE = "AT+X=<script>document.title='taken'</script>"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 20_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of a login, a report whose first datagram was lost, and a hostile line; the other modem says AT."""
    path = tmp_path_factory.mktemp("page") / "run.html"
    with bench(modems=2) as played:
        played.login()
        played.world.faults.add("network.loss", direction="up", times=1)
        played.report()
        played.wait(90)
        played.send(HOSTILE)
        played.world.modems["modem-2"].command("AT")
        played.world.journal.report(path)
    return path


@pytest.fixture(scope="module")
def browser(file: Path) -> Iterator[Browser]:
    """Chromium. The world of ``file`` is over by then: no other loop can run where Playwright runs its own."""
    del file
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "this test needs Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def shown(browser: Browser, file: Path) -> Iterator[Page]:
    """The page, which must load nothing and log nothing."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if request.url != file.as_uri() else None)
    page.goto(file.as_uri())
    yield page
    page.close()
    assert complaints == []


def rows(page: Page) -> Locator:
    return page.locator(".row:visible")


def test_a_row_that_is_clicked_shows_its_thread_and_what_is_known(shown: Page) -> None:
    lost = shown.locator(".row.coap.lost")
    assert lost.count() == 1
    lost.locator(".time").click()
    led, came = shown.locator(".row.led"), shown.locator(".row.came")
    assert "AT+MIPLNOTIFY" in led.all_text_contents()[0]
    assert led.count() == 1
    assert "network.loss" in came.all_text_contents()[0]
    known = shown.locator("#known").inner_text()
    for words in ("coap_sent", "message_id: ", "What led to it", "AT+MIPLNOTIFY", "What came of it", "2026-01-01"):
        assert words in known
    shown.get_by_role("button", name="Only this thread").click()
    assert rows(shown).count() == 1 + led.count() + came.count()
    shown.keyboard.press("Escape")
    assert shown.locator("#known").is_hidden()
    assert rows(shown).count() == shown.locator(".row").count()


def test_a_link_of_what_stands_out_chooses_its_row(shown: Page) -> None:
    link = shown.locator(".remarks a").first
    name = link.text_content()
    link.click()
    chosen = shown.locator(".row.picked")
    chosen.wait_for()
    assert f"#{chosen.get_attribute('id')}".replace("e", "") == name
    assert chosen.is_visible()
    box = chosen.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 0.58 * 900  # not behind what is known of it


def test_what_an_explanation_refers_to_is_a_link_to_the_row_that_shows_it(
    browser: Browser, tmp_path: Path
) -> None:
    journal = Journal(lambda: 0.0)
    arrived = journal.note(received("access"), cause=journal.note(sent()))
    late = journal.note(Explanation("it came too late", about=arrived))
    path = tmp_path / "run.html"
    path.write_text("".join(page_of(journal)), encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{path.as_uri()}#e{late}")
    page.locator("#known pre a", has_text=f"#{arrived}").click()
    page.locator("#e1.picked").wait_for(timeout=PATIENCE)
    page.close()


def test_the_filter_leaves_rows_of_a_layer_a_modem_or_a_text(shown: Page) -> None:
    everything = rows(shown).count()
    shown.get_by_label("coap").uncheck()
    assert shown.locator(".row.coap:visible").count() == 0
    assert 0 < rows(shown).count() < everything
    shown.get_by_role("button", name="All").click()
    shown.wait_for_function(f"document.querySelectorAll('.row:not([hidden])').length === {everything}")
    shown.get_by_label("modem", exact=True).last.select_option("modem-2")
    assert {each.get_attribute("data-modem") for each in rows(shown).all()} == {"modem-2"}
    shown.get_by_role("button", name="All").click()
    shown.get_by_label("text").fill("miplNOTIFY")
    shown.wait_for_function("document.querySelectorAll('.row:not([hidden])').length === 1")
    assert shown.locator("#shown").text_content() == f"1 of {everything} rows"


def test_what_a_host_wrote_is_shown_and_not_run(shown: Page) -> None:
    assert HOSTILE in " ".join(shown.locator(".said").all_inner_texts())
    row = shown.locator(".row", has_text=HOSTILE).first
    row.locator(".time").click()
    assert HOSTILE in shown.locator("#known").inner_text()
    assert "seed 7" in shown.title()


def test_a_narrow_window_shows_every_row_without_scrolling_sideways(shown: Page) -> None:
    shown.set_viewport_size({"width": 380, "height": 800})
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert rows(shown).count() == shown.locator(".row").count()
    assert "host → modem-1" in rows(shown).filter(has_text="AT+MIPLNOTIFY").first.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_paper_in_light_and_dark(browser: Browser, file: Path, scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(file.as_uri())
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    context.close()
    light, dark = (sum(map(int, each.removeprefix("rgb(").rstrip(")").split(","))) for each in (paper, ink))
    assert (light - dark) * (1 if scheme == "light" else -1) > 300


def test_without_javascript_the_whole_diagram_is_there(browser: Browser, file: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    rows = page.locator(".row")
    assert rows.count() > 30
    assert all(each.is_visible() for each in rows.all())
    assert page.locator("form").is_hidden()
    page.locator(".row.coap.lost .up a").click()
    assert "AT+MIPLNOTIFY" in page.locator(".row:target").inner_text()
    context.close()
