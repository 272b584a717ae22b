"""TURN credentials that a relay accepts, for a while, and that name nobody."""

import base64
import hashlib
import hmac

from server.signaling.ice_servers import TurnService

TURN = TurnService(
    urls=("turn:turn.example.org:3478", "turns:turn.example.org:443"), secret="north", lifetime_s=600
)


def test_without_turn_nothing_is_offered():
    assert TurnService().ice_servers(1_000) == []


def test_the_password_is_what_coturn_computes():
    [offered] = TURN.ice_servers(1_000.9)
    assert offered.urls == ["turn:turn.example.org:3478", "turns:turn.example.org:443"]
    assert offered.username is not None
    expected = hmac.new(b"north", offered.username.encode(), hashlib.sha1).digest()
    assert offered.credential == base64.b64encode(expected).decode()


def test_the_user_name_is_the_expiry_and_chance():
    names = [TURN.ice_servers(1_000)[0].username or "" for _ in range(2)]
    assert [name.split(":")[0] for name in names] == ["1600", "1600"]
    assert names[0] != names[1]
    assert all(len(bytes.fromhex(name.split(":")[1])) == 8 for name in names)


def test_the_shared_secret_does_not_show():
    assert "north" not in repr(TURN)
