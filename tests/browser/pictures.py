"""Takes a picture of every story of the gallery, on a phone, a tablet and a desk, by day, at night and in Arabic.

    python -m tests.browser.pictures [--into FOLDER] [STORY …]

Called by `make gallery`, which builds the gallery first. Writes `FOLDER/STORY/SIZE-LOOK.png` and `FOLDER/index.html`, all of them on one
sheet. Nothing is compared: they are there to be looked at.
"""

from __future__ import annotations

import argparse
import asyncio
import html
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .showcase import showcase
from .stage import PHONE, WIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .showcase import Showcase

TABLET: Final = (820, 1180)
SIZES: Final = {"phone": PHONE, "tablet": TABLET, "desk": WIDE}
LOOKS: Final = {"day": ("day", "en"), "night": ("night", "en"), "arabic": ("night", "ar")}
"""Colours and language of each row of pictures."""

PATIENCE_MS: Final = 60_000
"""Nine windows share the machine, and none of them may give up."""

SHEET: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Every screen</title>
<style>
  body {{ margin: 1rem; font: 1rem system-ui; background: #777; color: #fff }}
  section {{ margin-block: 2rem }}
  section div {{ display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: start }}
  img {{ display: block; block-size: 20rem; inline-size: auto }}
</style>
<h1>Every screen</h1>
{sections}
</html>
"""


def sheet(stories: Sequence[str]) -> str:
    """The page that shows all pictures; each opens at its own size."""
    return SHEET.format(sections="\n".join(_section(html.escape(story)) for story in stories))


def _section(story: str) -> str:
    pictures = [f"{story}/{size}-{look}.png" for look in LOOKS for size in SIZES]
    links = [f'<a href="{each}"><img loading="lazy" src="{each}" alt="{each}"></a>' for each in pictures]
    return f'<section id="{story}"><h2>{story}</h2><div>{"".join(links)}</div></section>'


async def take(into: Path, wanted: Sequence[str]) -> list[str]:
    """The stories whose pictures are in the folder now. wanted: none means all."""
    async with showcase() as shown:
        rows = [(size, look) for size in SIZES for look in LOOKS]
        taken = await asyncio.gather(*(_take_row(shown, into, wanted, size, look) for size, look in rows))
    return taken[0]


async def _take_row(shown: Showcase, into: Path, wanted: Sequence[str], size: str, look: str) -> list[str]:
    """One window beside the others: while one is drawn, another is loaded."""
    context, gallery = await shown.window(SIZES[size], touch=size != "desk")
    gallery.page.set_default_timeout(PATIENCE_MS)
    colours, language = LOOKS[look]
    stories = [each for each in await gallery.stories() if not wanted or each in wanted]
    for story in stories:
        (into / story).mkdir(parents=True, exist_ok=True)
        await gallery.show(story, colours, language=language)
        await gallery.page.screenshot(path=into / story / f"{size}-{look}.png")
    await context.close()
    print(f"{size}, {look}: {len(stories)} pictures", flush=True)
    return stories


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument("--into", type=Path, default=Path("build/gallery"))
    arguments.add_argument("stories", nargs="*", metavar="STORY")
    chosen = arguments.parse_args()
    stories = asyncio.run(take(chosen.into, chosen.stories))
    page = chosen.into / "index.html"
    page.write_text(sheet(stories), "utf-8")
    print(f"{len(stories)} stories: {page}")


if __name__ == "__main__":
    main()
