"""Data push: what happens on the platform goes to an application's URL, in the suite's form or the newer one's.

An application proves that the URL is its own by a handshake; only then is anything sent there.
"""

from __future__ import annotations

import asyncio
import json
import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from onenet_sim.journal import Explanation, HttpAnswer, HttpRequest
from onenet_sim.onenet.announcements import CommandEnded
from onenet_sim.onenet.outbox import ANSWER_WITHIN, Outbox, Undelivered, flaw_of_url
from onenet_sim.onenet.push_messages import milliseconds, rule_message, studio_message, suite_message
from onenet_sim.onenet.push_signing import StudioCipher, SuiteCipher, draw_text, signature

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from random import Random

    from onenet_sim.journal import Journal, Json
    from onenet_sim.onenet.announcements import Announcement
    from onenet_sim.onenet.outbox import Deliver, Receipt
    from onenet_sim.onenet.store import Store

MOST_PUSHES = 10
"""How many URLs a platform pushes to; OneNET has as many for each user. One more is refused."""

STOPS_AFTER = 2_000
"""After how many failures the suite's push stops."""

MOST_BATCHED = 1_000
"""How many messages one push of the suite carries at most."""

_FIRST_MESSAGE_ID = 3_799_902
_HANDSHAKE_LENGTH = 16
_SUCCESS = 200


class Generation(StrEnum):
    """The forms of what is pushed."""

    SUITE = "suite"
    """The NB-IoT suite's: messages of type 1, 2 and 7."""
    RULES = "rules"
    """The newer push with what the suite's rule engine makes."""
    STUDIO = "studio"
    """The newer push with what Studio's rule engine makes."""


class PushRefused(Exception):  # noqa: N818 - an answer of the platform
    """A push is not set up; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """Where and how to push.

    Attributes:
        url: The application's URL, ``http://`` or ``https://``.
        token: What the application checks signatures with.
        aes_key: Encrypts messages if given: 43 characters of base64 for the suite, 16 characters for the newer.
        generation: The form of the messages.
        count: The suite pushes when so many messages have come together, 1 to 1,000.
        interval: The suite pushes when so many seconds have passed since the first of them. Without this and
            ``count``, each goes out at once; with both, what is first decides.

    Raises:
        ValueError: A setting is out of range; the message says which and what would be right.
    """

    url: str
    token: str = ""
    aes_key: str | None = None
    generation: Generation = Generation.SUITE
    count: int | None = None
    interval: float | None = None

    def __post_init__(self) -> None:
        if flaw := flaw_of_url(self.url):
            raise ValueError(f"url is {self.url[:80]!r}: {flaw}")
        batched = self.count is not None or self.interval is not None
        if batched and self.generation is not Generation.SUITE:
            raise ValueError(
                "count and interval are the suite's; the newer generation pushes each message at once"
            )
        if self.count is not None and not 1 <= self.count <= MOST_BATCHED:
            raise ValueError(f"count is {self.count}; expected 1 to {MOST_BATCHED:,}")
        if self.interval is not None and not (self.interval > 0 and math.isfinite(self.interval)):
            raise ValueError(f"interval is {self.interval}; expected seconds above 0")


class Push:
    """The push to one URL.

    Attributes:
        number: The platform's number of it.
        settings: As given.
    """

    def __init__(
        self,
        number: int,
        settings: PushSettings,
        *,
        product_id: str,
        deliver: Deliver,
        journal: Journal,
        random: Random,
        calendar: Callable[[], datetime],
    ) -> None:
        self.number = number
        self.settings = settings
        self._product_id = product_id
        self._deliver = deliver
        self._journal = journal
        self._random = random
        self._calendar = calendar
        self._cipher = _cipher(settings, random)
        suite = settings.generation is Generation.SUITE
        self._outbox = Outbox(
            settings.url, deliver=deliver, journal=journal, stops_after=STOPS_AFTER if suite else None
        )
        self._ids = count(_FIRST_MESSAGE_ID)
        self._batch: list[tuple[Announcement, dict[str, Json]]] = []
        self._batch_due: asyncio.TimerHandle | None = None

    @property
    def enabled(self) -> bool:
        """Whether it still pushes."""
        return not self._outbox.stopped

    async def shake_hands(self) -> None:
        """Ask the application whether it wants to be pushed to.

        Raises:
            PushRefused: It did not answer 200 with the message that it was sent.
        """
        msg, nonce = draw_text(self._random, _HANDSHAKE_LENGTH), draw_text(self._random)
        query = urlencode({"msg": msg, "nonce": nonce, "signature": signature(self.settings.token, nonce, msg)})
        url = f"{self.settings.url}{'&' if '?' in self.settings.url else '?'}{query}"
        event = self._journal.note(HttpRequest("GET", url))
        with self._journal.because(event):
            try:
                receipt = await self._deliver("GET", url, "", ANSWER_WITHIN)
            except Undelivered as failure:
                raise self._refused(str(failure)) from failure
            self._journal.note(HttpAnswer(receipt.status, receipt.body))
            if flaw := _flaw_of_handshake(receipt, msg):
                raise self._refused(flaw)

    def _refused(self, why: str) -> PushRefused:
        text = f"nothing is pushed to {self.settings.url}: its handshake failed: {why}"
        self._journal.note(Explanation(text))
        return PushRefused(text)

    def tell(self, announcement: Announcement) -> None:
        """Push an announcement, or let it wait for others."""
        at = self._calendar()
        if not self.enabled or (message := self._message(announcement, at)) is None:
            return
        if self.settings.generation is not Generation.SUITE:
            self._post(self._newer_envelope(message, at), [announcement])
            return
        self._batch.append((announcement, message))
        wanted, interval = self.settings.count, self.settings.interval
        at_once = wanted is None and interval is None
        if at_once or len(self._batch) >= (wanted or MOST_BATCHED):
            self._push_batch()
        elif interval is not None and self._batch_due is None:
            loop = asyncio.get_running_loop()
            self._batch_due = loop.call_at(loop.time() + interval, self._push_batch)

    def _message(self, announcement: Announcement, at: datetime) -> dict[str, Json] | None:
        match self.settings.generation:
            case Generation.SUITE:
                return suite_message(announcement, at)
            case Generation.RULES:
                return rule_message(announcement, at, self._product_id)
            case Generation.STUDIO:
                return studio_message(announcement, at, self._product_id)

    def _push_batch(self) -> None:
        if self._batch_due is not None:
            self._batch_due.cancel()
            self._batch_due = None
        batch, self._batch = self._batch, []
        messages = [message for _, message in batch]
        self._post(
            self._suite_envelope(messages[0] if len(messages) == 1 else messages),
            [announcement for announcement, _ in batch],
        )

    def _suite_envelope(self, msg: Json) -> dict[str, Json]:
        nonce, text = draw_text(self._random), compact(msg)
        if self._cipher is None:
            signed = signature(self.settings.token, nonce, text)
            return {"msg": msg, "msg_signature": signed, "nonce": nonce}
        hidden = self._cipher.encrypt(text)
        return {"enc_msg": hidden, "msg_signature": signature(self.settings.token, nonce, hidden), "nonce": nonce}

    def _newer_envelope(self, message: dict[str, Json], at: datetime) -> dict[str, Json]:
        nonce, text = draw_text(self._random), compact(message)
        msg = text if self._cipher is None else self._cipher.encrypt(text)
        return {
            "msg": msg,
            "nonce": nonce,
            "signature": signature(self.settings.token, nonce, msg),
            "time": milliseconds(at),
            "id": str(next(self._ids)),
        }

    def _post(self, envelope: dict[str, Json], announcements: list[Announcement]) -> None:
        commands = [each.command for each in announcements if isinstance(each, CommandEnded)]

        def ended(delivered: bool) -> None:  # noqa: FBT001 - its only argument
            for command in commands:
                command.fed_back(self._calendar(), delivered=delivered)

        self._outbox.post(compact(envelope), ended)

    async def close(self) -> None:
        """Stop every timer and what is being sent."""
        if self._batch_due is not None:
            self._batch_due.cancel()
            self._batch_due = None
        self._batch.clear()
        await self._outbox.close()


def compact(value: Json) -> str:
    """Return JSON without blanks, its members in the order in which they were put: what is signed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _cipher(settings: PushSettings, random: Random) -> SuiteCipher | StudioCipher | None:
    if settings.aes_key is None:
        return None
    if settings.generation is Generation.SUITE:
        return SuiteCipher(settings.aes_key, random)
    return StudioCipher(settings.aes_key)


def _flaw_of_handshake(receipt: Receipt, msg: str) -> str:
    if receipt.status != _SUCCESS:
        return f"it was answered {receipt.status}; expected 200"
    if receipt.body.strip() != msg:
        return f"it was answered {receipt.body[:80]!r}; expected the msg of the query, {msg!r}, and nothing else"
    return ""


class Pushes:
    """All pushes of a platform."""

    def __init__(
        self,
        *,
        product_id: str,
        deliver: Deliver,
        journal: Journal,
        random: Random,
        calendar: Callable[[], datetime],
        store: Store | None = None,
    ) -> None:
        self._product_id = product_id
        self._deliver = deliver
        self._journal = journal
        self._random = random
        self._calendar = calendar
        self._numbers = count(1)
        self._pushes: dict[str, Push] = {}
        self._store = store
        if store is not None:
            self._numbers = count(store.next_number("pushes", 1))
            for number, settings in store.pushes():
                self._pushes[settings.url] = self._push(number, settings)

    def _push(self, number: int, settings: PushSettings) -> Push:
        return Push(
            number,
            settings,
            product_id=self._product_id,
            deliver=self._deliver,
            journal=self._journal,
            random=self._random,
            calendar=self._calendar,
        )

    async def add(self, settings: PushSettings) -> Push:
        """Push to a URL from now on, in place of what was pushed there before.

        Raises:
            PushRefused: The handshake failed, or there are ten pushes already.
            ValueError: The AES key is none.
        """
        if settings.url not in self._pushes and len(self._pushes) >= MOST_PUSHES:
            raise PushRefused(f"there are {MOST_PUSHES} pushes already, the most there can be")
        push = self._push(next(self._numbers), settings)
        await push.shake_hands()
        if earlier := self._pushes.pop(settings.url, None):
            await earlier.close()
        self._pushes[settings.url] = push
        if self._store is not None:
            self._store.keep_push(push.number, settings)
        return push

    def enabled(self, number: int | None = None) -> bool | None:
        """Return whether any push is enabled, or the one with this number; None if there is none such."""
        found = [each for each in self._pushes.values() if number in {None, each.number}]
        return any(each.enabled for each in found) if found or number is None else None

    def tell(self, announcement: Announcement) -> None:
        """Push an announcement everywhere."""
        for push in self._pushes.values():
            push.tell(announcement)

    async def close(self) -> None:
        """Stop every timer and what is being sent."""
        for push in self._pushes.values():
            await push.close()
        self._pushes.clear()
