"""The words beside each `refused` code: English, for logs of developers; people see the client's own words.

Read by `endpoint`. A text depends on the code alone, so that nothing about anybody can be in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.hosting.ports import OfferFault
from server.rooms.errors import Refusal

from .errors import JoinCode
from .links import LinkCode

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Final[Mapping[str, str]] = {
    Refusal.NOT_ALLOWED.value: "your role may not do this, or not to this person",
    Refusal.NOT_HERE.value: "you are not in the meeting, or still in the lobby",
    Refusal.NO_SUCH_PERSON.value: "nobody here has this id",
    Refusal.NO_SUCH_MESSAGE.value: "no message you can see has this number",
    Refusal.ALREADY_SO.value: "it is so already",
    Refusal.LOCKED.value: "the meeting is locked: nobody new may knock",
    Refusal.FULL.value: "no more fit in: people, needs, resources, offers",
    Refusal.BARRED.value: "a facilitator turned you away and has not called you back",
    Refusal.PAUSED.value: "the meeting is paused",
    Refusal.ENDED.value: "the meeting has ended",
    Refusal.STALE_TURN.value: "this turn is not what is going on any more",
    Refusal.NOT_NOW.value: "what this is about is not at a point where it can be done: a round, a hand, a room, a question",
    Refusal.CHANGED_MEANWHILE.value: "somebody else changed it since: look at it again first",
    Refusal.AWAY.value: "you are away: say that you are back first",
    Refusal.TOO_LARGE.value: "a sealed text is empty or longer than allowed, or a time, a count, a number of rooms is",
    Refusal.MIC_HELD.value: "a facilitator closed your microphone and has to allow it first",
    Refusal.CAMERA_HELD.value: "a facilitator closed your camera and has to allow it first",
    Refusal.CHAT_CLOSED.value: "the chat of the room is not open to you now: the line to the facilitators is",
    Refusal.TOO_SOON.value: "wait a little: before the next message in slow mode, or before the same question",
    Refusal.NO_SUCH_ROOM.value: "there is no such room, or not for you",
    Refusal.UNATTENDED.value: "a room with people in it would have nobody who looks after it",
    Refusal.NO_SUCH_RESOURCE.value: "nothing that was handed out has this number",
    Refusal.WRONG_SECRET.value: "this place is not kept any more: join without resume",
    JoinCode.VERSION.value: "this server speaks another version of the protocol",
    JoinCode.BUSY.value: "the server takes no more now: try again",
    JoinCode.FAULT.value: "a fault of the server; nothing changed",
    LinkCode.INVALID.value: "the link is not valid",
    LinkCode.EXPIRED.value: "the link has expired",
    LinkCode.NOT_YET.value: "the link is not valid yet",
    OfferFault.MALFORMED.value: "the offer is no session description that can be read",
    OfferFault.TOO_LARGE.value: "the offer is too large",
    OfferFault.TOO_MANY_SECTIONS.value: "the offer has too many sections or seats",
    OfferFault.NO_AUDIO.value: "the offer has no audio section",
    OfferFault.NO_COMMON_CODEC.value: "the offer has no audio codec in common: Opus is needed",
    OfferFault.NO_FINGERPRINT.value: "the offer has no sha-256 fingerprint",
    OfferFault.NOT_BUNDLED.value: "the offer is not one bundle with rtcp-mux",
}
