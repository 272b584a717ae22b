"""What nodes write into each other's inboxes; one class each, sealed for the node that it is for.

An answer follows the entries it speaks of in the same inbox. A letter may come twice: whoever reads it sees to that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from server.hosting.ports import Screen, Seat
from server.rooms.ids import MeetingId, ParticipantId  # noqa: TC001 - msgspec reads the annotations

from .keys import Unsealed, inbox_key

if TYPE_CHECKING:
    from .keys import ClusterKeys

MAX_LETTER_BYTES: Final = 1_048_576
"""The largest is an SDP offer, or an entry with a round of 320 people."""


class LetterError(Exception):
    """No letter of one of our nodes, or of a version we do not read."""


class Letter(msgspec.Struct, frozen=True, tag_field="k", forbid_unknown_fields=False):
    """About one meeting, from one node."""

    meeting: MeetingId
    sender: str


class Ask(Letter, frozen=True, tag="ask"):
    """To the owner: carry this out. The same cause is carried out once."""

    number: int
    command: bytes
    cause: tuple[ParticipantId, int] | None
    token: int
    """Of the owner that is meant: who reads it later, as an owner again, does not carry out what another one has answered since."""


class Offer(Letter, frozen=True, tag="offer"):
    """To the owner: answer this offer with your media server's."""

    number: int
    peer: ParticipantId
    sdp: str


class Receiving(Letter, frozen=True, tag="receiving"):
    """To the owner: what comes to the people of this meeting?"""

    number: int


class Answer(Letter, frozen=True, tag="answer"):
    """To whoever asked: what became of it."""

    number: int
    position: int = 0
    events: bytes = b""
    sdp: str = ""
    receptions: bytes = b""
    refused: str | None = None
    """Code of a refusal, or `not_owner`, `busy`, `fault`, `over`."""


class Close(Letter, frozen=True, tag="close"):
    """To the owner: this peer's media ends."""

    peer: ParticipantId


class Show(Letter, frozen=True, tag="show"):
    """To the owner: what this peer sees."""

    peer: ParticipantId
    heights_px: dict[ParticipantId, int]
    pinned: ParticipantId | None
    low_data: bool

    def screen(self) -> Screen:
        return Screen(self.heights_px, self.pinned, self.low_data)


class Here(Letter, frozen=True, tag="here"):
    """To the owner: we follow, and these people are connected here."""

    people: list[tuple[ParticipantId, int]]


class Wrote(Letter, frozen=True, tag="wrote"):
    """From the owner: an entry that is kept."""

    token: int
    position: int
    entry: bytes


class Turned(Letter, frozen=True, tag="turned"):
    """From the owner: this command was refused; the next owner refuses it, too."""

    token: int
    cause: tuple[ParticipantId, int]
    code: str


class Seats(Letter, frozen=True, tag="seats"):
    peer: ParticipantId
    seats: list[tuple[ParticipantId | None, bool, bool]]

    def all(self) -> list[Seat]:
        return [Seat(*seat) for seat in self.seats]


class Speakers(Letter, frozen=True, tag="speakers"):
    who: list[ParticipantId]


class Layers(Letter, frozen=True, tag="layers"):
    peer: ParticipantId
    rids: list[str]


class Lost(Letter, frozen=True, tag="lost"):
    """From the owner: this peer's media transport is gone."""

    peer: ParticipantId


class Adopt(Letter, frozen=True, tag="adopt"):
    """To another node: have this meeting. token: the lease is yours already; None: take it."""

    token: int | None


class Over(Letter, frozen=True, tag="over"):
    """From the owner: the meeting has ended."""


AnyLetter = (
    Ask
    | Offer
    | Receiving
    | Answer
    | Close
    | Show
    | Here
    | Wrote
    | Turned
    | Seats
    | Speakers
    | Layers
    | Lost
    | Adopt
    | Over
)
Word = Seats | Speakers | Layers | Lost
Wording = Callable[[str], Word]
"""Given the name of the node that says it."""

_decoder: Final = msgspec.msgpack.Decoder(AnyLetter)


def seal(keys: ClusterKeys, letter: AnyLetter, to: str) -> bytes:
    return keys.inbox_seal(to).close(msgspec.msgpack.encode(letter), inbox_key(to))


def unseal(keys: ClusterKeys, sealed: bytes, node: str) -> AnyLetter:
    """Raises: `LetterError`, and nothing else for any bytes."""
    if len(sealed) > MAX_LETTER_BYTES:
        raise LetterError
    try:
        letter: AnyLetter = _decoder.decode(keys.inbox_seal(node).open(sealed, inbox_key(node)))
    except (Unsealed, msgspec.MsgspecError):
        raise LetterError from None
    return letter
