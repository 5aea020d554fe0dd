"""The calls that answer with a whole report: the capture file for Wireshark."""

import asyncio

from fastapi import APIRouter, Response

from onenet_sim.console.shapes import Inside
from onenet_sim.report import capture

_PCAPNG = "application/x-pcapng"
_BINARY = {"schema": {"type": "string", "format": "binary"}, "example": "(a pcapng file)"}

router = APIRouter()


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
