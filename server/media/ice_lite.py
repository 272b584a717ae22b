"""One peer's ICE-lite agent: answers authenticated connectivity checks and nothing else (RFC 8445 §2.5, §7.3).

Called by `demux.py`; knows no socket and no clock. An agent is found by the local ufrag a check names.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from secrets import choice
from typing import TYPE_CHECKING, Final

from aioice import stun

from .address import Address, host_port

if TYPE_CHECKING:
    from collections.abc import Iterator

CONSENT_MS: Final = 30_000
"""RFC 7675 §5.1: without an authenticated check for so long, nothing may be sent to an address."""
MAX_PAIRS: Final = 16
"""Addresses of one peer that are remembered; the one longest silent gives way."""
MAX_CHECK_BYTES: Final = 1500

_UFRAG_CHARACTERS = 8
_PWD_CHARACTERS = 32
_ICE_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"  # RFC 8839 §5.4
_COOKIE_OFFSET = 4


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one side of an ICE session proves itself with."""

    ufrag: str
    pwd: str = field(repr=False)


def new_credentials() -> Credentials:
    """48 random bits of name, 192 of password (RFC 8445 §5.3 asks for 24 and 128)."""
    return Credentials(
        ufrag="".join(choice(_ICE_CHARACTERS) for _ in range(_UFRAG_CHARACTERS)),
        pwd="".join(choice(_ICE_CHARACTERS) for _ in range(_PWD_CHARACTERS)),
    )


@dataclass(frozen=True, slots=True)
class Check:
    """A well-formed binding request with username, integrity and a right fingerprint; not yet authenticated."""

    local_ufrag: str
    nominates: bool
    message: stun.Message = field(repr=False)


def read_check(datagram: bytes) -> Check | None:
    """The connectivity check in a datagram; None for anything else, whatever the bytes."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an authenticated check led to."""

    response: bytes = field(repr=False)
    """To be sent to where the check came from."""
    selected: bool
    """From now on this peer is sent to where the check came from; before it was elsewhere or nowhere."""
    forgotten: Address | None
    """An address this peer no longer owns, to make room."""


class IceLite:
    """The agent of one peer: credentials, known addresses, the selected one, and how fresh its consent is."""

    def __init__(self, now_ms: int) -> None:
        self.local = new_credentials()
        self.address: Address | None = None
        """Where this peer is sent to: the address it nominated last."""

    def restart(self) -> Credentials:
        """New credentials. The old ones and the old address work until a pair is nominated with the new ones."""
        raise NotImplementedError

    def ufrags(self) -> Iterator[str]:
        """The local ufrags a check may name now: one, or two during a restart."""
        raise NotImplementedError

    def answer(self, check: Check, source: Address, now_ms: int) -> Verdict | None:
        """Take note of an authentic check; None (and no trace) if it is not. Never raises."""
        raise NotImplementedError

    def holds(self, address: Address, now_ms: int) -> bool:
        """True while an authenticated check from `address` is not older than `CONSENT_MS`."""
        raise NotImplementedError

    def has_consent(self, now_ms: int) -> bool:
        """True while media may be sent to `address`."""
        raise NotImplementedError

    @property
    def consent_ends_ms(self) -> int:
        """When the peer counts as lost unless it checks again; counts from its making before the first check."""
        raise NotImplementedError
