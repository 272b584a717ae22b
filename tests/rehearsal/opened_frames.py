"""Decoders of aiortc that open sealed frames first, with the test client's own reading of protocol §7; used by `test_seen_and_heard`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiortc.codecs import get_decoder
from aiortc.jitterbuffer import JitterFrame
from cryptography.exceptions import InvalidTag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from tests.support.wire_client import Sealer

TAG_AND_TRAILER_BYTES = 24


class FrameOpener:
    """Who may be sending, and the frames that nobody's key opened."""

    def __init__(self, sealer: Sealer, senders: Callable[[], Iterable[str]]) -> None:
        """senders: asked for each frame, because the first may come before whoever let her in has heard of it."""
        self.refused = 0
        self._sealer = sealer
        self._senders = senders
        self._keys: dict[str, AESGCM] = {}

    def open(self, kind: str, data: bytes) -> bytes | None:
        if len(data) < TAG_AND_TRAILER_BYTES:
            self.refused += 1
            return None
        clear = 1 if kind == "mic" else 3 if data[0] & 1 else 10
        generation = int.from_bytes(data[-8:-4], "big")
        for sender in self._senders():
            label = f"kith/1 media {sender} {kind} {generation}"
            key = self._keys.setdefault(label, self._sealer._key(label))
            try:
                plain = key.decrypt(bytes(4) + data[-8:], data[clear:-8], data[:clear])
            except InvalidTag:
                continue
            return data[:clear] + plain
        self.refused += 1
        return None


class OpeningDecoder:
    """Stands before one of aiortc's decoders."""

    def __init__(self, opener: FrameOpener, codec: Any) -> None:
        self._opener = opener
        self._kind = "mic" if codec.mimeType.startswith("audio/") else "camera"
        self._decoder = get_decoder(codec)

    def decode(self, frame: JitterFrame) -> list[Any]:
        plain = self._opener.open(self._kind, frame.data)
        return [] if plain is None else self._decoder.decode(JitterFrame(plain, frame.timestamp))
