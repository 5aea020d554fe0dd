"""What the control API answers: JSON, and for what went wrong one sentence that says how to put it right."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse
from starlette.routing import Match

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

_LONGEST_VALUE = 80
_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


class Answer(JSONResponse):
    """JSON in UTF-8, in which lone surrogates are written as the escapes that JSON has for them."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - as its base has it
        """Return the octets of a JSON value."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


class Problem(BaseModel):
    """What went wrong."""

    error: str = Field(
        description="What was wrong, where, and what would be right.",
        examples=["no modem is called 'modem-9'; there are: modem-1"],
    )


def problem(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a call that went wrong."""
    return Answer({"error": text}, status, headers)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer a refusal of ours, or a path or method that there is not."""
    status: int = getattr(error, "status_code", 500)
    text: str = getattr(error, "detail", "")
    headers: Mapping[str, str] | None = getattr(error, "headers", None)
    what = f"{request.method} {request.url.path[:_LONGEST_VALUE]}"
    if "route" not in request.scope and status == 404:  # noqa: PLR2004 - Not Found
        text = f"there is no control call {what}; /control/openapi.json describes those that there are"
    elif status == 405:  # noqa: PLR2004 - Method Not Allowed
        allowed = ", ".join(_methods(request))
        headers = {"Allow": allowed}
        text = f"there is no control call {what}; this path takes {allowed}"
    return problem(status, text, headers)


def _methods(request: Request) -> list[str]:
    """Return the methods that a path takes, whichever of its routes has them."""
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]


async def on_exception(_: Request, error: Exception) -> Response:
    """Answer for a mistake of ours; the traceback goes to the server's log."""
    return problem(500, f"the simulator itself failed, and this is a bug in it: {error!r}")


async def on_validation_error(request: Request, error: Exception) -> Response:
    """Answer for fields or parameters that do not fit, naming each."""
    errors: list[dict[str, Any]] = list(getattr(error, "errors", list)())
    return problem(422, "; ".join(_told(each, request) for each in errors))


def _told(error: dict[str, Any], request: Request) -> str:
    where, *names = error["loc"]
    at = where if not names else f"{where}, {'.'.join(str(name) for name in names)!r:.{_LONGEST_VALUE}}"
    match error["type"]:
        case "extra_forbidden":
            known = ", ".join(_fields(request))
            return f"{at}: there is no such field; " + (f"there are: {known}" if known else "there are none")
        case "missing" if names:
            return f"{at}: the field is missing"
        case "missing":
            return f"{at}: it is empty; expected a JSON object with: {', '.join(_fields(request))}"
        case "value_error":
            return f"{at}: {error['ctx']['error']}"
        case _:
            return f"{at}: {error['msg']}, and it was {error.get('input')!a:.{_LONGEST_VALUE}}"


def _fields(request: Request) -> Iterator[str]:
    """Return the names of the fields that the call takes."""
    for hint in get_type_hints(request.scope["endpoint"]).values():
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            yield from hint.model_fields
