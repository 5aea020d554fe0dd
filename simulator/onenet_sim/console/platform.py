"""The control calls about the platform: upgrades over the air, and where data is pushed to.

All are coroutines on the world's own loop and never block it. Annotations are read while the program runs:
FastAPI makes the API's description and its checks of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import Field, JsonValue

from onenet_sim.console.answers import Answer, Problem
from onenet_sim.console.shapes import LONGEST_JUMP, Inside, Order, answers
from onenet_sim.world import (
    Generation,
    ObjectPath,
    PushRefused,
    PushSettings,
    Refusal,
    ResourceWrite,
    UnknownDevice,
    UpgradeKind,
    upgrade_state,
)

router = APIRouter()

_UPGRADE = {
    "kind": "firmware",
    "version": "MN316-DBRS-MBRH0C01",
    "size": 16384,
    "sent": 8192,
    "state": "downloading",
    "reason": "",
}


class UpgradeOrder(Order):
    """What a device is to run."""

    version: str = Field(
        pattern="^[!-~]{1,64}$", description="What it says of itself afterwards.", examples=["MN316-DBRS-MBRH0C01"]
    )
    kind: Literal["firmware", "software"] = Field(
        default="firmware",
        description="The module's own `firmware` (FOTA), or its host's `software` (SOTA).",
        examples=["firmware"],
    )
    image: str | None = Field(
        default=None,
        pattern="^([0-9A-Fa-f]{2})+$",
        description="The image as hex; without one an image of 16 KiB is made that brings the version.",
        examples=[None],
    )


class PushOrder(Order):
    """Where data is pushed to."""

    url: str = Field(description="The application's URL.", examples=["http://127.0.0.1:8000/onenet"])
    token: str = Field(default="", description="What the application checks signatures with.")
    aes_key: str | None = Field(
        default=None, description="Encrypts: 43 characters of base64 for the suite, 16 characters for the newer."
    )
    generation: Generation = Field(
        default=Generation.SUITE,
        strict=False,
        description="The suite's messages, or the newer push with the payloads of the suite's or Studio's rules.",
    )
    count: int | None = Field(default=None, description="The suite pushes when so many messages have come.")
    interval: float | None = Field(default=None, description="The suite pushes after so many seconds.")


_Within = Annotated[
    float | None,
    Field(
        gt=0,
        le=LONGEST_JUMP,
        allow_inf_nan=False,
        description="World seconds to wait; the platform's own by default.",
    ),
]


class Value(Order):
    """What a resource is to have."""

    resource: int = Field(ge=0, le=65535, description="The resource's id.", examples=[5700])
    value: JsonValue = Field(description="Its value.", examples=[25.5])


class InstanceOrder(Order):
    """An instance that a device is to make."""

    path: str = Field(description="`/3303/1`, or `/3303` for a number of the device's own.", examples=["/3303/1"])
    values: list[Value] = Field(default=[], max_length=256, description="What its resources are to have.")
    within: _Within = None


_Imei = Annotated[str, Path(description="The device's IMEI.", examples=["869975030000017"])]


@router.post("/devices/{imei}/upgrade", summary="Upgrade a device over the air", responses=answers(_UPGRADE))
async def start_upgrade(simulation: Inside, imei: _Imei, order: UpgradeOrder) -> Response:
    """Begin to send the image; the answer does not wait for the end. 409 is answered if the device is offline."""
    image = None if order.image is None else bytes.fromhex(order.image)
    with _refused():
        begun = simulation.platform.start_upgrade(imei, order.version, image, UpgradeKind(order.kind))
    return Answer(upgrade_state(begun))


@router.get("/devices/{imei}/upgrade", summary="Look at a device's upgrade", responses=answers(_UPGRADE))
async def upgrade(simulation: Inside, imei: _Imei) -> Response:
    """Return the newest one: `downloading`, `downloaded`, `updating`, then `done` or `failed` with a reason."""
    with _refused():
        newest = simulation.platform.upgrade(imei)
    if newest is None:
        raise HTTPException(404, f"device {imei!a:.80} was never upgraded; POST begins an upgrade")
    return Answer(upgrade_state(newest))


@router.post(
    "/devices/{imei}/instances", summary="Create an instance of an object", responses=answers({"path": "/3303/1"})
)
async def create(simulation: Inside, imei: _Imei, order: InstanceOrder) -> Response:
    """Let the device make an instance; 409 is answered if it refuses, is offline, or does not answer."""
    values = [ResourceWrite(each.resource, each.value) for each in order.values]
    with _refused():
        made = await simulation.platform.create(imei, _parsed(order.path), values, order.within)
    return Answer({"path": order.path if made is None else str(made)})


@router.delete(
    "/devices/{imei}/instances", summary="Delete an instance of an object", responses=answers({"path": "/3303/1"})
)
async def delete(
    simulation: Inside,
    imei: _Imei,
    path: Annotated[str, Query(description="The instance.", examples=["/3303/1"])],
    within: _Within = None,
) -> Response:
    """Let the device delete an instance; 409 as above."""
    with _refused():
        await simulation.platform.delete(imei, _parsed(path), within)
    return Answer({"path": path})


def _parsed(text: str) -> ObjectPath:
    try:
        return ObjectPath.parse(text)
    except ValueError as error:
        raise HTTPException(422, f"path: {error}") from None


@contextmanager
def _refused() -> Iterator[None]:
    """Answer what the platform refuses."""
    try:
        yield
    except UnknownDevice as refusal:
        raise HTTPException(404, f"{refusal}; a device has a record once it has logged in") from None
    except Refusal as refusal:
        raise HTTPException(409, str(refusal)) from None


@router.post(
    "/push",
    summary="Push data to an application",
    responses={
        **answers({"id": 1, "enabled": True}),
        502: {"model": Problem, "description": "The application did not answer the handshake as it should."},
    },
)
async def push(simulation: Inside, order: PushOrder) -> Response:
    """Shake hands with the application, and push to it until the next reset; `id` is the push's number.

    502 is answered if the application does not answer the handshake as it should.
    """
    try:
        made = await simulation.platform.pushes.add(PushSettings(**order.model_dump()))
    except (ValueError, ModuleNotFoundError) as error:
        raise HTTPException(422, f"body: {error}") from None
    except PushRefused as refused:
        raise HTTPException(502, str(refused)) from None
    return Answer({"id": made.number, "enabled": made.enabled})
