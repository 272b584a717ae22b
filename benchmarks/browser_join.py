"""Join time of real Chromium on loopback: `join` frame sent → answered → transport connected → first remote picture shown.

A facilitator sends camera and microphone; others open the link in windows of their own, prepare, and press the
button. `join` is the first frame after that (`look`, which only asks who is there, was sent while she read).
The picture counts when `requestVideoFrameCallback` reports it, so decoding, unsealing and painting are inside.
Needs the built web client. Run: `python benchmarks/browser_join.py [--joins N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import describe, figure
from tests.browser.stage import PATIENCE_MS, Gathering, Visitor, house

STEPS = ("answered", "connected", "shown")
STOPWATCH = """
  const times = (window.times = {});
  const note = (what) => (times[what] ??= performance.now());
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (frame) {
    // the frame that holds an offer; `look` has none
    if (frame.byteLength > 4096 && times.sent === undefined) {
      note('sent');
      this.addEventListener('message', () => note('answered'), { once: true });
    }
    return send.call(this, frame);
  };
  const Connection = RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(...given) {
      super(...given);
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') note('connected');
      });
    }
  };
  window.shown = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      const picture = document.querySelector('[data-testid=tile][data-me=false] video');
      if (picture === null) return;
      observer.disconnect();
      picture.requestVideoFrameCallback(() => {
        note('shown');
        resolve(times);
      });
    }).observe(document, { subtree: true, childList: true });
  });
"""


async def one_join(gathering: Gathering) -> list[float]:
    """Milliseconds from the frame sent to each of `STEPS`."""
    visitor: Visitor = await gathering.visitor("Mia", scripts=[STOPWATCH])
    await visitor.knock(gathering.group.link("facilitator"))
    async with asyncio.timeout(PATIENCE_MS / 1000):
        times = await visitor.page.evaluate("window.shown")
    await visitor.at("leave").click()
    await visitor.at("leave-confirm").click()
    await visitor.is_over("left", "")
    await visitor.page.context.close()
    return [times[step] - times["sent"] for step in STEPS]


async def measure(joins: int) -> list[list[float]]:
    async with house() as here:
        gathering = Gathering(here)
        await gathering.facilitator("Ada")
        await one_join(gathering)  # the browser compiles and caches the page's code
        times = [await one_join(gathering) for _ in range(joins)]
        await gathering.close()
        return times


def tell(times: list[list[float]], what: str, target: str) -> None:
    """Print what joins took, step by step; the last step is the figure."""
    print(describe())
    for step, column in zip(STEPS, zip(*times, strict=True), strict=True):
        ordered = sorted(column)
        print(
            f"{step:10} p50 {statistics.median(ordered):6.0f} ms   "
            f"p90 {ordered[int(len(ordered) * 0.9)]:6.0f} ms   ({len(ordered)} joins)"
        )
    shown_ms = statistics.median(each[-1] for each in times)
    figure(f"{what}: first frame sent → first remote picture, Chromium", f"p50 {shown_ms:.0f} ms", target)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--joins", type=int, default=8)
    tell(asyncio.run(measure(arguments.parse_args().joins)), "join", "≤ 600 ms")


if __name__ == "__main__":
    main()
