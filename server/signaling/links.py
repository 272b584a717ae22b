"""Mints and checks the signed links that stand in for accounts; called by the session, `web/create.py` and `cli.py`.

The token goes to the server in the first frame, the secret beside it never does (`docs/protocol.md` §1).
Knows neither clock nor settings: keys and wall time are handed in. Imports nothing of ours but `rooms`.
"""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import jwt
import msgspec
from msgspec import Meta

from server.rooms.ids import MeetingId, TokenId
from server.rooms.state import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHM: Final = "HS256"
MIN_KEY_BYTES: Final = 32
"""RFC 7518 §3.2: a key of the size of the hash output or larger."""
MAX_TOKEN_CHARACTERS: Final = 2048
"""Our own tokens have about 310."""
MAX_LINK_MINUTES: Final = 525_600
"""One year."""
DEFAULT_LINK_MINUTES: Final = 43_200
"""30 days."""
MAX_PERSONAL_LINKS: Final = 320
"""Made at a time: as many people as a meeting holds (`max_people` of its rules)."""

_COMPACT_JWS: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")

_Id128 = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{21}[AQgw]\Z")]
"""128 bits in base64url: 22 characters, the last one holds two bits only."""
_Seconds = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class LinkCode(StrEnum):
    """Why a link cannot be used. The values are the `code` of the wire's `refused`."""

    INVALID = "token_invalid"
    EXPIRED = "token_expired"
    NOT_YET = "token_not_yet"


class LinkRefused(Exception):  # noqa: N818 - an answer to the visitor, not an error of the program
    """The link is not (or not now) good for anything. Says nothing about the token itself."""

    def __init__(self, code: LinkCode) -> None:
        super().__init__(code.value)
        self.code = code


@dataclass(frozen=True, slots=True)
class LinkClaims:
    """What one link says. Valid from `not_before_s` until just before `expires_s` (wall time, UTC seconds)."""

    meeting: MeetingId
    role: Role
    not_before_s: int
    expires_s: int
    token_id: TokenId
    personal: bool
    """Made for one person: to bar the person is to bar the link."""


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The claims as they stand in the token; all of them are needed, and no others."""

    mid: _Id128
    role: Role
    nbf: _Seconds
    exp: _Seconds
    jti: _Id128
    one: bool


class LinkKeys:
    """Signs with its first key and accepts all of them, so that a key can be replaced without breaking links."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Hold these keys, key id → secret.

        Raises: ValueError for no key, a short one, or an id that is not 1 to 32 letters, digits, `_` or `-`.
        """
        if not keys:
            raise ValueError("at least one signing key is needed")
        for kid, key in keys.items():
            if not _KEY_ID.fullmatch(kid):
                raise ValueError("a key id has 1 to 32 letters, digits, '_' or '-'")
            if len(key) < MIN_KEY_BYTES:
                raise ValueError("a signing key has at least 32 bytes")
        self._keys = dict(keys)
        self._signing_kid = next(iter(self._keys))
        self._jws = jwt.PyJWS(algorithms=[ALGORITHM])

    def mint(self, claims: LinkClaims) -> str:
        """The token that says exactly this, signed with the first key."""
        payload = _Payload(
            mid=claims.meeting,
            role=claims.role,
            nbf=claims.not_before_s,
            exp=claims.expires_s,
            jti=claims.token_id,
            one=claims.personal,
        )
        return self._jws.encode(
            msgspec.json.encode(payload),
            self._keys[self._signing_kid],
            algorithm=ALGORITHM,
            headers={"kid": self._signing_kid},
        )

    def verify(self, token: str, wall_s: float) -> LinkClaims:
        """What the link says, if one of our keys signed it and `wall_s` is within its time; there is no leeway.

        Raises: `LinkRefused`, and nothing else for any text. The times are looked at only after the signature.
        """
        payload = self._signed_payload(token)
        if wall_s < payload.nbf:
            raise LinkRefused(LinkCode.NOT_YET)
        if wall_s >= payload.exp:
            raise LinkRefused(LinkCode.EXPIRED)
        return LinkClaims(
            meeting=MeetingId(payload.mid),
            role=payload.role,
            not_before_s=payload.nbf,
            expires_s=payload.exp,
            token_id=TokenId(payload.jti),
            personal=payload.one,
        )

    def _signed_payload(self, token: str) -> _Payload:
        """The claims of a token with a good signature; all other texts are `token_invalid`."""
        if len(token) > MAX_TOKEN_CHARACTERS or not _COMPACT_JWS.fullmatch(token):
            raise LinkRefused(LinkCode.INVALID)
        try:
            header = self._jws.get_unverified_header(token)
            key = self._key_for(header)
            signed = self._jws.decode(token, key, algorithms=[ALGORITHM])
            return msgspec.json.decode(signed, type=_Payload)
        except (jwt.InvalidTokenError, msgspec.MsgspecError):
            raise LinkRefused(LinkCode.INVALID) from None

    def _key_for(self, header: Mapping[str, object]) -> bytes:
        """The key that the header names; the header must be just what `mint` writes."""
        kid = header.get("kid")
        if header != {"alg": ALGORITHM, "kid": kid, "typ": "JWT"} or not isinstance(kid, str):
            raise LinkRefused(LinkCode.INVALID)
        try:
            return self._keys[kid]
        except KeyError:
            raise LinkRefused(LinkCode.INVALID) from None


def draw_meeting_id() -> MeetingId:
    """A new meeting's id: 128 random bits."""
    return MeetingId(_random_id())


def draw_token_id() -> TokenId:
    """A new link's id: 128 random bits."""
    return TokenId(_random_id())


def _random_id() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()


def group_links(keys: LinkKeys, meeting: MeetingId, not_before_s: int, minutes: int) -> dict[Role, str]:
    """One shared link for each role of a meeting, all valid for the same `minutes`."""
    return {role: keys.mint(_claims(meeting, role, not_before_s, minutes, personal=False)) for role in Role}


def personal_links(
    keys: LinkKeys, meeting: MeetingId, not_before_s: int, minutes: int, people: int
) -> list[str]:
    """So many links for members, each made for one person: it can be barred on its own."""
    return [
        keys.mint(_claims(meeting, Role.MEMBER, not_before_s, minutes, personal=True)) for _ in range(people)
    ]


def _claims(meeting: MeetingId, role: Role, not_before_s: int, minutes: int, *, personal: bool) -> LinkClaims:
    return LinkClaims(
        meeting=meeting,
        role=role,
        not_before_s=not_before_s,
        expires_s=not_before_s + minutes * 60,
        token_id=draw_token_id(),
        personal=personal,
    )
