"""What this node knows of one meeting: its replica, the feed that it reads, and how commands were answered.

Made by `shared_meeting`; filled by letters and by the owner's own journal, and from Redis where those left something out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.hosting.replica import Replica

from . import records
from .feed import Feed
from .remembered import Remembered

if TYPE_CHECKING:
    from server.hosting.ports import Checkpoint, Entry
    from server.rooms.ids import MeetingId

    from . import letters as w
    from .records import Answered
    from .surroundings import Surroundings


class Following:
    """Entries come in by `take` or `catch_up`, in order and once."""

    def __init__(
        self, around: Surroundings, meeting: MeetingId, start: Checkpoint, answered: Answered
    ) -> None:
        self._store = around.store
        self._keys = around.keys.meeting(meeting)
        self.feed = Feed(start)
        self.replica = Replica(start, self.feed, around.keep_steps)
        self.remembered = Remembered(answered)
        self.last_ms = 0
        """When the newest entry known here was decided."""
        self._token: int | None = None
        """Of the owner that wrote it, where a letter said so."""

    async def catch_up(self, *, anew: bool = False) -> bool:
        """Everything that Redis has is in the feed. False: it knows nothing of the meeting. Raises: `StoreAway`.

        anew: what we have is not what was kept.
        """
        seal = self._keys.seal
        entries = [] if anew else await self._store.read(self._keys, self.feed.position)
        if not entries or entries[0][0] != self.feed.position + 1:
            found = await self._store.checkpoint_of(self._keys)
            if found is None:
                return False
            base, sealed = found
            if anew or base > self.feed.position:
                read = records.read_checkpoint(seal.open(sealed, self._keys.checkpoint_place(base)))
                checkpoint, answered = read
                self.remembered = Remembered(answered)
                self.feed.put(checkpoint)
                self._token = None
            entries = await self._store.read(self._keys, self.feed.position)
        for position, sealed in entries:
            self.take(records.read_entry(seal.open(sealed, self._keys.entry_place(position))))
        return True

    def answered(self) -> Answered:
        """Of which commands it is known here how they were answered."""
        return self.remembered.all()

    def take(self, entry: Entry, token: int | None = None) -> None:
        """Into the feed, if it is the next one."""
        if self.feed.put(entry):
            self.note(entry, token)

    def note(self, entry: Entry, token: int | None) -> None:
        """It is in the feed. token: of the owner that wrote it, if that is known."""
        self.remembered.took(entry)
        self.last_ms, self._token = entry.at_ms, token

    def told(self, letter: w.Wrote) -> bool:
        """False: something before it was missed, and is to be had from Redis."""
        if letter.position == self.feed.position + 1:
            self.take(records.read_entry(letter.entry), letter.token)
        return letter.position <= self.feed.position

    def is_forked(self, letter: w.Wrote) -> bool:
        """Our newest entry is an earlier owner's, and this one never knew it: Redis has lost it in a failover.

        Tokens go up with positions. Where ours is as far as a newer owner's entry or further, the two are not of one journal.
        """
        return (
            self._token is not None and self._token < letter.token and letter.position <= self.feed.position
        )
