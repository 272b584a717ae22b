from __future__ import annotations

from server.hosting.ports import OfferFault
from server.rooms.errors import Refusal
from server.signaling.errors import JoinCode
from server.signaling.links import LinkCode
from server.signaling.refusal_texts import TEXTS


def test_every_code_that_can_be_refused_with_has_words() -> None:
    codes = [code.value for kind in (Refusal, JoinCode, LinkCode, OfferFault) for code in kind]
    assert set(codes) == set(TEXTS)
    assert all(TEXTS.values())
