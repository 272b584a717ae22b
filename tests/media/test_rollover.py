"""What a long call meets: sequence numbers and timestamps that wrap, an hour of rollovers of SRTP."""

from __future__ import annotations

from typing import Literal

import pytest

from server.media.srtp_keys import SrtpProfile
from server.rtp.header import FIXED
from tests.rtp.packets import KEYFRAME, SHORT

from .parts import OpenReceiver, Stage

HOUR_OF_SOUND = 3600 * 50
"""Packets of 20 ms."""
STRIDE = 997
"""Of so many packets one arrives: the others would only take time."""


@pytest.mark.parametrize("kind", ["audio", "video"])
@pytest.mark.parametrize("profile", SrtpProfile)
def test_an_hour_of_rollovers_is_opened_by_every_receiver(
    kind: Literal["audio", "video"], profile: SrtpProfile
) -> None:
    stage = Stage(kind)
    receiver = OpenReceiver(1, profile)
    subscription = stage.subscribe(receiver)
    payload = SHORT + KEYFRAME if kind == "video" else b"sound"
    start = 4_294_000_000
    for n in range(0, HOUR_OF_SOUND, STRIDE):
        stage.packet(n * 20, seq16=65_000 + n, rtp_ticks=(start + n * 960) & 0xFFFFFFFF, payload=payload)
    numbers = [FIXED.unpack_from(packet)[2:4] for packet in receiver.received]
    first, _ = numbers[0]
    assert [seq16 for seq16, _ in numbers] == [(first + n) & 0xFFFF for n in range(0, HOUR_OF_SOUND, STRIDE)]
    assert [ticks for _, ticks in numbers] == [
        (start + n * 960) & 0xFFFFFFFF for n in range(0, HOUR_OF_SOUND, STRIDE)
    ]
    assert {FIXED.unpack_from(packet)[4] for packet in receiver.received} == {subscription.ssrc}
    assert stage.forwarder.refused == 0
