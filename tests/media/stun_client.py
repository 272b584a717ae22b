"""Connectivity checks as a browser sends them, with every way to get them wrong; used by the ICE and demux tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aioice import stun

if TYPE_CHECKING:
    from server.media.ice_lite import Credentials


def check(
    credentials: Credentials,
    *,
    nominate: bool = False,
    ufrag: str | None = None,
    pwd: str | None = None,
    remote_ufrag: str = "away",
) -> bytes:
    """An authentic binding request, unless `ufrag` or `pwd` say otherwise."""
    request = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.REQUEST,
        attributes={
            "USERNAME": f"{ufrag or credentials.ufrag}:{remote_ufrag}",
            "PRIORITY": 1_853_824_767,
            "ICE-CONTROLLING": 7,
        },
    )
    if nominate:
        request.attributes["USE-CANDIDATE"] = None
    request.add_message_integrity((pwd or credentials.pwd).encode())
    return bytes(request)


def without(datagram: bytes, attribute: str) -> bytes:
    """The same request lacking one attribute, its other sums left as they were or made anew where they must be."""
    message = stun.parse_message(datagram)
    stripped = stun.Message(
        message_method=message.message_method,
        message_class=message.message_class,
        transaction_id=message.transaction_id,
        attributes={name: value for name, value in message.attributes.items() if name != attribute},
    )
    if attribute != "FINGERPRINT":
        stripped.add_fingerprint()
    return bytes(stripped)
