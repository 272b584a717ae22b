"""A device behind a router: seen under another address and port, reached there and nowhere else."""

from __future__ import annotations

import socket
import struct

import pytest

from tests.support.network.nat import Nat, checksum

from .packets import TCP, ends, packet

INSIDE, OUTSIDE, SERVER = "10.0.0.2", "10.0.0.9", "10.0.0.1"
MASK = 0b101
NAT = Nat(socket.inet_aton(INSIDE), socket.inet_aton(OUTSIDE), MASK)
OPTIONS = bytes((1, 1, 1, 1))


@pytest.mark.parametrize("options", [b"", OPTIONS])
def test_outward_the_source_is_another(options: bytes) -> None:
    sent = packet(INSIDE, SERVER, (40_000, 8000), b"hello", options=options)
    assert ends(NAT.outward(sent)) == ((OUTSIDE, 40_000 ^ MASK), (SERVER, 8000))


@pytest.mark.parametrize("options", [b"", OPTIONS])
def test_inward_it_is_the_device_again(options: bytes) -> None:
    sent = packet(SERVER, OUTSIDE, (8000, 40_000 ^ MASK), b"hello", options=options)
    shown = NAT.inward(sent)
    assert shown is not None
    assert ends(shown) == ((SERVER, 8000), (INSIDE, 40_000))


def test_there_and_back_is_the_same_port_for_every_port() -> None:
    for port in range(1024, 65_536):
        (_, seen), _ = ends(NAT.outward(packet(INSIDE, SERVER, (port, 8000), b"")))
        shown = NAT.inward(packet(SERVER, OUTSIDE, (8000, seen), b""))
        assert shown is not None
        assert ends(shown)[1] == (INSIDE, port)
        assert seen >= 1024


def test_nobody_is_where_the_device_was_before() -> None:
    assert NAT.inward(packet(SERVER, INSIDE, (8000, 40_000), b"hello")) is None


@pytest.mark.parametrize("options", [b"", OPTIONS])
def test_header_is_right_and_the_payload_untouched(options: bytes) -> None:
    seen = NAT.outward(packet(INSIDE, SERVER, (40_000, 8000), b"hello", options=options))
    header = (seen[0] & 0x0F) * 4
    assert checksum(seen[:header]) == 0, "RFC 1071: over a right checksum the sum is zero"
    assert struct.unpack_from("!H", seen, header + 6) == (0,), "none, for it covered the former address"
    assert seen.endswith(b"hello")


def test_what_is_not_udp_passes_as_it_is() -> None:
    out = packet(INSIDE, SERVER, (40_000, 8000), b"hello", protocol=TCP)
    back = packet(SERVER, INSIDE, (8000, 40_000), b"hello", protocol=TCP)
    assert NAT.outward(out) == out
    assert NAT.inward(back) == back


def test_checksum_is_that_of_the_rfc() -> None:
    # RFC 1071 §3: 0001 f203 f4f5 f6f7 add up to ddf2.
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xDDF2 ^ 0xFFFF
