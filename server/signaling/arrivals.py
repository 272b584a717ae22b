"""The door: from a link and an offer to a place in a meeting, new or taken up again.

Called by `endpoint`. Everything is checked before anything is granted; what fails leaves no trace.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.hosting.directory import DirectoryFull
from server.hosting.meeting_host import MeetingFault, MeetingOver, Overloaded
from server.hosting.ports import JournalClosed, OfferRefused
from server.rooms import commands as c
from server.rooms.errors import Refusal, Rejected
from server.rooms.events import ConnectionRestored
from server.rooms.ids import DeviceKey, ParticipantId
from server.rooms.state import Status

from . import messages as m
from . import server_messages as s
from .codec import encode
from .errors import JoinCode, RefusedAtDoor
from .links import LinkKeys, LinkRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.hosting.directory import LiveMeeting, Meetings
    from server.hosting.meeting_host import Outcome
    from server.hosting.ports import MediaControl

    from .fanout import Fanout, Switchboard
    from .links import LinkClaims
    from .outbox import Outbox

_FIRST_CONNECTION: Final = 1
"""The number under which a meeting knows the connection that somebody arrived with."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place, held by one connection."""

    live: LiveMeeting
    fanout: Fanout
    participant: ParticipantId
    connection: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A checked `join` on its way in."""

    message: m.Join
    claims: LinkClaims
    origin: int
    outbox: Outbox


class Arrivals:
    """Grants places; made once by `app`."""

    def __init__(  # noqa: PLR0913 - one line for each collaborator
        self,
        *,
        directory: Meetings,
        switchboard: Switchboard,
        media: MediaControl,
        links: LinkKeys,
        wall_s: Callable[[], float],
        ice_servers: Callable[[], list[s.IceServer]],
    ) -> None:
        self._directory = directory
        self._switchboard = switchboard
        self._media = media
        self._links = links
        self._wall_s = wall_s
        self._ice_servers = ice_servers

    async def look(self, message: m.Look) -> s.Seen:
        """Who hosts and how many are in. Raises: `RefusedAtDoor`."""
        claims = self._claims(message.v, message.token)
        try:
            live = await self._directory.seek(claims.meeting)
        except DirectoryFull:
            raise RefusedAtDoor(JoinCode.BUSY) from None
        if live is None:
            waiting = Status.WAITING.value
            return s.Seen(m.PROTOCOL_VERSION, waiting, locked=False, facilitators=[], present=0, texts=b"")
        meeting = live.replica.meeting
        return s.Seen(
            m.PROTOCOL_VERSION,
            meeting.status.value,
            meeting.locked,
            [person.profile for person in meeting.facilitators()],
            meeting.present,
            meeting.texts,
        )

    async def join(self, message: m.Join, origin: int, outbox: Outbox) -> Place:
        """Post `joined` and, after a resume, all that was missed; from then on the outbox hears the meeting.

        origin: keyed pseudonym of the client's network, 0 if unknown. Raises: `RefusedAtDoor`.
        """
        claims = self._claims(message.v, message.token)
        candidate = _Candidate(message, claims, origin, outbox)
        try:
            try:
                return await self._enter(candidate)
            except (MeetingOver, JournalClosed):
                return await self._enter(candidate)  # it ended just now: this arrival begins a new one
        except (DirectoryFull, Overloaded, MeetingOver, JournalClosed):
            raise RefusedAtDoor(JoinCode.BUSY) from None
        except (Rejected, OfferRefused) as refused:
            raise RefusedAtDoor(str(refused)) from None
        except MeetingFault:
            raise RefusedAtDoor(JoinCode.FAULT) from None

    def _claims(self, version: int, token: str) -> LinkClaims:
        if version != m.PROTOCOL_VERSION:
            raise RefusedAtDoor(JoinCode.VERSION)
        try:
            return self._links.verify(token, self._wall_s())
        except LinkRefused as refused:
            raise RefusedAtDoor(str(refused)) from None

    async def _enter(self, candidate: _Candidate) -> Place:
        claim = candidate.message.resume
        if claim is not None:
            return await self._resume(candidate, claim)
        live = await self._directory.open(candidate.claims.meeting)
        fanout = self._switchboard.of(live.id, live.replica)
        who, secret = ParticipantId(secrets.token_urlsafe(8)), secrets.token_bytes(16)
        try:
            answer = await self._answer(live, who, candidate.message.offer)
            outcome = await live.host.submit(_join_command(candidate, who, secret))
            await live.replica.reached(outcome.position)
        except BaseException:
            await self._withdraw(Place(live, fanout, who, _FIRST_CONNECTION))
            raise
        place = Place(live, fanout, who, _FIRST_CONNECTION)
        self._welcome(place, candidate, secret, answer, None)
        return place

    async def _withdraw(self, place: Place) -> None:
        """Nothing is left of a refused arrival; a meeting that did not begin with it looks up and is over.

        Who gave up while the meeting already said yes is one whose connection was lost.
        """
        place.fanout.forget(place.participant)
        self.lost(place)
        await self._media.close(place.live.id, place.participant)

    async def _resume(self, candidate: _Candidate, claim: m.ResumeClaim) -> Place:
        """The same person on a new connection: her place first, then her media, if she offers any."""
        live = await self._directory.seek(candidate.claims.meeting)
        if live is None:
            raise Rejected(Refusal.WRONG_SECRET)
        outcome = await live.host.submit(c.Resume(hash_of(claim.secret)))
        who = next(event.participant for event in outcome.events if isinstance(event, ConnectionRestored))
        fanout = self._switchboard.of(live.id, live.replica)
        place = Place(live, fanout, who, _connection(outcome))
        try:
            answer = await self._answer(live, who, candidate.message.offer)
            await live.replica.reached(outcome.position)
        except BaseException:
            self.lost(place)
            raise
        missed = fanout.missed(who, claim.position)
        if missed is not None and not candidate.outbox.has_room_for(missed):
            missed = None  # told one by one it would be too much at once, again with every try
        self._welcome(place, candidate, claim.secret, answer, missed)
        return place

    async def _answer(self, live: LiveMeeting, who: ParticipantId, offer: str | None) -> str | None:
        return None if offer is None else await self._media.open(live.id, who, offer)

    def _welcome(
        self,
        place: Place,
        candidate: _Candidate,
        secret: bytes,
        answer: str | None,
        missed: list[bytes] | None,
    ) -> None:
        """Without waiting in between, so that no step falls between what was missed and what comes."""
        replica = place.live.replica
        person = replica.meeting.participants.get(place.participant)
        if person is None:
            raise MeetingOver
        claim = candidate.message.resume
        seen = claim.position if claim is not None and missed is not None else place.fanout.position()
        joined = s.Joined(
            you=person.id,
            role=person.role.value,
            resume=secret,
            position=seen,
            snapshot=place.fanout.view(person.id, replica.meeting) if missed is None else None,
            answer=answer,
            ice_servers=self._ice_servers(),
        )
        if answer is not None:
            place.fanout.media_opened(person.id)
        candidate.outbox.post(encode(joined))
        for frame in missed or ():
            candidate.outbox.post(frame)
        place.fanout.attach(person.id, place.connection, candidate.outbox)

    def lost(self, place: Place) -> None:
        """The connection that held the place is gone."""
        place.fanout.detach(place.participant, place.connection)
        place.live.host.lost(place.participant, place.connection)


def hash_of(secret: bytes) -> bytes:
    """What the meeting keeps of a secret."""
    return hashlib.sha256(secret).digest()


def _join_command(candidate: _Candidate, who: ParticipantId, secret: bytes) -> c.Join:
    return c.Join(
        participant=who,
        role=candidate.claims.role,
        profile=candidate.message.profile,
        token_id=candidate.claims.token_id,
        token_is_personal=candidate.claims.personal,
        device=DeviceKey(hash_of(candidate.message.device)),
        origin=candidate.origin,
        resume_hash=hash_of(secret),
    )


def _connection(outcome: Outcome) -> int:
    """The number under which the meeting knows the connection of this resume."""
    return next(event.connection for event in outcome.events if isinstance(event, ConnectionRestored))
