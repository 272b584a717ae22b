"""A link says only what we signed, for as long as we said."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rooms.ids import MeetingId, TokenId
from server.rooms.state import Role
from server.signaling.links import (
    MAX_TOKEN_CHARACTERS,
    LinkClaims,
    LinkCode,
    LinkKeys,
    LinkRefused,
    draw_meeting_id,
    draw_token_id,
    group_links,
)

OLD_KEY = bytes(range(32))
NEW_KEY = bytes(range(100, 140))
KEYS = LinkKeys({"new": NEW_KEY, "old": OLD_KEY})
MEETING = MeetingId("AAECAwQFBgcICQoLDA0ODw")
TOKEN_ID = TokenId("EBESExQVFhcYGRobHB0eHw")
CLAIMS = LinkClaims(
    meeting=MEETING,
    role=Role.MEMBER,
    not_before_s=1_000,
    expires_s=2_000,
    token_id=TOKEN_ID,
    personal=True,
)
GOOD_HEADER: dict[str, Any] = {"alg": "HS256", "kid": "new", "typ": "JWT"}
GOOD_PAYLOAD: dict[str, Any] = {
    "mid": MEETING,
    "role": "member",
    "nbf": 1_000,
    "exp": 2_000,
    "jti": TOKEN_ID,
    "one": True,
}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: object, payload: object, key: bytes = NEW_KEY, digest: str = "sha256") -> str:
    """A token made without the library, with any header and payload."""
    text = b64(json.dumps(header).encode()) + "." + b64(json.dumps(payload).encode())
    return text + "." + b64(hmac.digest(key, text.encode(), digest))


def refusal(token: str, wall_s: float = 1_500) -> LinkCode:
    with pytest.raises(LinkRefused) as caught:
        KEYS.verify(token, wall_s)
    return caught.value.code


def test_a_link_says_what_was_minted():
    assert KEYS.verify(KEYS.mint(CLAIMS), 1_500) == CLAIMS


def test_a_token_made_by_hand_from_the_protocol_is_accepted():
    assert KEYS.verify(signed(GOOD_HEADER, GOOD_PAYLOAD), 1_500) == CLAIMS


def test_the_header_says_algorithm_and_key_only():
    header = KEYS.mint(CLAIMS).split(".")[0]
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == GOOD_HEADER


@pytest.mark.parametrize(
    ("wall_s", "code"),
    [
        (999.999, LinkCode.NOT_YET),
        (0, LinkCode.NOT_YET),
        (2_000, LinkCode.EXPIRED),
        (2_000.001, LinkCode.EXPIRED),
        (1e12, LinkCode.EXPIRED),
    ],
)
def test_there_is_no_leeway(wall_s: float, code: LinkCode):
    assert refusal(KEYS.mint(CLAIMS), wall_s) is code


@pytest.mark.parametrize("wall_s", [1_000, 1_000.5, 1_999.999])
def test_a_link_holds_from_its_first_to_its_last_instant(wall_s: float):
    assert KEYS.verify(KEYS.mint(CLAIMS), wall_s) == CLAIMS


def test_a_forged_token_does_not_learn_that_it_is_expired():
    assert refusal(signed(GOOD_HEADER, GOOD_PAYLOAD, key=bytes(32)), wall_s=5_000) is LinkCode.INVALID


def test_an_older_key_still_verifies_and_the_first_signs():
    old_link = LinkKeys({"old": OLD_KEY}).mint(CLAIMS)
    assert KEYS.verify(old_link, 1_500) == CLAIMS
    with pytest.raises(LinkRefused):
        LinkKeys({"old": OLD_KEY}).verify(KEYS.mint(CLAIMS), 1_500)


def test_the_kid_decides_which_key_is_tried():
    assert refusal(signed(GOOD_HEADER | {"kid": "old"}, GOOD_PAYLOAD, key=NEW_KEY)) is LinkCode.INVALID


@pytest.mark.parametrize(
    "header",
    [
        GOOD_HEADER | {"alg": "none"},
        GOOD_HEADER | {"alg": "None"},
        GOOD_HEADER | {"alg": "HS512"},
        GOOD_HEADER | {"alg": "RS256"},
        GOOD_HEADER | {"alg": None},
        GOOD_HEADER | {"kid": "unknown"},
        GOOD_HEADER | {"kid": 7},
        GOOD_HEADER | {"kid": ["new"]},
        GOOD_HEADER | {"kid": None},
        GOOD_HEADER | {"typ": "at+jwt"},
        GOOD_HEADER | {"crit": ["b64"], "b64": False},
        GOOD_HEADER | {"jku": "https://example.org/keys"},
        {"alg": "HS256", "typ": "JWT"},
        {"kid": "new", "typ": "JWT"},
        {},
        [],
        "HS256",
        None,
    ],
)
def test_any_other_header_is_refused(header: object):
    assert refusal(signed(header, GOOD_PAYLOAD)) is LinkCode.INVALID


@pytest.mark.parametrize("digest", ["sha384", "sha512", "sha1"])
def test_another_hash_under_our_header_is_refused(digest: str):
    assert refusal(signed(GOOD_HEADER, GOOD_PAYLOAD, digest=digest)) is LinkCode.INVALID


@pytest.mark.parametrize(
    "change",
    [
        {"role": "admin"},
        {"role": "Member"},
        {"role": None},
        {"role": ["member"]},
        {"mid": MEETING[:-1]},
        {"mid": MEETING + "A"},
        {"mid": MEETING + "\n"},
        {"mid": MEETING[:-1] + "B"},
        {"mid": MEETING[:-1] + "+"},
        {"mid": "../../../etc/passwd...."},
        {"mid": 1},
        {"jti": ""},
        {"jti": 5},
        {"nbf": "1000"},
        {"nbf": 1_000.5},
        {"nbf": True},
        {"nbf": -1},
        {"exp": None},
        {"exp": 2**53},
        {"exp": 10**400},
        {"one": 1},
        {"one": "true"},
        {"sub": "somebody"},
    ],
)
def test_wrong_or_foreign_claims_are_refused_even_when_signed(change: dict[str, object]):
    assert refusal(signed(GOOD_HEADER, GOOD_PAYLOAD | change)) is LinkCode.INVALID


@pytest.mark.parametrize("missing", sorted(GOOD_PAYLOAD))
def test_every_claim_is_needed(missing: str):
    payload = {name: value for name, value in GOOD_PAYLOAD.items() if name != missing}
    assert refusal(signed(GOOD_HEADER, payload)) is LinkCode.INVALID


@pytest.mark.parametrize("payload", [None, [], 7, "member", {}])
def test_a_payload_that_is_no_claims_is_refused(payload: object):
    assert refusal(signed(GOOD_HEADER, payload)) is LinkCode.INVALID


def test_a_swapped_payload_is_refused():
    header, _, signature = KEYS.mint(CLAIMS).split(".")
    facilitator = b64(json.dumps(GOOD_PAYLOAD | {"role": "facilitator"}).encode())
    assert refusal(f"{header}.{facilitator}.{signature}") is LinkCode.INVALID


def test_an_unsigned_token_is_refused():
    header, payload, _ = signed(GOOD_HEADER | {"alg": "none"}, GOOD_PAYLOAD).split(".")
    assert refusal(f"{header}.{payload}.") is LinkCode.INVALID
    assert refusal(f"{header}.{payload}") is LinkCode.INVALID


def test_a_header_nested_without_end_is_refused():
    deep = b64(b"[" * 1_200)
    assert refusal(f"{deep}.{b64(b'{}')}.{b64(bytes(32))}") is LinkCode.INVALID


def test_the_longest_token_is_looked_at_and_a_longer_one_is_not():
    padded = signed(GOOD_HEADER, GOOD_PAYLOAD | {"mid": "A" * 4_000})
    assert len(padded) > MAX_TOKEN_CHARACTERS
    assert refusal(padded) is LinkCode.INVALID
    blanks = " " * (MAX_TOKEN_CHARACTERS * 3 // 4)  # JSON permits blanks: a valid token may be made long
    text = b64(json.dumps(GOOD_HEADER).encode()) + "." + b64((json.dumps(GOOD_PAYLOAD)).encode())
    room = MAX_TOKEN_CHARACTERS - len(text) - 44
    for extra, accepted in ((room * 3 // 4, True), (room * 3 // 4 + 3, False)):
        long_text = (
            b64(json.dumps(GOOD_HEADER).encode())
            + "."
            + b64((json.dumps(GOOD_PAYLOAD) + blanks[:extra]).encode())
        )
        token = long_text + "." + b64(hmac.digest(NEW_KEY, long_text.encode(), hashlib.sha256))
        assert (len(token) <= MAX_TOKEN_CHARACTERS) is accepted
        if accepted:
            assert KEYS.verify(token, 1_500) == CLAIMS
        else:
            assert refusal(token) is LinkCode.INVALID


@given(st.text(max_size=3_000))
def test_any_text_is_refused_with_a_code(text: str):
    assert refusal(text) is LinkCode.INVALID


@given(st.lists(st.binary(max_size=200), min_size=3, max_size=3))
def test_any_three_parts_are_refused_with_a_code(parts: list[bytes]):
    assert refusal(".".join(map(b64, parts))) is LinkCode.INVALID


@given(st.data())
def test_a_token_changed_in_one_place_is_refused(data: st.DataObject):
    token = KEYS.mint(CLAIMS)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[place]))
    assert refusal(token[:place] + other + token[place + 1 :]) is LinkCode.INVALID


@given(st.binary(min_size=32, max_size=64).filter(lambda key: key not in {OLD_KEY, NEW_KEY}))
def test_another_key_never_signs_for_us(key: bytes):
    assert refusal(LinkKeys({"new": key}).mint(CLAIMS)) is LinkCode.INVALID


@given(
    st.builds(
        LinkClaims,
        meeting=st.builds(draw_meeting_id),
        role=st.sampled_from(Role),
        not_before_s=st.integers(0, 1_000),
        expires_s=st.integers(1_001, 2**53 - 1),
        token_id=st.builds(draw_token_id),
        personal=st.booleans(),
    )
)
def test_whatever_is_minted_is_read_back(claims: LinkClaims):
    assert KEYS.verify(KEYS.mint(claims), 1_000) == claims


def test_a_refusal_does_not_carry_the_token():
    token = signed(GOOD_HEADER, GOOD_PAYLOAD | {"role": "CANARY"})
    with pytest.raises(LinkRefused) as caught:
        KEYS.verify(token, 1_500)
    assert "CANARY" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"k": bytes(31)},
        {"": bytes(32)},
        {"a b": bytes(32)},
        {"k" * 33: bytes(32)},
        {"ok": bytes(32), "é": bytes(32)},
    ],
)
def test_unusable_keys_are_refused(keys: dict[str, bytes]):
    with pytest.raises(ValueError, match="key"):
        LinkKeys(keys)


def test_keys_do_not_show_themselves():
    shown = repr(KEYS) + str(KEYS)
    assert repr(NEW_KEY) not in shown
    assert NEW_KEY.hex() not in shown


def test_a_group_has_one_link_for_each_role_of_one_meeting():
    links = group_links(KEYS, MEETING, 1_000, minutes=5)
    claims = {role: KEYS.verify(token, 1_000) for role, token in links.items()}
    assert set(claims) == set(Role)
    assert all(claim.role is role for role, claim in claims.items())
    assert {claim.meeting for claim in claims.values()} == {MEETING}
    assert {claim.expires_s for claim in claims.values()} == {1_300}
    assert not any(claim.personal for claim in claims.values())
    assert len({claim.token_id for claim in claims.values()}) == len(Role)
