"""Names for the values that say who and where; called by everything, imports nothing of ours."""

from typing import Final, NewType

MeetingId = NewType("MeetingId", str)
"""Random 128 bit, base64url without padding (22 characters); chosen when the links are made."""

ParticipantId = NewType("ParticipantId", str)
"""Random 64 bit, base64url without padding (11 characters); chosen by the server at join."""

RoomId = NewType("RoomId", str)
"""One place inside a meeting where people hear each other, or the lobby, where nobody does."""

MessageNumber = NewType("MessageNumber", int)
"""Rising in the order the meeting accepted them, with its time (`numbers`); never used twice."""

TurnNumber = NewType("TurnNumber", int)
"""1, 2, 3 … for every offer and every wait of the meeting's rounds, in all its rooms; never used twice."""

ResourceNumber = NewType("ResourceNumber", int)
"""1, 2, 3 … for what facilitators hand out."""

PulseNumber = NewType("PulseNumber", int)
"""1, 2, 3 … for every anonymous question."""

TokenId = NewType("TokenId", str)
"""The `jti` of the link that somebody came with."""

DeviceKey = NewType("DeviceKey", bytes)
"""SHA-256 of 16 random bytes a page makes for itself: tells a returning page, nothing else."""

LOBBY: Final = RoomId("lobby")
MAIN: Final = RoomId("main")
FIRST_MESSAGE: Final = MessageNumber(1)
FIRST_TURN: Final = TurnNumber(1)
FIRST_RESOURCE: Final = ResourceNumber(1)
FIRST_PULSE: Final = PulseNumber(1)
