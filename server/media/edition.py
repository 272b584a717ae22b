"""One numbering of what leaves of a publication: the whole of it, or one cut of a layer. All who get the same share it.

Owned by `publication.py`, sent by `forwarding.py`, counted against by `subscription.py`. Must not import a socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .srtp import UsedIndices

if TYPE_CHECKING:
    from server.rtp.layers import Cut

    from .plan import Plan


class Edition:
    """What some subscriptions of a publication get, packet by packet under the same dense numbers."""

    __slots__ = ("indices", "octets", "packets", "plan")

    def __init__(self) -> None:
        self.plan: Plan | None = None
        """Who gets the next packet; None: to be built anew, because something changed."""
        self.indices: UsedIndices | None = None
        """Which dense numbers have left; None before the first."""
        self.packets = 0
        """Forwarded so far, and the octets of their payloads: what sender reports say."""
        self.octets = 0

    def use(self, number: int) -> UsedIndices:
        """The packet leaves under this dense number, as no other did or will. Raises: `IndexRefused` (our bug)."""
        if self.indices is None:
            self.indices = UsedIndices(number)
        else:
            self.indices.take(number)
        return self.indices


class Abridged(Edition):
    """An edition without the upper temporal layers of a picture."""

    __slots__ = ("cut",)

    def __init__(self, cut: Cut) -> None:
        super().__init__()
        self.cut = cut
