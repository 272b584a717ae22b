"""Starts groups for a rehearsal that has none: `POST /api/meetings` (protocol §1); called by `command`.

Standard library only, beside this package. The secret of each group is drawn here and never sent.
"""

from __future__ import annotations

import http.client
import json
import secrets
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Final

from .errors import Refused, Unreachable
from .link import SECRET_BYTES, Link

if TYPE_CHECKING:
    from .link import Server

ANSWER_WITHIN_S: Final = 10.0
MINUTES: Final = 24 * 60
"""The links of a rehearsal hold for a day."""
MAX_ANSWER_BYTES: Final = 16_384


def start_group(server: Server, organiser_key: str | None) -> dict[str, Link]:
    """The links of a new group, by role. It waits for the server. Raises: `Refused`, `Unreachable`."""
    answer = _post(server, organiser_key)
    secret = secrets.token_bytes(SECRET_BYTES)
    try:
        return {
            role: Link(server, str(token), secret, str(answer["meeting"]), role, personal=False)
            for role, token in answer["tokens"].items()
        }
    except (KeyError, AttributeError, TypeError):
        raise Unreachable("what answers there is not this server: look at the address") from None


def _post(server: Server, organiser_key: str | None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    if organiser_key is not None:
        headers["Authorization"] = f"Bearer {organiser_key}"
    body = json.dumps({"minutes": MINUTES}).encode()
    request = urllib.request.Request(  # noqa: S310 - `read_server` lets http and https through only
        f"{server.base_url}/api/meetings", body, headers, method="POST"
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # as the WebSocket
    try:
        with direct.open(request, timeout=ANSWER_WITHIN_S) as answer:
            return _object(answer.read(MAX_ANSWER_BYTES))
    except urllib.error.HTTPError as refusal:
        with refusal:
            code = _object(refusal.read(MAX_ANSWER_BYTES)).get("code")
        raise Refused(str(code)) from None
    except ValueError:
        raise Unreachable("KITH_ORGANISER_KEY holds characters that no key has") from None
    except (OSError, http.client.HTTPException):
        raise Unreachable(
            "the server cannot be reached: look at its address, that it runs (`kith serve`), and the way between"
        ) from None


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Unreachable("what answers there is not this server: look at the address")
    return value
