"""Commands about the serial line itself (ITU-T V.250, 6.1 and 6.2; 3GPP TS 27.007, 9.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, ErrorFamily, ErrorReport, Integer, Optional, Verbatim, done, fields

if TYPE_CHECKING:
    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_BAUD_RATES = 4_000_000


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    return [
        _flag("E", "echo", "echo"),
        _flag("V", "words or digits as results", "verbose"),
        _flag("Q", "results suppressed", "quiet"),
        _s_register("S3", "the character that ends a command line", "line_end"),
        _s_register("S4", "the character behind it in results", "line_feed"),
        _s_register("S5", "the character that deletes", "backspace"),
        Command("Z", "settings as after boot", (_ZERO,), set=_restore, exec=_restore, errors=ErrorFamily.BASIC),
        Command("&F", "factory settings", (_ZERO,), set=_restore, exec=_restore, errors=ErrorFamily.BASIC),
        Command("&W", "store the settings", (_ZERO,), set=_accept, exec=_accept, errors=ErrorFamily.BASIC),
        Command(
            "+CMEE",
            "how much an error says",
            (Integer("n", 0, int(profile.line.error_report_maximum)),),
            set=_set_error_report,
            read=lambda module: done(fields("+CMEE", int(module.settings.error_report))),
            ranges=True,
        ),
        Command("+IPR", "baud rate", (Integer("rate", 0, _BAUD_RATES),), set=_set_rate, read=_read_rate),
    ]


_ZERO = Optional(Integer("value", 0, 0), 0)


def _flag(name: str, summary: str, attribute: str) -> Command[Module]:
    def set_flag(module: Module, value: int = 0) -> Result:
        setattr(module.settings, attribute, bool(value))
        return done()

    return Command(
        name,
        summary,
        (Optional(Integer("value", 0, 1), 0),),
        set=set_flag,
        exec=set_flag,
        errors=ErrorFamily.BASIC,
    )


def _s_register(name: str, summary: str, attribute: str) -> Command[Module]:
    def set_register(module: Module, value: int) -> Result:
        setattr(module.settings, attribute, value)
        return done()

    def read_register(module: Module) -> Result:
        return done(Verbatim(f"{getattr(module.settings, attribute):03d}"))

    return Command(
        name, summary, (Integer("value", 0, 127),), set=set_register, read=read_register, errors=ErrorFamily.BASIC
    )


def _restore(module: Module, _value: int = 0) -> Result:
    module.restore_settings()
    return done()


def _accept(_module: Module, _value: int = 0) -> Result:
    return done()


def _set_error_report(module: Module, level: int) -> Result:
    module.settings.error_report = ErrorReport(level)
    return done()


def _set_rate(module: Module, rate: int) -> Result:
    module.configuration.rate = rate
    return done()


def _read_rate(module: Module) -> Result:
    return done(fields("+IPR", module.configuration.rate))
