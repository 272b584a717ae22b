"""The nonce rule: for one key and SSRC no index is ever sealed twice, whatever is bound to what, lost, late or begun anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.media.srtp import REPLAY_WINDOW_PACKETS, IndexRefused, OutboundSrtp, UsedIndices
from server.media.srtp_keys import SrtpKeys, SrtpProfile
from server.rtp.header import FIXED
from server.rtp.layers import WHOLE
from server.rtp.vp8 import LAYER_SYNC
from tests.rtp.packets import KEYFRAME, SHORT

from .circle import delta
from .parts import OpenReceiver, Stage

if TYPE_CHECKING:
    from server.media.publication import Publication
    from server.media.subscription import Subscription

PROFILE = SrtpProfile.AEAD_AES_128_GCM


class Recorder(OpenReceiver):
    """An open receiver that keeps each sealed datagram; libsrtp, on its side, refuses what comes twice."""

    def take(self, datagram: bytes) -> None:
        super().take(datagram)
        _, _, seq16, _, ssrc = FIXED.unpack_from(datagram)
        self.headers.append((ssrc, seq16))

    def __post_init__(self) -> None:
        super().__post_init__()
        self.headers: list[tuple[int, int]] = []


class Seats(RuleBasedStateMachine):
    """Three publishers of pictures, four seats; seats are bound, and get all frames or some, at will, while packets come in any
    order.
    """

    @initialize(first=st.lists(st.integers(0, 65_535), min_size=3, max_size=3))
    def begin(self, first: list[int]) -> None:
        self.stage = Stage("video")
        self.sources = [self.stage.publication, self.stage.another(), self.stage.another()]
        self.next = list(first)
        self.skipped: list[list[int]] = [[], [], []]
        self.receivers = [Recorder(number) for number in range(4)]
        self.seats: list[Subscription] = [self.stage.subscribe(each) for each in self.receivers]
        self.now_ms = 0

    def _arrive(self, who: int, seq16: int, *, keyframe: bool, temporal: int = 0) -> None:
        self.now_ms += 10
        payload = SHORT + KEYFRAME if keyframe else delta(temporal >> 1, sync=bool(temporal & LAYER_SYNC))
        source: Publication = self.sources[who]
        self.stage.packet(self.now_ms, source, seq16=seq16, rtp_ticks=seq16 * 90, payload=payload)

    @rule(who=st.integers(0, 2), keyframe=st.booleans(), temporal=st.integers(0, 7))
    def next_packet(self, who: int, *, keyframe: bool, temporal: int = 0) -> None:
        self._arrive(who, self.next[who] & 0xFFFF, keyframe=keyframe, temporal=temporal)
        self.next[who] += 1

    @rule(who=st.integers(0, 2), temporals=st.lists(st.sampled_from((0, 0, 2, 3, 4, 5)), max_size=20))
    def many_packets(self, who: int, temporals: list[int]) -> None:
        for temporal in temporals:
            self.next_packet(who, keyframe=False, temporal=temporal)

    @rule(who=st.integers(0, 2), count=st.integers(1, 40))
    def skip(self, who: int, count: int) -> None:
        self.skipped[who] += range(self.next[who], self.next[who] + count)
        self.next[who] += count

    @rule(
        who=st.integers(0, 2), which=st.integers(0, 1000), keyframe=st.booleans(), temporal=st.integers(0, 7)
    )
    def late_packet(self, who: int, which: int, *, keyframe: bool, temporal: int) -> None:
        # An older one may be refused when it should be sealed: nobody forgets here what is missing for too long.
        welcome = [seq for seq in self.skipped[who] if self.next[who] - seq < REPLAY_WINDOW_PACKETS]
        if welcome:
            seq = welcome[which % len(welcome)]
            self._arrive(who, seq & 0xFFFF, keyframe=keyframe, temporal=temporal)

    @rule(who=st.integers(0, 2), back=st.integers(1, 30))
    def repeated_packet(self, who: int, back: int) -> None:
        self._arrive(who, (self.next[who] - back) & 0xFFFF, keyframe=False)

    @rule(who=st.integers(0, 2), where=st.integers(0, 65_535))
    def begin_anew(self, who: int, where: int) -> None:
        self.next[who], self.skipped[who] = where, []
        for _ in range(3):
            self.next_packet(who, keyframe=True)

    @rule(seat=st.integers(0, 3), who=st.none() | st.integers(0, 2))
    def bind(self, seat: int, who: int | None) -> None:
        self.seats[seat].bind(None if who is None else self.sources[who])

    @rule(seat=st.integers(0, 3), highest=st.integers(0, WHOLE))
    def want(self, seat: int, highest: int) -> None:
        self.seats[seat].want(0, self.now_ms, highest)

    @rule()
    def forget_plans(self) -> None:
        for source in self.sources:
            source.replan()

    @invariant()
    def nothing_was_sealed_twice(self) -> None:
        if not hasattr(self, "receivers"):
            return
        assert self.stage.forwarder.refused == 0
        for receiver in self.receivers:
            assert len(set(receiver.headers)) == len(receiver.headers)


Seats.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestSeats = Seats.TestCase


def outbound() -> OutboundSrtp:
    return OutboundSrtp(SrtpKeys(PROFILE, bytes(16), bytes(12), b"k" * 16, b"s" * 12))


def used(top: int) -> UsedIndices:
    return UsedIndices(top)


def test_a_stream_that_follows_seals_nothing_else_ever() -> None:
    stream = outbound().stream(5)
    stream.follow(used(10), 20, 10)
    for _ in range(2):
        with pytest.raises(IndexRefused):
            stream.seal(100, b"", bytes(12), bytearray(16))
        stream.part()


def test_a_stream_follows_one_source_at_a_time() -> None:
    stream = outbound().stream(5)
    source = used(10)
    stream.follow(source, 20, 10)
    stream.follow(source, 20, 10)
    for other, offset in ((used(100), 20), (source, 21)):
        with pytest.raises(IndexRefused):
            stream.follow(other, offset, 1000)


@pytest.mark.parametrize(("first", "allowed"), [(0, True), (32_767, True), (32_768, False), (-1, False)])
def test_the_first_index_of_a_stream_is_one_that_receivers_guess(first: int, *, allowed: bool) -> None:
    stream = outbound().stream(5)
    if allowed:
        stream.follow(used(7), first - 7, 7)
    else:
        with pytest.raises(IndexRefused):
            stream.follow(used(7), first - 7, 7)


@pytest.mark.parametrize(("next_first", "allowed"), [(35, True), (34, False), (30, False), (0, False)])
def test_the_next_source_begins_above_whatever_the_last_one_took(next_first: int, *, allowed: bool) -> None:
    stream, source = outbound().stream(5), used(10)
    stream.follow(source, 20, 10)
    for index in (11, 14):
        source.take(index)
    stream.part()
    source.take(15)  # after the parting: not this stream's
    other = used(500)
    if allowed:
        stream.follow(other, next_first - 500, 500)
    else:
        with pytest.raises(IndexRefused):
            stream.follow(other, next_first - 500, 500)


@pytest.mark.parametrize("offset", [(1 << 46) + 1, 1 << 60])
def test_an_offset_beyond_all_indices_is_refused(offset: int) -> None:
    stream = outbound().stream(5)
    stream.follow(used(1), 0, 1)
    stream.part()
    with pytest.raises(IndexRefused):
        stream.follow(used(1), offset, 1)


def test_a_source_takes_each_index_once_and_only_recent_holes() -> None:
    source = used(10)
    source.take(13)
    source.take(11)
    for index in (11, 13, 10, 9, 13 + (1 << 15), -1, 1 << 48):
        with pytest.raises(IndexRefused):
            source.take(index)
    source.take(12)
    source.take(14)
    assert source.top == 14
