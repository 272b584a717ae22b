"""Everybody asks for keyframes at once and for ever: the publisher is asked as often as is good for her; no network."""

from __future__ import annotations

import pytest

from server.hosting.ports import Screen
from server.media.settings import MediaSettings
from server.rooms.ids import ParticipantId
from server.rtp.rtcp import FullIntra, PictureLoss

from .circle import HEIGHTS, SSRC, Circle, F, H, Q, keyframe
from .parts import ADA, BEA, CIS, Room
from .test_feedback import CAMERA, FRAME, shown, told, video

PAUSE_MS = MediaSettings().keyframe_pause_ms
STORM_MS = 10_000
TICK_MS = MediaSettings().tick_ms


@pytest.mark.parametrize("form", ["pli", "fir"])
def test_a_subscribers_request_for_a_keyframe_reaches_the_publisher_thinned(form: str):
    room = Room()
    ada, bea = shown(room)
    room.tick(ada)
    assert told(ada, PictureLoss) == [PictureLoss(ada.peer.rtcp_ssrc, CAMERA)], "a subscription began"
    video(room, ada, 1, payload=FRAME)
    seat = bea.peer.seats[0].video
    assert seat is not None
    request = PictureLoss(1, seat.ssrc) if form == "pli" else FullIntra(1, ((seat.ssrc, 5),))
    room.rtcp(bea, request)
    room.tick(ada, room.settings.keyframe_pause_ms - 1)
    assert told(ada, PictureLoss) == []
    room.tick(ada, 1)
    assert told(ada, PictureLoss) == [PictureLoss(ada.peer.rtcp_ssrc, CAMERA)]
    video(room, ada, 2, payload=FRAME)
    room.tick(ada, 2_000)
    assert told(ada, PictureLoss) == [], "it came"


def test_a_keyframe_is_asked_for_until_it_comes():
    room = Room()
    ada, _ = shown(room)
    for _ in range(3):
        room.tick(ada, room.settings.keyframe_pause_ms)
    assert len(told(ada, PictureLoss)) == 3


def test_a_keyframe_is_asked_of_the_layer_that_is_needed_once_for_all():
    circle = Circle()
    watchers = [circle.watch(BEA), circle.watch(CIS)]
    circle.send_all()
    circle.now_ms += 1_000
    circle.send_all()
    for person in watchers:
        circle.picture(person).want(H, circle.now_ms)
    circle.tick(circle.ada)
    circle.tick(circle.ada, 100)
    asked = [part.media for part in circle.ada.rtcp if isinstance(part, PictureLoss)]
    assert asked.count(SSRC[H]) == 1
    circle.send(H, keyframe(H))
    circle.tick(circle.ada, 5_000)
    asked = [part.media for part in circle.ada.rtcp if isinstance(part, PictureLoss)]
    assert asked.count(SSRC[H]) == 1
    assert all(person.rtp for person in watchers)


@pytest.mark.parametrize("people", [1, 15])
def test_a_storm_of_requests_is_one_request_per_pause_whoever_asks(people: int):
    circle = Circle()
    crowd = [circle.watch(ParticipantId(f"watcher-{n:08}")) for n in range(people)]
    circle.send_all()
    for person in crowd:
        circle.picture(person).want(F, circle.now_ms)
    circle.send(F, keyframe(F))
    circle.ada.rtcp.clear()
    answered = frames = 0
    began_ms = circle.now_ms
    while circle.now_ms < began_ms + STORM_MS:
        for person in crowd:
            ssrc = circle.picture(person).ssrc
            circle.rtcp(person, PictureLoss(1, ssrc), FullIntra(1, ((ssrc, 3),)))
        circle.tick(circle.ada, TICK_MS)
        circle.send_all()
        frames += 1
        asked = [part.media for part in circle.ada.rtcp if isinstance(part, PictureLoss)]
        if len(asked) > answered:
            answered = len(asked)
            circle.send(F, keyframe(F))
    assert STORM_MS // PAUSE_MS - 2 <= answered <= STORM_MS // PAUSE_MS
    assert {part.media for part in circle.ada.rtcp if isinstance(part, PictureLoss)} == {SSRC[F]}
    assert {len(person.rtp) for person in crowd} == {1 + frames + answered}, "nobody lost anything by it"


def test_a_storm_for_one_layer_asks_nothing_of_the_others():
    circle = Circle()
    bea, cis = circle.watch(BEA), circle.watch(CIS)
    circle.send_all()
    circle.picture(bea).want(Q, circle.now_ms)
    circle.picture(cis).want(F, circle.now_ms)
    for layer in (Q, F):
        circle.send(layer, keyframe(layer))
    circle.ada.rtcp.clear()
    for _ in range(100):
        circle.rtcp(bea, PictureLoss(1, circle.picture(bea).ssrc))
        circle.tick(circle.ada, TICK_MS)
        circle.send(Q, keyframe(Q))
    assert {part.media for part in circle.ada.rtcp if isinstance(part, PictureLoss)} == {SSRC[Q]}


def test_when_the_storm_is_over_nothing_more_is_asked_for():
    room = Room()
    ada, bea = shown(room)
    video(room, ada, 1, payload=FRAME)
    seat = bea.peer.seats[0].video
    assert seat is not None
    for _ in range(100):
        room.rtcp(bea, PictureLoss(1, seat.ssrc))
    room.tick(ada, PAUSE_MS)
    assert told(ada, PictureLoss) == [PictureLoss(ada.peer.rtcp_ssrc, CAMERA)]
    video(room, ada, 2, payload=FRAME)
    for _ in range(100):
        room.tick(ada, TICK_MS)
    assert told(ada, PictureLoss) == []


@pytest.mark.parametrize(
    "story", ["somebody joins small", "her network narrows", "asked for before it stopped"]
)
def test_nobody_asks_for_a_layer_that_is_not_sent_and_that_nobody_waits_for(story: str):
    circle = Circle()
    bea = circle.watch(BEA)
    sent = (Q, H, F)
    circle.allotment.screens[BEA] = circle.allotment.screens[CIS] = Screen({ADA: HEIGHTS[F]})
    if story == "somebody joins small":
        circle.allotment.screens[BEA] = circle.allotment.screens[CIS] = Screen({ADA: HEIGHTS[Q]})
        circle.live(12_000)
        assert circle.told[-1] == ("h", "f")
        circle.watch(CIS)
    else:
        circle.live(12_000)
        sent = (Q, H)
        if story == "asked for before it stopped":
            circle.rtcp(bea, PictureLoss(1, circle.picture(bea).ssrc))
        else:
            circle.live(3_000, layers=sent)
            circle.send(F)
            circle.picture(bea).aim(circle.now_ms)
    circle.live(2_000, layers=sent)
    before = len(circle.ada.rtcp)
    circle.live(STORM_MS, layers=sent)
    asked = [part.media for part in circle.ada.rtcp[before:] if isinstance(part, PictureLoss)]
    assert SSRC[F] not in asked, "browsers answer with a keyframe of every layer that they do send"
