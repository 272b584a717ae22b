from __future__ import annotations

import pytest

from server.signaling.origin import UNKNOWN, OriginPseudonyms

ORIGINS = OriginPseudonyms(b"k" * 32)


@pytest.mark.parametrize("nothing", [None, "", "testclient", "127.0.0.1", "::1"])
def test_loopback_and_what_is_no_address_say_nothing(nothing: str | None) -> None:
    assert ORIGINS.of(nothing) == UNKNOWN


def test_the_same_network_has_the_same_pseudonym_in_one_process_only() -> None:
    assert ORIGINS.of("192.0.2.1") == ORIGINS.of("192.0.2.1") != UNKNOWN
    assert ORIGINS.of("192.0.2.1") != ORIGINS.of("192.0.2.2")
    assert ORIGINS.of("192.0.2.1") != OriginPseudonyms(b"x" * 32).of("192.0.2.1")
    assert ORIGINS.of("2001:db8:1:2::1") == ORIGINS.of("2001:db8:1:2::ffff") != ORIGINS.of("2001:db8:1:3::1")
