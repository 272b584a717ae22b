"""Who asked for little data: how much of it sound takes, and what is left for pictures."""

from __future__ import annotations

from benchmarks.load import LEVEL_ID, ssrc_of
from server.hosting.ports import Screen, Why
from server.media.allotment import LOW_DATA_BPS, VOICE_BPS
from server.rooms.ids import ParticipantId
from server.rooms.routes import Kind

from .circle import HEIGHTS, Circle, Q
from .parts import BEA, OPUS

OTHERS = 5
SPEECH = bytes(60)
"""24 kbit/s."""
LONG_ENOUGH_MS = 12_000
"""For a picture to come back after a lively moment."""


class Talk(Circle):
    """Bea looks at Ada's camera with little data, and hears so many microphones."""

    def __init__(self) -> None:
        super().__init__()
        self.bea = self.enter(BEA, seats=OTHERS + 1)
        self.picture(self.bea).bind(self.camera)
        self.allotment.screens[BEA] = Screen(low_data=True)
        self.microphones = [self.enter(ParticipantId(f"p{number:02}-0000000")) for number in range(OTHERS)]
        for seat, person in zip(self.bea.peer.seats[1:], self.microphones, strict=True):
            assert seat.audio is not None
            seat.audio.bind(person.peer.publications[Kind.MIC])
        self.sounds = 0

    def sound(self, voices: int) -> None:
        self.sounds += 1
        for number, person in enumerate(self.microphones[:voices], start=2 + 1):
            self.rtp(
                person,
                ssrc=ssrc_of(number, "audio"),
                payload_type=OPUS,
                seq16=self.sounds,
                rtp_ticks=960 * self.sounds,
                payload=SPEECH,
                extensions=((LEVEL_ID, b"\x14"),),
            )

    def talk(self, voices: int, ms: int) -> None:
        """So many speak; a picture of about 50 kbit/s is the smallest there is."""
        for _ in range(ms // 33):
            self.sound(voices)
            self.live(33, layers=(Q,), payload_bytes=200)

    @property
    def height_px(self) -> int:
        (grant,) = self.allotment.grants[BEA]
        return grant.height_px

    @property
    def why(self) -> Why:
        (grant,) = self.allotment.grants[BEA]
        return grant.why

    @property
    def audio_bps(self) -> int:
        (grant,) = self.allotment.grants[BEA]
        return self.bea.peer.needs_bps - grant.bps


def test_many_open_microphones_of_which_one_speaks_leave_room_for_her_picture():
    talk = Talk()
    talk.sound(OTHERS)
    talk.talk(1, 3_000)
    assert VOICE_BPS <= talk.audio_bps < VOICE_BPS * 1.2
    assert talk.height_px == HEIGHTS[Q]


def test_while_all_speak_at_once_sound_goes_first_and_the_picture_comes_back_after():
    talk = Talk()
    talk.talk(1, 3_000)
    talk.talk(OTHERS, 2_000)
    assert talk.audio_bps > LOW_DATA_BPS * 0.8
    assert (talk.height_px, talk.why) == (0, Why.LOW_DATA)
    talk.talk(1, LONG_ENOUGH_MS)
    assert talk.height_px == HEIGHTS[Q]
