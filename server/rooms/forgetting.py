"""What the meeting forgets is forgotten everywhere: which events make it so, and what may still be told.

Called by `hosting`: whoever keeps events or sights beside the meeting lets go of them too. Imports the sights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import events as e
from .audience import MessageShown
from .care_sights import PulseAsked
from .room_sights import BreakoutsShown

if TYPE_CHECKING:
    from .audience import Showing, Sight
    from .state import Meeting


def takes_back(event: e.Event) -> bool:
    """Is something gone by this event that people were shown?"""
    match event:
        case e.MessageDeleted() | e.TakenBack() | e.TextsSet() | e.Captioned() | e.DebriefBegan():
            return True
        case e.PulseChanged(pulse=None) | e.BreakoutsChanged(breakouts=None) | e.QuietRoomChanged(quiet=None):
            return True
        case _:
            return False


def forgets(before: Meeting, event: e.Event) -> bool:
    """May the events up to this one be kept no longer?

    Not only where something is gone: two neighbouring pulses tell who answered what, and what somebody
    offered before she thought better of it, or left, is nobody's.
    """
    match event:
        case e.PulseChanged() | e.ContactOffered() | e.ContactsClosed():
            return True
        case e.Parted():
            return bool(before.contacts)
        case _:
            return takes_back(event)


class StillKnown:
    """What of all that was shown may be told to somebody who missed it."""

    def __init__(self, meeting: Meeting) -> None:
        self._meeting = meeting
        self._messages = frozenset(message.number for message in meeting.messages)
        self._resources = frozenset(resource.number for resource in meeting.resources)

    def of(self, showings: tuple[Showing, ...]) -> tuple[Showing, ...]:
        """Without what the meeting has forgotten, and what was only for people who are gone."""
        return tuple(one for one in showings if self._is_for_somebody(one) and self._is_known(one.sight))

    def _is_for_somebody(self, showing: Showing) -> bool:
        return not showing.viewers.isdisjoint(self._meeting.participants)

    def _is_known(self, sight: Sight) -> bool:  # noqa: PLR0911 - one line for each kind of sight
        meeting = self._meeting
        match sight:
            case MessageShown():
                return sight.message.number in self._messages
            case e.HandedOut():
                return sight.number in self._resources
            case e.Captioned():
                return sight.number in meeting.newest_captions
            case e.TextsSet():
                return sight.body == meeting.texts
            case PulseAsked():
                return sight.body is None or (
                    meeting.pulse is not None and meeting.pulse.number == sight.number
                )
            case BreakoutsShown():
                return sight.plan is None or meeting.breakouts is not None
            case _:
                return True
