"""The page and the capture file of a world that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from onenet_sim.world import World


def test_the_page_and_the_capture_are_those_of_the_worlds_own_face(
    http: httpx.Client, world: World, tmp_path: Path
) -> None:
    world.modem.command("AT+CSQ")
    page, capture = http.get("/control/report.html"), http.get("/control/capture.pcapng")
    world.journal.report(tmp_path / "run.html")
    world.journal.capture(tmp_path / "run.pcapng")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text == (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "AT+CSQ" in page.text
    assert capture.headers["content-type"] == "application/x-pcapng"
    assert capture.headers["content-disposition"] == "attachment; filename=run.pcapng"
    assert capture.content == (tmp_path / "run.pcapng").read_bytes()
    assert b"AT+CSQ\r" in capture.content


def test_reports_read_and_leave_no_trace_in_the_journal(http: httpx.Client, world: World) -> None:
    before = world.journal.events()
    http.get("/control/report.html")
    http.get("/control/capture.pcapng")
    assert world.journal.events() == before


def test_after_a_reset_they_tell_of_the_fresh_world(http: httpx.Client, world: World) -> None:
    world.modem.command("AT+CSQ")
    http.post("/control/reset")
    assert "AT+CSQ" not in http.get("/control/report.html").text
    assert b"AT+CSQ" not in http.get("/control/capture.pcapng").content
