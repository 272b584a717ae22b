"""The page of `/proof`: findings in plain words, as HTML without scripts. Called by `proof`; pure."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING

from .proof_words import LANGUAGES, RIGHT_TO_LEFT, SHOWN, UNTESTED, words_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.confidentiality.findings import Finding


def proof_page(findings: Sequence[Finding], tested_at_s: int, language: str) -> str:
    """One document. Nothing in it depends on who asks, but for the language."""
    words = LANGUAGES[language]
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    by_check = {finding.check: finding for finding in findings}
    tested = "\n".join(_tested(by_check[check], words) for check in SHOWN if check in by_check)
    moment = dt.datetime.fromtimestamp(tested_at_s, dt.UTC).strftime("%Y-%m-%d %H:%M")
    untested = "\n".join(f"<li>{escape(words[f'untested.{each}'])}</li>" for each in UNTESTED)
    return f"""<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<title>{escape(words["title"])}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/proof.css">
</head>
<body>
<main>
<h1>{escape(words["title"])}</h1>
<p>{escape(words["intro"])}</p>
<section>
<h2>{escape(words["tested"])}</h2>
<p class="soft">{escape(words["when"].format(time=moment))}</p>
<ul class="tested">
{tested}
</ul>
</section>
<section>
<h2>{escape(words["sealed.title"])}</h2>
<p>{escape(words["sealed"])}</p>
</section>
<section>
<h2>{escape(words["knows.title"])}</h2>
<p>{escape(words["knows"])}</p>
</section>
<section>
<h2>{escape(words["untested.title"])}</h2>
<ul>
{untested}
</ul>
</section>
<p><a href="/proof.json">{escape(words["machine_readable"])}</a></p>
</main>
</body>
</html>
"""


def _tested(finding: Finding, words: Mapping[str, str]) -> str:
    outcome = escape(words[f"outcome.{finding.outcome.value}"])
    said = escape(words[words_for(finding.check, finding.outcome)])
    return f'<li class="{finding.outcome.value}"><strong>{outcome}</strong> {said}</li>'
