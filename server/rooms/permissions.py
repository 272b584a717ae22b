"""Who may give which command: one table, asked by `machine.decide` before any rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import commands as c
from .errors import Refusal, Rejected
from .state import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .ids import ParticipantId
    from .state import Meeting, Participant

EVERYBODY: Final = frozenset(Role)
FACILITATORS: Final = frozenset({Role.FACILITATOR})

MAY: Final[Mapping[type, frozenset[Role]]] = {
    c.Leave: EVERYBODY,
    c.SetMedia: EVERYBODY,
    c.Say: EVERYBODY,
    c.DeleteMessage: EVERYBODY,
    c.Admit: FACILITATORS,
    c.Deny: FACILITATORS,
    c.SendToLobby: FACILITATORS,
    c.Mute: FACILITATORS,
    c.AllowMic: FACILITATORS,
    c.StopCamera: FACILITATORS,
    c.AllowCamera: FACILITATORS,
    c.Lock: FACILITATORS,
    c.Unlock: FACILITATORS,
    c.Remove: FACILITATORS,
    c.UndoBar: FACILITATORS,
    c.SetAway: EVERYBODY,
    c.SetFloor: FACILITATORS,
    c.RaiseHand: EVERYBODY,
    c.LowerHand: EVERYBODY,
    c.CallOn: FACILITATORS,
    c.OrderHands: FACILITATORS,
    c.StartRound: FACILITATORS,
    c.ReorderRound: FACILITATORS,
    c.InvitePassed: FACILITATORS,
    c.CloseRound: FACILITATORS,
    c.AdmitBetweenShares: FACILITATORS,
    c.TakeTurn: EVERYBODY,
    c.PassTurn: EVERYBODY,
    c.ComeBackLater: EVERYBODY,
    c.SkipTurn: FACILITATORS,
    c.NameNext: EVERYBODY,
    c.EndShare: EVERYBODY,
    c.ExtendShare: EVERYBODY,
    c.ShareInWriting: EVERYBODY,
    c.End: FACILITATORS,
}
"""A command that is not in here may be given by nobody."""

FROM_THE_LOBBY: Final = frozenset({c.Leave, c.SetMedia})
"""What somebody may do who is not in yet."""

NOT_AGAINST_FACILITATORS: Final = frozenset({c.Deny, c.SendToLobby, c.Mute, c.StopCamera, c.Remove})
"""Two facilitators are equals: neither can silence or remove the other."""


def permitted_actor(meeting: Meeting, command: c.PersonCommand) -> Participant:
    """The person behind the command, who may give it here and now. Raises: `Rejected`."""
    kind = type(command)
    actor = meeting.participants.get(command.actor)
    if actor is None or (actor.in_lobby and kind not in FROM_THE_LOBBY):
        raise Rejected(Refusal.NOT_HERE)
    if actor.role not in MAY.get(kind, frozenset()):
        raise Rejected(Refusal.NOT_ALLOWED)
    return actor


def target(meeting: Meeting, who: ParticipantId, command: c.PersonCommand) -> Participant:
    """The person a command is about. Raises: `Rejected` if nobody, or somebody it may not be used on."""
    person = meeting.participants.get(who)
    if person is None:
        raise Rejected(Refusal.NO_SUCH_PERSON)
    if person.is_facilitator and type(command) in NOT_AGAINST_FACILITATORS:
        raise Rejected(Refusal.NOT_ALLOWED)
    return person
