"""What a server may be started with, and what it says otherwise."""

import ast
import base64
import inspect
import re
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import ConfigError, Creation, Settings, variable_of

KEY_A = base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
KEY_B = base64.urlsafe_b64encode(bytes(range(40, 80))).decode()
ORGANISER_KEY = "a-very-long-organiser-key"
PUBLIC = {
    "KITH_HOST": "0.0.0.0",  # noqa: S104 - that is what is tested
    "KITH_PUBLIC_URL": "https://meet.example.org",
    "KITH_MEDIA_ADDRESSES": "203.0.113.7",
    "KITH_ORGANISER_KEY": ORGANISER_KEY,
}
NAMES = [f.name for f in fields(Settings)]
DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"


def read(**variables: str) -> Settings:
    return Settings.from_environment(variables)


def complaint(environment: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as caught:
        Settings.from_environment(environment)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_nothing_set_serves_this_machine_only_and_lets_everybody_on_it_start_a_group():
    settings = Settings.from_environment({"PATH": "/bin"})
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.base_url == "http://localhost:8000"
    assert settings.announced_media_addresses == ("127.0.0.1",)
    assert settings.creation_policy is Creation.OPEN
    assert settings.links_die_with_process
    assert not settings.is_https


def test_an_empty_value_counts_as_not_set():
    assert read(KITH_PORT="", KITH_ORGANISER_KEY="").port == Settings().port


def test_two_servers_without_keys_do_not_share_one():
    assert Settings().signing_keys != Settings().signing_keys


def test_a_public_server_with_an_organiser_key_starts():
    settings = Settings.from_environment(PUBLIC)
    assert settings.creation_policy is Creation.ORGANISER_KEY
    assert settings.base_url == "https://meet.example.org"
    assert settings.media_bind_host == "0.0.0.0"  # noqa: S104 - that is what is tested
    assert settings.announced_media_addresses == ("203.0.113.7",)
    assert settings.is_https


@pytest.mark.parametrize("missing", ["KITH_PUBLIC_URL", "KITH_MEDIA_ADDRESSES", "KITH_ORGANISER_KEY"])
def test_a_public_server_names_what_is_missing(missing: str):
    assert missing in complaint({name: value for name, value in PUBLIC.items() if name != missing})


def test_a_loopback_server_behind_a_public_proxy_needs_an_organiser_key_too():
    behind_proxy = PUBLIC | {"KITH_HOST": "127.0.0.1", "KITH_MEDIA_HOST": "0.0.0.0"}  # noqa: S104
    del behind_proxy["KITH_ORGANISER_KEY"]
    assert "KITH_ORGANISER_KEY" in complaint(behind_proxy)


def test_media_that_only_this_machine_reaches_is_refused_for_a_public_server():
    hidden = PUBLIC | {"KITH_HOST": "127.0.0.1"}
    del hidden["KITH_MEDIA_ADDRESSES"]
    assert "KITH_MEDIA_HOST" in complaint(hidden)
    relayed = hidden | {"KITH_TURN_URLS": "turn:turn.example.org", "KITH_TURN_SECRET": "s"}
    assert Settings.from_environment(relayed).announced_media_addresses == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("bound", "announced", "named"),
    [
        ("0.0.0.0", "2001:db8::7", "IPv6"),  # noqa: S104 - that is what is tested
        ("0.0.0.0", "203.0.113.7,2001:db8::7", "IPv6"),  # noqa: S104
        ("10.0.0.7", "2001:db8::7", "IPv6"),
        ("2001:db8::7", "203.0.113.7", "IPv4"),
        ("::1", "203.0.113.7", "IPv4"),
    ],
)
def test_an_announced_address_at_which_nobody_listens_is_refused(bound: str, announced: str, named: str):
    text = complaint(PUBLIC | {"KITH_MEDIA_HOST": bound, "KITH_MEDIA_ADDRESSES": announced})
    assert f"has an {named} address" in text
    assert "KITH_MEDIA_HOST=::" in text


@pytest.mark.parametrize(
    ("bound", "announced"),
    [
        ("::", "203.0.113.7,2001:db8::7"),
        ("::", "203.0.113.7"),
        ("0.0.0.0", "203.0.113.7"),  # noqa: S104 - that is what is tested
        ("10.0.0.7", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::8"),
    ],
)
def test_announced_addresses_that_are_received_are_taken(bound: str, announced: str):
    settings = Settings.from_environment(
        PUBLIC | {"KITH_MEDIA_HOST": bound, "KITH_MEDIA_ADDRESSES": announced}
    )
    assert settings.announced_media_addresses == tuple(announced.split(","))


def test_everybody_may_start_groups_on_a_public_server_that_says_so():
    opened = PUBLIC | {"KITH_CREATION": "open"}
    assert "no effect" in complaint(opened)
    del opened["KITH_ORGANISER_KEY"]
    assert Settings.from_environment(opened).creation_policy is Creation.OPEN


def test_an_organiser_key_counts_on_loopback_too():
    assert read(KITH_ORGANISER_KEY=ORGANISER_KEY).creation_policy is Creation.ORGANISER_KEY


def test_the_first_signing_key_stays_first():
    settings = read(KITH_SIGNING_KEYS=f"z9:{KEY_B}, a1:{KEY_A}")
    assert list(settings.signing_keys.items()) == [("z9", bytes(range(40, 80))), ("a1", bytes(range(32)))]
    assert not settings.links_die_with_process


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("KITH_HOST", "example.org"),
        ("KITH_HOST", "300.1.1.1"),
        ("KITH_PORT", "65536"),
        ("KITH_PORT", "-1"),
        ("KITH_PORT", "80a"),
        ("KITH_PORT", "٣"),
        ("KITH_PUBLIC_URL", "circle.example.net"),
        ("KITH_PUBLIC_URL", "https://meet.example.org/path"),
        ("KITH_PUBLIC_URL", "https://me:secret@meet.example.org"),
        ("KITH_PUBLIC_URL", "http://meet.example.org"),
        ("KITH_PUBLIC_URL", "ftp://localhost"),
        ("KITH_MEDIA_HOST", "eth0"),
        ("KITH_MEDIA_PORT", "1e3"),
        ("KITH_MEDIA_ADDRESSES", "203.0.113.7;203.0.113.8"),
        ("KITH_SIGNING_KEYS", "onlyakey"),
        ("KITH_SIGNING_KEYS", f"a:{KEY_A},a:{KEY_B}"),
        ("KITH_SIGNING_KEYS", f"process:{KEY_A}"),
        ("KITH_SIGNING_KEYS", f"a b:{KEY_A}"),
        ("KITH_SIGNING_KEYS", f"a:{KEY_A[:42]}"),
        ("KITH_SIGNING_KEYS", f"a:{KEY_A},"),
        ("KITH_SIGNING_KEYS", "a:" + "A" * 45),
        ("KITH_CREATION", "everybody"),
        ("KITH_ORGANISER_KEY", "short"),
        ("KITH_ORGANISER_KEY", "x" * 257),
        ("KITH_ORGANISER_KEY", "with blanks in the key"),
        ("KITH_METRICS_KEY", "short"),
        ("KITH_CREATE_PER_MINUTE", "0"),
        ("KITH_CREATE_TOTAL_PER_MINUTE", "100001"),
        ("KITH_CREATE_PEOPLE", "321"),
        ("KITH_MAX_MEETINGS", "0"),
        ("KITH_OUTBOX_FRAMES", "1"),
        ("KITH_OUTBOX_BYTES", "1"),
        ("KITH_SIGNALING_BURST", "9"),
        ("KITH_SIGNALING_PER_SECOND", "0"),
        ("KITH_TURN_URLS", "https://turn.example.org"),
        ("KITH_TURN_LIFETIME_S", "59"),
        ("KITH_TRUSTED_PROXIES", "*"),
        ("KITH_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("KITH_REQUIRE_LOCKED_MEMORY", "1"),
        ("KITH_REDIS_UNCHECKED", "enabled"),
        ("KITH_OVERWRITE_FREED", "yes"),
        ("KITH_CUSTOM", "/nonexistent"),
        ("KITH_EMBED_ORIGINS", "https://portal.example.org/page"),
        ("KITH_EMBED_ORIGINS", "http://portal.example.org"),
        ("KITH_EMBED_ORIGINS", "*"),
        ("KITH_WEB_DIST", "/nonexistent"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_and_not_repeated(variable: str, text: str):
    said = complaint({variable: text})
    assert said.startswith(variable + ": ")
    if len(text) > 5:
        assert text not in said


def test_another_web_client_is_taken_when_it_is_built(tmp_path: Path):
    (tmp_path / "index.html").write_text("<!doctype html>", encoding="utf-8")
    assert read(KITH_WEB_DIST=str(tmp_path)).web_dist == tmp_path


@pytest.mark.parametrize("half", [{"KITH_TURN_URLS": "turn:a.example"}, {"KITH_TURN_SECRET": "s"}])
def test_turn_needs_both_its_settings(half: dict[str, str]):
    assert "together" in complaint(half)


def test_an_unknown_setting_is_refused_with_a_guess():
    assert complaint({"KITH_SIGNING_KEY": KEY_A}) == (
        "KITH_SIGNING_KEY is not a setting; did you mean KITH_SIGNING_KEYS?"
    )
    assert complaint({"KITH_QQQQQQQQ": "1"}) == "KITH_QQQQQQQQ is not a setting; see docs/settings.md"


@given(st.sampled_from(NAMES), st.text(max_size=60))
def test_any_text_is_read_or_refused_with_one_line(name: str, text: str):
    try:
        Settings.from_environment({variable_of(name): text})
    except ConfigError as refusal:
        assert "\n" not in str(refusal)  # noqa: PT017 - either outcome is right


def test_secrets_do_not_show():
    settings = Settings.from_environment(
        PUBLIC
        | {
            "KITH_SIGNING_KEYS": f"a:{KEY_A}",
            "KITH_TURN_URLS": "turn:turn.example.org",
            "KITH_TURN_SECRET": "turn-canary",
            "KITH_METRICS_KEY": "metrics-key-canary",
        }
    )
    shown = repr(settings)
    for secret in (ORGANISER_KEY, KEY_A, repr(bytes(range(32))), "turn-canary", "metrics-key-canary"):
        assert secret not in shown


def documented_rows() -> dict[str, str]:
    rows = re.findall(
        r"^\| `(KITH_\w+)` \| [^|]+ \| ([^|]+) \| [^|]+ \|$", DOCUMENT.read_text(), re.MULTILINE
    )
    return dict(rows)


def spelled(value: object) -> str:
    """As a person sets it."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def test_every_setting_is_in_the_document_and_nothing_else():
    assert set(documented_rows()) == {variable_of(name) for name in NAMES}


@pytest.mark.parametrize(
    "name", [f.name for f in fields(Settings) if isinstance(f.default, int) or f.name == "host"]
)
def test_the_documented_default_is_the_real_one(name: str):
    assert documented_rows()[variable_of(name)] == spelled(getattr(Settings(), name))


def test_every_setting_has_a_docstring_with_its_default():
    body = ast.parse(inspect.getsource(Settings)).body[0].body  # type: ignore[attr-defined]
    described = {
        field.target.id: text.value.value
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    }
    assert set(described) == set(NAMES)
    for name, text in described.items():
        default = getattr(Settings(), name)
        assert "Default" in text
        if isinstance(default, int):
            assert f"Default {spelled(default)}" in text
