"""Who is audible, loudest first, from the audio levels that senders declare (RFC 6464); nothing is decoded.

`note` is called by `media.forwarding` per audio packet, `audible` by the timer of `media.server`. Must not import anything of ours.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, Generic, TypeVar

SILENCE_DBOV: Final = 127
AUDIBLE_DBOV: Final = 45
"""Louder than -45 dBov on average is speech; rooms and breath lie below."""
INAUDIBLE_DBOV: Final = 55
"""Quieter than -55 dBov on average has ended; between the two everything stays as it is."""
HANGOVER_MS: Final = 800
"""A pause for breath is not silence; nor is it when packets stop, as discontinuous transmission does."""
SMOOTHING: Final = 0.2
"""Weight of a new packet (20 ms): about 100 ms to follow a voice."""
OVERTAKE_DB: Final = 6
"""So much louder must somebody be to be named before somebody else."""
MAX_SPEAKERS: Final = 8

K = TypeVar("K", bound=Hashable)


def level_dbov(element: int) -> int:
    """|V| level (7) |: how far below the loudest, 0 … 127."""
    return element & 0x7F


class _Voice:
    __slots__ = ("audible", "level", "loud_ms")

    def __init__(self) -> None:
        self.level = float(SILENCE_DBOV)
        self.loud_ms = 0
        self.audible = False


class Speakers(Generic[K]):
    """The voices of one meeting."""

    def __init__(self) -> None:
        self._voices: dict[K, _Voice] = {}
        self._order: list[K] = []
        self._spoke_ms: dict[K, int] = {}

    def note(self, key: K, dbov: int, now_ms: int) -> None:
        """One audio packet of `key` declared this level."""
        voice = self._voices.get(key)
        if voice is None:
            voice = self._voices[key] = _Voice()
        voice.level += SMOOTHING * (dbov - voice.level)
        if voice.level < AUDIBLE_DBOV or (voice.audible and voice.level < INAUDIBLE_DBOV):
            voice.audible = True
            voice.loud_ms = now_ms
            self._spoke_ms[key] = now_ms

    def forget(self, key: K) -> None:
        """Muted or gone: not a speaker from now on."""
        self._voices.pop(key, None)
        self._spoke_ms.pop(key, None)

    def mute(self, key: K) -> None:
        """Not audible from now on, but when she spoke last is remembered."""
        self._voices.pop(key, None)

    def audible(self, now_ms: int) -> tuple[K, ...]:
        """Who is audible now, loudest first; an order stays until somebody is clearly louder."""
        for voice in self._voices.values():
            if voice.audible and (now_ms - voice.loud_ms > HANGOVER_MS):
                voice.audible = False
                voice.level = float(SILENCE_DBOV)
        order = [key for key in self._order if key in self._voices and self._voices[key].audible]
        order += [key for key, voice in self._voices.items() if voice.audible and key not in order]
        for end in range(1, len(order)):
            at = end
            while at and self._voices[order[at]].level + OVERTAKE_DB < self._voices[order[at - 1]].level:
                order[at - 1], order[at] = order[at], order[at - 1]
                at -= 1
        self._order = order
        return tuple(order[:MAX_SPEAKERS])

    def spoke_ms(self, key: K) -> int:
        """When she was audible last; -1 for never."""
        return self._spoke_ms.get(key, -1)
