"""What all subscribers of one track together ask of its publisher: which of its layers nobody shows; pure.

Fed by `allotment.py` with what is granted and shown; the publisher is told, and stops sending those layers (the client's
`pauseLayers`). Keyframes are asked for by `publication.KeyframeWish`, one per layer, whoever of its subscribers wishes.
Must not import a socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

UNWANTED_MS: Final = 5_000
"""So long must nobody want a layer before its publisher is told: a word and a keyframe cost more than some seconds of it."""
COMING_MS: Final = 8_000
"""So long a layer that is wanted again is waited for: a browser that sends more first finds out what its network takes."""
KEPT_LAYER: Final = 0
"""Never paused: whoever comes sees something at once, and the publisher's own estimate stays alive."""


class LayerDemand:
    """The layers of one track."""

    __slots__ = ("_known", "_resumed_ms", "_told", "_wanted_ms", "paused")

    def __init__(self, layers: int, now_ms: int) -> None:
        self._wanted_ms = [now_ms] * layers
        """When each was wanted last."""
        self._known: frozenset[int] = frozenset()
        """What arrives, or would if it were not paused: a small camera has fewer layers than a track may have."""
        self._resumed_ms: dict[int, int] = {}
        """When those were wanted again that had been paused."""
        self._told: frozenset[int] | None = None
        """What the publisher was told last; None: nothing yet, she may think of a former transport."""
        self.paused: frozenset[int] = frozenset()
        """What the publisher shall not send now."""

    def arrive(self, layers: frozenset[int], now_ms: int) -> None:
        """These arrive now. What stopped without being asked to is no more there; what begins has the time of a new transport."""
        for layer in layers - self._known:
            self._wanted_ms[layer] = now_ms
        self._known = layers | {layer for layer in self._known if self._is_awaited(layer, now_ms)}

    def want(self, layers: Iterable[int], now_ms: int) -> None:
        """These layers are granted to somebody, or shown, now."""
        for layer in layers:
            if 0 <= layer < len(self._wanted_ms):
                self._wanted_ms[layer] = now_ms
                if layer in self.paused:
                    self.paused -= {layer}
                    self._resumed_ms[layer] = now_ms

    def news(self, now_ms: int) -> frozenset[int] | None:
        """What the publisher is to be told: all that nobody wants; None: nothing new.

        Only what is known is paused: somebody whose camera was off, or whose network was narrow, must be free to send more,
        for nobody can be granted what was never seen to arrive, and so nobody would ever ask for it again.
        """
        self.paused |= {
            layer
            for layer in self._known
            if layer != KEPT_LAYER and now_ms - self._wanted_ms[layer] >= UNWANTED_MS
        }
        if self.paused == self._told:
            return None
        self._told = self.paused
        return self.paused

    def may_come(self, layer: int, now_ms: int) -> bool:
        """True for a layer that does not arrive only because it is, or just was, paused."""
        return layer in self._known and self._is_awaited(layer, now_ms)

    def _is_awaited(self, layer: int, now_ms: int) -> bool:
        resumed_ms = self._resumed_ms.get(layer)
        return layer in self.paused or (resumed_ms is not None and now_ms - resumed_ms < COMING_MS)
