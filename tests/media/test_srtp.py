"""Against libsrtp in both directions, every profile; and the rule that no nonce is used twice."""

from __future__ import annotations

import random
import struct

import pylibsrtp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Policy

from server.media.srtp import (
    MAX_INBOUND_SOURCES,
    MAX_PACKET_BYTES,
    MAX_PLAIN_BYTES,
    MAX_RTCP_BYTES,
    REPLAY_WINDOW_PACKETS,
    InboundSrtp,
    IndexRefused,
    OutboundSrtp,
    SrtpRefused,
)
from server.media.srtp_keys import SrtpKeys, SrtpProfile, derive, exporter_bytes

LIBSRTP = {
    SrtpProfile.AEAD_AES_128_GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    SrtpProfile.AEAD_AES_256_GCM: Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    SrtpProfile.AES128_CM_SHA1_80: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}
every_profile = pytest.mark.parametrize("profile", list(SrtpProfile), ids=lambda profile: profile.name)
AUDIO_LEVEL_EXTENSION = b"\xbe\xde\x00\x01\x10\xaa\x00\x00"


def keys_of(profile: SrtpProfile) -> SrtpKeys:
    return SrtpKeys.from_exporter(profile, random.Random(7).randbytes(exporter_bytes(profile)))


def libsrtp(key: bytes, profile: SrtpProfile, ssrc_type: int) -> pylibsrtp.Session:
    policy = Policy(key=key, ssrc_type=ssrc_type, srtp_profile=LIBSRTP[profile])
    policy.window_size = REPLAY_WINDOW_PACKETS
    return pylibsrtp.Session(policy)


def client_sender(keys: SrtpKeys) -> pylibsrtp.Session:
    return libsrtp(keys.client_master, keys.profile, Policy.SSRC_ANY_OUTBOUND)


def client_receiver(keys: SrtpKeys) -> pylibsrtp.Session:
    return libsrtp(keys.server_master, keys.profile, Policy.SSRC_ANY_INBOUND)


def rtp(sequence: int, *, ssrc: int = 0x1234, payload: bytes = b"sealed frame", variant: int = 0) -> bytes:
    """Variants: 0 plain, 1 with a header extension, 2 with CSRCs, 3 with both."""
    has_extension, csrcs = variant & 1, 2 if variant & 2 else 0
    first = 0x80 | has_extension << 4 | csrcs
    header = struct.pack("!BBHII", first, 96, sequence & 0xFFFF, sequence * 3000 & 0xFFFFFFFF, ssrc)
    return header + b"CSRC" * csrcs + AUDIO_LEVEL_EXTENSION * has_extension + payload


RECEIVER_REPORT = struct.pack("!BBHI", 0x80, 201, 1, 0x1234)


@every_profile
def test_libsrtp_opens_what_we_seal(profile: SrtpProfile) -> None:
    keys = keys_of(profile)
    outbound, receiver = OutboundSrtp(keys), client_receiver(keys)
    for index in range(40):
        packet = rtp(index, variant=index % 4, payload=bytes(index * 30))
        sealed = outbound.protect(packet, index)
        assert len(sealed) == len(packet) + profile.tag_bytes
        assert receiver.unprotect(sealed) == packet


@every_profile
def test_sealing_continues_over_the_rollover_of_the_sequence(profile: SrtpProfile) -> None:
    keys = keys_of(profile)
    outbound, receiver = OutboundSrtp(keys), client_receiver(keys)
    # Steps below 32768 take both sides over 65535 → 0 three times; single steps at each wrap.
    indices = [
        *range(30_000, 180_000, 20_000),
        *range(196_590, 196_630),
    ]
    for index in indices:
        packet = rtp(index)
        assert receiver.unprotect(outbound.protect(packet, index)) == packet


@every_profile
def test_late_packets_are_sealed_once_and_open(profile: SrtpProfile) -> None:
    keys = keys_of(profile)
    outbound, receiver = OutboundSrtp(keys), client_receiver(keys)
    for index in (30_000, 50_000, 65_530, 65_537, 65_534, 65_536, 65_531):
        packet = rtp(index)
        assert receiver.unprotect(outbound.protect(packet, index)) == packet
    with pytest.raises(IndexRefused):
        outbound.protect(rtp(65_534), 65_534)


@every_profile
def test_sealing_into_a_buffer_gives_the_same_bytes(profile: SrtpProfile) -> None:
    keys = keys_of(profile)
    packet = rtp(5, variant=3, payload=bytes(1000))
    buffer = bytearray(1500)
    length = OutboundSrtp(keys).protect_into(memoryview(packet), 5, memoryview(buffer))
    assert buffer[:length] == OutboundSrtp(keys).protect(packet, 5)
    assert buffer[length:] == bytes(1500 - length)


@every_profile
def test_we_open_what_libsrtp_seals(profile: SrtpProfile) -> None:
    keys = keys_of(profile)
    inbound, sender = InboundSrtp(keys), client_sender(keys)
    for sequence in (*range(65_500, 65_570), 65_600):
        for ssrc in (1, 2):
            packet = rtp(sequence, ssrc=ssrc, variant=sequence % 4)
            assert inbound.unprotect(sender.protect(packet)) == packet


@every_profile
def test_control_packets_pass_both_ways(profile: SrtpProfile) -> None:
    keys = keys_of(profile)
    inbound, outbound = InboundSrtp(keys), OutboundSrtp(keys)
    sender, receiver = client_sender(keys), client_receiver(keys)
    for _ in range(3):
        assert inbound.unprotect_rtcp(sender.protect_rtcp(RECEIVER_REPORT)) == RECEIVER_REPORT
        assert receiver.unprotect_rtcp(outbound.protect_rtcp(RECEIVER_REPORT)) == RECEIVER_REPORT


@every_profile
def test_longest_packets_pass(profile: SrtpProfile) -> None:
    keys = keys_of(profile)
    outbound, receiver = OutboundSrtp(keys), client_receiver(keys)
    packet = rtp(1, payload=bytes(MAX_PLAIN_BYTES - 12))
    assert receiver.unprotect(outbound.protect(packet, 1)) == packet
    report = struct.pack("!BBHI", 0x80, 204, MAX_RTCP_BYTES // 4 - 1, 1) + bytes(MAX_RTCP_BYTES - 8)
    assert receiver.unprotect_rtcp(outbound.protect_rtcp(report)) == report


@every_profile
def test_replayed_packets_are_refused(profile: SrtpProfile) -> None:
    keys = keys_of(profile)
    inbound, sender = InboundSrtp(keys), client_sender(keys)
    sealed = sender.protect(rtp(1))
    sealed_report = sender.protect_rtcp(RECEIVER_REPORT)
    inbound.unprotect(sealed)
    inbound.unprotect_rtcp(sealed_report)
    with pytest.raises(SrtpRefused):
        inbound.unprotect(sealed)
    with pytest.raises(SrtpRefused):
        inbound.unprotect_rtcp(sealed_report)


@every_profile
def test_packets_older_than_the_window_are_refused(profile: SrtpProfile) -> None:
    keys = keys_of(profile)
    inbound, sender = InboundSrtp(keys), client_sender(keys)
    old, early_enough = sender.protect(rtp(1)), sender.protect(rtp(2))
    inbound.unprotect(sender.protect(rtp(1 + REPLAY_WINDOW_PACKETS)))
    with pytest.raises(SrtpRefused):
        inbound.unprotect(old)
    assert inbound.unprotect(early_enough) == rtp(2)


@every_profile
def test_truncated_and_altered_packets_are_refused_and_harm_nobody(profile: SrtpProfile) -> None:
    keys = keys_of(profile)
    inbound, sender = InboundSrtp(keys), client_sender(keys)
    sealed = sender.protect(rtp(1, variant=3))
    for length in range(len(sealed)):
        with pytest.raises(SrtpRefused):
            inbound.unprotect(sealed[:length])
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 0x01
        with pytest.raises(SrtpRefused):
            inbound.unprotect(bytes(altered))
    assert inbound.unprotect(sealed) == rtp(1, variant=3)


@every_profile
def test_lying_extension_length_is_refused(profile: SrtpProfile) -> None:
    inbound = InboundSrtp(keys_of(profile))
    lying = struct.pack("!BBHII", 0x90, 96, 1, 1, 1) + b"\xbe\xde\xff\xff" + bytes(100)
    with pytest.raises(SrtpRefused):
        inbound.unprotect(lying)


@given(st.binary(max_size=MAX_PACKET_BYTES + 2), st.sampled_from(SrtpProfile))
def test_any_bytes_are_refused_with_the_one_error(garbage: bytes, profile: SrtpProfile) -> None:
    inbound = InboundSrtp(keys_of(profile))
    with pytest.raises(SrtpRefused):
        inbound.unprotect(garbage)
    with pytest.raises(SrtpRefused):
        inbound.unprotect_rtcp(garbage)
    with pytest.raises(SrtpRefused):
        inbound.unprotect(b"\x80" + garbage)


def test_oversize_packets_are_refused() -> None:
    inbound = InboundSrtp(keys_of(SrtpProfile.AEAD_AES_128_GCM))
    with pytest.raises(SrtpRefused):
        inbound.unprotect(rtp(1, payload=bytes(MAX_PACKET_BYTES)))
    with pytest.raises(SrtpRefused):
        inbound.unprotect_rtcp(RECEIVER_REPORT + bytes(MAX_PACKET_BYTES))


def test_one_peer_may_not_open_sources_without_end() -> None:
    keys = keys_of(SrtpProfile.AEAD_AES_128_GCM)
    inbound, sender = InboundSrtp(keys), client_sender(keys)
    for ssrc in range(MAX_INBOUND_SOURCES):
        inbound.unprotect(sender.protect(rtp(1, ssrc=ssrc)))
    with pytest.raises(SrtpRefused):
        inbound.unprotect(sender.protect(rtp(1, ssrc=MAX_INBOUND_SOURCES)))
    assert inbound.unprotect(sender.protect(rtp(2, ssrc=0))) == rtp(2, ssrc=0)


def test_forged_sources_leave_no_trace() -> None:
    keys = keys_of(SrtpProfile.AEAD_AES_128_GCM)
    inbound, sender = InboundSrtp(keys), client_sender(keys)
    for ssrc in range(2 * MAX_INBOUND_SOURCES):
        with pytest.raises(SrtpRefused):
            inbound.unprotect(rtp(1, ssrc=ssrc, payload=bytes(40)))
    assert inbound.unprotect(sender.protect(rtp(1))) == rtp(1)


@every_profile
@pytest.mark.parametrize("first", [-1, 32_768, 65_536])
def test_first_index_is_one_that_receivers_guess(profile: SrtpProfile, first: int) -> None:
    with pytest.raises(IndexRefused):
        OutboundSrtp(keys_of(profile)).protect(rtp(first), first)


@every_profile
@pytest.mark.parametrize(
    ("before", "index"),
    [
        pytest.param([10], 10, id="again"),
        pytest.param([10, 11, 12], 11, id="again behind the newest"),
        pytest.param(
            [10, 10 + REPLAY_WINDOW_PACKETS], 10 + REPLAY_WINDOW_PACKETS - REPLAY_WINDOW_PACKETS, id="old"
        ),
        pytest.param([10, 20 + REPLAY_WINDOW_PACKETS], 20, id="too old though unused"),
        pytest.param([10], 10 + 32_768, id="leap"),
        pytest.param([10], -5, id="negative"),
        pytest.param([10], 1 << 48, id="exhausted"),
    ],
)
def test_index_that_could_repeat_a_nonce_is_refused(
    profile: SrtpProfile, before: list[int], index: int
) -> None:
    outbound = OutboundSrtp(keys_of(profile))
    for used in before:
        outbound.protect(rtp(used), used)
    with pytest.raises(IndexRefused):
        outbound.protect(rtp(index), index)


def test_index_must_be_the_packets_own() -> None:
    outbound = OutboundSrtp(keys_of(SrtpProfile.AEAD_AES_128_GCM))
    with pytest.raises(IndexRefused):
        outbound.protect(rtp(6), 5)
    assert outbound.protect(rtp(5), 5)


@given(
    st.sampled_from([SrtpProfile.AEAD_AES_128_GCM, SrtpProfile.AES128_CM_SHA1_80]),
    st.lists(
        st.tuples(st.integers(0, 1), st.one_of(st.integers(0, 40), st.integers(0, 40_000))), max_size=60
    ),
)
def test_no_index_of_a_source_is_ever_sealed_twice(
    profile: SrtpProfile, wanted: list[tuple[int, int]]
) -> None:
    keys = keys_of(profile)
    outbound, receiver = OutboundSrtp(keys), client_receiver(keys)
    sealed: set[tuple[int, int]] = set()
    newest: dict[int, int] = {}
    for ssrc, index in wanted:
        packet = rtp(index, ssrc=ssrc)
        late_but_fresh = newest.get(ssrc, 32_768) - index < REPLAY_WINDOW_PACKETS
        near = index < 32_768 if ssrc not in newest else index - newest[ssrc] < 32_768
        try:
            opened = receiver.unprotect(outbound.protect(packet, index))
        except IndexRefused:
            assert (ssrc, index) in sealed or not near or not late_but_fresh
        else:
            assert opened == packet
            assert (ssrc, index) not in sealed
            sealed.add((ssrc, index))
            newest[ssrc] = max(newest.get(ssrc, 0), index)


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"", id="empty"),
        pytest.param(bytes(12), id="wrong version"),
        pytest.param(rtp(0)[:11], id="short"),
        pytest.param(b"\x8f" + rtp(0)[1:], id="csrcs missing"),
        pytest.param(b"\x90" + rtp(0)[1:12], id="extension missing"),
        pytest.param(b"\x90" + rtp(0)[1:12] + b"\xbe\xde\x00\x09" + bytes(8), id="extension cut"),
        pytest.param(rtp(0, payload=bytes(MAX_PLAIN_BYTES)), id="long"),
    ],
)
def test_nothing_but_rtp_is_sealed(packet: bytes) -> None:
    outbound = OutboundSrtp(keys_of(SrtpProfile.AEAD_AES_128_GCM))
    with pytest.raises(ValueError, match="packet"):
        outbound.protect(packet, 0)


def test_nothing_but_short_rtcp_is_sealed() -> None:
    outbound = OutboundSrtp(keys_of(SrtpProfile.AEAD_AES_128_GCM))
    for packet in (b"\x80\xc9", RECEIVER_REPORT + bytes(MAX_RTCP_BYTES)):
        with pytest.raises(ValueError, match="RTCP"):
            outbound.protect_rtcp(packet)


def test_buffer_too_small_is_refused_before_the_index_is_used() -> None:
    outbound = OutboundSrtp(keys_of(SrtpProfile.AEAD_AES_128_GCM))
    with pytest.raises(ValueError, match="too long"):
        outbound.protect_into(rtp(1), 1, memoryview(bytearray(20)))
    assert outbound.protect(rtp(1), 1)


def test_key_derivation_gives_the_vectors_of_the_standard() -> None:
    """RFC 3711 appendix B.3."""
    key = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
    salt = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
    assert derive(key, salt, 0, 16).hex().upper() == "C61E7A93744F39EE10734AFE3FF7A087"
    assert derive(key, salt, 2, 14).hex().upper() == "30CBBC08863D8C85D49DB34A9AE1"


def test_keys_are_never_shown() -> None:
    keys = keys_of(SrtpProfile.AEAD_AES_128_GCM)
    assert repr(keys) == f"SrtpKeys(profile={keys.profile!r})"


def test_keys_are_overwritten_in_place_and_streams_made_of_them_go_on() -> None:
    for profile in SrtpProfile:
        keys = keys_of(profile)
        held = (keys.client_key, keys.client_salt, keys.server_key, keys.server_salt)
        outbound = OutboundSrtp(keys)
        receiver = client_receiver(keys)
        keys.wipe()
        assert all(not any(secret) for secret in held)
        assert receiver.unprotect(outbound.protect(rtp(1), 1)) == rtp(1)
