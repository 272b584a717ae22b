"""Chat: what is held and for how long, who reads what, slow mode, what is forgotten, and who was silent for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.rooms import chat
from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.errors import Refusal
from server.rooms.groups import BreakoutKind
from server.rooms.ids import MAIN, MessageNumber, ParticipantId
from server.rooms.machine import decide, fold
from server.rooms.rules import Rules
from server.rooms.state import ChatMode, Held, Meeting, Role
from server.rooms.view import view

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, outcome, refusal
from .chat_evening import (
    B1,
    EVERYBODY,
    FIRST,
    MONA,
    N1,
    N2,
    WANDA,
    evening,
    readers,
    shared_by,
    with_breakout,
)
from .eyes import Eyes, look, watch

if TYPE_CHECKING:
    from collections.abc import Sequence

# ── what is held ─────────────────────────────────────────────────────────────────────────────────


def ended(meeting: Meeting) -> Meeting:
    return after(meeting, c.EndShare(FIONA, FIRST))


def test_what_was_held_for_a_share_is_released_when_it_has_ended():
    meeting = after(shared_by(evening(), MARA), c.Say(MIA, b"one"), c.Say(GUS, b"two"))
    assert meeting.held_for_shares == len(meeting.messages)
    events, meeting = outcome(meeting, c.EndShare(MARA, FIRST))
    assert events[-1] == e.MessagesReleased((N1, N2))
    assert meeting.held_for_shares == 0
    assert readers(meeting, N1) == set(EVERYBODY) - {WANDA}


@pytest.mark.parametrize(
    "command",
    [c.CloseRound(FIONA), c.Leave(MARA), c.Remove(FIONA, MARA), c.SendToLobby(FIONA, MARA)],
    ids=lambda command: type(command).__name__,
)
def test_however_a_share_ends_what_was_held_for_it_is_released(command: c.Command):
    meeting = after(shared_by(evening(), MARA), c.Say(MIA, b"x"), command)
    assert [m.held for m in meeting.messages] == [None]


def test_a_share_that_waits_for_its_speaker_holds_until_the_round_goes_on():
    meeting = after(shared_by(evening(), MARA), c.SetAway(MARA, away=True), c.Say(MIA, b"x"))
    assert meeting.held_for_shares == 1
    assert after(meeting, c.Tick(), at_ms=90_000).held_for_shares == 0


def test_a_round_that_stands_still_for_breakouts_holds_nothing():
    meeting = after(shared_by(evening(), MARA), c.Say(MIA, b"held"))
    plan = c.PlanBreakouts(
        FIONA, BreakoutKind.BY_HAND, (c.PlannedRoom(b"x", None, (MARA,)),), None, 1, None, unattended=True
    )
    meeting = after(meeting, plan, c.AnswerBreakout(MARA, B1), c.OpenBreakouts(FIONA))
    assert meeting.held_for_shares == 0
    meeting = after(meeting, c.Say(MIA, b"those who stayed may talk"))
    assert readers(meeting, N2) == {FIONA, FAYE, MIA, MONA, GUS}
    meeting = after(meeting, c.RecallBreakouts(FIONA, at_once=True), c.Say(MIA, b"her share goes on"))
    assert meeting.held_for_shares == 1


def test_nothing_is_released_by_a_share_in_another_room():
    meeting = shared_by(with_breakout(FIONA, MARA), MARA)
    meeting = after(meeting, c.Say(FIONA, b"in b1"), c.Say(MIA, b"in main"))
    assert [m.held for m in meeting.messages] == [None, None]


@pytest.mark.parametrize("mode", [ChatMode.OPEN, ChatMode.FACILITATORS, ChatMode.CLOSED])
def test_what_waits_for_approval_waits_whatever_becomes_of_the_mode(mode: ChatMode):
    meeting = after(evening(), c.SetChatMode(FIONA, ChatMode.APPROVED), c.Say(MIA, b"x"))
    meeting = ended(shared_by(after(meeting, c.SetChatMode(FIONA, mode)), MARA))
    assert [m.held for m in meeting.messages] == [Held.APPROVAL]
    assert readers(after(meeting, c.ApproveMessage(FAYE, N1)), N1) == set(EVERYBODY) - {WANDA}


@pytest.mark.parametrize("held", Held)
def test_what_is_held_is_seen_by_its_author_and_the_facilitators(held: Held):
    assert readers(holding(held), N1) == {MIA, FIONA, FAYE}


@pytest.mark.parametrize("held", Held)
@pytest.mark.parametrize(
    ("command", "told"),
    [
        (c.ApproveMessage(FAYE, N1), None),
        (c.ApproveMessage(MIA, N1), Refusal.NOT_ALLOWED),
        (c.ApproveMessage(FAYE, N2), Refusal.NO_SUCH_MESSAGE),
        (c.DeleteMessage(FAYE, N1), None),
        (c.DeleteMessage(MIA, N1), None),
        (c.DeleteMessage(MARA, N1), Refusal.NO_SUCH_MESSAGE),
        (c.DeleteMessage(GUS, N1), Refusal.NO_SUCH_MESSAGE),
    ],
)
def test_facilitators_decide_about_what_is_held_and_its_author_may_take_it_back(
    held: Held, command: c.Command, told: Refusal | None
):
    assert refusal(holding(held), command) is told


def holding(held: Held) -> Meeting:
    """A message of Mia's waits."""
    meeting = shared_by(evening(), MARA)
    if held is Held.APPROVAL:
        meeting = after(meeting, c.SetChatMode(FIONA, ChatMode.APPROVED))
    return after(meeting, c.Say(MIA, b"x"))


@pytest.mark.parametrize("held", Held)
def test_a_held_message_that_is_deleted_is_declined_and_never_shown(held: Held):
    meeting = ended(after(holding(held), c.DeleteMessage(FIONA, N1)))
    assert (meeting.messages, meeting.held_for_shares, meeting.history_bytes) == ((), 0, 0)


def test_approved_twice_is_told():
    meeting = after(holding(Held.APPROVAL), c.ApproveMessage(FIONA, N1))
    assert refusal(meeting, c.ApproveMessage(FAYE, N1)) is Refusal.ALREADY_SO


def test_what_waits_in_a_breakout_is_seen_by_facilitators_elsewhere_and_leaves_their_eyes_with_its_room():
    meeting = after(with_breakout(MIA, MARA), c.SetChatMode(FIONA, ChatMode.APPROVED))
    eyes, meeting = seen(look(meeting), meeting, c.Say(MIA, b"one"), c.Say(MIA, b"two"))
    assert list(eyes[FIONA].messages) == [N1, N2]
    eyes, meeting = seen(eyes, meeting, c.ApproveMessage(FIONA, N1))
    assert list(eyes[FIONA].messages) == [N2]
    assert list(eyes[MARA].messages) == [N1]
    eyes, meeting = seen(eyes, meeting, c.RecallBreakouts(FAYE, at_once=True))
    assert [list(one.messages) for one in eyes.values()] == [[]] * len(EVERYBODY)
    assert meeting.messages == ()


def seen(
    eyes: dict[ParticipantId, Eyes], meeting: Meeting, *commands: c.Command
) -> tuple[dict[ParticipantId, Eyes], Meeting]:
    """What everybody knows after these; every eye agrees with her view."""
    for command in commands:
        eyes, meeting = watch(eyes, meeting, decide(meeting, command, 0))
        for who, person in meeting.participants.items():
            assert eyes[who].known() == Eyes.of(view(meeting, person)).known()
    return eyes, meeting


def test_late_comers_see_nothing_from_before_even_if_it_is_released_later():
    meeting = after(shared_by(evening(), MARA), c.Say(MIA, b"before"), c.Admit(FIONA, WANDA))
    meeting = ended(after(meeting, c.Say(MIA, b"since")))
    assert WANDA not in readers(meeting, N1)
    assert WANDA in readers(meeting, N2)


def test_nobody_deletes_what_another_said_but_facilitators():
    meeting = after(evening(), c.Say(MIA, b"x"))
    told = {who: refusal(meeting, c.DeleteMessage(who, N1)) for who in (MIA, MARA, GUS, FAYE)}
    assert told == {MIA: None, MARA: Refusal.NOT_ALLOWED, GUS: Refusal.NOT_ALLOWED, FAYE: None}


def test_a_facilitator_who_comes_later_reads_neither_lines_nor_held_words_from_before():
    meeting = after(evening(), c.SetChatMode(FIONA, ChatMode.APPROVED), c.SayToFacilitators(MIA, b"before"))
    meeting = after(meeting, c.Say(MIA, b"held before"), join("fern", Role.FACILITATOR))
    meeting = after(meeting, c.SayToFacilitators(MIA, b"since"), c.Say(MIA, b"held since"))
    fern = meeting.participants[ParticipantId("fern")]
    assert [m.body for m in view(meeting, fern).messages] == [b"since", b"held since"]


# ── slow mode ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "at_ms", "told"),
    [
        (MIA, 10_999, Refusal.TOO_SOON),
        (MIA, 11_000, None),
        (GUS, 1_001, Refusal.TOO_SOON),
        (MARA, 1_001, None),
        (FIONA, 1_001, None),
    ],
)
def test_slow_mode_asks_for_a_while_between_two_messages(
    who: ParticipantId, at_ms: int, told: Refusal | None
):
    meeting = after(evening(), c.SetSlowMode(FIONA, 10_000))
    meeting = after(meeting, c.Say(MIA, b"x"), c.Say(GUS, b"x"), c.Say(FIONA, b"x"), at_ms=1_000)
    assert refusal(meeting, c.Say(who, b"x"), at_ms) is told


def test_words_on_the_line_do_not_count_for_slow_mode():
    meeting = after(evening(), c.SetSlowMode(FIONA, 10_000), c.SayToFacilitators(MIA, b"x"))
    assert refusal(meeting, c.Say(MIA, b"x"), 1) is None


@pytest.mark.parametrize(
    ("ms", "told"), [(-1, Refusal.TOO_LARGE), (0, Refusal.ALREADY_SO), (500, None), (501, Refusal.TOO_LARGE)]
)
def test_slow_mode_is_bounded(ms: int, told: Refusal | None):
    assert refusal(evening(Rules(slow_max_ms=500)), c.SetSlowMode(FIONA, ms)) is told


def test_modes_and_slowness_are_told_to_everybody_inside():
    meeting = evening()
    eyes, meeting = seen(look(meeting), meeting, c.SetChatMode(FIONA, ChatMode.CLOSED))
    eyes, meeting = seen(eyes, meeting, c.SetSlowMode(FAYE, 1000))
    assert {who: one.chat for who, one in eyes.items() if who != WANDA} == dict.fromkeys(
        set(EVERYBODY) - {WANDA}, (ChatMode.CLOSED, 1000)
    )


# ── bounds ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rules", "sizes", "kept"),
    [
        (Rules(max_messages=2), (1, 1, 1), [2, 3]),
        (Rules(max_history_bytes=10), (4, 4, 2), [1, 2, 3]),
        (Rules(max_history_bytes=10), (4, 4, 3), [2, 3]),
        (Rules(max_history_bytes=10), (4, 4, 10), [3]),
        (Rules(max_history_bytes=10), (4, 4, 11), []),
        (Rules(max_messages=2, max_history_bytes=5), (1, 1, 5), [3]),
    ],
)
def test_the_oldest_leave_first(rules: Rules, sizes: Sequence[int], kept: list[int]):
    """By count and by bytes; what is held leaves like everything else."""
    meeting = shared_by(evening(rules), MARA)
    for size in sizes:
        meeting = after(meeting, c.Say(MIA, bytes(size)))
    assert [m.number for m in meeting.messages] == kept
    assert meeting.history_bytes == sum(len(m.body) for m in meeting.messages)
    assert meeting.held_for_shares == len(kept)


def test_forgetting_rooms_forgets_their_words_and_no_line():
    meeting = fold(
        evening(),
        [
            *(e.Said(N1, MIA, B1, b"one", 0), e.Said(N2, MIA, MAIN, b"two", 0)),
            e.Said(MessageNumber(3), MIA, B1, b"three", 0, line=MIA),
            e.Said(MessageNumber(4), FIONA, MAIN, b"four", 0, everywhere=True),
        ],
    )
    meeting = chat.forget_rooms(meeting, frozenset({B1}))
    assert [m.body for m in meeting.messages] == [b"two", b"three", b"four"]
    assert meeting.history_bytes == len(b"twothreefour")


# ── the longest silence ──────────────────────────────────────────────────────────────────────────


def test_somebody_was_heard_last_when_she_came_wrote_or_shared():
    meeting = after(circle(), join(MIA), at_ms=1000)
    assert meeting.participants[MIA].heard_at_ms == 1000
    meeting = after(meeting, c.Admit(FIONA, MIA), at_ms=2000)
    assert meeting.participants[MIA].heard_at_ms == 2000
    meeting = after(meeting, c.Say(MIA, b"x"), at_ms=3000)
    assert meeting.participants[MIA].heard_at_ms == 3000
    meeting = after(meeting, c.SayToFacilitators(MIA, b"x"), at_ms=4000)
    assert meeting.participants[MIA].heard_at_ms == 4000
    meeting = shared_by(meeting, MIA)
    assert meeting.participants[MIA].heard_at_ms == 4000
    meeting = after(meeting, c.EndShare(MIA, FIRST), at_ms=9000)
    assert (meeting.participants[MIA].heard_at_ms, meeting.participants[MIA].spoken_ms) == (9000, 9000)


def test_who_was_called_on_was_heard_when_she_has_finished():
    meeting = after(circle(MIA), c.RaiseHand(MIA), c.CallOn(FIONA, MIA), at_ms=1000)
    meeting = after(meeting, c.LowerHand(FIONA, MIA), at_ms=6000)
    assert meeting.participants[MIA].heard_at_ms == 6000


def test_a_reload_does_not_look_as_if_she_had_been_heard():
    meeting = after(evening(), c.Say(MIA, b"x"), c.RaiseHand(MIA), c.CallOn(FIONA, MIA), at_ms=1000)
    meeting = after(meeting, c.LowerHand(MIA, MIA), at_ms=2000)
    again = after(meeting, join("mia2", page=MIA), at_ms=60_000).participants[ParticipantId("mia2")]
    assert (again.heard_at_ms, again.said_at_ms, again.spoken_ms) == (2000, 1000, 1000)


def test_how_long_somebody_was_silent_is_for_facilitators():
    meeting = after(evening(), c.Say(MIA, b"x"), at_ms=5000)
    told = {
        who: next((p.heard_at_ms for p in view(meeting, viewer).people if p.id == MIA), None)
        for who, viewer in meeting.participants.items()
    }
    assert told == {**dict.fromkeys(EVERYBODY, None), FIONA: 5000, FAYE: 5000}
