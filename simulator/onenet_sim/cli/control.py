"""How a verb reaches a running world's control API, and how its answers are shown."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import typer

from onenet_sim.cli.ready_file import default_ready_file, token_header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPResponse
    from pathlib import Path

_UNMET: Final = 417
WORLD: Final = "ONENET_SIM"
FAILED, _REFUSED, _NO_WORLD = 1, 2, 3

_opener = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Control:
    """How a running world is reached, and how its answers are shown."""

    url: str
    headers: Mapping[str, str]
    raw: bool

    def open(self, method: str, path: str, body: object = None, accept: str = "*/*") -> HTTPResponse:
        """Make a call and return its answer, or end the command with its error."""
        octets = None if body is None else json.dumps(body).encode()
        target = self.url.rstrip("/") + (path if path.startswith("/") else f"/control/{path}")
        try:
            request = Request(target, octets, {"Accept": accept, **self.headers}, method=method)  # noqa: S310 - the user's own world
            response: HTTPResponse = _opener.open(request)
        except HTTPError as error:
            raise self._refused(error) from None
        except (URLError, HTTPException, OSError, ValueError) as error:
            raise _no_world(f"no world answers at {self.url}: {getattr(error, 'reason', error)}") from None
        return response

    def _refused(self, error: HTTPError) -> typer.Exit:
        with error:
            text = error.read().decode(errors="replace")
        if self.raw:
            typer.echo(text)
        else:
            typer.echo(_reason(text), err=True)
        return typer.Exit(FAILED if error.code == _UNMET else _REFUSED)

    def call(self, method: str, path: str, body: object = None) -> None:
        """Make a call and show its answer."""
        with self.open(method, path, body) as response:
            text = response.read().decode()
        typer.echo(text if self.raw else "\n".join(told(_parsed(text))))


def _no_world(why: str) -> typer.Exit:
    typer.echo(f"Error: {why}", err=True)
    return typer.Exit(_NO_WORLD)


def _reason(text: str) -> str:
    answer = _parsed(text)
    return f"Error: {answer['error']}" if isinstance(answer, dict) and "error" in answer else text


def _parsed(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError:
        return text


def told(answer: Any, indent: str = "") -> list[str]:  # noqa: ANN401 - JSON
    """Return JSON as lines for a person; events in one line each."""
    match answer:
        case {"id": int(), "time": _, "text": str(), "kind": str()}:
            return [indent + event_told(answer)]
        case dict():
            lines = []
            for name, value in answer.items():
                deep = isinstance(value, dict | list) and bool(value)
                lines += (
                    [f"{indent}{name}:", *told(value, indent + "  ")]
                    if deep
                    else [f"{indent}{name}: {_scalar(value)}"]
                )
            return lines
        case list():
            return [line for each in answer for line in (*told(each, indent), *([""] if _long(each) else []))]
        case _:
            return [indent + _scalar(answer)]


def _long(answer: object) -> bool:
    return isinstance(answer, dict) and "text" not in answer


def _scalar(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def event_told(event: dict[str, Any]) -> str:
    """Return an event of the journal as a line."""
    modem = event["modem"] or "-"
    return f"{event['time']:>11.3f}  #{event['id']:<6} {modem:<8}  {event['layer']:<9} {event['text']}"


def find(http: str | None, ready: Path | None, *, raw: bool) -> Control:
    """Return the control of the world at a URL, of a ready file, of the environment, or the user's newest."""
    url, headers = http or (None if ready else os.environ.get(WORLD)), token_header()
    if url is None:
        described = _described(ready or default_ready_file())
        url, headers = described["http"], token_header(described)
    return Control(url, headers, raw)


def _described(path: Path) -> dict[str, Any]:
    """Return what a ready file says."""
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        options = f"begin one with onenet-sim run, or name it by --http URL, ${WORLD} or --ready FILE"
        raise _no_world(f"no world is running: there is no {path}; {options}") from None
    except ValueError:
        described = None
    if not isinstance(described, dict) or not isinstance(described.get("http"), str):
        raise _no_world(f"{path} is no ready file; onenet-sim run --ready-file writes one")
    return described
