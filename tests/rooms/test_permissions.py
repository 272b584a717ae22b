"""Role by role, command by command: who may give what, from where, and against whom."""

from typing import cast, get_args

import pytest

from server.rooms import commands as c
from server.rooms.errors import Refusal
from server.rooms.groups import BreakoutKind
from server.rooms.ids import MessageNumber, ParticipantId, ResourceNumber, RoomId, TurnNumber
from server.rooms.permissions import FROM_THE_LOBBY, MAY, NOT_AGAINST_FACILITATORS
from server.rooms.rounds import RoundKind
from server.rooms.state import ChatMode, Floor, Meeting, Role, Segment, SegmentKind

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, refusal

WAITING = ParticipantId("wanda")
"""A member in the lobby."""

GONE = TurnNumber(9)
"""A turn that is not going on."""
ALL, HOSTS = frozenset(Role), frozenset({Role.FACILITATOR})
OTHERS, MEMBERS = frozenset({Role.MEMBER, Role.GUEST}), frozenset({Role.MEMBER})
TABLE = {
    # command: (who may, from the lobby too, may it be used on a facilitator)
    c.Leave: (ALL, True, None),
    c.SetMedia: (ALL, True, None),
    c.Say: (ALL, False, None),
    c.DeleteMessage: (ALL, False, None),
    c.Admit: (HOSTS, False, True),
    c.Deny: (HOSTS, False, False),
    c.SendToLobby: (HOSTS, False, False),
    c.Mute: (HOSTS, False, False),
    c.AllowMic: (HOSTS, False, True),
    c.StopCamera: (HOSTS, False, False),
    c.AllowCamera: (HOSTS, False, True),
    c.Lock: (HOSTS, False, None),
    c.Unlock: (HOSTS, False, None),
    c.Remove: (HOSTS, False, False),
    c.UndoBar: (HOSTS, False, None),
    c.SetAway: (ALL, False, None),
    c.SetFloor: (HOSTS, False, None),
    c.RaiseHand: (ALL, False, None),
    c.LowerHand: (ALL, False, True),
    c.CallOn: (HOSTS, False, None),
    c.OrderHands: (HOSTS, False, None),
    c.StartRound: (HOSTS, False, None),
    c.ReorderRound: (HOSTS, False, None),
    c.InvitePassed: (HOSTS, False, None),
    c.CloseRound: (HOSTS, False, None),
    c.AdmitBetweenShares: (HOSTS, False, None),
    c.TakeTurn: (ALL, False, None),
    c.PassTurn: (ALL, False, None),
    c.ComeBackLater: (ALL, False, None),
    c.SkipTurn: (HOSTS, False, None),
    c.NameNext: (ALL, False, None),
    c.EndShare: (ALL, False, None),
    c.ExtendShare: (ALL, False, None),
    c.ShareInWriting: (ALL, False, None),
    c.SetChatMode: (HOSTS, False, None),
    c.SetSlowMode: (HOSTS, False, None),
    c.ApproveMessage: (HOSTS, False, None),
    c.SayToFacilitators: (OTHERS, False, None),
    c.AnswerOnLine: (HOSTS, False, None),
    c.Broadcast: (HOSTS, False, None),
    c.AskForSomeone: (OTHERS, False, None),
    c.WithdrawNeed: (OTHERS, False, None),
    c.AcceptNeed: (HOSTS, False, None),
    c.Greet: (HOSTS, False, None),
    c.TakeAside: (HOSTS, False, False),
    c.EndQuiet: (ALL, False, None),
    c.PlanBreakouts: (HOSTS, False, None),
    c.DropPlan: (HOSTS, False, None),
    c.AnswerBreakout: (ALL, False, None),
    c.OpenBreakouts: (HOSTS, False, None),
    c.AssignRoom: (HOSTS, False, None),
    c.SetHost: (HOSTS, False, None),
    c.EnterRoom: (HOSTS, False, None),
    c.ExtendBreakouts: (HOSTS, False, None),
    c.CallFacilitator: (ALL, False, None),
    c.RecallBreakouts: (HOSTS, False, None),
    c.SetTexts: (HOSTS, False, None),
    c.SetRunSheet: (HOSTS, False, None),
    c.GoToSegment: (HOSTS, False, None),
    c.Pause: (HOSTS, False, None),
    c.GoOn: (HOSTS, False, None),
    c.SetGuestTime: (HOSTS, False, None),
    c.OpenPulse: (HOSTS, False, None),
    c.AnswerPulse: (OTHERS, False, None),
    c.ClosePulse: (HOSTS, False, None),
    c.HandOut: (HOSTS, False, None),
    c.TakeBack: (HOSTS, False, None),
    c.OpenContacts: (HOSTS, False, None),
    c.CloseContacts: (HOSTS, False, None),
    c.OfferContact: (MEMBERS, False, None),
    c.WithdrawContact: (MEMBERS, False, None),
    c.NameCaptioner: (HOSTS, False, None),
    c.NameInterpreter: (HOSTS, False, None),
    c.Caption: (ALL, False, None),
    c.BeginDebrief: (HOSTS, False, None),
    c.End: (HOSTS, False, None),
}


ABOUT_A_PLAN = {c.AssignRoom, c.SetHost}
"""Where there is no plan, that is said first."""


def evening() -> Meeting:
    """Two facilitators, two members, a guest; Wanda waits; one message of each who is in."""
    meeting = circle(MIA, MARA)
    meeting = after(meeting, join(FAYE, Role.FACILITATOR), join(GUS, Role.GUEST), c.Admit(FIONA, GUS))
    meeting = after(meeting, join(WAITING))
    return after(meeting, c.Say(FIONA, b"x"), c.Say(MIA, b"x"), c.Say(GUS, b"x"))


def give(kind: type, actor: ParticipantId, who: ParticipantId = MARA) -> c.PersonCommand:
    """This command, by this person; turns are long gone, so that no rule of the round says `not_allowed`."""
    own = {FIONA: 1, MIA: 2, GUS: 3}
    made: dict[type, c.PersonCommand] = {
        c.SetMedia: c.SetMedia(actor, mic=True, camera=True),
        c.Say: c.Say(actor, b"hello"),
        c.DeleteMessage: c.DeleteMessage(actor, MessageNumber(own.get(actor, 1))),
        c.SetAway: c.SetAway(actor, away=True),
        c.SetFloor: c.SetFloor(actor, Floor.HELD),
        c.LowerHand: c.LowerHand(actor, who if actor in {FIONA, FAYE} else actor),
        c.OrderHands: c.OrderHands(actor, fair=True),
        c.StartRound: c.StartRound(actor, RoundKind.CIRCLE, None, (), invite_passed=False),
        c.ReorderRound: c.ReorderRound(actor, (who,)),
        c.InvitePassed: c.InvitePassed(actor, invite=True),
        c.AdmitBetweenShares: c.AdmitBetweenShares(actor, on=True),
        c.NameNext: c.NameNext(actor, GONE, who),
        c.ShareInWriting: c.ShareInWriting(actor, GONE, b"x"),
        c.SetChatMode: c.SetChatMode(actor, ChatMode.CLOSED),
        c.SetSlowMode: c.SetSlowMode(actor, 1000),
        c.ApproveMessage: c.ApproveMessage(actor, MessageNumber(1)),
        c.SayToFacilitators: c.SayToFacilitators(actor, b"x"),
        c.AnswerOnLine: c.AnswerOnLine(actor, who, b"x"),
        c.Broadcast: c.Broadcast(actor, b"x"),
        c.PlanBreakouts: c.PlanBreakouts(
            actor, BreakoutKind.TOPIC, (c.PlannedRoom(b"x", None, ()),), None, 1, None, unattended=True
        ),
        c.AnswerBreakout: c.AnswerBreakout(actor, None),
        c.AssignRoom: c.AssignRoom(actor, who, None),
        c.SetHost: c.SetHost(actor, RoomId("b1"), who),
        c.EnterRoom: c.EnterRoom(actor, RoomId("b1")),
        c.ExtendBreakouts: c.ExtendBreakouts(actor, 1000),
        c.RecallBreakouts: c.RecallBreakouts(actor, at_once=True),
        c.SetTexts: c.SetTexts(actor, b"x"),
        c.SetRunSheet: c.SetRunSheet(
            actor, (Segment(SegmentKind.OPEN, b"", 1000, Floor.OPEN, ChatMode.OPEN),)
        ),
        c.GoToSegment: c.GoToSegment(actor, 0),
        c.SetGuestTime: c.SetGuestTime(actor, GUS if who == MARA else who, 1000),
        c.OpenPulse: c.OpenPulse(actor, b"x", 2),
        c.AnswerPulse: c.AnswerPulse(actor, 0),
        c.HandOut: c.HandOut(actor, b"x"),
        c.TakeBack: c.TakeBack(actor, ResourceNumber(1)),
        c.OfferContact: c.OfferContact(actor, who, b"x"),
        c.Caption: c.Caption(actor, b"x"),
    }
    if kind in made:
        return made[kind]
    if "turn" in kind.__slots__:
        return cast("c.PersonCommand", kind(actor, GONE))
    command: c.PersonCommand = kind(actor, who) if "who" in kind.__slots__ else kind(actor)
    return command


def test_every_command_of_people_has_its_line():
    assert set(get_args(c.PersonCommand)) == set(TABLE) == set(MAY)


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("role", "actor"), [(Role.MEMBER, MIA), (Role.GUEST, GUS), (Role.FACILITATOR, FIONA)]
)
def test_role_may_give_what_the_table_says(kind: type, role: Role, actor: ParticipantId):
    permitted = role in TABLE[kind][0]
    # Captions are for one person of any role: here she is named.
    meeting = after(evening(), c.NameCaptioner(FIONA, actor)) if kind is c.Caption else evening()
    assert (refusal(meeting, give(kind, actor)) is Refusal.NOT_ALLOWED) is not permitted
    assert (role in MAY[kind]) is permitted


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_who_waits_may_leave_and_set_media_only(kind: type):
    permitted = TABLE[kind][1]
    assert refusal(evening(), give(kind, WAITING)) is (None if permitted else Refusal.NOT_HERE)
    assert (kind in FROM_THE_LOBBY) is permitted


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_nobody_gives_commands_without_being_here(kind: type):
    assert refusal(evening(), give(kind, ParticipantId("stranger"))) is Refusal.NOT_HERE


@pytest.mark.parametrize(
    "kind", [kind for kind, line in TABLE.items() if line[2] is not None], ids=lambda kind: kind.__name__
)
def test_facilitators_are_equals(kind: type):
    usable = TABLE[kind][2]
    told = refusal(evening(), give(kind, FIONA, FAYE))
    assert told is (Refusal.ALREADY_SO if usable else Refusal.NOT_ALLOWED)
    assert (kind in NOT_AGAINST_FACILITATORS) is not usable


@pytest.mark.parametrize(
    "kind",
    [kind for kind in TABLE if "who" in kind.__slots__ and kind not in ABOUT_A_PLAN],
    ids=lambda kind: kind.__name__,
)
def test_nobody_is_found_who_is_not_here(kind: type):
    actor = FIONA if Role.FACILITATOR in TABLE[kind][0] else MIA
    meeting = after(evening(), c.OpenContacts(FIONA))
    assert refusal(meeting, give(kind, actor, ParticipantId("stranger"))) is Refusal.NO_SUCH_PERSON


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_nothing_is_accepted_after_the_end(kind: type):
    assert refusal(after(evening(), c.End(FIONA)), give(kind, FIONA)) is Refusal.ENDED


def test_command_of_no_line_is_nobodys():
    class Shout(c.Leave):
        """A command that somebody added and forgot to permit."""

    assert refusal(evening(), Shout(FIONA)) is Refusal.NOT_ALLOWED
