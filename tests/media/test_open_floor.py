"""Where many microphones are open only the loudest few are forwarded, and nobody hears a seam."""

from __future__ import annotations

from itertools import pairwise

from benchmarks.load import LEVEL_ID, ssrc_of
from server.media.reconcile import MeetingMedia
from server.rooms.ids import ParticipantId
from server.rooms.routes import Kind, Track
from server.rtp.header import FIXED
from server.rtp.speakers import MAX_VOICES

from .parts import OPUS, HandMade, Room

LOUD, SILENT = b"\x14", b"\x7f"


class Floor(Room):
    """So many people in one room, all microphones open, all with a seat for everybody."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.media = MeetingMedia()
        self.speakers = self.media.speakers
        self.everybody = [
            self.enter(ParticipantId(f"p{number:02}-0000000"), seats=count - 1) for number in range(count)
        ]
        for person in self.everybody:
            self.media.admit(person.peer)
        self.ids = [person.peer.participant for person in self.everybody]
        self.sequence = [0] * count
        self.let_in(*range(count))

    def let_in(self, *numbers: int) -> None:
        everybody = frozenset(self.ids)
        self.media.wanted = {
            Track(self.ids[number], Kind.MIC): everybody - {self.ids[number]} for number in numbers
        }
        list(self.media.reconcile())

    def sound(self, number: int, level: bytes) -> None:
        self.sequence[number] += 1
        self.rtp(
            self.everybody[number],
            ssrc=ssrc_of(number + 1, "audio"),
            payload_type=OPUS,
            seq16=self.sequence[number],
            rtp_ticks=960 * self.sequence[number],
            extensions=((LEVEL_ID, level),),
        )

    def speak(self, loud: set[int], packets: int) -> None:
        for _ in range(packets):
            self.now_ms += 20
            for number in range(len(self.everybody)):
                self.sound(number, LOUD if number in loud else SILENT)


def streams(person: HandMade) -> dict[int, list[int]]:
    """SSRC → the sequence numbers that came."""
    came: dict[int, list[int]] = {}
    for packet in person.rtp:
        _, _, sequence, _, ssrc = FIXED.unpack_from(packet)
        came.setdefault(ssrc, []).append(sequence)
    return came


def test_only_the_loudest_few_are_forwarded():
    floor = Floor(MAX_VOICES + 4)
    floor.speak({1, 5}, 3)
    listener = floor.everybody[-1]
    listener.rtp.clear()
    floor.speak({1, 5}, 50)
    assert len(streams(listener)) == MAX_VOICES
    assert len(listener.rtp) <= MAX_VOICES * 50
    assert floor.media.speakers.audible(floor.now_ms) == (floor.ids[1], floor.ids[5])


def test_where_there_is_room_for_all_everybody_is_forwarded():
    floor = Floor(MAX_VOICES)
    floor.speak(set(), 10)
    assert len(floor.everybody[0].rtp) == (MAX_VOICES - 1) * 10


def test_a_voice_that_comes_and_goes_leaves_no_hole():
    floor = Floor(MAX_VOICES + 3)
    for loud in ({6}, {5}, {4}, {3}, {2}, {6}):
        floor.speak(loud, 60)
    came = streams(floor.everybody[0])
    assert len(came) > MAX_VOICES
    for sequence in came.values():
        assert all((after - before) & 0xFFFF == 1 for before, after in pairwise(sequence))


def test_those_held_back_are_forwarded_again_when_there_is_room():
    floor = Floor(MAX_VOICES + 1)
    floor.speak({0, 1, 2, 3}, 50)
    floor.let_in(0, 4)
    listener = floor.everybody[1]
    listener.rtp.clear()
    floor.speak({0}, 10)
    assert sorted(len(each) for each in streams(listener).values()) == [10, 10]


def test_sound_without_a_level_is_not_held_back():
    floor = Floor(MAX_VOICES + 3)
    listener = floor.everybody[0]
    for seq in range(1, 20):
        floor.rtp(
            floor.everybody[6], ssrc=ssrc_of(7, "audio"), payload_type=OPUS, seq16=seq, rtp_ticks=960 * seq
        )
    assert len(listener.rtp) == 19
