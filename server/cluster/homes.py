"""Where the people of one meeting are connected, and the media server's last word to each, for when she comes back elsewhere.

Made by `shared_meeting`: of the owner's meetings it knows everybody, else those who are connected here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.rooms import commands as c
from server.rooms.events import ConnectionRestored

from . import letters as w

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.hosting.meeting_host import Outcome
    from server.rooms.commands import Command
    from server.rooms.ids import ParticipantId

    from .letters import AnyLetter
    from .post import Post


class Homes:
    """Person → node and number of her connection."""

    def __init__(self, post: Post, node: str) -> None:
        self._post, self._node = post, node
        self._of: dict[ParticipantId, tuple[str, int]] = {}
        self._words: dict[tuple[type, ParticipantId], AnyLetter] = {}

    def __len__(self) -> int:
        return len(self._of)

    def __contains__(self, who: ParticipantId) -> bool:
        return who in self._of

    def all(self) -> list[tuple[ParticipantId, int]]:
        return [(who, number) for who, (_, number) in self._of.items()]

    def at(self, node: str) -> list[tuple[ParticipantId, int]]:
        return [(who, number) for who, (home, number) in self._of.items() if home == node]

    def introduced(self, node: str, people: Iterable[tuple[ParticipantId, int]]) -> None:
        """They are connected there, says the node itself, again and again: of somebody's connections the newest one counts."""
        for who, number in people:
            known = self._of.get(who)
            if known is None or known[1] < number:
                self._of[who] = (node, number)
                self._say_again(node, who)

    def carried_out(self, node: str, command: Command, outcome: Outcome) -> None:
        """What a command that came from this node says of where somebody is."""
        match command:
            case c.Join():
                self._of[command.participant] = (node, 1)
            case c.LoseConnection():
                if self._of.get(command.participant) == (node, command.connection):
                    del self._of[command.participant]
            case c.Resume():
                for event in outcome.events:
                    if isinstance(event, ConnectionRestored):
                        self._of[event.participant] = (node, event.connection)
                        if node != self._node:
                            self._say_again(node, event.participant)

    def lose(self, who: ParticipantId) -> None:
        """Her connection is gone."""
        self._of.pop(who, None)

    def forget(self, who: ParticipantId) -> None:
        """She is gone."""
        self.lose(who)
        for kind in (w.Seats, w.Layers):
            self._words.pop((kind, who), None)

    def only_here(self) -> None:
        """The meeting is another's: it knows the others, and has a media server of its own."""
        self._of = {who: home for who, home in self._of.items() if home[0] == self._node}
        self._words.clear()

    def note(self, word: w.Word) -> None:
        """The media server's latest."""
        if isinstance(word, w.Seats | w.Layers):
            self._words[type(word), word.peer] = word

    def _say_again(self, node: str, who: ParticipantId) -> None:
        for kind in (w.Seats, w.Layers):
            word = self._words.get((kind, who))
            if word is not None:
                self._post.send(node, word)
