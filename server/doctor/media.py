"""Whether media reaches the server at every address it announces; called by `examination`.

It starts a group of its own, joins it as a browser would, checks each address of the answer (a STUN binding with the credentials of
the answer: the server answers no other), and ends the group. Uses the client of `rehearsal`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import time
from typing import TYPE_CHECKING, Final

from server.confidentiality.findings import Finding, Outcome
from server.rehearsal.errors import RehearsalError
from server.rehearsal.link import read_server
from server.rehearsal.page import Page
from server.rehearsal.rooms import start_group
from server.rehearsal.sdp import read_answer, write_offer
from server.rehearsal.sealing import SharedSecret
from server.rehearsal.transport import Stage, Transport

if TYPE_CHECKING:
    from server.rehearsal.link import Link
    from server.rehearsal.sdp import Remote

ANSWER_WITHIN_S: Final = 5.0
"""Ten checks."""
LOOK_EVERY_S: Final = 0.05
DATAGRAMS_AT_ONCE: Final = 16


async def media_findings(base_url: str, organiser_key: str | None) -> tuple[Finding, ...]:
    """Whether a group can be started and joined, and media sent to every announced address from here."""
    try:
        links = await asyncio.to_thread(start_group, read_server(base_url), organiser_key)
        return await _visit(links["facilitator"])
    except RehearsalError as problem:
        return (Finding("joining", Outcome.BROKEN, f"A group of our own could not be held: {problem}."),)
    except TimeoutError:
        return (Finding("joining", Outcome.BROKEN, "A group of our own did not end when it was told to."),)


async def _visit(link: Link) -> tuple[Finding, ...]:
    over = asyncio.Event()
    page = Page(link, lambda message: over.set() if message["t"] == "closed" else None)
    await page.connect()
    transport = Transport()
    try:
        offer = write_offer(transport.ufrag, transport.fingerprint, 1, None)
        answer = await page.join(SharedSecret(link.secret, link.meeting).seal_profile("doctor"), offer)
        remote = read_answer(answer)
        reached = await asyncio.gather(*(_reaches(remote, transport, at) for at in remote.candidates))
        await page.do("end")
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await over.wait()
    finally:
        transport.close()
        await page.leave()
    joined = Finding("joining", Outcome.FINE, "A group of our own was started, joined and ended.")
    ports = [media_finding(at, ok=ok) for at, ok in zip(remote.candidates, reached, strict=True)]
    return (joined, *ports)


async def _reaches(remote: Remote, offered: Transport, address: tuple[str, int]) -> bool:
    """A transport of the same offer that knows this address only."""
    transport = Transport(offered.ufrag)
    transport.begin(dataclasses.replace(remote, candidates=(address,)))
    end_s = time.monotonic() + ANSWER_WITHIN_S
    try:
        while transport.stage is Stage.CHECKING and time.monotonic() < end_s:
            for datagram, _ in transport.datagrams(DATAGRAMS_AT_ONCE):
                transport.control(datagram)
            await asyncio.sleep(LOOK_EVERY_S)
            transport.remind(time.monotonic())
        return transport.stage is not Stage.CHECKING
    finally:
        transport.close()


def media_finding(address: tuple[str, int], *, ok: bool) -> Finding:
    """Addresses of servers are no secret: they are what has to be mended."""
    where = f"UDP port {address[1]} at {address[0]}"
    if ok:
        return Finding("media_port", Outcome.FINE, f"{where} answers.")
    if is_ours(address[0]):
        return Finding(
            "media_port",
            Outcome.BROKEN,
            f"{where} does not answer, though it is of this machine.",
            "Look at the firewall.",
        )
    return Finding(
        "media_port",
        Outcome.WARNING,
        f"{where} does not answer from here.",
        "Open it in the firewall and pass it on from the router; some routers do not lead back: try from elsewhere.",
    )


def is_ours(ip: str) -> bool:
    """True if an interface of this machine has the address."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ip, 0))
        except OSError:
            return False
    return True
