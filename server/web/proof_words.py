"""What `/proof` says to members, in their language; read by `proof_page`. Plain words, no promise beyond what was tested.

A language has every key of English: a test compares them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.confidentiality.findings import Outcome

from .proof_languages import ar, en, es, fr

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN: Final = ("files", "logs", "freed_memory", "core_dumps", "dumpable", "locked_memory", "swapped", "tls")
"""Checks that mean something to a member, the most important first. Each has words for `fine` and for everything else."""

LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": en.WORDS,
    "es": es.WORDS,
    "fr": fr.WORDS,
    "ar": ar.WORDS,
}
"""The first is for everybody whose language is not here."""
RIGHT_TO_LEFT: Final = frozenset({"ar"})
UNTESTED: Final = ("honest", "machine", "network", "people", "browser", "law")


def language_of(accept_language: str) -> str:
    """The one wished most that there is (RFC 9110 §12.5.4); any text is taken."""
    wishes: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:20]:
        tag, _, weight = part.partition(";")
        try:
            wish = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        wishes.append((wish, tag.strip().lower().partition("-")[0]))
    known = [(wish, tag) for wish, tag in wishes if tag in LANGUAGES and wish > 0]
    return max(known, key=lambda each: each[0])[1] if known else next(iter(LANGUAGES))


def words_for(check: str, outcome: Outcome) -> str:
    """The key of what is said about a check."""
    return f"{check}.fine" if outcome is Outcome.FINE else f"{check}.other"
