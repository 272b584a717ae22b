# Longer than 400 lines: the one list of what the server says, read from top to bottom.
"""Every message from the server, one class each; `docs/protocol.md` explains them, `codec.py` packs them.

Long because it is a list, like `messages.py`, whose words it uses.
"""

from __future__ import annotations

import msgspec

from .messages import Wire

# ── parts of server messages ─────────────────────────────────────────────────────────────────────


class IceServer(msgspec.Struct, frozen=True):
    """As W3C RTCIceServer."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class Person(msgspec.Struct, frozen=True):
    """One participant as the viewer may see her.

    `place` is where she belongs, `room` where she is heard: they differ only in a quiet room.
    `silent_ms`: how long ago she held the turn, wrote or came; with `returning` for facilitators only. `guest_left_ms`: a guest's time, for herself and them.
    """

    id: str
    role: str
    profile: bytes
    room: str
    connected: bool
    mic: bool
    camera: bool
    mic_allowed: bool
    camera_allowed: bool
    returning: bool
    away: bool
    admitted: bool
    place: str
    silent_ms: int | None
    guest_left_ms: int | None
    captions: bool
    interprets: bool


class Message(msgspec.Struct, frozen=True):
    """One chat message; `age_ms` is how long ago it was accepted when this was sent.

    `line`: whose private line to the facilitators it is on. `held`: `approval`, `share`, or nil once its room sees it.
    """

    number: int
    author: str
    body: bytes
    age_ms: int
    line: str | None
    everywhere: bool
    held: str | None


class BarredPerson(msgspec.Struct, frozen=True):
    """Somebody who may be called back; facilitators only."""

    id: str
    profile: bytes
    reason: str


class Place(msgspec.Struct, frozen=True):
    """One person's place in the order of a round, and how it stands."""

    who: str
    standing: str


class Round(msgspec.Struct, frozen=True):
    """The round of your room, whole. `left_ms` is as of when this was sent; nil: no clock, or not for you.

    `again`: this offer is the second, come back later is no answer to it.
    """

    kind: str
    turn: int
    phase: str
    who: str | None
    left_ms: int | None
    runs: bool
    held: bool
    again: bool
    stage: str
    named: str | None
    share_ms: int | None
    invite_passed: bool
    places: list[Place]


class Hands(msgspec.Struct, frozen=True):
    """All hands of your room, in the order in which they are to be called."""

    raised: list[str]
    fair: bool
    called: str | None


class Breakout(msgspec.Struct, frozen=True):
    """One breakout room. `people`: who is meant for it; facilitators see all, others their own room (and of TOPIC every room)."""

    id: str
    topic: bytes
    host: str | None
    people: list[str]
    calling: bool
    alone: bool


class Breakouts(msgspec.Struct, frozen=True):
    """The plan, or the open rooms. `yours`: the room meant for you. `answer`: asked, go, stay; nil: you were not asked.

    `consents` (facilitators only): what each person answered. `left_ms` nil: no limit.
    """

    kind: str
    open: bool
    rooms: list[Breakout]
    left_ms: int | None
    runs: bool
    noticed: bool
    unattended: bool
    yours: str | None
    answer: str | None
    consents: dict[str, str]


class QuietRoom(msgspec.Struct, frozen=True):
    """A quiet room: its two people, and the facilitators, know of it."""

    id: str
    kind: str
    who: str
    facilitator: str


class Segment(msgspec.Struct, frozen=True):
    """One part of the session; its title is sealed and may be empty."""

    kind: str
    title: bytes
    length_ms: int
    floor: str
    chat: str


class RunSheet(msgspec.Struct, frozen=True):
    """The parts of the session. `left_ms` of the current one is as of when this was sent, and below 0 when its time is over."""

    segments: list[Segment]
    current: int | None
    left_ms: int | None
    runs: bool


class Pulse(msgspec.Struct, frozen=True):
    """An open question; nobody sees counts before it is closed. `number`: what an answer names."""

    number: int
    body: bytes
    options: int
    answered: bool


class Resource(msgspec.Struct, frozen=True):
    """A sealed link or text that was handed out."""

    number: int
    body: bytes


class Snapshot(msgspec.Struct, frozen=True):
    """Everything one viewer may know now; replaces all that she knew."""

    you: str
    status: str
    locked: bool
    lead: str | None
    present: int
    people: list[Person]
    messages: list[Message]
    barred: list[BarredPerson]
    grace_ms: int
    round: Round | None
    hands: Hands
    floor: str
    between_shares: bool
    chat: str
    slow_ms: int
    held_by_hand: bool
    breakouts: Breakouts | None
    quiet: list[QuietRoom]
    needs: list[str]
    texts: bytes
    run_sheet: RunSheet | None
    pulse: Pulse | None
    resources: list[Resource]
    contacts: list[str] | None
    """Keep in touch is open: to whom you offered; nil: it is not."""


# ── events, as a client sees them ────────────────────────────────────────────────────────────────


class PersonCame(Wire, frozen=True, tag="person_came"):
    """Somebody is new in what you can see: in the lobby (facilitators only) or in your room."""

    person: Person


class PersonChanged(Wire, frozen=True, tag="person_changed"):
    """Somebody you could see already looks like this now: another room, away, let in soon, more time."""

    person: Person


class PersonParted(Wire, frozen=True, tag="person_parted"):
    """Somebody is gone from what you can see. `how`: left, lost, removed, denied, replaced, over, lobby, room."""

    who: str
    how: str


class ConnectionLost(Wire, frozen=True, tag="connection_lost"):
    who: str


class ConnectionRestored(Wire, frozen=True, tag="connection_restored"):
    who: str


class MediaSet(Wire, frozen=True, tag="media_set"):
    who: str
    mic: bool
    camera: bool


class MediaAllowed(Wire, frozen=True, tag="media_allowed"):
    who: str
    mic: bool
    camera: bool


class Said(Wire, frozen=True, tag="said"):
    """A message you may read now; also one that was held until now: it replaces what you have under its number."""

    message: Message


class ChatChanged(Wire, frozen=True, tag="chat_changed"):
    mode: str
    slow_ms: int


class MessageDeleted(Wire, frozen=True, tag="message_deleted"):
    number: int


class LockChanged(Wire, frozen=True, tag="lock_changed"):
    locked: bool


class LeadChanged(Wire, frozen=True, tag="lead_changed"):
    lead: str | None


class StatusChanged(Wire, frozen=True, tag="status_changed"):
    status: str


class PersonBarred(Wire, frozen=True, tag="person_barred"):
    """Facilitators only."""

    person: BarredPerson


class BarUndone(Wire, frozen=True, tag="bar_undone"):
    """Facilitators only."""

    who: str


class RoundChanged(Wire, frozen=True, tag="round_changed"):
    """The round as it is now; nil: it is closed."""

    round: Round | None


class ShareNudged(Wire, frozen=True, tag="share_nudged"):
    """The time of this share is over, gently; its speaker and facilitators only."""

    turn: int


class HandsChanged(Wire, frozen=True, tag="hands_changed"):
    hands: Hands


class FloorChanged(Wire, frozen=True, tag="floor_changed"):
    floor: str


class AdmissionChanged(Wire, frozen=True, tag="admission_changed"):
    """Facilitators only."""

    between_shares: bool


class PauseChanged(Wire, frozen=True, tag="pause_changed"):
    """A facilitator paused the meeting, or let it go on."""

    by_hand: bool


class NeedsChanged(Wire, frozen=True, tag="needs_changed"):
    """Who asked for someone and waits: facilitators see all, she herself only that she does."""

    needs: list[str]


class QuietRoomsChanged(Wire, frozen=True, tag="quiet_rooms_changed"):
    """All quiet rooms you may know of."""

    quiet: list[QuietRoom]


class BreakoutsChanged(Wire, frozen=True, tag="breakouts_changed"):
    """As they are now; nil: there are none."""

    breakouts: Breakouts | None


class TextsSet(Wire, frozen=True, tag="texts_set"):
    body: bytes


class RunSheetChanged(Wire, frozen=True, tag="run_sheet_changed"):
    run_sheet: RunSheet | None


class PulseChanged(Wire, frozen=True, tag="pulse_changed"):
    """The open question, and whether you answered; nil: it is closed."""

    pulse: Pulse | None


class PulseShown(Wire, frozen=True, tag="pulse_shown"):
    """The result, told once. nil: too few answered."""

    counts: list[int] | None


class HandedOut(Wire, frozen=True, tag="handed_out"):
    resource: Resource


class TakenBack(Wire, frozen=True, tag="taken_back"):
    number: int


class ContactsChanged(Wire, frozen=True, tag="contacts_changed"):
    """To whom you offered; nil: keep in touch is closed."""

    contacts: list[str] | None


class ContactMade(Wire, frozen=True, tag="contact_made"):
    """You chose each other; this is what she wrote for you. Told once."""

    who: str
    body: bytes


class Captioned(Wire, frozen=True, tag="captioned"):
    """A line from whoever writes captions, for those who hear her. Told once."""

    number: int
    who: str
    body: bytes


EventMessage = (
    PersonCame
    | PersonChanged
    | PersonParted
    | ConnectionLost
    | ConnectionRestored
    | MediaSet
    | MediaAllowed
    | Said
    | MessageDeleted
    | LockChanged
    | LeadChanged
    | StatusChanged
    | PersonBarred
    | BarUndone
    | RoundChanged
    | ShareNudged
    | HandsChanged
    | FloorChanged
    | AdmissionChanged
    | ChatChanged
    | PauseChanged
    | NeedsChanged
    | QuietRoomsChanged
    | BreakoutsChanged
    | TextsSet
    | RunSheetChanged
    | PulseChanged
    | PulseShown
    | HandedOut
    | TakenBack
    | ContactsChanged
    | ContactMade
    | Captioned
)


# ── from the server ──────────────────────────────────────────────────────────────────────────────


class Seen(Wire, frozen=True, tag="seen"):
    """The answer to `look`."""

    v: int
    status: str
    locked: bool
    facilitators: list[bytes]
    present: int
    texts: bytes


class Joined(Wire, frozen=True, tag="joined"):
    """You have a place. `snapshot` is nil when a resume was possible: the missed events follow."""

    you: str
    role: str
    resume: bytes
    position: bytes
    snapshot: Snapshot | None
    answer: str | None
    ice_servers: list[IceServer]


class Happened(Wire, frozen=True, tag="happened"):
    """What one step of the meeting changed for you. Positions rise; holes are what is not yours.

    `by`: the facilitator who ordered it, for facilitators only.
    """

    position: bytes
    events: list[EventMessage]
    by: str | None


class SnapshotMessage(Wire, frozen=True, tag="snapshot"):
    """Your whole view changed (you were admitted, moved …): replace everything."""

    position: bytes
    snapshot: Snapshot


class Done(Wire, frozen=True, tag="done"):
    id: int


class Answer(Wire, frozen=True, tag="answer"):
    id: int
    sdp: str


class Refused(Wire, frozen=True, tag="refused"):
    """`id` is the command's, nil for `look` and `join`."""

    id: int | None
    code: str
    text: str


class PictureState(msgspec.Struct, frozen=True):
    """One camera, or screen, that somebody might see. `height_px` 0: it does not come. `why`: no more."""

    who: str
    screen: bool
    height_px: int
    bps: int
    why: str


class Reception(msgspec.Struct, frozen=True):
    """What comes to one person. `estimate_bps`: what her browser takes her link for, nil: it has not said."""

    who: str
    estimate_bps: int | None
    lost_permille: int
    low_data: bool
    pictures: list[PictureState]


class Grants(Wire, frozen=True, tag="grants"):
    """Whose link is short comes first; `left_out` counts those who are not in the list."""

    id: int
    people: list[Reception]
    left_out: int


class SeatState(msgspec.Struct, frozen=True):
    """Who is in one receive seat; `who` nil: empty."""

    who: str | None
    audio: bool
    video: bool


class Seats(Wire, frozen=True, tag="seats"):
    """Latest state of all your seats, in the order of your offer's receive pairs."""

    seats: list[SeatState]


class LayersUnwanted(Wire, frozen=True, tag="layers_unwanted"):
    """Latest state: nobody shows these layers of your camera, do not send them; all others are wanted."""

    rids: list[str]


class MediaLost(Wire, frozen=True, tag="media_lost"):
    """Your media transport is no more: offer a new one."""


class Speaking(Wire, frozen=True, tag="speaking"):
    """Latest state: who is audible, loudest first."""

    who: list[str]


class Pong(Wire, frozen=True, tag="pong"):
    n: int


ServerMessage = (
    Seen
    | Joined
    | Happened
    | SnapshotMessage
    | Done
    | Answer
    | Grants
    | Refused
    | Seats
    | Speaking
    | LayersUnwanted
    | MediaLost
    | Pong
)
