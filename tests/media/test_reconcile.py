from hypothesis import given
from hypothesis import strategies as st

from server.hosting.ports import Seat
from server.media.reconcile import MeetingMedia, Seating
from server.rooms.ids import ParticipantId
from server.rooms.routes import Kind, Track

from .parts import ADA, BEA, CIS, DIA, HandMade

NOBODY = Seat(None, audio=False, video=False)


def test_nobody_moves_while_she_is_wanted():
    seating = Seating(3)
    seating.arrange([ADA, BEA, CIS])
    seating.arrange([CIS, BEA])
    assert seating.occupants == [None, BEA, CIS]
    seating.arrange([CIS, BEA, DIA])
    assert seating.occupants == [DIA, BEA, CIS]


def test_who_returns_gets_her_former_seat():
    seating = Seating(3)
    seating.arrange([ADA, BEA, CIS])
    seating.arrange([])
    seating.arrange([DIA, CIS])
    assert seating.occupants == [DIA, None, CIS]


def test_the_seat_that_is_free_for_the_longest_time_is_taken_first():
    seating = Seating(3)
    seating.arrange([ADA, BEA])
    seating.arrange([BEA])
    seating.arrange([])
    seating.arrange([CIS])
    assert seating.occupants == [None, None, CIS], "nobody had this one"
    seating.arrange([CIS, DIA])
    assert seating.occupants == [DIA, None, CIS], "Ada left before Bea"


def test_who_does_not_fit_stays_out():
    seating = Seating(1)
    seating.arrange([ADA, BEA])
    assert seating.occupants == [ADA]
    seating.arrange([BEA, ADA])
    assert seating.occupants == [BEA]
    Seating(0).arrange([ADA])


PEOPLE = [ParticipantId(f"person-{n:04}") for n in range(8)]


@given(st.integers(0, 5), st.lists(st.lists(st.sampled_from(PEOPLE), unique=True), max_size=12))
def test_everybody_who_fits_sits_once_and_stays(seats: int, wishes: list[list[ParticipantId]]):
    seating = Seating(seats)
    for wanted in wishes:
        before = list(seating.occupants)
        seating.arrange(wanted)
        seated = [each for each in seating.occupants if each is not None]
        assert sorted(seated) == sorted(wanted[:seats])
        for was, now in zip(before, seating.occupants, strict=True):
            assert was not in wanted[:seats] or was is None or now == was


class Gathering:
    """Hand-made peers in one meeting."""

    def __init__(self) -> None:
        self.media = MeetingMedia()
        self._count = 0

    def enter(self, who: ParticipantId, seats: int = 2, *, connected: bool = True) -> HandMade:
        self._count += 1
        person = HandMade(who, self._count, seats, speakers=self.media.speakers)
        if connected:
            person.connect()
        self.media.admit(person.peer)
        return person

    def want(
        self, *tracks: tuple[ParticipantId, Kind, set[ParticipantId]]
    ) -> dict[ParticipantId, tuple[Seat, ...]]:
        self.media.wanted = {Track(who, kind): frozenset(to) for who, kind, to in tracks}
        return dict(self.media.reconcile())


def test_sound_and_picture_of_one_publisher_share_a_seat():
    gathering = Gathering()
    ada, bea = gathering.enter(ADA), gathering.enter(BEA)
    told = gathering.want((ADA, Kind.MIC, {BEA}), (ADA, Kind.CAMERA, {BEA}))
    assert told == {ADA: (NOBODY, NOBODY), BEA: (Seat(ADA, audio=True, video=True), NOBODY)}
    seat = bea.peer.seats[0]
    assert seat.video is not None
    assert seat.audio.source is ada.peer.publications[Kind.MIC]
    assert seat.video.source is ada.peer.publications[Kind.CAMERA]
    assert ada.peer.publications[Kind.CAMERA].keyframes.wished


def test_only_what_changed_is_told():
    gathering = Gathering()
    gathering.enter(ADA)
    gathering.enter(BEA)
    gathering.want((ADA, Kind.MIC, {BEA}))
    assert gathering.want((ADA, Kind.MIC, {BEA})) == {}
    told = gathering.want((ADA, Kind.MIC, {BEA}), (ADA, Kind.CAMERA, {BEA}))
    assert told == {BEA: (Seat(ADA, audio=True, video=True), NOBODY)}


def test_a_keyframe_is_wished_for_only_when_somebody_can_get_it():
    """Asked for while she still connects, it would be lost, and her picture would come a pause later."""
    gathering = Gathering()
    ada = gathering.enter(ADA)
    bea = gathering.enter(BEA, connected=False)
    camera = ada.peer.publications[Kind.CAMERA]
    gathering.want((ADA, Kind.CAMERA, {BEA}))
    bea.peer.move(bea.address)
    assert not camera.keyframes.wished
    assert not camera.waits_for_keyframe()
    bea.connect()
    assert camera.keyframes.wished


def test_what_is_no_longer_wanted_is_unbound_at_once():
    gathering = Gathering()
    ada, bea = gathering.enter(ADA), gathering.enter(BEA)
    gathering.want((ADA, Kind.MIC, {BEA}), (ADA, Kind.CAMERA, {BEA}))
    told = gathering.want((ADA, Kind.CAMERA, {BEA}))
    assert told == {BEA: (Seat(ADA, audio=False, video=True), NOBODY)}
    assert bea.peer.seats[0].audio.source is None
    assert not ada.peer.publications[Kind.MIC].routed
    assert not ada.peer.publications[Kind.MIC].subscriptions
    assert gathering.want() == {BEA: (NOBODY, NOBODY)}


def test_a_peer_that_is_not_open_is_told_when_it_is():
    gathering = Gathering()
    gathering.enter(ADA)
    bea = gathering.enter(BEA, connected=False)
    assert BEA not in gathering.want((ADA, Kind.MIC, {BEA}))
    bea.connect()
    assert dict(gathering.media.reconcile())[BEA][0] == Seat(ADA, audio=True, video=False)


def test_a_publisher_without_a_transport_keeps_her_seat_for_later():
    gathering = Gathering()
    bea = gathering.enter(BEA)
    told = gathering.want((ADA, Kind.MIC, {BEA}))
    assert told[BEA][0] == Seat(ADA, audio=False, video=False)
    ada = gathering.enter(ADA)
    assert dict(gathering.media.reconcile())[BEA][0] == Seat(ADA, audio=True, video=False)
    assert bea.peer.seats[0].audio.source is ada.peer.publications[Kind.MIC]


def test_with_too_few_seats_who_spoke_last_is_heard():
    gathering = Gathering()
    gathering.enter(DIA, seats=1)
    for who in (ADA, BEA, CIS):
        gathering.enter(who, seats=0)
    tracks = [(who, Kind.MIC, {DIA}) for who in (ADA, BEA, CIS)]
    assert gathering.want(*tracks)[DIA][0].publisher == ADA
    assert gathering.media.is_crowded()
    for n in range(50):
        gathering.media.speakers.note(CIS, 20, 20 * n)
    assert gathering.want(*tracks)[DIA][0].publisher == CIS
    for n in range(50):
        gathering.media.speakers.note(ADA, 20, 5_000 + 20 * n)
    assert gathering.want(*tracks)[DIA][0].publisher == ADA
    gathering.media.dismiss(ADA)
    assert gathering.want(*tracks)[DIA][0].publisher == CIS, "who has no transport cannot be heard"


def test_enough_seats_are_no_crowd():
    gathering = Gathering()
    gathering.enter(ADA, seats=1)
    gathering.want((BEA, Kind.MIC, {ADA}))
    assert not gathering.media.is_crowded()


def test_a_screen_is_not_shown_in_a_seat():
    gathering = Gathering()
    gathering.enter(ADA)
    bea = gathering.enter(BEA)
    told = gathering.want((ADA, Kind.SCREEN, {BEA}))
    assert told[BEA][0] == Seat(ADA, audio=False, video=False)
    assert bea.peer.seats[0].video is not None
    assert bea.peer.seats[0].video.source is None


def test_a_muted_person_is_not_audible():
    gathering = Gathering()
    gathering.enter(ADA)
    gathering.enter(BEA)
    gathering.want((ADA, Kind.MIC, {BEA}))
    for n in range(50):
        gathering.media.speakers.note(ADA, 20, 20 * n)
    assert gathering.media.speakers.audible(1_000) == (ADA,)
    gathering.want()
    assert gathering.media.speakers.audible(1_000) == ()
