"""Whether the relays (TURN) answer, with credentials as people get them; called by `examination`.

An allocation is asked for and given back. The credentials are those of `signaling.ice_servers`.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from aioice import stun, turn

from server.confidentiality.findings import Finding, Outcome

if TYPE_CHECKING:
    from server.signaling.ice_servers import TurnService

WITHIN_S: Final = 15.0
"""Longer than aioice repeats a request over UDP would only say the same."""
_URL: Final = re.compile(r"(turns?):(\[[0-9a-fA-F:.]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?")
_UNAUTHORIZED: Final = 401


async def relay_findings(service: TurnService, wall_s: float, *, is_public: bool) -> tuple[Finding, ...]:
    """One for each URL, told by its number: addresses are not repeated."""
    servers = service.ice_servers(wall_s)
    if not servers and not is_public:
        return (Finding("relay", Outcome.FINE, "There is none, and this machine alone needs none."),)
    if not servers:
        return (
            Finding(
                "relay", Outcome.WARNING, "There is none: people behind strict firewalls have no sound and picture.",
                "Run coturn and set KITH_TURN_URLS and KITH_TURN_SECRET.",
            ),
        )  # fmt: skip
    [server] = servers
    username, credential = str(server.username), str(server.credential)
    return tuple(
        await asyncio.gather(*(_try(url, n, username, credential) for n, url in enumerate(server.urls, 1)))
    )


async def _try(url: str, number: int, username: str, credential: str) -> Finding:
    check, which = "relay", f"Relay {number}"
    try:
        async with asyncio.timeout(WITHIN_S):
            await allocate(url, username, credential)
    except stun.TransactionFailed as failed:
        code = failed.response.attributes.get("ERROR-CODE", (0, ""))[0]
        if code == _UNAUTHORIZED:
            remedy = "KITH_TURN_SECRET and its `static-auth-secret` must be the same, with `use-auth-secret`; look at both clocks."
            return Finding(check, Outcome.BROKEN, f"{which} refuses the credentials that people get.", remedy)
        return Finding(check, Outcome.BROKEN, f"{which} refuses with {code}.", "Look at its settings.")
    except (stun.TransactionTimeout, OSError, TimeoutError):
        return Finding(
            check, Outcome.BROKEN, f"{which} does not answer.", "Look at KITH_TURN_URLS, and whether it runs."
        )
    return Finding(check, Outcome.FINE, f"{which} answers, and takes the credentials that people get.")


async def allocate(url: str, username: str, credential: str) -> None:
    """Ask for a relayed address and give it back. Raises: aioice's `TransactionError`s, OSError."""
    match = _URL.fullmatch(url)
    assert match is not None  # noqa: S101 - the settings have read it
    scheme, host, port, wire = match.groups()
    secure = scheme == "turns"
    transport, protocol = await turn.create_turn_endpoint(
        _UntilClosed,
        server_addr=(host.strip("[]"), int(port or (5349 if secure else 3478))),
        username=username,
        password=credential,
        ssl=secure,
        transport=wire or ("tcp" if secure else "udp"),
    )
    transport.close()
    await protocol.closed.wait()


class _UntilClosed(asyncio.DatagramProtocol):
    """Nothing is relayed; the allocation is given back when `closed` is set."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.closed.set()
