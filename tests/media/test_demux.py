"""Whose datagram is it: first byte, ufrag, address; and nobody can take another's address or be found by chance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media.demux import Demux, PacketKind, classify
from server.media.ice_lite import CONSENT_MS, MAX_PAIRS, IceLite

from .stun_client import check

HOME = ("192.0.2.1", 4000)
MOBILE = ("198.51.100.7", 5000)


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (0, 1, PacketKind.STUN),
        (3, 0, PacketKind.STUN),
        (4, 0, PacketKind.UNKNOWN),
        (19, 0, PacketKind.UNKNOWN),
        (20, 254, PacketKind.DTLS),
        (63, 254, PacketKind.DTLS),
        (64, 0, PacketKind.UNKNOWN),
        (127, 0, PacketKind.UNKNOWN),
        (128, 0, PacketKind.RTP),
        (128, 191, PacketKind.RTP),
        (128, 192, PacketKind.RTCP),
        (129, 206, PacketKind.RTCP),
        (191, 223, PacketKind.RTCP),
        (191, 224, PacketKind.RTP),
        (192, 200, PacketKind.UNKNOWN),
        (255, 255, PacketKind.UNKNOWN),
    ],
)
def test_first_bytes_tell_the_kind(first: int, second: int, kind: PacketKind) -> None:
    assert classify(bytes([first, second, 0, 0])) is kind


@given(st.binary(max_size=4))
def test_any_bytes_have_a_kind(datagram: bytes) -> None:
    assert classify(datagram) in PacketKind


@pytest.mark.parametrize("datagram", [b"", b"\x80", b"\x00", b"\x16"])
def test_datagrams_too_short_for_anything_are_unknown(datagram: bytes) -> None:
    assert classify(datagram) is PacketKind.UNKNOWN


def peer(demux: Demux[str], name: str, now_ms: int = 0) -> IceLite:
    agent = IceLite(now_ms)
    demux.add(agent, name)
    return agent


def test_check_finds_its_peer_and_proves_the_address() -> None:
    demux: Demux[str] = Demux()
    peer(demux, "other")
    ada = peer(demux, "ada")
    arrival = demux.check(check(ada.local, nominate=True), HOME, 0)
    assert arrival is not None
    assert (arrival.peer, arrival.selected, demux.peer_at(HOME)) == ("ada", True, "ada")
    assert arrival.response[:2] == b"\x01\x01"


def test_unknown_addresses_lead_nowhere() -> None:
    demux: Demux[str] = Demux()
    peer(demux, "ada")
    assert demux.peer_at(HOME) is None


@pytest.mark.parametrize("wrong", [{"ufrag": "nobody00"}, {"pwd": "x" * 32}])
def test_wrong_ufrag_or_integrity_meets_silence(wrong: dict[str, str]) -> None:
    demux: Demux[str] = Demux()
    ada = peer(demux, "ada")
    assert demux.check(check(ada.local, nominate=True, **wrong), HOME, 0) is None
    assert demux.peer_at(HOME) is None
    assert ada.address is None


@given(st.binary(max_size=200))
def test_any_bytes_meet_silence(garbage: bytes) -> None:
    demux: Demux[str] = Demux()
    peer(demux, "ada")
    assert demux.check(garbage, HOME, 0) is None


def test_peer_that_moved_is_known_at_both_addresses() -> None:
    demux: Demux[str] = Demux()
    ada = peer(demux, "ada")
    demux.check(check(ada.local, nominate=True), HOME, 0)
    arrival = demux.check(check(ada.local, nominate=True), MOBILE, 10)
    assert arrival is not None
    assert (arrival.selected, ada.address) == (True, MOBILE)
    assert demux.peer_at(HOME) == demux.peer_at(MOBILE) == "ada"


def test_address_of_a_living_peer_cannot_be_taken() -> None:
    demux: Demux[str] = Demux()
    ada, eve = peer(demux, "ada"), peer(demux, "eve")
    demux.check(check(ada.local, nominate=True), HOME, 0)
    forged = check(eve.local, nominate=True)
    assert demux.check(forged, HOME, CONSENT_MS - 1) is None
    assert (demux.peer_at(HOME), eve.address) == ("ada", None)
    arrival = demux.check(forged, HOME, CONSENT_MS)  # ada has been silent too long: the address is free
    assert arrival is not None
    assert demux.peer_at(HOME) == "eve"


def test_removed_peer_is_found_no_more_and_its_address_is_free() -> None:
    demux: Demux[str] = Demux()
    ada, eve = peer(demux, "ada"), peer(demux, "eve")
    demux.check(check(ada.local, nominate=True), HOME, 0)
    demux.remove(ada)
    demux.remove(ada)
    assert demux.peer_at(HOME) is None
    assert demux.check(check(ada.local), HOME, 1) is None
    assert demux.check(check(eve.local), HOME, 1) is not None


def test_removal_leaves_an_address_that_passed_to_another() -> None:
    demux: Demux[str] = Demux()
    ada, eve = peer(demux, "ada"), peer(demux, "eve")
    demux.check(check(ada.local), HOME, 0)
    demux.check(check(eve.local), HOME, CONSENT_MS)
    demux.remove(ada)
    assert demux.peer_at(HOME) == "eve"


def test_restart_adds_a_name_and_its_nomination_drops_the_old() -> None:
    demux: Demux[str] = Demux()
    ada = peer(demux, "ada")
    old = ada.local
    demux.check(check(old, nominate=True), HOME, 0)
    new = demux.restart(ada)
    assert demux.check(check(old), HOME, 1) is not None
    arrival = demux.check(check(new, nominate=True), MOBILE, 2)
    assert arrival is not None
    assert (arrival.peer, arrival.selected) == ("ada", True)
    assert demux.check(check(old, nominate=True), HOME, 3) is None
    demux.remove(ada)
    assert demux.check(check(new), MOBILE, 4) is None


def test_second_restart_drops_the_name_between() -> None:
    demux: Demux[str] = Demux()
    ada = peer(demux, "ada")
    old, between, last = ada.local, demux.restart(ada), demux.restart(ada)
    answered = [demux.check(check(each), HOME, 0) is not None for each in (old, between, last)]
    assert answered == [True, False, True]


def test_restart_of_an_unknown_agent_is_an_error() -> None:
    with pytest.raises(KeyError):
        Demux[str]().restart(IceLite(0))


def test_forgotten_addresses_lead_nowhere() -> None:
    demux: Demux[str] = Demux()
    ada = peer(demux, "ada")
    sources = [("203.0.113.5", port) for port in range(1, MAX_PAIRS + 2)]
    for now_ms, source in enumerate([HOME, *sources]):
        demux.check(check(ada.local), source, now_ms)
    found = [source for source in sources if demux.peer_at(source) == "ada"]
    assert demux.peer_at(HOME) == "ada"
    assert found == sources[2:]
