"""What each person sends and may send. Facilitators can close and permit, nobody can open for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .change import changed, put
from .errors import Refusal, Rejected
from .events import MediaAllowed, MediaSet
from .permissions import target

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .state import Meeting, Participant


def decide_set_media(meeting: Meeting, command: c.SetMedia, _now_ms: int) -> tuple[Event, ...]:
    """A wish that is so already is fine: pages say what they want, not what they change."""
    person = meeting.participants[command.actor]
    if command.mic and not person.mic_allowed:
        raise Rejected(Refusal.MIC_HELD)
    if command.camera and not person.camera_allowed:
        raise Rejected(Refusal.CAMERA_HELD)
    if person.away and not person.in_quiet_room and (command.mic or command.camera):
        raise Rejected(Refusal.AWAY)
    if (person.mic_on, person.camera_on) == (command.mic, command.camera):
        return ()
    return (MediaSet(person.id, command.mic, command.camera),)


def decide_mute(meeting: Meeting, command: c.Mute, _now_ms: int) -> tuple[Event, ...]:
    person = target(meeting, command.who, command)
    return _permit(person, mic=False, camera=person.camera_allowed)


def decide_allow_mic(meeting: Meeting, command: c.AllowMic, _now_ms: int) -> tuple[Event, ...]:
    person = target(meeting, command.who, command)
    return _permit(person, mic=True, camera=person.camera_allowed)


def decide_stop_camera(meeting: Meeting, command: c.StopCamera, _now_ms: int) -> tuple[Event, ...]:
    person = target(meeting, command.who, command)
    return _permit(person, mic=person.mic_allowed, camera=False)


def decide_allow_camera(meeting: Meeting, command: c.AllowCamera, _now_ms: int) -> tuple[Event, ...]:
    person = target(meeting, command.who, command)
    return _permit(person, mic=person.mic_allowed, camera=True)


def _permit(person: Participant, *, mic: bool, camera: bool) -> tuple[Event, ...]:
    """What is no longer permitted is off too, so that permitting again opens nothing."""
    if (person.mic_allowed, person.camera_allowed) == (mic, camera):
        raise Rejected(Refusal.ALREADY_SO)
    allowed = MediaAllowed(person.id, mic, camera)
    sent = MediaSet(person.id, person.mic_on and mic, person.camera_on and camera)
    if (sent.mic, sent.camera) == (person.mic_on, person.camera_on):
        return (allowed,)
    return allowed, sent


def evolve_media_set(meeting: Meeting, event: MediaSet) -> Meeting:
    person = meeting.participants[event.participant]
    return put(meeting, changed(person, mic_on=event.mic, camera_on=event.camera))


def evolve_media_allowed(meeting: Meeting, event: MediaAllowed) -> Meeting:
    person = meeting.participants[event.participant]
    return put(meeting, changed(person, mic_allowed=event.mic, camera_allowed=event.camera))
