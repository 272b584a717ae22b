"""What is typed after `kith rehearse`: a whole link, or a word that says what is wrong with it."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rehearsal.errors import BadLink, Refused
from server.rehearsal.link import MAX_LINK_CHARS, read_link, read_server

SECRET = base64.urlsafe_b64encode(bytes(range(32))).rstrip(b"=").decode()


def base64url(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(**claims: object) -> str:
    return f"{base64url({'alg': 'HS256'})}.{base64url({'mid': 'M' * 22, 'role': 'member'} | claims)}.c2lnbmVk"


def test_a_link_is_taken_apart() -> None:
    link = read_link(f"https://kith.example/#{token()}.{SECRET}")
    assert link.token == token()
    assert link.secret == bytes(range(32))
    assert (link.meeting, link.role, link.personal) == ("M" * 22, "member", False)
    assert link.server.ws_url == "wss://kith.example:443/ws"


def test_a_link_for_one_person_says_so() -> None:
    assert read_link(f"https://kith.example/#{token(one=True)}.{SECRET}").personal


@pytest.mark.parametrize(
    ("address", "base", "ws"),
    [
        ("http://localhost:8080/", "http://localhost:8080", "ws://localhost:8080/ws"),
        ("http://127.0.0.1", "http://127.0.0.1:80", "ws://127.0.0.1:80/ws"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443", "wss://[2001:db8::1]:8443/ws"),
        ("  https://kith.example/#anything ", "https://kith.example:443", "wss://kith.example:443/ws"),
    ],
)
def test_a_server_is_found_in_its_address(address: str, base: str, ws: str) -> None:
    server = read_server(address)
    assert (server.base_url, server.ws_url) == (base, ws)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kith.example",
        "ftp://kith.example/",
        "https://user:word@kith.example/",
        "https://kith.example:99999999/",
        "https://kith.example/group",
        "https://kith.example/?a=b",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadLink):
        read_server(text)


@pytest.mark.parametrize(
    "fragment",
    [
        "",
        SECRET,
        f"{token()}",
        f"{token()}.",
        f"{token()}.{SECRET[:-4]}",
        f"{token()}.{SECRET}ä",
        f"a.b.c.{SECRET}",
        f"a.{base64url([1])}.c.{SECRET}",
        f"{token(mid=7)}.{SECRET}",
        f"{token(role=None)}.{SECRET}",
        "a." + base64.urlsafe_b64encode(b"[" * 900).decode().rstrip("=") + f".c.{SECRET}",
        "a" * MAX_LINK_CHARS,
    ],
)
def test_what_is_no_link_is_refused_without_being_repeated(fragment: str) -> None:
    with pytest.raises(BadLink) as refused:
        read_link(f"https://kith.example/#{fragment}")
    assert SECRET not in str(refused.value)
    assert token() not in str(refused.value)


@given(st.text(max_size=80))
def test_any_text_is_a_link_or_refused(text: str) -> None:
    with pytest.raises(BadLink):
        read_link(text)


def test_a_link_is_not_shown_by_its_repr() -> None:
    link = read_link(f"https://kith.example/#{token()}.{SECRET}")
    assert token() not in repr(link)
    assert "M" * 22 not in repr(link)
    assert repr(link.secret) not in repr(link)


@pytest.mark.parametrize("code", ["token_expired", "full", "locked", "barred", "token_not_yet"])
def test_a_refusal_says_what_to_do(code: str) -> None:
    assert ":" in str(Refused(code))


def test_an_unknown_refusal_is_told_by_its_code() -> None:
    assert "never_heard_of" in str(Refused("never_heard_of"))
