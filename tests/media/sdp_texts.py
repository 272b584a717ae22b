"""Offers of real clients, and what is asked of our reading and answering them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.hosting.ports import OfferFault, OfferRefused
from server.media.sdp import (
    LocalDescription,
    Offer,
    write_answer,
)
from server.media.sdp_offer import (
    parse_offer,
)

VECTORS = Path(__file__).parent.parent / "vectors" / "sdp"
ALL_OFFERS = sorted(path.stem for path in VECTORS.glob("*.sdp"))
LOCAL = LocalDescription(
    ufrag="ourname1",
    pwd="our-password".ljust(32, "x").replace("-", "+"),
    fingerprint=bytes(range(32)),
    candidates=(("192.0.2.10", 5000), ("2001:db8::10", 5000)),
)


def vector(name: str) -> str:
    return (VECTORS / f"{name}.sdp").read_bytes().decode()


def fault_of(text: str) -> OfferFault:
    with pytest.raises(OfferRefused) as refused:
        parse_offer(text)
    return refused.value.fault


def seats_of(offer: Offer) -> dict[int, tuple[int, int | None]]:
    outgoing: dict[int, tuple[int, int | None]] = {}
    for number, seat in enumerate(offer.seats()):
        outgoing[seat.audio.index] = (1000 + 10 * number, None)
        if seat.video is not None:
            outgoing[seat.video.index] = (1001 + 10 * number, 1002 + 10 * number)
    return outgoing


def answer_to(text: str) -> str:
    offer = parse_offer(text)
    return write_answer(offer, LOCAL, seats_of(offer))


def sections_of(sdp: str) -> list[list[str]]:
    """The lines of each m-section."""
    return [("m=" + block).splitlines() for block in re.split(r"(?:^|\r\n)m=", sdp)[1:]]


MEETING = vector("chromium_meeting")
