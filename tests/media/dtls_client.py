"""A DTLS client over plain pyOpenSSL, as odd as a test wants it; used by the DTLS tests."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from server.media.dtls import DtlsServer, _datagrams, _record_end, _self_signed
from server.media.srtp_keys import SrtpKeys, SrtpProfile, exporter_bytes

ALL_PROFILES = b":".join(profile.value for profile in reversed(SrtpProfile))
KEY = ec.generate_private_key(ec.SECP256R1())
CERTIFICATE = _self_signed(KEY)
FINGERPRINT = CERTIFICATE.fingerprint(hashes.SHA256())


class DtlsClient:
    """Pumps datagrams to and from a `DtlsServer` until neither has anything to say."""

    def __init__(
        self, profiles: bytes | None = ALL_PROFILES, *, with_certificate: bool = True, mtu: int = 1200
    ) -> None:
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        context.set_options(SSL.OP_NO_QUERY_MTU)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        if with_certificate:
            context.use_certificate(CERTIFICATE)
            context.use_privatekey(KEY)
        if profiles is not None:
            context.set_tlsext_use_srtp(profiles)
        self.connection = SSL.Connection(context, None)
        self.connection.set_connect_state()
        self.connection.set_ciphertext_mtu(mtu)
        self.failed = False
        self.done = False

    def step(self) -> None:
        """Carry the handshake on as far as it goes."""
        if self.done:
            return
        try:
            self.connection.do_handshake()
            self.done = True
        except SSL.WantReadError:
            pass
        except SSL.Error:
            self.failed = True

    def outgoing(self) -> list[bytes]:
        try:
            return _datagrams(self.connection.bio_read(65_536))
        except SSL.Error:
            return []

    def outgoing_records(self) -> list[bytes]:
        """One datagram for each record, as a client with a small path would send them."""
        joined, records = b"".join(self.outgoing()), []
        while joined:
            end = _record_end(joined, 0)
            records.append(joined[:end])
            joined = joined[end:]
        return records

    def shake_hands(self, server: DtlsServer) -> list[bytes]:
        """Run the handshake to its end, good or bad; returns every datagram the server sent."""
        said: list[bytes] = []
        self.step()
        while to_server := self.outgoing():
            for datagram in to_server:
                server.receive(datagram)
            for datagram in server.outgoing():
                said.append(datagram)
                self.connection.bio_write(datagram)
                self.step()
        return said

    def keys(self) -> SrtpKeys:
        profile = SrtpProfile(self.connection.get_selected_srtp_profile())
        material = self.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", exporter_bytes(profile))
        return SrtpKeys.from_exporter(profile, material)
