"""Writes `docker/env.example`: every setting of the server with its meaning, and what compose.yaml reads beside them.

    python docker/env_example.py > docker/env.example

The texts are the docstrings of `server/config.py`, so that there is one place where a setting is explained. A test compares the two files.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
WIDTH: Final = 120

PLACE: Final = """\
# Copy to .env (mode 600) and fill in, or let ./setup do it. NAME=value, without quotes; what is left out has its default.

# ── this place: read by compose.yaml ──

# What is started, by commas: small or cluster, and turn if there is a relay, and router if that shares port 443 with the pages.
COMPOSE_PROFILES=small
# Name of the server in the DNS, and where the makers of certificates write to when something is wrong.
DOMAIN=meet.example.org
EMAIL=it@example.org
# With the profile cluster: both servers.
#UPSTREAMS=kith-a:8000 kith-b:8000
# With the profile turn. RELAY_ADDRESS: public address of the relay. TLS on 443 either by name, with the profile router beside turn:
# BEHIND=router and HTTPS_PUBLISHED=127.0.0.1:8443; or on an address of its own: RELAY_LISTENS is that address, RELAY_TLS_PORT=443,
# and HTTPS_PUBLISHED=OTHER-ADDRESS:443 leaves it free.
#RELAY_DOMAIN=turn.meet.example.org
#RELAY_ADDRESS=203.0.113.7
#RELAY_LISTENS=0.0.0.0
#RELAY_TLS_PORT=5349
#HTTPS_PUBLISHED=443
#BEHIND=nobody
# On a machine without IPv6 :443.
#ROUTER_LISTENS=:::443
# Folder of Caddy's certificates, if they come from another maker than the usual one.
#ACME_DIRECTORY=acme-v02.api.letsencrypt.org-directory
# none: no container's output is kept. local: it is, bounded; Kith's own has nothing about anybody.
#LOG_DRIVER=none
# Range of the network between Caddy and Kith; the same as KITH_TRUSTED_PROXIES.
#FRONT_NETWORK=172.30.77.0/24
# Images, held to one digest: name:tag@sha256:…
#NODE_IMAGE=node:24-slim
#PYTHON_IMAGE=python:3.13-slim
#CADDY_IMAGE=caddy:2-alpine
#COTURN_IMAGE=coturn/coturn:4.6-alpine
#ROUTER_IMAGE=haproxy:3.0-alpine
#VALKEY_IMAGE=valkey/valkey:8-alpine
#IMAGE=kith

# ── the server: docs/settings.md ──
"""


def described_settings() -> list[tuple[str, str]]:
    """Name of each field of `Settings` and what its docstring says, in the order of the source."""
    from server import config  # noqa: PLC0415 - the path is set by main

    (settings,) = ast.parse(inspect.getsource(config.Settings)).body
    assert isinstance(settings, ast.ClassDef)
    described = []
    for field, text in zip(settings.body, settings.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            assert isinstance(text, ast.Expr)
            assert isinstance(text.value, ast.Constant)
            described.append((config.variable_of(field.target.id), str(text.value.value)))
    return described


def env_example() -> str:
    """The whole file."""
    parts = [PLACE]
    for variable, meaning in described_settings():
        words = " ".join(meaning.split())
        lines = textwrap.wrap(words, WIDTH, initial_indent="# ", subsequent_indent="# ")
        parts.append("\n".join([*lines, f"#{variable}=", ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.stdout.write(env_example())
