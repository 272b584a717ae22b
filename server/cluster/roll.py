"""While a meeting is ours: which nodes follow it, and whose connection is gone with one that does not any more.

Made by `ownership`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .surroundings import loop_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.hosting.replica import Replica
    from server.rooms.ids import ParticipantId

    from . import letters as w
    from .desk import Desk
    from .homes import Homes
    from .tenure import TenureTimes


class Roll:
    """Goes on over several tenures; does nothing between them."""

    def __init__(
        self,
        times: TenureTimes,
        homes: Homes,
        replica: Replica,
        desk: Callable[[], Desk | None],
    ) -> None:
        """desk: None while the meeting is not ours."""
        self._times = times
        self._homes = homes
        self._replica = replica
        self._desk = desk
        self._seen_ms: dict[str, int] = {}
        self._early: dict[str, w.Here] = {}
        """Of nodes that knew of our tenure before it had begun here."""
        self._renewed_ms: int | None = None

    def introduced(self, letter: w.Here) -> None:
        """A node follows, and says who is connected to it."""
        desk = self._desk()
        if desk is None:
            self._early[letter.sender] = letter
            return
        desk.journal.tenure.followed_by(letter.sender)
        self._seen_ms[letter.sender] = loop_ms()
        self._homes.introduced(letter.sender, letter.people)

    def asked(self, node: str) -> None:
        """Something was carried out for somebody there: if the node does not follow any more she is lost with the others."""
        self._seen_ms[node] = loop_ms()

    def begun(self) -> None:
        """The meeting is ours from now on."""
        early, self._early = self._early, {}
        for letter in early.values():
            self.introduced(letter)

    def ended(self) -> None:
        """It is another's: what was said to us counts no more."""
        self._early.clear()
        self._renewed_ms = None

    def renewed(self, followers: frozenset[str]) -> None:
        """Whoever has not said for long that it follows is gone, and the people there with it."""
        now_ms, desk = loop_ms(), self._desk()
        # While we did not reach Redis nobody could say anything there: that time counts against none.
        away_ms = max(0, now_ms - (self._renewed_ms or now_ms) - self._times.renew_ms)
        self._renewed_ms = now_ms
        self._seen_ms = {node: at + away_ms for node, at in self._seen_ms.items()}
        self._seen_ms.update(dict.fromkeys(followers, now_ms))
        gone = [node for node, at in self._seen_ms.items() if now_ms - at > self._times.follow_ms]
        for node in gone:
            del self._seen_ms[node]
            self._lose(node)
        if desk is not None:
            # A Redis that came back empty knows of nobody for a moment: we do.
            desk.journal.tenure.followers = frozenset(self._seen_ms)

    async def call(self) -> None:
        """After a take-over: whom no node names has lost her connection with the owner before us."""
        await asyncio.sleep(self._times.lease_ms / 1000)
        for person in list(self._replica.meeting.participants.values()):
            if person.connected and person.id not in self._homes:
                self._lost(person.id, person.connection)

    def _lose(self, node: str) -> None:
        for who, number in self._homes.at(node):
            self._homes.lose(who)
            self._lost(who, number)

    def _lost(self, who: ParticipantId, number: int) -> None:
        desk = self._desk()
        if desk is not None:
            desk.host.lost(who, number)
