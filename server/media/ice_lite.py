"""One peer's ICE-lite agent: answers authenticated connectivity checks and nothing else (RFC 8445 §2.5, §7.3).

Called by `demux.py`; knows no socket and no clock. An agent is found by the local ufrag a check names.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from secrets import choice
from typing import Final

from aioice import stun

from .address import Address, host_port

CONSENT_MS: Final = 30_000
"""RFC 7675 §5.1: without an authenticated check for so long, nothing may be sent to an address."""
MAX_PAIRS: Final = 16
"""Addresses of one peer that are remembered; the one longest silent gives way."""
MAX_CHECK_BYTES: Final = 1500

_UFRAG_CHARACTERS = 8
_PWD_CHARACTERS = 32
_ICE_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"  # RFC 8839 §5.4
_COOKIE_OFFSET = 4
_TRANSACTION_OFFSET = 8
_COOKIE = b"\x21\x12\xa4\x42"  # RFC 8489 §5
_FINGERPRINT_HEADER = b"\x80\x28\x00\x04"  # always the last attribute (RFC 8489 §14.7)
_NEEDED_ATTRIBUTES = {"USERNAME", "MESSAGE-INTEGRITY", "FINGERPRINT"}  # RFC 8445 §7.1


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
    if not _may_be_check(datagram):
        return None
    try:
        message = stun.parse_message(datagram)
    except (ValueError, struct.error):
        return None
    if message.message_class != stun.Class.REQUEST or message.message_method != stun.Method.BINDING:
        return None
    attributes = message.attributes
    if not attributes.keys() >= _NEEDED_ATTRIBUTES:
        return None
    local_ufrag, colon, _ = attributes["USERNAME"].partition(":")
    if not colon:
        return None
    return Check(local_ufrag, "USE-CANDIDATE" in attributes, message)


def _may_be_check(datagram: bytes) -> bool:
    """Cheap, before anything is parsed: length, magic cookie, a fingerprint at the end."""
    has_cookie = datagram[_COOKIE_OFFSET:_TRANSACTION_OFFSET] == _COOKIE
    return has_cookie and len(datagram) <= MAX_CHECK_BYTES and datagram[-8:-4] == _FINGERPRINT_HEADER


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
        """Where this peer is sent to: where its first check came from, then what it nominated last."""
        self._previous: Credentials | None = None
        """During a restart: the credentials that were in use before."""
        self._checked_ms: dict[Address, int] = {}
        """When each address last sent an authentic check; the one longest silent first."""
        self._made_ms = now_ms

    def restart(self) -> Credentials:
        """New credentials. The old ones and the old address work until a pair is nominated with the new ones."""
        if self._previous is None:
            self._previous = self.local
        # A restart of a restart: the credentials between were never in use, and the oldest still are.
        self.local = new_credentials()
        return self.local

    def ufrags(self) -> tuple[str, ...]:
        """The local ufrags a check may name now: one, or two during a restart."""
        if self._previous is None:
            return (self.local.ufrag,)
        return (self.local.ufrag, self._previous.ufrag)

    def addresses(self) -> tuple[Address, ...]:
        """Every address that proved itself and was not forgotten."""
        return tuple(self._checked_ms)

    def answer(self, check: Check, source: Address, now_ms: int) -> Verdict | None:
        """Take note of an authentic check; None (and no trace) if it is not."""
        credentials = self._named(check.local_ufrag)
        if credentials is None or not check.message.check_message_integrity(credentials.pwd.encode()):
            return None
        self._checked_ms.pop(source, None)
        self._checked_ms[source] = now_ms
        selected = self._select(check, source)
        return Verdict(_response(check, source, credentials), selected, self._forget_one())

    def _named(self, ufrag: str) -> Credentials | None:
        if ufrag == self.local.ufrag:
            return self.local
        if self._previous is not None and ufrag == self._previous.ufrag:
            return self._previous
        return None

    def _select(self, check: Check, source: Address) -> bool:
        if check.nominates and check.local_ufrag == self.local.ufrag:
            self._previous = None
        if source == self.address or not (check.nominates or self.address is None):
            return False
        self.address = source
        return True

    def _forget_one(self) -> Address | None:
        if len(self._checked_ms) <= MAX_PAIRS:
            return None
        oldest = next(address for address in self._checked_ms if address != self.address)
        del self._checked_ms[oldest]
        return oldest

    def holds(self, address: Address, now_ms: int) -> bool:
        """True while an authenticated check from `address` is not older than `CONSENT_MS`."""
        checked_ms = self._checked_ms.get(address)
        return checked_ms is not None and now_ms - checked_ms < CONSENT_MS

    def has_consent(self, now_ms: int) -> bool:
        """True while media may be sent to `address`."""
        return self.address is not None and self.holds(self.address, now_ms)

    @property
    def consent_ends_ms(self) -> int:
        """When the peer counts as lost unless it checks again; counts from its making before the first check."""
        since_ms = self._made_ms if self.address is None else self._checked_ms[self.address]
        return since_ms + CONSENT_MS


def _response(check: Check, source: Address, credentials: Credentials) -> bytes:
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=check.message.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": host_port(source)},
    )
    response.add_message_integrity(credentials.pwd.encode())  # adds the fingerprint too
    return bytes(response)
