"""The owner's answers to what other nodes ask of it: commands, offers, and what comes to people.

Made by `shared_meeting`. An answer follows the entries it speaks of in the same inbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.hosting.meeting_host import MeetingFault, MeetingOver, Overloaded
from server.hosting.ports import Cause, OfferRefused
from server.rooms.errors import Rejected
from server.rooms.events import ConnectionRestored

from . import letters as w
from . import records
from .questions import BUSY, FAULT, NOT_OWNER, OVER

if TYPE_CHECKING:
    from server.rooms.ids import MeetingId

    from .desk import Desk
    from .homes import Homes
    from .ownership import Ownership
    from .surroundings import Surroundings


class Answering:
    """Says `not_owner` to everything while the meeting is not ours."""

    def __init__(self, around: Surroundings, meeting: MeetingId, ownership: Ownership, homes: Homes) -> None:
        self._around = around
        self._id = meeting
        self._ownership = ownership
        self._homes = homes

    async def command(self, ask: w.Ask) -> None:
        desk, command = self._ownership.desk, records.read_command(ask.command)
        if desk is None or ask.token != self._ownership.token:
            self._refuse(ask, NOT_OWNER)
            return
        try:
            outcome = await desk.host.submit(command, None if ask.cause is None else Cause(*ask.cause))
        except (Rejected, Overloaded, MeetingFault, MeetingOver) as reason:
            self._refuse(ask, self._code(reason, desk))
            return
        self._homes.carried_out(ask.sender, command, outcome)
        self._ownership.roll.asked(ask.sender)
        # What people are shown comes with the entry; an answer needs to say only which connection it was.
        restored = tuple(event for event in outcome.events if isinstance(event, ConnectionRestored))
        answer = w.Answer(
            self._id, self._around.node, ask.number, outcome.position, records.write_events(restored)
        )
        self._around.post.send(ask.sender, answer)

    async def offer(self, offer: w.Offer) -> None:
        if self._ownership.desk is None:
            self._refuse(offer, NOT_OWNER)
            return
        try:
            sdp = await self._around.media.open(self._id, offer.peer, offer.sdp)
        except OfferRefused as refused:
            self._refuse(offer, refused.fault.value)
        else:
            answer = w.Answer(self._id, self._around.node, offer.number, sdp=sdp)
            self._around.post.send(offer.sender, answer)

    async def receiving(self, asked: w.Receiving) -> None:
        if self._ownership.desk is None:
            self._refuse(asked, NOT_OWNER)
            return
        told = records.write_receptions(await self._around.media.receptions(self._id))
        answer = w.Answer(self._id, self._around.node, asked.number, receptions=told)
        self._around.post.send(asked.sender, answer)

    def _refuse(self, asked: w.Ask | w.Offer | w.Receiving, code: str) -> None:
        answer = w.Answer(self._id, self._around.node, asked.number, refused=code)
        self._around.post.send(asked.sender, answer)

    def _code(self, reason: Exception, desk: Desk) -> str:
        match reason:
            case Rejected():
                return reason.code.value
            case Overloaded():
                return BUSY
            case MeetingFault():
                return FAULT
            case MeetingOver() if desk.is_ours and desk is self._ownership.desk:
                return OVER
            case _:
                return NOT_OWNER
