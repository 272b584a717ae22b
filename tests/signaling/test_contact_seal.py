"""The client of these tests and the page seal contacts alike: the page's known answer opens here too."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.contact_seal import ContactSealer

ANA, MIA = "AAAAAAAAAAA", "MMMMMMMMMMM"
# The private keys of RFC 5903 §8.1.
PRIVATE = {
    ANA: "yI8B9RDZrD9wopLaojFt5UTpqriv6EBJxiqcV4YtFDM",
    MIA: "xu-cXXiuASoBEWSss5fOIIhoXY8Gv5vgsoOrRkdr7lM",
}
BOX = bytes.fromhex(
    "01000102030405060708090a0bf5bfe0fb7440c6000192d8c5ed6d216b24034df992eeffad2411134bd9160993"
    "bd3a192d35b2bbc4a3f311872d0285378c9506c8a535a556da24374a42f71c683e18ce5059e954b5c7612ea56891510b"
)


def known(who: str) -> ContactSealer:
    number = int.from_bytes(base64.urlsafe_b64decode(PRIVATE[who] + "="))
    return ContactSealer(ec.derive_private_key(number, ec.SECP256R1()))


def test_the_pages_known_answer_opens() -> None:
    assert known(MIA).open(ANA, MIA, known(ANA).public, BOX) == "write to me: ana@example.org"


def test_both_directions_open_for_the_other_only() -> None:
    ana, mia = ContactSealer(), ContactSealer()
    box = ana.seal(ANA, MIA, mia.public, "grüße")
    assert mia.open(ANA, MIA, ana.public, box) == "grüße"
    assert len(box) == 1 + 12 + 64 + 16
