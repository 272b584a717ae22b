"""Parts of the forwarding half for tests without a network: sections, open receivers that decrypt what they get."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pylibsrtp

from benchmarks.load import LEVEL_ID, MID_ID, SEND_TIME_ID, WIDE_ID, offer_text
from server.media.dtls import Identity
from server.media.feedback import Feedback
from server.media.forwarding import Forwarder
from server.media.outlet import OutgoingBatch, PlainBatch, Slab
from server.media.peer import Peer
from server.media.publication import Publication
from server.media.sdp import Direction, Extension, OfferSection, SourcePair
from server.media.sdp_offer import parse_offer
from server.media.settings import MediaSettings
from server.media.srtp import OutboundSrtp
from server.media.srtp_keys import SrtpKeys, SrtpProfile
from server.media.subscription import Subscription
from server.rooms.ids import ParticipantId
from server.rooms.routes import Kind, Track
from server.rtp import rtcp
from server.rtp.header import PacketView
from server.rtp.speakers import Speakers
from tests.rtp.packets import rtp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.media.address import Address
    from server.rooms.ids import ParticipantId as Id

ADA, BEA, CIS, DIA = (ParticipantId(f"{name}-00000000") for name in ("ada", "bea", "cis", "dia"))
OPUS, VP8, RTX = 111, 96, 97
EXTENSIONS = {
    Extension.AUDIO_LEVEL: LEVEL_ID,
    Extension.MID: MID_ID,
    Extension.TRANSPORT_CC: WIDE_ID,
    Extension.ABS_SEND_TIME: SEND_TIME_ID,
}

LIBSRTP = {
    SrtpProfile.AEAD_AES_128_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    SrtpProfile.AEAD_AES_256_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    SrtpProfile.AES128_CM_SHA1_80: pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}


def section(
    kind: Literal["audio", "video"],
    direction: Direction = Direction.SENDONLY,
    index: int = 0,
    sources: tuple[SourcePair, ...] = (),
) -> OfferSection:
    is_audio = kind == "audio"
    return OfferSection(
        index=index,
        mid=str(index),
        kind=kind,
        direction=direction,
        payload_type=OPUS if is_audio else VP8,
        rtx_payload_type=None if is_audio else RTX,
        clock_rate=48_000 if is_audio else 90_000,
        channels=2 if is_audio else 1,
        parameters={},
        extensions=EXTENSIONS,
        one_way_extensions=frozenset(),
        feedback=frozenset({"nack", "nack pli", "goog-remb"}),
        sources=sources,
        rids=(),
    )


class Draws:
    """Numbers instead of random ones: each call gives the next."""

    def __init__(self, start: int = 1000) -> None:
        self._next = start

    def __call__(self, below: int) -> int:
        self._next += 1
        return self._next % below


@dataclass
class OpenReceiver:
    """A subscriber's transport, connected; implements `Receiver`, and opens what was sent to it."""

    number: int
    profile: SrtpProfile = SrtpProfile.AEAD_AES_128_GCM
    is_open: bool = True
    received: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        salt = self.profile.salt_bytes
        keys = SrtpKeys(
            self.profile,
            bytes(self.profile.key_bytes),
            bytes(salt),
            b"k" * self.profile.key_bytes,
            b"s" * salt,
        )
        self.outbound: OutboundSrtp | None = OutboundSrtp(keys)
        self.address: Address | None = ("192.0.2.1", 10_000 + self.number)
        policy = pylibsrtp.Policy(
            key=keys.server_master,
            ssrc_type=pylibsrtp.Policy.SSRC_ANY_INBOUND,
            srtp_profile=LIBSRTP[self.profile],
        )
        policy.window_size = 1024
        self._session = pylibsrtp.Session(policy)

    def take(self, datagram: bytes) -> None:
        self.received.append(self._session.unprotect(datagram))


class Desk:
    """An outlet without a network: hands every datagram to one function."""

    def __init__(self, take: Callable[[memoryview, Address], bool]) -> None:
        self.slab = Slab()
        self._take = take

    def send(self, datagram: bytes | bytearray | memoryview, address: Address) -> bool:
        return self._take(memoryview(datagram), address)

    def batch(self, addresses: Sequence[Address], each: int) -> OutgoingBatch:
        return PlainBatch(self.slab, addresses, each, self.send)


class Stage:
    """One publication, its forwarder, and receivers."""

    def __init__(
        self, kind: Literal["audio", "video"] = "audio", settings: MediaSettings | None = None
    ) -> None:
        self.settings = settings or MediaSettings()
        self.kind = kind
        self.publication = self.another()
        self.receivers: dict[object, OpenReceiver] = {}
        self.forwarder = Forwarder(Desk(self._send))
        self.view = PacketView()
        self._draw = Draws()

    def another(self) -> Publication:
        track = Track(ADA, Kind.MIC if self.kind == "audio" else Kind.CAMERA)
        publication = Publication(track, section(self.kind), self.settings)
        publication.routed = True
        return publication

    def _send(self, datagram: memoryview, address: Address) -> bool:
        self.receivers[address].take(bytes(datagram))
        return True

    def subscribe(self, receiver: OpenReceiver, source: Publication | None = None) -> Subscription:
        self.receivers[receiver.address] = receiver
        subscription = Subscription(receiver, section(self.kind, Direction.RECVONLY), self._draw)
        subscription.bind(source or self.publication)
        return subscription

    def packet(self, now_ms: int = 0, publication: Publication | None = None, **fields: object) -> None:
        """One packet of the publication arrives; fields as of `tests.rtp.packets.rtp`."""
        self.view.read(rtp(**fields))  # type: ignore[arg-type]
        self.forwarder.forward(publication or self.publication, self.view, now_ms * 1000)
        self.forwarder.flush()


IDENTITY = Identity.make()


class HandMade:
    """A participant whose keys are set by hand: its server side is a real `Peer`, its own side two libsrtp sessions."""

    def __init__(  # noqa: PLR0913 - as `Peer`
        self,
        participant: Id,
        number: int,
        seats: int = 2,
        *,
        declared: bool = True,
        settings: MediaSettings | None = None,
        speakers: Speakers[Id] | None = None,
        now_ms: int = 0,
        extra: tuple[str, ...] = (),
    ) -> None:
        """extra: lines of the offer for its camera."""
        offer = offer_text(number, bytes(32), seats, declared=declared)
        camera = "a=mid:1\r\n"
        self.peer = Peer(
            participant,
            parse_offer(offer.replace(camera, "\r\n".join((camera.strip(), *extra, "")))),
            IDENTITY,
            speakers or Speakers(),
            settings or MediaSettings(),
            Draws(1000 * number),
            now_ms,
        )
        self.rtp: list[bytes] = []
        self.rtcp: list[rtcp.Part] = []
        self.address: Address = ("192.0.2.1", 20_000 + number)
        keys = SrtpKeys(
            SrtpProfile.AEAD_AES_128_GCM,
            client_key=b"client key, 16 B",
            client_salt=b"client salt1",
            server_key=b"server key, 16 B",
            server_salt=b"server salt1",
        )
        self._keys = keys
        profile = LIBSRTP[keys.profile]
        policy = pylibsrtp.Policy(
            keys.client_master, pylibsrtp.Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile
        )
        self._tx = pylibsrtp.Session(policy)
        policy = pylibsrtp.Policy(keys.server_master, pylibsrtp.Policy.SSRC_ANY_INBOUND, srtp_profile=profile)
        policy.window_size = 1024
        self._rx = pylibsrtp.Session(policy)

    def connect(self) -> HandMade:
        """As if ICE and DTLS had succeeded."""
        self.peer.move(self.address)
        self.peer.open_with(self._keys)
        return self

    def seal(self, **fields: object) -> bytes:
        """An SRTP datagram of this participant; fields as of `tests.rtp.packets.rtp`."""
        return self._tx.protect(rtp(**fields))  # type: ignore[arg-type]

    def seal_rtcp(self, *parts: rtcp.Part) -> bytes:
        return self._tx.protect_rtcp(rtcp.pack(parts))

    def take(self, datagram: bytes) -> None:
        if 192 <= datagram[1] <= 223:
            self.rtcp += rtcp.parse(self._rx.unprotect_rtcp(datagram))
        else:
            self.rtp.append(self._rx.unprotect(datagram))


class Room:
    """Hand-made participants around one forwarder and one feedback; the clock is moved by hand."""

    def __init__(self, settings: MediaSettings | None = None) -> None:
        self.settings = settings or MediaSettings()
        self.now_ms = 1_000
        self.people: dict[Address, HandMade] = {}
        self.forwarder = Forwarder(Desk(self._send))
        self.feedback = Feedback(self.settings, self._send)
        self.speakers: Speakers[Id] = Speakers()
        self._view = PacketView()

    def _send(self, datagram: bytes | memoryview, address: Address) -> bool:
        self.people[address].take(bytes(datagram))
        return True

    def enter(
        self, participant: Id, seats: int = 2, *, declared: bool = True, extra: tuple[str, ...] = ()
    ) -> HandMade:
        number = len(self.people) + 1
        person = HandMade(
            participant,
            number,
            seats,
            declared=declared,
            settings=self.settings,
            speakers=self.speakers,
            now_ms=self.now_ms,
            extra=extra,
        ).connect()
        for publication in person.peer.publications.values():
            publication.routed = True
        self.people[person.address] = person
        return person

    def rtp(self, person: HandMade, **fields: object) -> Publication | None:
        """A packet of this person arrives now."""
        return self.take(person, person.seal(**fields))

    def take(self, person: HandMade, datagram: bytes) -> Publication | None:
        publication = person.peer.take_rtp(datagram, self._view, self.forwarder, self.now_ms * 1000)
        self.forwarder.flush()
        return publication

    def rtcp(self, person: HandMade, *parts: rtcp.Part) -> None:
        self.feedback.take(person.peer, person.peer.take_rtcp(person.seal_rtcp(*parts)), self.now_ms * 1000)

    def tick(self, person: HandMade, passed_ms: int = 0) -> None:
        self.now_ms += passed_ms
        self.feedback.tick(person.peer, self.now_ms * 1000)
