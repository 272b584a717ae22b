"""The direction of imports: what may know what, read from the source."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[1] / "server"

STANDARD = sys.stdlib_module_names

# Package → prefixes of our own modules that it may import beside itself. A package in `PURE` imports no third party either.
ALLOWED: dict[str, tuple[str, ...]] = {
    "rooms": (),
    "rtp": (),
    "hosting": ("server.rooms",),
    "signaling": ("server.hosting", "server.rooms"),
    "media": (
        *("server.hosting.ports", "server.rooms.ids", "server.rooms.routes", "server.rtp"),
        *(
            "server.confidentiality.sweeping",
            "server.confidentiality.self_check",
        ),  # a worker keeps itself clean
    ),
    "cluster": ("server.hosting", "server.redis_address", "server.rooms"),
    "confidentiality": (),
    # A client: it knows how packets look and how SRTP is sealed, and nothing of the server that it visits.
    "rehearsal": ("server.media.srtp", "server.media.srtp_keys", "server.rtp"),
    "web": (
        "server.confidentiality.findings",
        "server.config",
        "server.custom.folder",
        "server.hosting.ports",
        "server.rooms.ids",
        "server.rooms.state",
        "server.signaling.links",
        "server.signaling.messages",
    ),
    # It visits a running server, as a client and as an operator would.
    "doctor": (
        *("server.cluster.connection", "server.config", "server.confidentiality", "server.rehearsal"),
        *("server.signaling.ice_servers", "server.web.headers", "server.web.metrics"),
    ),
    "alive.py": ("server.confidentiality.hardening", "server.config"),
    "custom": (),
    "helplines.py": (),
    "config.py": ("server.config_readers", "server.custom"),
    "config_readers.py": ("server.custom", "server.helplines", "server.redis_address"),
    "redis_address.py": (),
}
PURE = {"rooms", "rtp", "custom", "config.py", "config_readers.py", "helplines.py", "redis_address.py"}
# Plug everything together, and may therefore know everything.
ROOTS = {
    "app.py",
    "cli.py",
    "drain.py",
    "serve.py",
    "insight.py",
    "invite.py",
    "media_worker.py",
    "__main__.py",
    "__init__.py",
}
# No clock, socket, randomness or log in what is pure.
BARRED = {
    "rooms": {"asyncio", "socket", "logging", "random", "secrets", "time", "datetime"},
    "rtp": {"asyncio", "socket", "logging", "random", "secrets", "time", "datetime"},
}


def imports(source: str, module: str) -> Iterator[str]:
    """Absolute names of everything a module imports, also below TYPE_CHECKING and inside functions."""
    parents = module.split(".")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (
                [*parents[: len(parents) - node.level], *(node.module or "").split(".")] if node.level else []
            )
            name = ".".join(part for part in base if part) if node.level else (node.module or "")
            yield from (f"{name}.{alias.name}" for alias in node.names)


def wrong_arrows(root: Path) -> list[str]:
    """Every import that its package may not make, as `file: name`."""
    wrong = []
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        unit = inside.parts[0]
        if unit in ROOTS:
            continue
        package = "server." + unit.removesuffix(".py")
        module = "server." + ".".join(inside.with_suffix("").parts)
        wrong += [
            f"{inside.as_posix()}: {name}"
            for name in imports(path.read_text(encoding="utf-8"), module)
            if not may_import(unit, package, name)
        ]
    return wrong


def may_import(unit: str, package: str, name: str) -> bool:
    if unit not in ALLOWED:
        return False
    top = name.partition(".")[0]
    if top in BARRED.get(unit, ()):
        return False
    if top == "server":
        return any(name == prefix or name.startswith(prefix + ".") for prefix in (package, *ALLOWED[unit]))
    return unit not in PURE or top in STANDARD


def test_every_import_runs_down():
    assert wrong_arrows(SERVER) == []


def test_every_package_of_the_server_has_a_rule():
    units = {p.name for p in SERVER.iterdir() if p.suffix == ".py" or (p.is_dir() and any(p.glob("*.py")))}
    assert units <= set(ALLOWED) | ROOTS


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("rooms/turns.py", "from server.hosting import directory"),
        ("rooms/turns.py", "from ..signaling.messages import Join"),
        ("rooms/turns.py", "import msgspec"),
        ("rooms/turns.py", "import asyncio"),
        ("rooms/turns.py", "def f():\n    from time import time"),
        ("rooms/turns.py", "if TYPE_CHECKING:\n    from server.media.peer import Peer"),
        ("rtp/nack.py", "import cryptography"),
        ("rtp/nack.py", "from server.rooms.ids import MeetingId"),
        ("hosting/x.py", "from server.signaling import codec"),
        ("hosting/x.py", "import server.media.server"),
        ("signaling/x.py", "from server.media.server import MediaServer"),
        ("signaling/x.py", "from server.web import headers"),
        ("signaling/x.py", "from server.config import Settings"),
        ("media/x.py", "from server.signaling.messages import Join"),
        ("media/x.py", "from server.hosting import directory"),
        ("media/x.py", "from server.rooms.machine import decide"),
        ("media/x.py", "from .. import signaling"),
        ("cluster/x.py", "from server.media import port"),
        ("web/x.py", "from server.signaling.endpoint import Endpoint"),
        ("confidentiality/x.py", "from server.rooms import ids"),
        ("rehearsal/x.py", "from server.rooms.machine import decide"),
        ("rehearsal/x.py", "from server.media.server import MediaServer"),
        ("rehearsal/x.py", "from server.signaling.links import LinkKeys"),
        ("media/x.py", "from server.rehearsal.transport import Transport"),
        ("config.py", "from server.app import create_app"),
        ("hosting/deep/x.py", "from ...signaling import codec"),
        ("newpackage/x.py", "from server.rooms import ids"),
        ("rooms/turns.py", "import server"),
        ("media/x.py", "from server import signaling"),
    ],
)
def test_a_planted_wrong_import_is_caught(tmp_path: Path, place: str, line: str):
    planted = tmp_path / place
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(line + "\n", encoding="utf-8")
    assert len(wrong_arrows(tmp_path)) == 1


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("rooms/turns.py", "from .state import Meeting"),
        ("rooms/turns.py", "from dataclasses import dataclass"),
        ("hosting/x.py", "from server.rooms import machine"),
        ("media/x.py", "from server.hosting.ports import Seat"),
        ("media/x.py", "from server.hosting import ports"),
        ("media/x.py", "import aioice"),
        ("signaling/x.py", "from . import messages as m"),
        ("app.py", "from server.media.server import MediaServer"),
    ],
)
def test_a_right_import_is_let_be(tmp_path: Path, place: str, line: str):
    planted = tmp_path / place
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(line + "\n", encoding="utf-8")
    assert wrong_arrows(tmp_path) == []
