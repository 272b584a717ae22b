"""What an owner may believe of its lease; pure: time and what Redis said come in, what to do next comes out.

Whether a write counts is decided by Redis alone, with the token. This decides what happens while Redis does not answer: a meeting
that others follow stands still, because one of them will take it; one that nobody else follows goes on from memory and is written
back. Called by `owned` and, with dropped, late and repeated messages, by the simulation in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class TenureTimes:
    """All that follows from the length of a lease."""

    lease_ms: int = 3_000

    @property
    def renew_ms(self) -> int:
        """Three renewals may get lost."""
        return self.lease_ms // 4

    @property
    def watch_ms(self) -> int:
        """How often a follower looks whether the lease is still held."""
        return max(50, self.lease_ms // 12)

    @property
    def patience_ms(self) -> int:
        """So long an owner whom nobody follows tries to reach Redis before it goes on from memory."""
        return self.lease_ms // 3

    @property
    def follow_ms(self) -> int:
        """A follower that has not said so for so long follows no more."""
        return self.lease_ms * 2

    @property
    def settle_ms(self) -> int:
        """After Redis came back empty, owners have so long to write their meetings back before one may begin."""
        return self.lease_ms * 2


class Standing(Enum):
    """Transitions: HELD ⇄ WAITING → ALONE → HELD, each → LOST."""

    HELD = "held"
    WAITING = "waiting"
    """Redis does not take what is written: nothing is decided, nobody is answered."""
    ALONE = "alone"
    """Nobody else follows: decided from memory, written back later."""
    LOST = "lost"
    """Another owner has written, or the meeting is gone from here."""


class Tenure:
    """One node's time as the owner of one meeting."""

    def __init__(self, token: int, times: TenureTimes) -> None:
        self.token = token
        self.followers: frozenset[str] = frozenset()
        """As Redis told last: who follows cannot be asked while Redis is away."""
        self.forked = False
        """Something was decided alone that the next owner never knew."""
        self._times = times
        self._trouble_since_ms: int | None = None
        self._unwritten = False
        """It is an entry that Redis did not take: a renewal alone, which needs no memory, mends nothing."""
        self._standing = Standing.HELD

    @property
    def standing(self) -> Standing:
        return self._standing

    def confirmed(self) -> None:
        """Redis took an entry under our token."""
        if self._standing is not Standing.LOST:
            self._mended()

    def renewed(self, followers: Iterable[str]) -> None:
        """The lease is held for longer; these follow."""
        if self._standing is Standing.LOST:
            return
        self.followers = frozenset(followers)
        if not self._unwritten and self._standing is not Standing.ALONE:
            self._mended()

    def followed_by(self, node: str) -> None:
        """It told us itself."""
        self.followers |= {node}

    def failed(self, now_ms: int, *, writing: bool) -> Standing:
        """Redis did not answer, or has no room. writing: for an entry. What holds from now on."""
        if self._standing in {Standing.LOST, Standing.ALONE}:
            return self._standing
        self._unwritten |= writing
        if self._trouble_since_ms is None:
            self._trouble_since_ms = now_ms
        waited_ms = now_ms - self._trouble_since_ms
        goes_on = not self.followers and waited_ms >= self._times.patience_ms
        self._standing = Standing.ALONE if goes_on else Standing.WAITING
        return self._standing

    def written_back(self) -> None:
        """What was decided alone is in Redis, under our token."""
        if self._standing is not Standing.LOST:
            self._mended()

    def fenced(self) -> None:
        """Somebody else has the meeting now; there is no way back into this tenure."""
        self.forked = self._standing is Standing.ALONE
        self._standing = Standing.LOST

    def _mended(self) -> None:
        self._standing = Standing.HELD
        self._trouble_since_ms = None
        self._unwritten = False
