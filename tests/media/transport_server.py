"""Port, demux, ICE, DTLS, SRTP and SDP put together without any forwarding: what a client sends comes back to its seat 0.

Used by `test_transport.py` to show that the transport half holds with real clients; the product's composition is `server.py`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.media.demux import Demux, PacketKind, classify
from server.media.dtls import DtlsServer, DtlsState, Identity
from server.media.ice_lite import IceLite
from server.media.port import UdpPort
from server.media.sdp import Extension, LocalDescription, Offer, accepted_extensions, write_answer
from server.media.sdp_offer import parse_offer
from server.media.srtp import InboundSrtp, OutboundSrtp, SrtpRefused

if TYPE_CHECKING:
    from server.media.address import Address

AUDIO_SSRC, VIDEO_SSRC, VIDEO_RTX_SSRC = 0xA0, 0xB0, 0xB1
REMB = (206, 15)
"""Payload-specific feedback, application layer."""


@dataclass
class EchoPeer:
    """One client: its transport, and what was seen of it."""

    agent: IceLite
    dtls: DtlsServer
    offer: Offer
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Nominated; after a restart: with the new credentials."""
    estimated: asyncio.Event = field(default_factory=asyncio.Event)
    """A REMB came."""
    inbound: InboundSrtp | None = None
    outbound: OutboundSrtp | None = None
    received: dict[int, int] = field(default_factory=dict)
    """SSRC → packets that opened."""
    feedback: set[tuple[int, int]] = field(default_factory=set)
    """(packet type, format) of all RTCP seen."""
    refused: int = 0
    moves: int = 0
    first_sequence: dict[int, int] = field(default_factory=dict)


class TransportServer:
    """Call `start`, `accept` an offer, wait for the peer's events, `close`."""

    def __init__(self, host: str = "127.0.0.1", announced: str = "127.0.0.1") -> None:
        self.port = UdpPort(host, 0, self._take)
        self.demux: Demux[EchoPeer] = Demux()
        self.identity = Identity.make()
        self.peers: list[EchoPeer] = []
        self.errors: list[Exception] = []
        self._announced = announced
        self._now_ms = 0

    def start(self) -> None:
        self.port.start(asyncio.get_running_loop())

    def close(self) -> None:
        for peer in self.peers:
            peer.dtls.close()
            self._flush(peer)
        self.port.close()

    def accept(self, offer_sdp: str) -> tuple[EchoPeer, str]:
        offer = parse_offer(offer_sdp)
        peer = EchoPeer(IceLite(self._now_ms), DtlsServer(self.identity, offer.fingerprint), offer)
        self.demux.add(peer.agent, peer)
        self.peers.append(peer)
        return peer, self._answer(peer)

    def restart(self, peer: EchoPeer, offer_sdp: str) -> str:
        peer.offer = parse_offer(offer_sdp)
        self.demux.restart(peer.agent)
        peer.settled.clear()
        return self._answer(peer)

    def _answer(self, peer: EchoPeer) -> str:
        local = peer.agent.local
        candidates = ((self._announced, self.port.local[1]),)
        seat = peer.offer.seats()[0]
        outgoing: dict[int, tuple[int, int | None]] = {seat.audio.index: (AUDIO_SSRC, None)}
        if seat.video is not None:
            outgoing[seat.video.index] = (VIDEO_SSRC, VIDEO_RTX_SSRC)
        description = LocalDescription(local.ufrag, local.pwd, self.identity.fingerprint, candidates)
        return write_answer(peer.offer, description, outgoing)

    def _take(self, datagram: bytes, source: Address) -> None:
        kind = classify(datagram)
        if kind is PacketKind.STUN:
            arrival = self.demux.check(datagram, source, self._now_ms)
            if arrival is not None:
                arrival.peer.moves += arrival.selected
                if len(arrival.peer.agent.ufrags()) == 1:
                    arrival.peer.settled.set()
                self.port.send(arrival.response, source)
            return
        peer = self.demux.peer_at(source)
        if peer is None:
            return
        if kind is PacketKind.DTLS:
            self._take_dtls(peer, datagram)
        elif peer.inbound is not None:
            try:
                self._take_media(peer, kind, datagram, peer.inbound)
            except SrtpRefused:
                peer.refused += 1

    def _take_dtls(self, peer: EchoPeer, datagram: bytes) -> None:
        peer.dtls.receive(datagram)
        self._flush(peer)
        keys = peer.dtls.keys
        if keys is not None and peer.inbound is None:
            peer.inbound, peer.outbound = InboundSrtp(keys), OutboundSrtp(keys)
            peer.opened.set()
        if peer.dtls.state is DtlsState.CLOSED:
            peer.closed.set()

    def _take_media(self, peer: EchoPeer, kind: PacketKind, datagram: bytes, inbound: InboundSrtp) -> None:
        if kind is PacketKind.RTCP:
            plain = inbound.unprotect_rtcp(datagram)
            while plain:
                peer.feedback.add((plain[1], plain[0] & 0x1F))
                if REMB in peer.feedback:
                    peer.estimated.set()
                plain = plain[4 + 4 * int.from_bytes(plain[2:4], "big") :]
            return
        plain = inbound.unprotect(datagram)
        ssrc = int.from_bytes(plain[8:12], "big")
        peer.received[ssrc] = peer.received.get(ssrc, 0) + 1
        for section, echo in zip(peer.offer.publishing(), (AUDIO_SSRC, VIDEO_SSRC), strict=False):
            if section.sources[0].primary == ssrc:
                self._echo(peer, plain, echo)

    def _echo(self, peer: EchoPeer, plain: bytes, ssrc: int) -> None:
        """Send the packet back with a new SSRC, its sequence counted from 1, and abs-send-time for its only extension."""
        header = 12 + 4 * (plain[0] & 0x0F)
        if plain[0] & 0x10:
            header += 4 + 4 * int.from_bytes(plain[header + 2 : header + 4], "big")
        sequence = int.from_bytes(plain[2:4], "big")
        index = 1 + (sequence - peer.first_sequence.setdefault(ssrc, sequence)) % 65_536
        extension = self._send_time(peer) if ssrc == VIDEO_SSRC else b""
        renumbered = (
            bytes([plain[0] & 0x20 | 0x80 | 0x10 * bool(extension), plain[1]])
            + index.to_bytes(2, "big")
            + plain[4:8]
            + ssrc.to_bytes(4, "big")
            + extension
            + plain[header:]
        )
        if peer.outbound is not None and peer.agent.address is not None and index < 30_000:
            self.port.send(peer.outbound.protect(renumbered, index), peer.agent.address)

    def _send_time(self, peer: EchoPeer) -> bytes:
        """One-byte header extension with 6.18 bit seconds."""
        video = peer.offer.seats()[0].video
        if video is None:
            return b""
        number = accepted_extensions(video)[Extension.ABS_SEND_TIME]
        seconds = int(asyncio.get_running_loop().time() * (1 << 18)) & 0xFFFFFF
        return b"\xbe\xde\x00\x01" + bytes([number << 4 | 2]) + seconds.to_bytes(3, "big")

    def _flush(self, peer: EchoPeer) -> None:
        for datagram in peer.dtls.outgoing():
            if peer.agent.address is not None:
                self.port.send(datagram, peer.agent.address)
