"""How often somebody may try something: token buckets, one for each key and one for all; called by `create`.

Keys are pseudonyms made with random bytes of this process, and are forgotten when their bucket is full again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MINUTE_MS: Final = 60_000
MAX_KEYS: Final = 4096
"""Buckets kept at a time; the longest unused is forgotten first. The limit for all holds whatever happens here."""


@dataclass(slots=True)
class _Bucket:
    """Whole numbers only: one attempt costs `MINUTE_MS` of credit, and every ms brings `per_minute` of it."""

    per_minute: int
    credit: int
    at_ms: int

    def refill(self, now_ms: int) -> None:
        earned = (now_ms - self.at_ms) * self.per_minute
        self.credit = min(self.per_minute * MINUTE_MS, self.credit + earned)
        self.at_ms = now_ms

    @property
    def wait_ms(self) -> int:
        """Time until an attempt can be paid for, rounded up."""
        return max(0, -((self.credit - MINUTE_MS) // self.per_minute))


def _full(per_minute: int, now_ms: int) -> _Bucket:
    return _Bucket(per_minute, per_minute * MINUTE_MS, now_ms)


class RateLimit:
    """`per_minute` attempts for each key and `total_per_minute` for all; so many at once, and then at that pace."""

    def __init__(self, *, per_minute: int, total_per_minute: int, max_keys: int = MAX_KEYS) -> None:
        self._per_minute = per_minute
        self._max_keys = max_keys
        self._total = _full(total_per_minute, 0)
        self._buckets: OrderedDict[int, _Bucket] = OrderedDict()

    def take(self, key: int, now_ms: int) -> int:
        """One attempt of `key` is counted and 0 returned; or nothing is counted: the ms until the next may be made."""
        self._forget_full(now_ms)
        bucket = self._buckets.get(key) or _full(self._per_minute, now_ms)
        bucket.refill(now_ms)
        self._total.refill(now_ms)
        wait_ms = max(bucket.wait_ms, self._total.wait_ms)
        if wait_ms == 0:
            bucket.credit -= MINUTE_MS
            self._total.credit -= MINUTE_MS
            self._buckets[key] = bucket
            self._buckets.move_to_end(key)
            if len(self._buckets) > self._max_keys:
                self._buckets.popitem(last=False)
        return wait_ms

    def __len__(self) -> int:
        """Keys that are remembered now."""
        return len(self._buckets)

    def _forget_full(self, now_ms: int) -> None:
        """A bucket whose last attempt is a minute old has filled up again; the oldest attempts stand first."""
        while self._buckets:
            key, oldest = next(iter(self._buckets.items()))
            if now_ms - oldest.at_ms < MINUTE_MS:
                return
            del self._buckets[key]
