"""What is where, for a person who has started a world."""

from __future__ import annotations

from typing import Any


def ready_text(described: dict[str, Any]) -> str:
    """Return for a person what the ready line tells a program."""
    lines = [f"onenet-sim {described['version']} is ready (seed {described['seed']})", ""]
    for modem in described["modems"]:
        lines.append(f"{modem['name']}   {modem['profile']}, IMEI {modem['imei']}, IMSI {modem['imsi']}")
        lines += [f"  open    {where}" for where in _ways_in(modem)]
    coap, url = described["coap"], described["http"]
    token = described.get("control_token")
    secured = coap["access_dtls"] is not None
    return "\n".join(
        (
            *lines,
            "",
            f"OneNET    {url}   api-key: {described['api_key']}   product {described['product_id']}",
            f"tokens    access key {described['access_key']}",
            f"CoAP      bootstrap {coap['bootstrap']}   access {coap['access']}",
            *([f"DTLS      bootstrap {coap['bootstrap_dtls']}   access {coap['access_dtls']}"] if secured else []),
            f"control   {url}/control/state   calls: {url}/control/openapi.json",
            *([f"          with Authorization: Bearer {token}"] if token else []),
            "",
            "Ctrl-C ends it.",
        )
    )


def _ways_in(modem: dict[str, Any]) -> list[str]:
    """Return what a host opens to reach a modem."""
    schemes = {"tcp": "socket://", "rfc2217": "rfc2217://", "connect": "connects to ", "serial": "sits on "}
    return [modem["link"] or modem["port"]] + [
        scheme + modem[key] for key, scheme in schemes.items() if key in modem
    ]
