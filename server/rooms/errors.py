"""What a person may be told when the meeting's rules say no; raised by `decide`, never elsewhere."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a command was not carried out. The values are the `code` of the wire's `refused`."""

    NOT_ALLOWED = "not_allowed"
    """Your role may not do this, or not to this person."""
    NOT_HERE = "not_here"
    """The actor is not in this meeting, or still in the lobby."""
    NO_SUCH_PERSON = "no_such_person"
    NO_SUCH_MESSAGE = "no_such_message"
    ALREADY_SO = "already_so"
    """Nothing to change: already muted, already locked, already admitted …"""
    LOCKED = "locked"
    """The meeting is locked: nobody new may knock."""
    FULL = "full"
    BARRED = "barred"
    """Removed or turned away before, and not called back."""
    PAUSED = "paused"
    """The meeting is paused: no media, no chat."""
    ENDED = "ended"
    TOO_LARGE = "too_large"
    """A sealed text is longer than the rules of this meeting permit."""
    MIC_HELD = "mic_held"
    """A facilitator muted you; she has to allow the microphone first."""
    CAMERA_HELD = "camera_held"
    STALE_TURN = "stale_turn"
    """The turn this speaks of is not what is going on (any more)."""
    NOT_NOW = "not_now"
    """The round, or the hand, is not at a point where this can be done."""
    CHANGED_MEANWHILE = "changed_meanwhile"
    """Another facilitator changed it since you looked: look again, so that neither undoes the other unawares."""
    AWAY = "away"
    """You are away; say that you are back first."""
    CHAT_CLOSED = "chat_closed"
    """The chat mode lets you write to the facilitators only, or to nobody."""
    TOO_SOON = "too_soon"
    """Slow mode: wait a little before the next message."""
    NO_SUCH_ROOM = "no_such_room"
    UNATTENDED = "unattended"
    """A room with people in it would have nobody who looks after it."""
    NO_SUCH_RESOURCE = "no_such_resource"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - a code, not a secret
    """The resume secret does not belong to anybody here (any more)."""


class Rejected(Exception):  # noqa: N818 - the word of the rules, not an error of the program
    """The command breaks a rule of the meeting; the meeting is as it was."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.value)
        self.code = code
