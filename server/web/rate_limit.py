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
    tokens: float
    at_ms: int

    def refill(self, per_minute: int, now_ms: int) -> None:
        self.tokens = min(per_minute, self.tokens + (now_ms - self.at_ms) * per_minute / MINUTE_MS)
        self.at_ms = now_ms


class RateLimit:
    """`per_minute` attempts for each key and `total_per_minute` for all; so many at once, and then at that pace."""

    def __init__(self, *, per_minute: int, total_per_minute: int, max_keys: int = MAX_KEYS) -> None:
        self._per_minute = per_minute
        self._total_per_minute = total_per_minute
        self._max_keys = max_keys
        self._total = _Bucket(total_per_minute, 0)
        self._buckets: OrderedDict[int, _Bucket] = OrderedDict()

    def take(self, key: int, now_ms: int) -> int:
        """One attempt of `key` is counted and 0 returned; or nothing is counted: the ms until the next may be made."""
        self._forget_full(now_ms)
        bucket = self._buckets.get(key) or _Bucket(self._per_minute, now_ms)
        bucket.refill(self._per_minute, now_ms)
        self._total.refill(self._total_per_minute, now_ms)
        wait_ms = max(
            _until_one_ms(bucket, self._per_minute), _until_one_ms(self._total, self._total_per_minute)
        )
        if wait_ms == 0:
            bucket.tokens -= 1
            self._total.tokens -= 1
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


def _until_one_ms(bucket: _Bucket, per_minute: int) -> int:
    """Time until one token is there, rounded up; 0 when it is."""
    return max(0, -int((bucket.tokens - 1) * MINUTE_MS // per_minute)) if bucket.tokens < 1 else 0
