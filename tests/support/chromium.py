"""The browser of the tests: where it is, and how it is started with made-up devices, windows that draw no bars and no calls home."""

from __future__ import annotations

import shutil

FLAGS = [
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Of each window Chromium 156 draws its own bars as pages: twice the work of 150.
    (
        "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,OptimizationHints,PaintHolding,"
        "DestroyProfileOnBrowserClose,ThirdPartyStoragePartitioning,WebUIReloadButton,WebUIOmniboxPopup,"
        "WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"
    ),
]


def chromium() -> str:
    """Where Debian or another system has put the browser. Raises: AssertionError with what to do."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found is not None, "the browser tests need Chromium: apt-get install chromium"
    return found
