"""What the page weighs and how soon it is there: JavaScript until she is in, and a start on a slow phone.

Weight: a member follows her link in a real Chromium, with an empty cache, and joins a facilitator who sends picture and sound; every
script that was asked for until she sees her counts with the bytes the server sends (gzip), in each language. What comes afterwards by
itself (the other screens of a meeting) is printed beside it; a facilitator who opens an empty meeting has nobody to wait for, so that comes
at once. Start: the same page with the processor slowed down four times and the network of
Lighthouse's "slow 4G" (1.6 Mbit/s down, 0.75 up, 150 ms), by Chromium's own throttling, until the first words are painted and until
*Continue* can be tapped; between the two lies who is there, told by the server over its WebSocket.
Needs the built web client. Run: `python -m benchmarks.page_weight [--starts N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import describe, figure
from server.web.pages import read_pages
from tests.browser.stage import DIST, PATIENCE_MS, Gathering, Visitor, house

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LANGUAGES: Final = ("en", "es", "fr", "ar")
SLOWER: Final = 4
SLOW_4G: Final = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
HASH: Final = re.compile(r"-[\w-]{8}(?=\.js$)")
STOPWATCH: Final = """
  window.tappable = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (document.querySelector('[data-testid=arrive-continue]') === null) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now()));
    }).observe(document, { subtree: true, childList: true });
  });
"""
PAINTED: Final = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


class Scripts:
    """The scripts one window has asked for, in order."""

    def __init__(self, visitor: Visitor) -> None:
        self._paths: dict[str, None] = {}
        self._all = asyncio.Event()
        visitor.page.context.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        path = urlsplit(url).path
        if path.endswith(".js"):
            self._paths[path] = None
        if "/inside-" in path and path.endswith(".js"):
            self._all.set()

    async def are_all_there(self) -> None:
        """The last that is asked for without a tap: the other screens of a meeting."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            await self._all.wait()

    def sizes(self) -> dict[str, int]:
        """Bytes on the wire of each."""
        pages = read_pages(DIST)
        return {HASH.sub("", Path(path).name): len(pages[path].gzipped or b"") for path in self._paths}


@dataclass(frozen=True)
class Weights:
    """Bytes by script: until she could tap, until she saw somebody, and when all had come that comes by itself."""

    first: dict[str, int]
    inside: dict[str, int]
    later: dict[str, int]


async def weigh(gathering: Gathering, ada: Visitor, language: str) -> Weights:
    visitor = await gathering.visitor("Mia", locale=language)
    scripts = Scripts(visitor)
    await visitor.open(gathering.group.link("member"))
    await visitor.at("arrive-continue").wait_for()
    first = scripts.sizes()
    await visitor.prepare()
    await visitor.at("knock").click()
    await ada.answer("Mia", "admit")
    await visitor.is_inside()
    await visitor.sees(ada, frames=1)
    inside = scripts.sizes()
    await scripts.are_all_there()
    later = scripts.sizes()
    await visitor.page.context.close()
    return Weights(first, inside, later)


async def weigh_facilitator(gathering: Gathering) -> tuple[Visitor, dict[str, int]]:
    """Who opens an empty meeting, and what came until she was in and could hold it."""
    ada = await gathering.visitor("Ada")
    scripts = Scripts(ada)
    await ada.knock(gathering.group.link("facilitator"))
    await ada.is_inside()
    await scripts.are_all_there()
    return ada, scripts.sizes()


async def start(gathering: Gathering, language: str) -> tuple[float, float]:
    """Milliseconds until the first words, and until *Continue*, on a slow phone that was never here before."""
    visitor = await gathering.visitor("Mia", locale=language, scripts=[STOPWATCH])
    chromium = await visitor.page.context.new_cdp_session(visitor.page)
    await chromium.send("Network.enable")
    await chromium.send("Network.emulateNetworkConditions", SLOW_4G)
    await chromium.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await visitor.open(gathering.group.link())
    async with asyncio.timeout(PATIENCE_MS / 1000):
        tappable_ms = await visitor.page.evaluate("window.tappable")
    painted_ms = await visitor.page.evaluate(PAINTED)
    await visitor.page.context.close()
    return painted_ms, tappable_ms


def show(weights: Weights) -> None:
    for name, size in sorted(weights.later.items(), key=lambda each: -each[1]):
        when = "at once" if name in weights.first else "when she goes in"
        print(f"  {name:28} {size / 1000:6.1f} kB   {when if name in weights.inside else 'afterwards'}")


def kilobytes(scripts: dict[str, int]) -> float:
    return sum(scripts.values()) / 1000


async def measure(starts: int) -> None:
    async with house() as here:
        gathering = Gathering(here)
        ada, leading = await weigh_facilitator(gathering)
        weights = {}
        for language in LANGUAGES:
            weights[language] = one = await weigh(gathering, ada, language)
            print(
                f"{language}: {kilobytes(one.first):.1f} kB at once, {kilobytes(one.inside):.1f} kB to join, "
                f"{kilobytes(one.later):.1f} kB a moment later"
            )
        print(f"en, a facilitator of an empty meeting: {kilobytes(leading):.1f} kB")
        show(one)
        times = {
            language: [await start(gathering, language) for _ in range(starts)] for language in ("en", "ar")
        }
        await gathering.close()
    report({language: one.inside for language, one in weights.items()}, times)


def report(inside: Mapping[str, dict[str, int]], times: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    heaviest = max(inside, key=lambda language: kilobytes(inside[language]))
    figure(
        "web: JavaScript to join, gzipped",
        f"{kilobytes(inside['en']):.1f} kB in English, {kilobytes(inside[heaviest]):.1f} kB at most ({heaviest})",
        "≤ 120 kB",
    )
    for language, each in times.items():
        painted, tappable = (statistics.median(column) for column in zip(*each, strict=True))
        figure(
            f"web: start on a slow phone ({SLOWER}× slower, slow 4G, nothing cached), {language}",
            f"first words {painted:.0f} ms, ready to tap {tappable:.0f} ms",
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--starts", type=int, default=5)
    print(describe(), flush=True)
    asyncio.run(measure(arguments.parse_args().starts))


if __name__ == "__main__":
    main()
