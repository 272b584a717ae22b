"""Who is audible, loudest first, from the audio levels that senders declare (RFC 6464); nothing is decoded.

`note` is called per audio packet that arrives, `Speakers.audible` by the timer of `media.server`. `Speakers` says who is
shown as speaking, `Loudest` and `OpenRooms` which of many open microphones pass. Must not import anything of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
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
MAX_VOICES: Final = 4
"""Open microphones that pass at the same time; nobody follows more, and each costs every listener 30 kbit/s."""
ENTER_PACKETS: Final = 2
"""Loud packets in a row that open a place; more would swallow the beginning of a word."""
MIN_STAY_MS: Final = 1_000
"""Whoever speaks is not replaced by somebody louder before."""

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
        self.rooms: OpenRooms[K] = OpenRooms()
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
        return tuple(order)

    def spoke_ms(self, key: K) -> int:
        """When she was audible last; -1 for never."""
        return self._spoke_ms.get(key, -1)


class _Open:
    """One open microphone."""

    __slots__ = ("entered_ms", "level", "loud_in_a_row", "loud_ms")

    def __init__(self) -> None:
        self.level = float(SILENCE_DBOV)
        self.loud_in_a_row = 0
        self.loud_ms: int | None = None
        self.entered_ms: int | None = None
        """Since when it has a place; None: none, or since before anybody was refused one."""


class Loudest(Generic[K]):
    """Which open microphones of a room pass where the floor is open: those who spoke last.

    A place is kept in silence until somebody without one speaks, so that most words begin with an open place. Where all
    who have one speak, it takes somebody clearly louder. A held floor needs none of this: routes say who is heard.
    """

    def __init__(self, places: int = MAX_VOICES) -> None:
        if places < 1:
            raise ValueError("somebody must be heard")
        self._places = places
        self._open: dict[K, _Open] = {}
        self.passing: frozenset[K] = frozenset()
        """Whose sound is forwarded now."""

    def use(self, microphones: Iterable[K]) -> bool:
        """Exactly these are open now; True if `passing` changed. Free places go to who spoke last, then in the order given."""
        self._open = {key: self._open.get(key) or _Open() for key in microphones}
        staying = [key for key in self._open if key in self.passing]
        waiting = [key for key in self._open if key not in self.passing]
        waiting.sort(key=lambda key: -_or_never(self._open[key].loud_ms))
        return self._pass(frozenset((staying + waiting)[: self._places]))

    def lets(self, key: K) -> bool:
        """True if the sound of this microphone is forwarded now; where there are places for all, anybody's."""
        return len(self._open) <= self._places or key in self.passing

    def note(self, key: K, dbov: int, now_ms: int) -> bool:
        """One packet of this microphone declared this level; True if `passing` changed, and it passes now."""
        voice = self._open.get(key)
        if voice is None:
            return False
        voice.level += SMOOTHING * (dbov - voice.level)
        if dbov < AUDIBLE_DBOV:
            voice.loud_in_a_row += 1
            voice.loud_ms = now_ms
        else:
            voice.loud_in_a_row = 0
        if key in self.passing or voice.loud_in_a_row < ENTER_PACKETS:
            return False
        makes_room = self._weakest(voice, now_ms)
        if makes_room is None:
            return False
        voice.entered_ms = now_ms
        return self._pass(self.passing - {makes_room} | {key})

    def _weakest(self, newcomer: _Open, now_ms: int) -> K | None:
        """Who gives way: the one silent for the longest time, else the quietest, if the newcomer is clearly louder."""
        places = [(key, voice) for key, voice in self._open.items() if key in self.passing]
        silent = [each for each in places if now_ms - _or_never(each[1].loud_ms) > HANGOVER_MS]
        if silent:
            return min(silent, key=lambda each: _or_never(each[1].loud_ms))[0]
        settled = [each for each in places if now_ms - _or_never(each[1].entered_ms) >= MIN_STAY_MS]
        if not settled:
            return None
        key, quietest = max(settled, key=lambda each: each[1].level)
        return key if newcomer.level + OVERTAKE_DB < quietest.level else None

    def _pass(self, passing: frozenset[K]) -> bool:
        changed = passing != self.passing
        self.passing = passing
        return changed


class OpenRooms(Generic[K]):
    """The open microphones of one meeting, room by room: being loud in one room silences nobody in another."""

    def __init__(self) -> None:
        self._room_of: dict[K, Loudest[K]] = {}

    def use(self, rooms: Iterable[Collection[K]]) -> None:
        """Exactly these microphones are open now, grouped by who hears them. A room goes on while somebody of it stays."""
        before, self._room_of = self._room_of, {}
        taken: set[int] = set()
        for microphones in rooms:
            known = (before[key] for key in microphones if key in before)
            room = next((each for each in known if id(each) not in taken), None) or Loudest()
            taken.add(id(room))
            room.use(microphones)
            self._room_of.update(dict.fromkeys(microphones, room))

    def lets(self, key: K, dbov: int, now_ms: int) -> bool:
        """One packet of this microphone declared this level; True if its sound is forwarded now."""
        room = self._room_of.get(key)
        if room is None:
            return True
        room.note(key, dbov, now_ms)
        return room.lets(key)


_NEVER: Final = -(1 << 60)


def _or_never(moment_ms: int | None) -> int:
    return _NEVER if moment_ms is None else moment_ms
