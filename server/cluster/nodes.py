"""Who is there and how busy: heartbeats of all nodes, and where a new meeting begins.

Called by `node` once a second and when a meeting begins. Pure but for the machine's own load.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import msgspec

from .keys import NODES_KEY, Unsealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .keys import ClusterKeys

HEARTBEAT_MS: Final = 1_000
STALE_MS: Final = 4_000
"""A node that was not heard of for so long gets no new meetings."""
FULL: Final = 0.9
"""Of a node's media path: beyond it packets wait for each other, and no meeting begins."""
FORGET_MS: Final = 30_000
MUCH: Final = 0.25
"""A new meeting stays where its first person came, unless another node is less busy by so much."""


class Heartbeat(msgspec.Struct, frozen=True):
    """What one node says of itself."""

    at_ms: int
    meetings: int
    most: int
    """Meetings it owns at most."""
    load: float
    """Runnable processes for each core of its machine: whatever else runs there."""
    leaving: bool = False
    media_cpu_permille: float = 0.0
    """Of one core, the mean of its media workers."""
    packets_per_s: float = 0.0
    most_packets_per_s: float = 0.0
    """What its workers could forward. 0: a node of an older version says nothing of its media."""

    @property
    def media(self) -> float:
        """What of its media path is in use: by the time it takes, or by the packets, which cost more when they get many."""
        packets = self.packets_per_s / self.most_packets_per_s if self.most_packets_per_s else 0.0
        return max(self.media_cpu_permille / 1000, packets)

    @property
    def weight(self) -> float:
        """0: nothing to do. 1: as much as it can."""
        return max(self.media, self.load, self.meetings / self.most)

    def has_room(self) -> bool:
        """May it own one more that is there already?"""
        return not self.leaving and self.meetings < self.most

    def may_begin(self) -> bool:
        """May a new one begin there? Where media is at its end those who are there come first."""
        return self.has_room() and self.media < FULL


def own_load() -> float:
    """By the system's average of the last minute."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def seal(keys: ClusterKeys, node: str, heartbeat: Heartbeat) -> bytes:
    return keys.inbox_seal(node).close(msgspec.msgpack.encode(heartbeat), NODES_KEY)


def opened(keys: ClusterKeys, sealed: Mapping[str, bytes], now_ms: int) -> dict[str, Heartbeat]:
    """Of those who were heard of lately and speak our language."""
    found = {}
    for node, record in sealed.items():
        try:
            clear = keys.inbox_seal(node).open(record, NODES_KEY)
            heartbeat = msgspec.msgpack.decode(clear, type=Heartbeat)
        except (Unsealed, msgspec.MsgspecError):
            continue
        if now_ms - heartbeat.at_ms < STALE_MS:
            found[node] = heartbeat
    return found


def place(own: str, nodes: Mapping[str, Heartbeat]) -> str | None:
    """Where a meeting begins whose first person came to `own`; None where nobody has room."""
    return successor(nodes, (node for node, beat in nodes.items() if beat.may_begin()), own)


def heir(own: str, nodes: Mapping[str, Heartbeat], followers: Iterable[str]) -> str | None:
    """Who gets a meeting of `own`, which leaves: the least busy of those who follow it, else the least busy of all.

    A follower of whom nothing was heard lately is better than nobody: it said to Redis that it follows.
    """
    others = {node: beat for node, beat in nodes.items() if node != own}
    following = sorted({*followers} - {own})  # it followed, too, before it took the meeting
    unheard = (node for node in following if node not in others)
    return successor(others, following) or successor(others, others) or next(unheard, None)


def successor(
    nodes: Mapping[str, Heartbeat], among: Iterable[str], preferred: str | None = None
) -> str | None:
    """Who of these should own a meeting; `preferred` if it is not much busier than the least busy."""
    free = {node: nodes[node] for node in among if node in nodes and nodes[node].has_room()}
    if not free:
        return None
    least = min(free, key=lambda node: (free[node].weight, node))
    if preferred in free and free[preferred].weight <= free[least].weight + MUCH:
        return preferred
    return least
