"""Steps about the user's application: what it asks of the platform over HTTP, and what it is answered."""

from __future__ import annotations

import json
import threading
from concurrent.futures import Future, TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Final, TypeAlias, cast
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from onenet_sim.testing.steps.phrases import PATIENCE, parse_value, phrases, reason, same_value

if TYPE_CHECKING:
    from onenet_sim.world import Event, World

    _Envelope: TypeAlias = dict[str, object]

_PATH_NAMES: Final = ("obj_id", "obj_inst_id", "res_id")
_KEEP_OTHERS: Final = 2
"""The ``mode`` of a write that keeps the instance's other resources."""
_LONGEST_CALL: Final = 60.0
"""Real seconds for which a call waits: longer than any test stands still."""

_opener: Final = build_opener(ProxyHandler({}))


class Application:
    """An application that calls the north-bound API in the background, one call at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._what = "nothing"
        self._event = 0
        self._answer: Future[_Envelope] = Future()

    def call(self, method: str, call: str, query: dict[str, str], body: object = None) -> None:
        """Begin a call about the world's first module; return when the platform has it."""
        target = f"{call}?{urlencode({'imei': self._world.modem.imei, **query})}"
        request = Request(  # noqa: S310 - the world's own address
            self._world.http + target,
            None if body is None else json.dumps(body).encode(),
            {"api-key": self._world.settings.api_key, "Content-Type": "application/json"},
            method=method,
        )
        arrived = threading.Event()

        def look(event: Event) -> None:
            if event.kind == "http_request":
                self._event = event.id
                arrived.set()

        unfollow = self._world.journal.follow(look)
        self._what, self._answer = f"{method} {target}", Future()
        threading.Thread(target=_exchange, args=(request, self._answer), daemon=True).start()
        came = arrived.wait(PATIENCE)
        unfollow()
        if not came:
            raise AssertionError(f"{self._what} did not reach the platform within {PATIENCE:g} s")

    @property
    def waiting(self) -> bool:
        """Whether the platform has not answered the newest call."""
        self._world.settle()
        return not self._world.journal.events(after=self._event, kind="http_answer")

    @property
    def answer(self) -> _Envelope:
        """The answer to the newest call, which must come within some real seconds."""
        self._world.settle()
        try:
            return self._answer.result(PATIENCE)
        except FutureTimeoutError:
            raise AssertionError(f"{self._what} is not answered yet{reason(self._world)}") from None

    def expect_errno(self, errno: int, text: str | None) -> None:
        """Check the answer's ``errno`` and, if given, its ``error``."""
        answer = self.answer
        if answer["errno"] != errno or text not in {None, answer["error"]}:
            raise AssertionError(f"{self._what} got {json.dumps(answer)}{reason(self._world)}")

    def expect_value(self, resource_id: int, value: object) -> None:
        """Check the value that was read of a resource."""
        self.expect_errno(0, None)
        answer = cast("dict[str, list[dict[str, list[dict[str, object]]]]]", self.answer)
        values = [res["val"] for each in answer["data"] for res in each["res"] if res["res_id"] == resource_id]
        if not any(same_value(found, value) for found in values):
            raise AssertionError(f"{self._what} got {json.dumps(answer['data'])}")


def _exchange(request: Request, answer: Future[_Envelope]) -> None:
    try:
        with _opener.open(request, timeout=_LONGEST_CALL) as response:
            answer.set_result(json.load(response))
    except Exception as error:  # noqa: BLE001 - told to whom asks for the answer
        if isinstance(error, HTTPError):
            error.close()
        answer.set_exception(error)


def _query(path: str) -> dict[str, str]:
    """Return the parameters of a path such as ``/3303/0/5700``."""
    return dict(zip(_PATH_NAMES, path.strip("/").split("/"), strict=False))


@pytest.fixture
def onenet_application(onenet_world: World) -> Application:
    """The application of the scenario."""
    return Application(onenet_world)


@phrases(r"the application reads (?P<path>(?:/\d+){1,3})", r"应用读取 ?(?P<path>(?:/\d+){1,3})")
def _(onenet_application: Application, path: str) -> None:
    onenet_application.call("GET", "/nbiot", _query(path))


@phrases(
    r"the application writes (?P<value>\S.*) to (?P<path>(?:/\d+){3})",
    r"应用向 ?(?P<path>(?:/\d+){3}) ?写入 ?(?P<value>\S.*)",
)
def _(onenet_application: Application, path: str, value: str) -> None:
    query = _query(path)
    written = {"res_id": int(query.pop("res_id")), "val": parse_value(value)}
    onenet_application.call("POST", "/nbiot", {**query, "mode": f"{_KEEP_OTHERS}"}, {"data": [written]})


@phrases(
    r"the application executes (?P<path>(?:/\d+){3})(?: with (?P<arguments>\S.*))?",
    r"应用执行 ?(?P<path>(?:/\d+){3})(?:，参数 ?(?P<arguments>\S.*))?",
)
def _(onenet_application: Application, path: str, arguments: str | None) -> None:
    onenet_application.call("POST", "/nbiot/execute", _query(path), {"args": arguments or ""})


@phrases(
    r"the application gets errno (?P<errno>\d+)(?:, (?P<text>\S.*))?",
    r"应用得到 ?errno (?P<errno>\d+)(?:，(?P<text>\S.*))?",
)
def _(onenet_application: Application, errno: str, text: str | None) -> None:
    onenet_application.expect_errno(int(errno), text)


@phrases(
    r"the application gets (?P<value>\S.*) for resource (?P<resource_id>\d+)",
    r"应用得到资源 ?(?P<resource_id>\d+) ?的值 ?(?P<value>\S.*)",
)
def _(onenet_application: Application, resource_id: str, value: str) -> None:
    onenet_application.expect_value(int(resource_id), parse_value(value))


@phrases(r"the application is still waiting", r"应用仍在等待")
def _(onenet_application: Application) -> None:
    if not onenet_application.waiting:
        raise AssertionError(f"the application was answered {json.dumps(onenet_application.answer)}")
