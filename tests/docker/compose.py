"""`docker/compose.yaml` as a value, and the names that are read from an `.env`; used by the tests here."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, Final

import yaml

from server.config import Settings, variable_of

from .programs import DOCKER

COMPOSE: Final = DOCKER / "compose.yaml"


def read_compose() -> dict[str, Any]:
    """Anchors and merges resolved."""
    value: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return value


def interpolated() -> set[str]:
    """Names that compose.yaml takes from the `.env`."""
    return set(re.findall(r"\$\{([A-Z_]+)", COMPOSE.read_text()))


def settings() -> set[str]:
    return {variable_of(field.name) for field in fields(Settings)}


def merged_names() -> set[str]:
    """What may stand in an `.env`: read by compose.yaml, by Compose itself or by the server."""
    return interpolated() | settings() | {"COMPOSE_PROFILES"}
