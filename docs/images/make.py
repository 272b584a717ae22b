# ruff: noqa: INP001 - a script, run by hand
"""Makes `meeting.png` from the real thing: two people in a meeting, one on a phone and one on a desk, drawn cameras.

Run by hand from the root of the checkout when the screens have changed: `.venv/bin/python docs/images/make.py`.
Needs the built web client and Chromium.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from playwright.async_api import expect  # noqa: E402 - the checkout is not installed

from tests.browser.stage import PHONE, WIDE, Gathering, house  # noqa: E402

if TYPE_CHECKING:
    from playwright.async_api import Browser

OUT = Path(__file__).with_name("meeting.png")
MAX_BYTES = 300 * 1024
SIZE = (1200, 640)
CAMERA = """({ skin, hair, shirt, wall }) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const brush = canvas.getContext('2d');
  const blob = (colour, x, y, rx, ry) => {
    brush.fillStyle = colour;
    brush.beginPath();
    brush.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
    brush.fill();
  };
  const draw = (ms) => {
    const sway = 6 * Math.sin(ms / 900);
    brush.fillStyle = wall;
    brush.fillRect(0, 0, 640, 360);
    blob(hair, 320 + sway, 165, 84, 110);
    blob(shirt, 320, 380, 150, 130);
    blob(skin, 320 + sway, 160, 62, 80);
    requestAnimationFrame(draw);
  };
  draw(0);
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wish) => (wish.video ? Promise.resolve(canvas.captureStream(20)) : real(wish));
}"""
"""A drawn person instead of Chromium's green test picture; everything after the camera is the real thing."""
ADA = {"skin": "#a8724f", "hair": "#2b1d1a", "shirt": "#7a4b5c", "wall": "#c9b9a6"}
MIA = {"skin": "#e3b596", "hair": "#7d4a2a", "shirt": "#4f6d7a", "wall": "#b7c2b4"}
PAGE = """<!doctype html><style>
  body {{ margin: 0; block-size: 100vh; display: flex; align-items: center; justify-content: center; gap: 32px; background: #d8d3ce }}
  img {{ display: block; border-radius: 12px; box-shadow: 0 6px 24px #0006 }}
  .phone {{ block-size: 520px }} .desk {{ inline-size: 800px }}
</style><img class=phone src="{phone}"><img class=desk src="{desk}">"""


def camera(colours: dict[str, str]) -> str:
    return f"({CAMERA})({json.dumps(colours)})"


async def shots() -> bytes:
    async with house() as here:
        gathering = Gathering(here)
        ada = await gathering.facilitator("Ada", size=WIDE, scripts=[camera(ADA)])
        mia = await gathering.member("Mia", ada, size=PHONE, device_scale_factor=2, scripts=[camera(MIA)])
        await ada.sees_and_hears(mia)
        await mia.sees_and_hears(ada)
        await ada.say("Welcome, Mia. How was your night?")
        await mia.say("Short! But he smiled at four.")
        await ada.reads("Welcome, Mia. How was your night?", "Short! But he smiled at four.")
        await mia.hide("chat")
        for person in (ada, mia):
            await expect(person.at("encrypted")).to_be_visible()
            await expect(person.at("lately")).to_have_count(0)
        phone, desk = await mia.page.screenshot(), await ada.page.screenshot()
        picture = await side_by_side(here.browser, phone, desk)
        for fault in await gathering.close():
            sys.exit(fault)
        return picture


async def side_by_side(browser: Browser, phone: bytes, desk: bytes) -> bytes:
    width, height = SIZE
    page = await browser.new_page(viewport={"width": width, "height": height})
    phone_url, desk_url = (
        f"data:image/png;base64,{base64.b64encode(each).decode()}" for each in (phone, desk)
    )
    await page.set_content(PAGE.format(phone=phone_url, desk=desk_url))
    return await page.screenshot()


def main() -> None:
    picture = asyncio.run(shots())
    if len(picture) > MAX_BYTES:
        sys.exit(f"{len(picture)} bytes are more than {MAX_BYTES}")
    OUT.write_bytes(picture)


if __name__ == "__main__":
    main()
