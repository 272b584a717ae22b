"""Real aiortc and real Chromium connect, are heard, and hear and see themselves; strangers and forgers change nothing."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aioice.ice
import pytest
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from playwright.async_api import async_playwright

from tests.support.chromium import FLAGS, chromium

from .stun_client import check
from .transport_server import AUDIO_SSRC, VIDEO_SSRC, EchoPeer, TransportServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

CHROMIUM_FLAGS = [*FLAGS, "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection"]
GCM_NAMES = ("SRTP_AEAD_AES_128_GCM", "AEAD_AES_128_GCM")
"""IANA's name of the profile, and what Chromium called it up to 150."""
PAGE = """<!doctype html><title>transport</title><script>
async function offer() {
  window.pc = new RTCPeerConnection();
  window.heard = [];
  pc.ontrack = (event) => {
    heard.push([event.streams[0]?.id, event.track.kind]);
    const element = document.createElement(event.track.kind);
    element.srcObject = new MediaStream([event.track]);
    element.autoplay = true;
    document.body.append(element);
  };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 180 } });
  for (const track of stream.getTracks().sort((a, b) => (a.kind < b.kind ? -1 : 1)))
    pc.addTransceiver(track, { direction: "sendonly" });
  for (let seat = 0; seat < 2; seat++)
    for (const kind of ["audio", "video"]) pc.addTransceiver(kind, { direction: "recvonly" });
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
}
async function restart() {
  pc.restartIce();
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
}
async function answer(sdp) { await pc.setRemoteDescription({ type: "answer", sdp }); }
/** Sound goes on, of a room in which nobody speaks. */
async function fallSilent() {
  const context = new AudioContext();
  const source = new ConstantSourceNode(context, { offset: 0 });
  const silence = context.createMediaStreamDestination();
  source.connect(silence);
  source.start();
  await context.resume();
  await pc.getSenders()[0].replaceTrack(silence.stream.getAudioTracks()[0]);
}
/** That left, by the clock of the sound that was captured meanwhile. */
async function packetsOfASecond() {
  const read = async () => [
    await stat("outbound-rtp", "audio", "packetsSent"), await stat("media-source", "audio", "totalSamplesDuration")];
  const [packets, seconds] = await read();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [now, at] = await read();
    if (at - seconds >= 2) return (now - packets) / (at - seconds);
  }
}
async function stat(type, kind, name) {
  for (const report of (await pc.getStats()).values())
    if (report.type === type && (!kind || report.kind === kind) && report[name]) return report[name];
  return 0;
}
</script>"""


@asynccontextmanager
async def running_server(
    host: str = "127.0.0.1", announced: str = "127.0.0.1"
) -> AsyncIterator[TransportServer]:
    server = TransportServer(host, announced)
    server.start()
    try:
        yield server
    finally:
        server.close()
    assert server.port.counts.faults == 0


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests need no network: aioice leaves loopback out of its candidates by itself."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1", "::1"])  # noqa: ARG005


async def aiortc_client(server: TransportServer) -> tuple[RTCPeerConnection, EchoPeer]:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    connection.addTransceiver(AudioStreamTrack(), direction="sendonly")
    connection.addTransceiver(VideoStreamTrack(), direction="sendonly")
    connection.addTransceiver("audio", direction="recvonly")
    connection.addTransceiver("video", direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    peer, answer = server.accept(connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.wait_for(peer.opened.wait(), timeout=30)
    return connection, peer


@pytest.mark.parametrize(
    ("host", "announced"), [("127.0.0.1", "127.0.0.1"), ("::", "127.0.0.1"), ("::", "::1")]
)
async def test_aiortc_connects_and_sees_itself(host: str, announced: str) -> None:
    async with running_server(host, announced) as server:
        connection, peer = await aiortc_client(server)
        tracks = [receiver.track for receiver in connection.getReceivers()][-2:]
        for track in tracks:
            await asyncio.wait_for(track.recv(), timeout=30)
        assert peer.refused == 0
        await connection.close()
        await asyncio.wait_for(peer.closed.wait(), timeout=30)


async def test_strangers_and_forgers_leave_a_call_alone() -> None:
    async with running_server() as server:
        connection, peer = await aiortc_client(server)
        before, address = peer.moves, peer.agent.address
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.1", 0))
            for datagram in (
                b"\x16\xfe\xff" + bytes(8) + b"\x00\x05hello",  # DTLS from an unknown address
                b"\x80\x60" + bytes(60),
                b"\x80\xc9\x00\x01" + bytes(40),
                check(peer.agent.local, nominate=True, pwd="x" * 32),
                check(peer.agent.local, nominate=True, ufrag="unknown1"),
                b"\x00\x01\xff\xff" + bytes(30),
                b"\xff" * 1500,
            ):
                stranger.sendto(datagram, server.port.local)
            seen = server.port.counts.received
            stranger.settimeout(0)
            video = [receiver.track for receiver in connection.getReceivers()][-1]
            for _ in range(3):
                await asyncio.wait_for(video.recv(), timeout=30)
            assert server.port.counts.received >= seen + 7
            with pytest.raises(BlockingIOError):
                stranger.recv(2000)
        assert (peer.moves, peer.agent.address) == (before, address)
        await connection.close()


@asynccontextmanager
async def chromium_page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = await browser.new_page()
        await page.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        await page.goto("https://transport.test/")
        yield page
        await browser.close()


async def above(page: Page, number: float, asked: str) -> None:
    """Ask until the answer is more: `wait_for_function` takes the promise of an answer for the answer."""
    async with asyncio.timeout(30):
        while await page.evaluate(asked) <= number:  # noqa: ASYNC110 - what a page counts sets no event here
            await asyncio.sleep(0.1)


@pytest.mark.browser
async def test_chromium_connects_and_sees_itself_and_moves_with_an_ice_restart() -> None:
    async with running_server("0.0.0.0") as server, chromium_page() as page:  # noqa: S104 - as a server does
        peer, answer = server.accept(await page.evaluate("offer()"))
        await page.evaluate("sdp => answer(sdp)", answer)
        await asyncio.wait_for(peer.opened.wait(), timeout=30)
        await page.wait_for_function("pc.connectionState === 'connected'")
        assert await page.evaluate("heard") == [["seat-0", "audio"], ["seat-0", "video"]]
        await above(page, 5, "stat('inbound-rtp', 'video', 'framesDecoded')")
        await above(page, 0, "stat('inbound-rtp', 'audio', 'totalAudioEnergy')")
        assert await page.evaluate("stat('inbound-rtp', 'video', 'ssrc')") == VIDEO_SSRC
        assert await page.evaluate("stat('inbound-rtp', 'audio', 'ssrc')") == AUDIO_SSRC
        assert await page.evaluate("stat('transport', null, 'srtpCipher')") in GCM_NAMES
        assert await page.evaluate("stat('transport', null, 'dtlsCipher')")

        old = peer.agent.local
        answer = server.restart(peer, await page.evaluate("restart()"))
        assert peer.agent.ufrags() == (peer.agent.local.ufrag, old.ufrag)
        await page.evaluate("sdp => answer(sdp)", answer)
        await asyncio.wait_for(peer.settled.wait(), timeout=30)
        decoded = await page.evaluate("stat('inbound-rtp', 'video', 'framesDecoded')")
        await above(page, decoded + 10, "stat('inbound-rtp', 'video', 'framesDecoded')")
        assert peer.agent.ufrags() == (peer.agent.local.ufrag,)
        assert await page.evaluate("pc.connectionState") == "connected"
        assert peer.refused == 0
        await asyncio.wait_for(peer.estimated.wait(), timeout=30)


@pytest.mark.browser
async def test_open_microphone_of_a_silent_room_costs_next_to_nothing() -> None:
    async with running_server("0.0.0.0") as server, chromium_page() as page:  # noqa: S104 - as a server does
        peer, answer = server.accept(await page.evaluate("offer()"))
        await page.evaluate("sdp => answer(sdp)", answer)
        await asyncio.wait_for(peer.opened.wait(), timeout=30)
        await above(page, 5, "stat('outbound-rtp', 'audio', 'packetsSent')")
        assert await page.evaluate("packetsOfASecond()") > 40
        await page.evaluate("fallSilent()")
        async with asyncio.timeout(60):
            while await page.evaluate("packetsOfASecond()") > 10:  # what was said before ebbs away
                pass
