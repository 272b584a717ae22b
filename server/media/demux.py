"""Whose datagram is this: by its first byte (RFC 7983), then by ICE ufrag, then by the address an ICE check proved.

Called by `server.py` for every datagram; a pure table, knows no socket and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from .address import Address
    from .ice_lite import Credentials, IceLite

P = TypeVar("P")


class PacketKind(Enum):
    """What a datagram claims to be."""

    STUN = auto()
    DTLS = auto()
    RTP = auto()
    RTCP = auto()
    UNKNOWN = auto()


def classify(datagram: bytes) -> PacketKind:
    """By the first byte (RFC 7983 §7) and, for RTP against RTCP, the second (RFC 5761 §4). Any bytes."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Arrival(Generic[P]):
    """An authentic connectivity check of a known peer."""

    peer: P
    response: bytes = field(repr=False)
    """To be sent to the source of the check."""
    selected: bool
    """Everything for this peer goes to the source of this check from now on (first nomination, or a move)."""


class Demux(Generic[P]):
    """ufrag → peer, address → peer. Only authenticated checks write addresses; unknown ones lead nowhere."""

    def add(self, agent: IceLite, peer: P) -> None:
        """Checks that name the agent's ufrag now belong to `peer`."""
        raise NotImplementedError

    def restart(self, agent: IceLite) -> Credentials:
        """ICE restart of a known agent: new local credentials, the old ones valid until the new are nominated."""
        raise NotImplementedError

    def remove(self, agent: IceLite) -> None:
        """Nothing leads to this agent's peer any more; an unknown agent is ignored."""
        raise NotImplementedError

    def check(self, datagram: bytes, source: Address, now_ms: int) -> Arrival[P] | None:
        """Handle a STUN datagram; None means silence: garbage, unknown ufrag, wrong integrity, somebody else's address."""
        raise NotImplementedError

    def peer_at(self, source: Address) -> P | None:
        """Whose address this is; None for everybody who has not proven it."""
        raise NotImplementedError
