"""The agent answers authentic checks only, follows nominations, survives a restart, and knows how fresh consent is."""

from __future__ import annotations

import struct

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from server.media.address import host_port
from server.media.ice_lite import (
    CONSENT_MS,
    MAX_CHECK_BYTES,
    MAX_PAIRS,
    Credentials,
    IceLite,
    Verdict,
    new_credentials,
    read_check,
)

from .stun_client import check, without

HOME = ("192.0.2.1", 4000)
MOBILE = ("198.51.100.7", 5000)
HOME_6 = ("2001:db8::1", 4000, 0, 0)
MAPPED = ("::ffff:192.0.2.1", 4000, 0, 0)


def answer(
    agent: IceLite, datagram: bytes, source: tuple[str, int] = HOME, now_ms: int = 0
) -> Verdict | None:
    request = read_check(datagram)
    assert request is not None
    return agent.answer(request, source, now_ms)


def test_credentials_are_long_random_and_hidden() -> None:
    made = {new_credentials() for _ in range(100)}
    assert len({each.ufrag for each in made}) == len({each.pwd for each in made}) == 100
    one = made.pop()
    assert (len(one.ufrag), len(one.pwd)) == (8, 32)
    assert one.pwd not in repr(one)


@pytest.mark.parametrize(
    ("source", "mapped"),
    [
        (HOME, HOME),
        (HOME_6, ("2001:db8::1", 4000)),
        (MAPPED, HOME),
        (("fe80::1%eth0", 9, 0, 2), ("fe80::1", 9)),
    ],
)
def test_response_tells_the_source_and_proves_itself(
    source: tuple[str, int], mapped: tuple[str, int]
) -> None:
    agent = IceLite(now_ms=0)
    datagram = check(agent.local)
    verdict = answer(agent, datagram, source)
    assert verdict is not None
    response = stun.parse_message(verdict.response)
    assert response.message_class == stun.Class.RESPONSE
    assert response.transaction_id == stun.parse_message(datagram).transaction_id
    assert response.attributes["XOR-MAPPED-ADDRESS"] == mapped == host_port(source)
    assert response.check_message_integrity(agent.local.pwd.encode())
    assert "FINGERPRINT" in response.attributes


def test_first_check_and_each_nomination_select_an_address() -> None:
    agent = IceLite(now_ms=0)
    steps = [
        (HOME, False, True, HOME),  # somewhere to send to, before anything is nominated
        (MOBILE, False, False, HOME),  # another pair is only being tried
        (HOME, True, False, HOME),
        (MOBILE, True, True, MOBILE),  # renomination: the network changed
        (MOBILE, True, False, MOBILE),
        (HOME, False, False, MOBILE),
        (HOME, True, True, HOME),
    ]
    for source, nominate, selected, address in steps:
        verdict = answer(agent, check(agent.local, nominate=nominate), source)
        assert verdict is not None
        assert (verdict.selected, agent.address) == (selected, address)


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda ours: check(ours, pwd="x" * 32), id="wrong integrity"),
        pytest.param(lambda ours: check(ours, ufrag="stranger"), id="wrong ufrag"),
        pytest.param(lambda ours: check(ours, ufrag=ours.ufrag[:-1]), id="shorter ufrag"),
    ],
)
def test_unauthentic_checks_leave_no_trace(forge: object) -> None:
    agent = IceLite(now_ms=0)
    assert callable(forge)
    assert answer(agent, forge(agent.local)) is None
    assert agent.address is None
    assert agent.addresses() == ()


@pytest.mark.parametrize("attribute", ["FINGERPRINT", "MESSAGE-INTEGRITY", "USERNAME"])
def test_requests_that_lack_what_a_check_needs_are_not_read(attribute: str) -> None:
    assert read_check(without(check(new_credentials()), attribute)) is None


def test_any_altered_byte_is_noticed() -> None:
    agent = IceLite(now_ms=0)
    datagram = check(agent.local)
    for position in range(len(datagram)):
        altered = bytearray(datagram)
        altered[position] ^= 0x04
        request = read_check(bytes(altered))
        assert request is None or agent.answer(request, HOME, 0) is None
    for length in range(len(datagram)):
        assert read_check(datagram[:length]) is None


@pytest.mark.parametrize("message_class", [stun.Class.INDICATION, stun.Class.RESPONSE, stun.Class.ERROR])
def test_only_requests_are_read(message_class: stun.Class) -> None:
    message = stun.Message(stun.Method.BINDING, message_class, attributes={"USERNAME": "a:b"})
    message.add_message_integrity(b"x")
    assert read_check(bytes(message)) is None


def test_only_bindings_with_two_names_and_the_cookie_are_read() -> None:
    allocate = stun.Message(stun.Method.ALLOCATE, stun.Class.REQUEST, attributes={"USERNAME": "a:b"})
    nameless = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes={"USERNAME": "ab"})
    for message in (allocate, nameless):
        message.add_message_integrity(b"x")
        assert read_check(bytes(message)) is None
    good = check(new_credentials())
    assert read_check(good) is not None
    assert read_check(good[:4] + bytes(4) + good[8:]) is None
    assert read_check(good + bytes(MAX_CHECK_BYTES)) is None


def stun_bytes(kind: int, body: bytes) -> bytes:
    return struct.pack("!HHI", kind, len(body), 0x2112A442) + bytes(12) + body


@given(st.binary(max_size=200), st.sampled_from([0x0001, 0x0101, 0x0011, 0x0003, 0x3FFF]))
def test_any_bytes_are_read_without_raising(body: bytes, kind: int) -> None:
    assert read_check(body) is None
    assert read_check(stun_bytes(kind, body)) is None


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 6, 8, 9, 0x20, 0x24, 0x25, 0x8028, 0x8029]), st.binary(max_size=12))
    )
)
def test_attributes_of_any_length_are_read_without_raising(attributes: list[tuple[int, bytes]]) -> None:
    body = b"".join(
        struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4) for kind, value in attributes
    )
    request = read_check(stun_bytes(1, body))
    assert request is None or IceLite(0).answer(request, HOME, 0) is None


def test_consent_lasts_thirty_seconds_from_the_last_check_of_the_selected_address() -> None:
    agent = IceLite(now_ms=1_000)
    assert not agent.has_consent(1_000)
    assert agent.consent_ends_ms == 1_000 + CONSENT_MS
    answer(agent, check(agent.local), HOME, 5_000)
    answer(agent, check(agent.local), HOME, 8_000)
    assert agent.consent_ends_ms == 8_000 + CONSENT_MS == 38_000
    answer(agent, check(agent.local), MOBILE, 20_000)  # another address consents for itself only
    answer(agent, check(agent.local, pwd="x" * 32), HOME, 37_000)  # a forged check consents to nothing
    assert agent.has_consent(37_999)
    assert not agent.has_consent(38_000)
    assert agent.holds(MOBILE, 38_000)
    assert not agent.holds(("203.0.113.9", 1), 38_000)


def test_after_a_restart_the_old_credentials_work_until_the_new_are_nominated() -> None:
    agent = IceLite(now_ms=0)
    old = agent.local
    answer(agent, check(old, nominate=True), HOME)
    new = agent.restart()
    assert (agent.ufrags(), agent.address) == ((new.ufrag, old.ufrag), HOME)
    assert answer(agent, check(old), HOME, 10) is not None
    tried = answer(agent, check(new), MOBILE, 20)
    assert tried is not None
    assert stun.parse_message(tried.response).check_message_integrity(new.pwd.encode())
    assert (agent.address, len(agent.ufrags())) == (HOME, 2)
    nominated = answer(agent, check(new, nominate=True), MOBILE, 30)
    assert nominated is not None
    assert (nominated.selected, agent.address, agent.ufrags()) == (True, MOBILE, (new.ufrag,))
    assert answer(agent, check(old), HOME, 40) is None


def test_restart_nominating_the_same_address_moves_nothing() -> None:
    agent = IceLite(now_ms=0)
    answer(agent, check(agent.local, nominate=True), HOME)
    new = agent.restart()
    verdict = answer(agent, check(new, nominate=True), HOME)
    assert verdict is not None
    assert (verdict.selected, agent.ufrags()) == (False, (new.ufrag,))


def test_second_restart_keeps_the_credentials_that_work() -> None:
    agent = IceLite(now_ms=0)
    first = agent.local
    between = agent.restart()
    last = agent.restart()
    assert agent.ufrags() == (last.ufrag, first.ufrag)
    assert answer(agent, check(first)) is not None
    assert answer(agent, check(between)) is None


def test_credentials_of_the_other_side_of_a_restart_do_not_mix() -> None:
    agent = IceLite(now_ms=0)
    old, new = agent.local, agent.restart()
    assert answer(agent, check(Credentials(new.ufrag, old.pwd))) is None


def test_addresses_of_one_peer_are_bounded_and_the_selected_one_stays() -> None:
    agent = IceLite(now_ms=0)
    answer(agent, check(agent.local, nominate=True), HOME, 0)
    others = [("203.0.113.5", port) for port in range(1, MAX_PAIRS + 3)]
    forgotten = []
    for now_ms, source in enumerate(others, start=1):
        verdict = answer(agent, check(agent.local), source, now_ms)
        assert verdict is not None
        forgotten.append(verdict.forgotten)
    assert len(agent.addresses()) == MAX_PAIRS
    assert HOME in agent.addresses()
    assert [each for each in forgotten if each] == others[:3]
