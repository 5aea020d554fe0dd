"""The platform against a client made of aiocoap's own server, client and blocks, over real UDP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap import CHANGED, CREATED, POST, Context, Message, resource

from onenet_sim.journal import DataPoint
from onenet_sim.lwm2m import Path
from onenet_sim.onenet import ResourceWrite
from tests.onenet.real_wire import play_on_udp

if TYPE_CHECKING:
    from tests.onenet.real_wire import RealWire

IMEI = "866971030000001"
TEXT_AT = Path(3200, 0, 5750)


class _Text(resource.ObservableResource):  # type: ignore[misc] # aiocoap has no types
    """A resource that holds text, and takes what is written to it."""

    def __init__(self, text: bytes = b"") -> None:
        super().__init__()
        self.text = text

    async def render_get(self, _request: Message) -> Message:
        return Message(payload=self.text, content_format=0)

    async def render_post(self, request: Message) -> Message:
        self.text = request.payload
        return Message(code=CHANGED)


def test_4_kb_go_up_and_2_kb_come_down_in_aiocoaps_blocks() -> None:
    text, later = b"0123456789abcdef" * 256, b"fedcba9876543210" * 256

    async def scene(wire: RealWire) -> None:
        site, instance, value = resource.Site(), _Text(), _Text(text)
        site.add_resource(("3200", "0"), instance)
        site.add_resource(TEXT_AT.segments, value)
        client = await Context.create_server_context(
            site, bind=("127.0.0.1", 0), transports=["simplesocketserver"]
        )
        try:
            uri = f"coap://127.0.0.1:{wire.access}/rd?ep=urn:imei:{IMEI}&lt=300"
            links = ",".join(f"</3200/{number}>" for number in range(300)).encode()
            request = Message(code=POST, uri=uri, payload=links, content_format=40)
            assert (await client.request(request).response).code is CREATED
            assert len(wire.platform.device(IMEI).resources) == 300
            (reading,) = await wire.platform.read(IMEI, TEXT_AT)
            assert reading.value == text.decode()
            await wire.platform.observe(IMEI, TEXT_AT)
            value.text = later
            value.updated_state()
            point = DataPoint(IMEI, "3200_0_5750", later.decode())
            await wire.journal_has(lambda event: event.what == point)
            await wire.platform.write(IMEI, Path(3200, 0), [ResourceWrite(5750, "y" * 2000)], 2)
            assert instance.text == bytes.fromhex("f0 1676 07d0") + b"y" * 2000
        finally:
            await client.shutdown()

    play_on_udp(scene, auto_subscribe=False, auto_discover=False)
