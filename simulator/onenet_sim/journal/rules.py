"""The rules behind explanations that are no row of a module's profile, each with its source."""

from __future__ import annotations

from enum import StrEnum

from onenet_sim.journal.world import Explanation


class Rule(StrEnum):
    """A rule by its name; :attr:`source` says where it is written."""

    UNKNOWN_COMMAND = "at.unknown_command"
    NOT_LISTENING = "power.not_listening"
    ANSWERED_TWICE = "mipl.answered_twice"
    UNWANTED_MESSAGE = "coap.unwanted_message"
    UNKNOWN_OPTION = "coap.unknown_option"
    UNKNOWN_TOKEN = "onenet.unknown_token"  # noqa: S105 - of CoAP
    SUBSCRIPTION_ENDED = "onenet.subscription_ended"
    UNREADABLE_REPORT = "onenet.unreadable_report"
    DENIED = "onenet.denied"
    COMMAND_FAILED = "onenet.command_failed"
    ERRNO = "onenet.errno"

    @property
    def source(self) -> str:
        """The document that has the rule, and where."""
        return _SOURCES[self]

    def explains(self, why: str, about: int | None = None) -> Explanation:
        """Return the explanation that this rule gives; ``about`` is the event behind it."""
        return Explanation(why, self.value, self.source, about)


_SOURCES = {
    Rule.UNKNOWN_COMMAND: "ITU-T V.250, 5.7.1",
    Rule.NOT_LISTENING: "drivers: they wait for the boot text",
    Rule.ANSWERED_TWICE: "LwM2M user manual for OneMO, 3.10: the last frame sends the answer",
    Rule.UNWANTED_MESSAGE: "RFC 7252, 4.2",
    Rule.UNKNOWN_OPTION: "RFC 7252, 5.4.1 and 5.7.2",
    Rule.UNKNOWN_TOKEN: "RFC 7641, 4.2; OneNET FAQ: a subscription ends with its login",
    Rule.SUBSCRIPTION_ENDED: "RFC 7641, 4.2",
    Rule.UNREADABLE_REPORT: "OneNET documentation, NB-IoT suite: reports are TLV or text",
    Rule.DENIED: "OneNET FAQ on registration",
    Rule.COMMAND_FAILED: "OneNET error codes, 5106",
    Rule.ERRNO: "OneNET error codes",
}
