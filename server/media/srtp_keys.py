"""The SRTP master keys of one peer: which profile, cut from what DTLS exports, made into session keys, overwritten.

Called by `dtls.py` and `srtp.py`. Must not import a socket.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

LABEL_RTP_ENCRYPTION: Final = 0  # RFC 3711 §4.3.1
LABEL_RTP_SALT: Final = 2

_GCM_TAG_BYTES = 16
_SHA1_80_TAG_BYTES = 10


class SrtpProfile(Enum):
    """DTLS-SRTP protection profiles, the most wanted first; the value is OpenSSL's name."""

    AEAD_AES_128_GCM = b"SRTP_AEAD_AES_128_GCM"
    AEAD_AES_256_GCM = b"SRTP_AEAD_AES_256_GCM"
    AES128_CM_SHA1_80 = b"SRTP_AES128_CM_SHA1_80"

    @property
    def key_bytes(self) -> int:
        return 32 if self is SrtpProfile.AEAD_AES_256_GCM else 16

    @property
    def salt_bytes(self) -> int:
        return 12 if self.is_aead else 14

    @property
    def is_aead(self) -> bool:
        return self is not SrtpProfile.AES128_CM_SHA1_80

    @property
    def tag_bytes(self) -> int:
        """How much longer a sealed RTP packet is than its plain form."""
        return _GCM_TAG_BYTES if self.is_aead else _SHA1_80_TAG_BYTES


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """Master keys of one DTLS association; never shown, not even by `repr`, and overwritten in the end."""

    profile: SrtpProfile
    client_key: bytes | bytearray = field(repr=False)
    client_salt: bytes | bytearray = field(repr=False)
    server_key: bytes | bytearray = field(repr=False)
    server_salt: bytes | bytearray = field(repr=False)

    def __post_init__(self) -> None:
        """Copies of our own, which can be overwritten."""
        for name in _SECRETS:
            object.__setattr__(self, name, bytearray(getattr(self, name)))

    @property
    def client_master(self) -> bytes:
        """Key and salt in one, as libsrtp takes them: a copy for the moment."""
        return bytes(self.client_key + self.client_salt)

    @property
    def server_master(self) -> bytes:
        return bytes(self.server_key + self.server_salt)

    def wipe(self) -> None:
        """All zeros from now on; what was made of them is not concerned."""
        for name in _SECRETS:
            wipe(getattr(self, name))

    @classmethod
    def from_exporter(cls, profile: SrtpProfile, material: bytes) -> SrtpKeys:
        """Cut the keying material: client key | server key | client salt | server salt (RFC 5764 §4.2)."""
        key, salt = profile.key_bytes, profile.salt_bytes
        assert len(material) == exporter_bytes(profile)  # noqa: S101 - our own request decides the length
        return cls(
            profile,
            client_key=material[:key],
            server_key=material[key : 2 * key],
            client_salt=material[2 * key : 2 * key + salt],
            server_salt=material[2 * key + salt :],
        )


def exporter_bytes(profile: SrtpProfile) -> int:
    """How much keying material the DTLS exporter must give for `profile`."""
    return 2 * (profile.key_bytes + profile.salt_bytes)


_SECRETS: Final = ("client_key", "client_salt", "server_key", "server_salt")


def wipe(secret: bytearray | memoryview) -> None:
    """Overwrite in place."""
    secret[:] = bytes(len(secret))


def derive(
    master_key: bytes | bytearray, master_salt: bytes | bytearray, label: int, length: int
) -> bytearray:
    """A session key or salt: AES in counter mode over the master salt xor the label (RFC 3711 §4.3.3)."""
    counter = bytearray(
        master_salt.ljust(16, b"\0")
    )  # 112 bit salt, a shorter one filled with zeros | 16 bit counter
    counter[7] ^= label
    derived = bytearray(length)
    Cipher(algorithms.AES(master_key), modes.CTR(bytes(counter))).encryptor().update_into(
        bytes(length), derived
    )
    return derived
