# ruff: noqa: INP001 - a script, run by hand
"""Makes `screens.png` from the gallery: an evening on a phone, with made-up people.

Run by hand from the root of the checkout when the screens have changed: `.venv/bin/python docs/images/screens.py`.
Needs the built gallery (`make gallery` builds it) and Chromium.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.showcase import showcase  # noqa: E402 - the checkout is not installed
from tests.browser.stage import PHONE  # noqa: E402

OUT = Path(__file__).with_name("screens.png")
MAX_BYTES = 400 * 1024
SIZE = (1200, 960)
STORIES = (
    *(
        ("arrived", "night"),
        ("circle-offered", "night"),
        ("circle-listening", "night"),
        ("circle-sharing", "night"),
    ),
    *(
        ("breakout-asked", "day"),
        ("help-inside", "day"),
        ("lead-panel-waiting", "day"),
        ("over-keepsakes", "day"),
    ),
)
"""What is shown, line by line, and in which colours."""
PAGE = """<!doctype html><style>
  body { margin: 0; block-size: 100vh; background: #d8d3ce }
  div { block-size: 100%; display: grid; grid-template-columns: repeat(4, auto); place-content: center; gap: 22px }
  img { display: block; block-size: 446px; border-radius: 12px; box-shadow: 0 6px 20px #0005 }
</style>"""


async def pictures() -> bytes:
    async with showcase() as shown:
        context, gallery = await shown.window(PHONE, touch=True)
        known = await gallery.stories()
        if missing := [story for story, _ in STORIES if story not in known]:
            sys.exit(f"no such story: {', '.join(missing)}")
        shots = []
        for story, look in STORIES:
            await gallery.show(story, look)
            shots.append(await gallery.page.screenshot())
        await context.close()
        page = await shown.browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        images = (f'<img src="data:image/png;base64,{base64.b64encode(each).decode()}">' for each in shots)
        await page.set_content(f"{PAGE}<div>{''.join(images)}</div>")
        return await page.screenshot()


def main() -> None:
    picture = asyncio.run(pictures())
    if len(picture) > MAX_BYTES:
        sys.exit(f"{len(picture)} bytes are more than {MAX_BYTES}")
    OUT.write_bytes(picture)


if __name__ == "__main__":
    main()
