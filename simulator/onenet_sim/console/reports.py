"""The calls that answer with a whole report: a page for people, a capture file for Wireshark."""

import asyncio

from fastapi import APIRouter, Response

from onenet_sim.console.shapes import Inside
from onenet_sim.report import capture, page

_PCAPNG = "application/x-pcapng"
_BINARY = {"schema": {"type": "string", "format": "binary"}, "example": "(a pcapng file)"}

_PAGE = {"schema": {"type": "string"}, "example": "<!DOCTYPE html>…"}

router = APIRouter()


@router.get(
    "/report.html",
    summary="Show all that happened",
    response_class=Response,
    responses={200: {"description": "A page that needs nothing else.", "content": {"text/html": _PAGE}}},
)
async def reported(simulation: Inside) -> Response:
    """Return one HTML file for a person: a sequence diagram of the newest 10,000 events, findings, AT commands.

    It holds no link to anything elsewhere, and can be kept beside the log of a CI run.
    """
    events = simulation.journal.whole()
    text = await asyncio.to_thread(lambda: "".join(page(events)))  # the world goes on meanwhile
    return Response(text, media_type="text/html")


@router.get(
    "/capture.pcapng",
    summary="Capture air and serial line",
    response_class=Response,
    responses={200: {"description": "A file for Wireshark and tshark.", "content": {_PCAPNG: _BINARY}}},
)
async def captured(simulation: Inside) -> Response:
    """Return what went over each modem's air and serial line as a pcapng file, with what is known of each packet.

    Datagrams that were lost say so in their comment: `frame.comment contains "lost"` is a filter for them.
    """
    events = simulation.journal.whole()
    octets = await asyncio.to_thread(lambda: b"".join(capture(events)))  # the world goes on meanwhile
    return Response(octets, media_type=_PCAPNG, headers={"content-disposition": "attachment; filename=run.pcapng"})
