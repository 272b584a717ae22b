"""Whose datagram is this: by its first byte (RFC 7983), then by ICE ufrag, then by the address an ICE check proved.

Called by `server.py` for every datagram; a pure table, knows no socket and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from .ice_lite import read_check

if TYPE_CHECKING:
    from .address import Address
    from .ice_lite import Credentials, IceLite

P = TypeVar("P")

_SHORTEST_BYTES = 2


class PacketKind(Enum):
    """What a datagram claims to be."""

    STUN = auto()
    DTLS = auto()
    RTP = auto()
    RTCP = auto()
    UNKNOWN = auto()


def classify(datagram: bytes) -> PacketKind:
    """By the first byte (RFC 7983 §7) and, for RTP against RTCP, the second (RFC 5761 §4). Any bytes."""
    if len(datagram) < _SHORTEST_BYTES:
        return PacketKind.UNKNOWN
    kind = _BY_FIRST_BYTE[datagram[0]]
    if kind is PacketKind.RTP and 192 <= datagram[1] <= 223:  # noqa: PLR2004 - the RTCP packet types
        return PacketKind.RTCP
    return kind


def _by_first_byte(first: int) -> PacketKind:
    if 128 <= first <= 191:  # noqa: PLR2004 - the table of RFC 7983
        return PacketKind.RTP
    if first <= 3:  # noqa: PLR2004
        return PacketKind.STUN
    if 20 <= first <= 63:  # noqa: PLR2004
        return PacketKind.DTLS
    return PacketKind.UNKNOWN


_BY_FIRST_BYTE: Final = tuple(map(_by_first_byte, range(256)))


@dataclass(frozen=True, slots=True)
class Arrival(Generic[P]):
    """An authentic connectivity check of a known peer."""

    peer: P
    response: bytes = field(repr=False)
    """To be sent to the source of the check."""
    selected: bool
    """Everything for this peer goes to the source of this check from now on (first address, or a move)."""


@dataclass(frozen=True, slots=True)
class _Entry(Generic[P]):
    agent: IceLite
    peer: P


class Demux(Generic[P]):
    """ufrag → peer, address → peer. Only authenticated checks write addresses; unknown ones lead nowhere."""

    def __init__(self) -> None:
        self._by_ufrag: dict[str, _Entry[P]] = {}
        self._by_address: dict[Address, _Entry[P]] = {}

    def add(self, agent: IceLite, peer: P) -> None:
        """Checks that name the agent's ufrag now belong to `peer`. An agent is added once."""
        assert agent.local.ufrag not in self._by_ufrag, "two agents with one ufrag"  # noqa: S101 - 48 random bits
        self._by_ufrag[agent.local.ufrag] = _Entry(agent, peer)

    def restart(self, agent: IceLite) -> Credentials:
        """ICE restart of a known agent: new local credentials, the old ones valid until the new are nominated.

        Raises: KeyError if the agent is not known.
        """
        entry = self._by_ufrag[agent.local.ufrag]
        before = agent.ufrags()
        credentials = agent.restart()
        self._rename(entry, before)
        return credentials

    def remove(self, agent: IceLite) -> None:
        """Nothing leads to this agent's peer any more; an unknown agent is ignored."""
        for ufrag in agent.ufrags():
            self._by_ufrag.pop(ufrag, None)
        for address in agent.addresses():
            self._release(address, agent)

    def check(self, datagram: bytes, source: Address, now_ms: int) -> Arrival[P] | None:
        """Handle a STUN datagram. None is silence: garbage, unknown ufrag, wrong integrity, another peer's address."""
        check = read_check(datagram)
        entry = self._by_ufrag.get(check.local_ufrag) if check is not None else None
        if check is None or entry is None or self._belongs_to_another(source, entry.agent, now_ms):
            return None
        before = entry.agent.ufrags()
        verdict = entry.agent.answer(check, source, now_ms)
        if verdict is None:
            return None
        self._by_address[source] = entry
        if verdict.forgotten is not None:
            self._release(verdict.forgotten, entry.agent)
        if entry.agent.ufrags() != before:
            self._rename(entry, before)
        return Arrival(entry.peer, verdict.response, verdict.selected)

    def peer_at(self, source: Address) -> P | None:
        """Whose address this is; None for everybody who has not proven it."""
        entry = self._by_address.get(source)
        return None if entry is None else entry.peer

    def _belongs_to_another(self, source: Address, agent: IceLite, now_ms: int) -> bool:
        """A check with a forged source must not take a living peer's address away."""
        owner = self._by_address.get(source)
        return owner is not None and owner.agent is not agent and owner.agent.holds(source, now_ms)

    def _rename(self, entry: _Entry[P], before: tuple[str, ...]) -> None:
        for ufrag in before:
            self._by_ufrag.pop(ufrag, None)
        for ufrag in entry.agent.ufrags():
            self._by_ufrag[ufrag] = entry

    def _release(self, address: Address, agent: IceLite) -> None:
        entry = self._by_address.get(address)
        if entry is not None and entry.agent is agent:
            del self._by_address[address]
