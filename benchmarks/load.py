"""The other side of `forwarding.py`, in a process of its own: N participants with real ICE checks, DTLS and SRTP.

Speaks JSON lines with its parent: {"offers"} → {"answers"} → {"ready"} → {"go"} → {"begun"} → {"done", sent, received}.
Packets are sealed by libsrtp and sent in a closed loop: a window of them is on the way, so the server is never idle
and nothing need be lost.
"""

from __future__ import annotations

import json
import os
import re
import select
import socket
import sys
import time
from datetime import UTC, datetime, timedelta

import pylibsrtp
from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from server.media.srtp import SrtpKeys, SrtpProfile, exporter_bytes
from server.rtp.header import FIXED, HAS_EXTENSION, MARKER, VERSION_2, extension_block

AUDIO_BYTES, VIDEO_BYTES = 100, 1100
VIDEO_PER_AUDIO = 2
KEYFRAME_EVERY = 300
WARM_UP_S = 1.0
WINDOW_PACKETS = 1000
"""Forwarded packets on the way: enough to keep the server busy, few enough for the socket buffers."""
SILENCE_S = 0.2
"""Nothing has come for so long: what is still on the way is lost."""
KEYFRAME = b"\x90\x80\x85\x01" + b"\x10\x02\x00\x9d\x01\x2a\xa0\x00\x5a\x00"
DELTA = b"\x80\x80\x85\x01" + b"\x31\x02\x00"
LEVEL_ID, WIDE_ID, SEND_TIME_ID, MID_ID = 1, 2, 3, 4
EXTENSIONS = (
    f"a=extmap:{LEVEL_ID} urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    f"a=extmap:{WIDE_ID} http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    f"a=extmap:{SEND_TIME_ID} http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    f"a=extmap:{MID_ID} urn:ietf:params:rtp-hdrext:sdes:mid",
)
DEADLINE_S = 20


def offer_text(number: int, fingerprint: bytes, seats: int, *, declared: bool = True) -> str:
    """The single offer of a participant, as a browser would make it. declared: with the SSRCs it will send."""
    kinds = [("audio", "sendonly"), ("video", "sendonly")] + [
        (kind, "recvonly") for _ in range(seats) for kind in ("audio", "video")
    ]
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    lines.append("a=group:BUNDLE " + " ".join(str(mid) for mid in range(len(kinds))))
    for mid, (kind, direction) in enumerate(kinds):
        lines += [
            f"m={kind} 9 UDP/TLS/RTP/SAVPF " + ("111" if kind == "audio" else "96 97"),
            "c=IN IP4 0.0.0.0",
            f"a=mid:{mid}",
            f"a={direction}",
            "a=rtcp-mux",
            f"a=ice-ufrag:load{number:04}",
            "a=ice-pwd:" + "p" * 24,
            f"a=fingerprint:sha-256 {fingerprint.hex(':').upper()}",
            "a=setup:actpass",
            *EXTENSIONS,
        ]
        if kind == "audio":
            lines.append("a=rtpmap:111 opus/48000/2")
        else:
            lines += ["a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"]
            lines += [f"a=rtcp-fb:96 {each}" for each in ("nack", "nack pli", "transport-cc", "goog-remb")]
        if direction == "sendonly" and declared:
            lines += _declared(number, kind)
    return "\r\n".join(lines) + "\r\n"


def ssrc_of(number: int, kind: str) -> int:
    """What participant `number` sends with; its RTX is 5 more."""
    return 1000 + 10 * number + (kind == "video")


def _declared(number: int, kind: str) -> list[str]:
    ssrc = ssrc_of(number, kind)
    if kind == "audio":
        return [f"a=ssrc:{ssrc} cname:load"]
    return [
        f"a=ssrc-group:FID {ssrc} {ssrc + 5}",
        f"a=ssrc:{ssrc} cname:load",
        f"a=ssrc:{ssrc + 5} cname:load",
    ]


class Participant:
    """One socket, one transport, a microphone and a camera."""

    def __init__(self, number: int, seats: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0)
        self.number = number
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = _certificate(self._key)
        self.offer = offer_text(number, self._certificate.fingerprint(hashes.SHA256()), seats)
        self._sequence = {"audio": 0, "video": 0}
        self._wide = 0
        self._sent = 0

    def connect(self, answer: str) -> None:
        """Check, shake hands, derive the keys."""
        ip, port = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", answer)[0]
        self.socket.connect((ip, int(port)))
        self._check(re.findall("a=ice-ufrag:(.+)\r", answer)[0], re.findall("a=ice-pwd:(.+)\r", answer)[0])
        keys = self._shake_hands()
        policy = pylibsrtp.Policy(
            key=keys.client_key + keys.client_salt,
            ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
        )
        self._protect = pylibsrtp.Session(policy).protect

    def _check(self, ufrag: str, pwd: str) -> None:
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{ufrag}:load{self.number:04}"
        request.attributes["PRIORITY"] = 1
        request.attributes["ICE-CONTROLLING"] = 1
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(pwd.encode())
        self.socket.send(bytes(request))
        assert self._receive()[:2] == b"\x01\x01", "the check was not answered"

    def _receive(self) -> bytes:
        assert select.select([self.socket], [], [], DEADLINE_S)[0], "the server is silent"
        return self.socket.recv(2048)

    def _shake_hands(self) -> SrtpKeys:
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        context.use_certificate(self._certificate)
        context.use_privatekey(self._key)
        context.set_tlsext_use_srtp(SrtpProfile.AEAD_AES_128_GCM.value)
        connection = SSL.Connection(context, None)
        connection.set_connect_state()
        connection.set_ciphertext_mtu(1200)
        while True:
            try:
                connection.do_handshake()
            except SSL.WantReadError:
                self._flush(connection)
                connection.bio_write(self._receive())
            else:
                break
        self._flush(connection)
        profile = SrtpProfile(connection.get_selected_srtp_profile())
        return SrtpKeys.from_exporter(
            profile, connection.export_keying_material(b"EXTRACTOR-dtls_srtp", exporter_bytes(profile))
        )

    def _flush(self, connection: SSL.Connection) -> None:
        try:
            self.socket.send(connection.bio_read(65_536))
        except SSL.WantReadError:
            return

    def send(self) -> None:
        """The next packet: one of sound, then two of picture, all over."""
        kind = "video" if self._sent % (VIDEO_PER_AUDIO + 1) else "audio"
        seq = self._sequence[kind]
        self._sequence[kind] = seq + 1
        self._sent += 1
        wide = (WIDE_ID, self._wide.to_bytes(2, "big"))
        if kind == "audio":
            body = extension_block(((LEVEL_ID, b"\x9e"),)) + bytes(AUDIO_BYTES)
            second, ticks = 111, seq * 960
        else:
            self._wide = (self._wide + 1) & 0xFFFF
            clear = DELTA if seq % KEYFRAME_EVERY else KEYFRAME
            body = extension_block((wide,)) + clear + bytes(VIDEO_BYTES - len(clear))
            second, ticks = MARKER | 96, seq * 3000
        head = FIXED.pack(VERSION_2 | HAS_EXTENSION, second, seq & 0xFFFF, ticks, ssrc_of(self.number, kind))
        self.socket.send(self._protect(head + body))

    def drain(self, buffer: bytearray) -> int:
        """Read what has come; the number of media packets, RTCP not counted."""
        count = 0
        receive = self.socket.recv_into
        try:
            while True:
                receive(buffer)
                count += 128 <= buffer[0] <= 191 and not 192 <= buffer[1] <= 223
        except BlockingIOError:
            return count


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "load")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )


def run(participants: list[Participant], seconds: float) -> tuple[int, int]:
    """Send for so long; (packets that came, packets that did not)."""
    # It looks at its sockets again and again and never sleeps: waking a sleeper would be charged to the server's sends.
    fan_out = len(participants) - 1
    buffer = bytearray(2048)
    expected = came = lost = turn = 0
    heard = time.monotonic()
    end = heard + seconds
    while (now := time.monotonic()) < end or expected > came:
        if now < end and expected - came < WINDOW_PACKETS // 2:
            while expected - came < WINDOW_PACKETS:
                participants[turn].send()
                expected += fan_out
                turn = (turn + 1) % len(participants)
        count = sum(participant.drain(buffer) for participant in participants)
        came += count
        if count:
            heard = now
        elif now - heard > SILENCE_S:  # lost for good: open the window again
            lost += expected - came
            expected, heard = came, now
    return came, lost


def pin(position: int) -> None:
    """Stay on one core; the server takes the first and the load the last, so that neither waits for the other's."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[position]})


def tell(**message: object) -> None:
    print(json.dumps(message), flush=True)


def hear() -> dict[str, list[str]]:
    return json.loads(sys.stdin.readline())  # type: ignore[no-any-return]


def main() -> None:
    count, seconds = int(sys.argv[1]), float(sys.argv[2])
    pin(-1)
    participants = [Participant(number, count - 1) for number in range(count)]
    tell(offers=[participant.offer for participant in participants])
    for participant, answer in zip(participants, hear()["answers"], strict=True):
        participant.connect(answer)
    tell(ready=True)
    hear()
    run(participants, WARM_UP_S)
    tell(begun=True)
    came, lost = run(participants, seconds)
    tell(done=True, came=came, lost=lost)


if __name__ == "__main__":
    main()
