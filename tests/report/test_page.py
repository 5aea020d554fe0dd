"""The HTML report as text: it needs nothing else, says what was left out, and shows what was said as it is."""

from __future__ import annotations

import base64
import hashlib
import json
from html.parser import HTMLParser
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import Answer, CommandLine, Explanation, HostWrote, Journal, Urc, WorldBegan
from onenet_sim.report import page
from tests.report.conftest import bench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = "AT+X=\"</script><script>alert('1')</script><img src=x onerror=alert(2)>&amp;"


class Page(HTMLParser):
    """What stands in a page, element by element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.text = text
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.elements[-1][0] if self.elements else "", []).append(data)

    def rows(self) -> Iterator[dict[str, str | None]]:
        return (
            attributes
            for tag, attributes in self.elements
            if tag == "li" and (attributes["class"] or "").startswith("row")
        )


def page_of(journal: Journal) -> Page:
    return Page("".join(page(journal)))


@pytest.fixture
def journal() -> Journal:
    return Journal(lambda: 0.0)


def hear(journal: Journal, line: str, result: str = "OK") -> None:
    command = journal.note(
        CommandLine(line), cause=journal.note(HostWrote(line.encode() + b"\r")), modem="modem-1"
    )
    journal.note(Answer((), result), cause=command)


def test_the_page_refers_to_nothing_elsewhere_and_forbids_it(journal: Journal) -> None:
    hear(journal, "AT")
    shown = page_of(journal)
    for tag, attributes in shown.elements:
        assert "src" not in attributes
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        if (href := attributes.get("href")) is not None:
            assert href.startswith("#") or (tag, href) == ("link", "data:,")
    (script,) = [text for text in shown.texts["script"] if "use strict" in text]
    (policy,) = [attributes["content"] for _, attributes in shown.elements if "http-equiv" in attributes]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'"
    )


def test_what_a_host_writes_is_text_and_never_an_element(journal: Journal) -> None:
    hear(journal, HOSTILE)
    journal.note(Urc("<b>\ud800\x00"), modem="<modem>")
    shown = page_of(journal)
    assert [tag for tag, _ in shown.elements].count("script") == 2
    assert not {"img", "b", "modem"} & {tag for tag, _ in shown.elements}
    assert any(HOSTILE in text for text in shown.texts["span"])
    (known,) = [text for text in shown.texts["script"] if text.startswith("{")]
    assert json.loads(known)["2"][0][3] == {"line": HOSTILE}


def test_each_row_can_be_pointed_at_and_names_its_cause(journal: Journal) -> None:
    hear(journal, "AT")
    assert [(row["id"], row["data-cause"], row["data-layer"]) for row in page_of(journal).rows()] == [
        ("e2", "", "at"),
        ("e3", "2", "at"),
    ]


def test_of_a_long_journal_the_newest_are_shown_and_the_rest_is_counted(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("onenet_sim.report.page"), "MOST_EVENTS", 4)
    for number in range(5):
        journal.note(CommandLine(f"AT+N={number}"))
        journal.note(Answer((), "ERROR"))
    shown = page_of(journal)
    assert "The newest 4 events; 6 earlier ones are left out." in shown.text
    assert [row["id"] for row in shown.rows()] == ["e7", "e8", "e9", "e10"]
    assert '<td class="number">5</td>' in shown.text  # commands are counted over all
    assert 'href="#e1"' not in shown.text


def test_the_heading_says_what_the_world_was_made_with(journal: Journal) -> None:
    journal.begin(
        WorldBegan(
            "started with seed 7", 7, "0.1.0", "2026-01-01T00:00:00+08:00", ("m",), ("m5310a",), ("10.0.0.1",)
        )
    )
    text = page_of(journal).text
    for words in ("m5310a, seed 7", "onenet-simulator 0.1.0", "2026-01-01 00:00:00.000+08:00", "m 10.0.0.1"):
        assert words in text
    assert "onenet-sim run --profile m5310a --seed 7" in text


def test_explanations_and_findings_stand_out_with_their_events(journal: Journal) -> None:
    with bench() as played:
        played.send("AT+NONSENSE")
        text = "".join(page(played.world.journal))
        (why,) = played.world.journal.events(kind="explanation")
    remarks, diagram, lint, commands = text.partition("<body>")[2].split("<h2")[1:]
    assert f'href="#e{why.id}"' in remarks
    assert "this module has no command AT+NONSENSE" in remarks
    assert f'id="e{why.id}"' in diagram
    assert "unknown-command" in lint
    assert "AT+NONSENSE" in commands
    journal.note(Explanation("it is so"))
    assert "why" in next(page_of(journal).rows())["class"].split()  # type: ignore[union-attr]


def test_an_empty_journal_has_a_page_that_says_so(journal: Journal) -> None:
    text = page_of(journal).text
    assert "nothing had to be explained" in text
    assert "The host sent no command" in text


def test_time_that_passed_is_told_between_rows() -> None:
    now = 0.0
    journal = Journal(lambda: now)
    journal.note(CommandLine("AT"))
    now = 90_000.0
    journal.note(CommandLine("AT"))
    assert "⋯ 1 d 1 h later" in page_of(journal).text


def test_a_world_writes_its_page_to_a_file(tmp_path: Path) -> None:
    with bench() as played:
        played.login()
        played.world.journal.report(tmp_path / "run.html")
        events = played.world.journal.events()
    assert (tmp_path / "run.html").read_text(encoding="utf-8") == "".join(page(events))
