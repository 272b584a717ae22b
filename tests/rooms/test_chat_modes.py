"""Chat modes: who may write where in which mode, and the lines to the facilitators, which are open in every one."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.errors import Refusal
from server.rooms.ids import MAIN, ParticipantId, RoomId
from server.rooms.machine import decide
from server.rooms.state import ChatMode, Held, Meeting, Role

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, refusal
from .chat_evening import B1, EVERYBODY, FIRST, N1, N2, WANDA, evening, readers, shared_by, with_breakout

if TYPE_CHECKING:
    from collections.abc import Callable

# ── the table: mode × role × share × room ────────────────────────────────────────────────────────

SHOWN, BY_SHARE, BY_MODE, REFUSED = "shown", "held for the share", "held for approval", "refused"
WORDS = {
    # what becomes of words to the room: (nobody shares, somebody else shares, she shares herself)
    (ChatMode.OPEN, Role.FACILITATOR): (SHOWN, SHOWN, SHOWN),
    (ChatMode.OPEN, Role.MEMBER): (SHOWN, BY_SHARE, SHOWN),
    (ChatMode.OPEN, Role.GUEST): (SHOWN, BY_SHARE, None),
    (ChatMode.APPROVED, Role.FACILITATOR): (SHOWN, SHOWN, SHOWN),
    (ChatMode.APPROVED, Role.MEMBER): (BY_MODE, BY_MODE, BY_MODE),
    (ChatMode.APPROVED, Role.GUEST): (BY_MODE, BY_MODE, None),
    (ChatMode.FACILITATORS, Role.FACILITATOR): (SHOWN, SHOWN, SHOWN),
    (ChatMode.FACILITATORS, Role.MEMBER): (REFUSED, REFUSED, REFUSED),
    (ChatMode.FACILITATORS, Role.GUEST): (REFUSED, REFUSED, None),
    (ChatMode.CLOSED, Role.FACILITATOR): (REFUSED, REFUSED, REFUSED),
    (ChatMode.CLOSED, Role.MEMBER): (REFUSED, REFUSED, REFUSED),
    (ChatMode.CLOSED, Role.GUEST): (REFUSED, REFUSED, None),
}
WRITERS = {Role.FACILITATOR: FAYE, Role.MEMBER: MIA, Role.GUEST: GUS}
SHARES = ("nobody", "another", "herself")
ROWS = [
    (mode, role, share, word)
    for (mode, role), words in WORDS.items()
    for share, word in zip(SHARES, words, strict=True)
    if word is not None
]


def what_becomes(meeting: Meeting, who: ParticipantId) -> tuple[str, Held | None]:
    command = c.Say(who, b"x")
    if refusal(meeting, command) is Refusal.CHAT_CLOSED:
        return REFUSED, None
    (said,) = decide(meeting, command, 0)
    assert isinstance(said, e.Said)
    return {None: SHOWN, Held.SHARE: BY_SHARE, Held.APPROVAL: BY_MODE}[said.held], said.held


def test_the_table_is_complete():
    assert set(WORDS) == set(product(ChatMode, Role))


HIDDEN: dict[str, tuple[c.Command, ...]] = {
    "a line": (c.SayToFacilitators(MIA, b"x"), c.AnswerOnLine(FIONA, MIA, b"y")),
    "a quiet room": (
        *(c.AskForSomeone(MIA), c.AcceptNeed(FIONA, MIA), c.Say(MIA, b"x"), c.Say(FIONA, b"y")),
        c.EndQuiet(FIONA),
    ),
    "declined": (
        *(c.SetChatMode(FIONA, ChatMode.APPROVED), c.Say(MIA, b"x"), c.DeleteMessage(FIONA, N1)),
        c.SetChatMode(FIONA, ChatMode.OPEN),
    ),
}


@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_number_of_a_message_tells_nothing_of_what_was_not_hers(hidden: str):
    """Whoever reads two messages cannot count what was said between them on lines and in quiet rooms."""
    before = evening()
    apart = after(before, *HIDDEN[hidden])
    words = c.Say(FAYE, b"welcome")
    assert decide(apart, words, 5000) == decide(before, words, 5000)
    (said,) = decide(apart, words, 0)
    assert isinstance(said, e.Said)
    assert said.number >= apart.next_message, "none is used twice, even within a millisecond"


@pytest.mark.parametrize("room", [MAIN, B1])
@pytest.mark.parametrize(("mode", "role", "share", "word"), ROWS)
def test_words_to_the_room(room: RoomId, mode: ChatMode, role: Role, share: str, word: str):
    """Every room has its own share: what goes on elsewhere holds nothing here."""
    who = WRITERS[role]
    here = (FIONA, who, MARA)
    meeting = evening() if room == MAIN else with_breakout(*here)
    if share != "nobody":
        meeting = shared_by(meeting, who if share == "herself" else MARA)
    meeting = meeting if mode is ChatMode.OPEN else after(meeting, c.SetChatMode(FIONA, mode))
    told, held = what_becomes(meeting, who)
    assert told == word
    if told == REFUSED:
        return
    meeting = after(meeting, c.Say(who, b"x"))
    around = {p.id for p in meeting.of_room(room)}
    assert readers(meeting, N1) == (around if held is None else {who, FIONA, FAYE})


@pytest.mark.parametrize("mode", ChatMode)
@pytest.mark.parametrize("who", [FIONA, MIA, WANDA])
def test_words_in_a_quiet_room_are_shown_in_every_mode(mode: ChatMode, who: ParticipantId):
    brings = c.Greet(FIONA, WANDA) if who == WANDA else c.TakeAside(FIONA, MIA)
    meeting = shared_by(evening(), MARA)
    meeting = meeting if mode is ChatMode.OPEN else after(meeting, c.SetChatMode(FAYE, mode))
    meeting = after(meeting, brings)
    assert what_becomes(meeting, who)[0] == SHOWN
    assert readers(after(meeting, c.Say(who, b"x")), N1) == {FIONA, WANDA if who == WANDA else MIA}


@pytest.mark.parametrize("mode", ChatMode)
@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("room", [MAIN, B1, RoomId("q")])
def test_the_line_to_the_facilitators_is_open_in_every_mode(mode: ChatMode, share: str, room: RoomId):
    meeting = with_breakout(FIONA, MIA, MARA) if room == B1 else evening()
    if share != "nobody":
        meeting = shared_by(meeting, MIA if share == "herself" else MARA)
    meeting = meeting if mode is ChatMode.OPEN else after(meeting, c.SetChatMode(FIONA, mode))
    if room == RoomId("q"):
        meeting = after(meeting, c.TakeAside(FAYE, MIA))
    meeting = after(meeting, c.SetSlowMode(FIONA, 60_000), c.SayToFacilitators(MIA, b"x"))
    meeting = after(meeting, c.SayToFacilitators(MIA, b"y"), c.AnswerOnLine(FIONA, MIA, b"z"))
    assert [m.held for m in meeting.messages] == [None] * 3
    for message in meeting.messages:
        assert readers(meeting, message.number) == {MIA, FIONA, FAYE}


@pytest.mark.parametrize("mode", ChatMode)
def test_a_facilitator_may_tell_all_rooms_in_every_mode(mode: ChatMode):
    meeting = with_breakout(MIA, MARA)
    meeting = meeting if mode is ChatMode.OPEN else after(meeting, c.SetChatMode(FIONA, mode))
    meeting = after(meeting, c.TakeAside(FAYE, GUS), c.Broadcast(FIONA, b"ten minutes"))
    assert readers(meeting, N1) == set(EVERYBODY) - {WANDA}
    meeting = after(meeting, c.RecallBreakouts(FIONA, at_once=True), c.EndQuiet(FAYE))
    assert readers(meeting, N1) == set(EVERYBODY) - {WANDA}


@pytest.mark.parametrize("mode", ChatMode)
def test_a_share_in_writing_is_shown_in_every_mode(mode: ChatMode):
    """Slow mode, too: it is her turn."""
    meeting = after(evening(), c.SetSlowMode(FIONA, 60_000), c.Say(MIA, b"before"))
    meeting = shared_by(meeting, MIA)
    meeting = meeting if mode is ChatMode.OPEN else after(meeting, c.SetChatMode(FIONA, mode))
    meeting = after(meeting, c.ShareInWriting(MIA, FIRST, b"typed"))
    assert readers(meeting, N2) == set(EVERYBODY) - {WANDA}


@pytest.mark.parametrize(
    "command",
    [
        *(c.Say(MIA, b"x"), c.Say(FIONA, b"x"), c.SayToFacilitators(MIA, b"x")),
        *(c.AnswerOnLine(FIONA, MIA, b"x"), c.Broadcast(FIONA, b"x"), c.ShareInWriting(MIA, FIRST, b"x")),
        *(c.Say(FAYE, b"x"), c.Say(MARA, b"x"), c.SayToFacilitators(MARA, b"x")),
    ],
    ids=lambda command: f"{type(command).__name__} by {command.actor}",
)
def test_nothing_is_written_in_a_pause(command: c.Command):
    """Neither in the room, nor on a line, nor in a quiet room: Mara is in one with Faye."""
    meeting = after(shared_by(evening(), MIA), c.TakeAside(FAYE, MARA))
    assert refusal(meeting, command) is None
    meeting = after(meeting, c.Pause(FIONA))
    assert refusal(meeting, command) is Refusal.PAUSED
    assert refusal(after(meeting, c.GoOn(FIONA)), command) is None


@pytest.mark.parametrize(
    ("size", "told"), [(0, Refusal.TOO_LARGE), (1, None), (4096, None), (4097, Refusal.TOO_LARGE)]
)
@pytest.mark.parametrize(
    "command",
    [
        *(lambda body: c.Say(MIA, body), lambda body: c.SayToFacilitators(MIA, body)),
        *(lambda body: c.AnswerOnLine(FIONA, MIA, body), lambda body: c.Broadcast(FIONA, body)),
        lambda body: c.ShareInWriting(MIA, FIRST, body),
    ],
    ids=["say", "line", "answer", "broadcast", "in writing"],
)
def test_words_are_bounded(command: Callable[[bytes], c.Command], size: int, told: Refusal | None):
    assert refusal(shared_by(evening(), MIA), command(bytes(size))) is told


# ── lines ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (c.SayToFacilitators(FIONA, b"x"), Refusal.NOT_ALLOWED),
        (c.SayToFacilitators(WANDA, b"x"), Refusal.NOT_HERE),
        (c.SayToFacilitators(GUS, b"x"), None),
        (c.AnswerOnLine(MIA, MARA, b"x"), Refusal.NOT_ALLOWED),
        (c.AnswerOnLine(FIONA, FAYE, b"x"), Refusal.NOT_ALLOWED),
        (c.AnswerOnLine(FIONA, FIONA, b"x"), Refusal.NOT_ALLOWED),
        (c.AnswerOnLine(FIONA, WANDA, b"x"), Refusal.NOT_NOW),
        (c.AnswerOnLine(FIONA, ParticipantId("nobody"), b"x"), Refusal.NO_SUCH_PERSON),
        (c.Broadcast(MIA, b"x"), Refusal.NOT_ALLOWED),
    ],
)
def test_lines_are_between_one_person_inside_and_the_facilitators(command: c.Command, told: Refusal | None):
    assert refusal(evening(), command) is told


def test_no_message_goes_from_member_to_member_alone():
    """Whatever a member or guest writes is read by her room, or by facilitators, or both."""
    meeting = shared_by(evening(), MARA)
    said = (
        c.Say(MIA, b"x"),
        c.SayToFacilitators(MIA, b"x"),
        c.Say(MARA, b"x"),
        c.SayToFacilitators(GUS, b"x"),
    )
    meeting = after(meeting, *said)
    assert all({FIONA, FAYE} <= readers(meeting, m.number) for m in meeting.messages)


def test_a_line_survives_the_breakout_it_was_written_in():
    meeting = after(with_breakout(MIA, MARA), c.SayToFacilitators(MIA, b"help"), c.Say(MIA, b"in b1"))
    meeting = after(meeting, c.RecallBreakouts(FIONA, at_once=True))
    assert [m.body for m in meeting.messages] == [b"help"]
    assert readers(meeting, N1) == {MIA, FIONA, FAYE}
