"""A camera in three layers, from its packets to what each subscriber gets; keys by hand, no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.load import MID_ID
from server.hosting.ports import Screen, Why
from server.media.allocation import Importance
from server.media.allotment import LEAST_BPS
from server.media.demand import COMING_MS, UNWANTED_MS
from server.media.settings import MediaSettings
from server.rooms.routes import Kind, Track
from server.rtp.layers import LAYER_SILENT_MS, NONE
from server.rtp.rtcp import ReceiverReport, Remb, ReportBlock

from .circle import (
    DELTA,
    HEIGHTS,
    REPAIRED_RID_ID,
    RID_ID,
    SSRC,
    Circle,
    F,
    H,
    Q,
    is_seamless,
    keyframe,
    numbers,
)
from .parts import ADA, BEA, CIS, RTX, VP8, HandMade

if TYPE_CHECKING:
    from server.rooms.ids import ParticipantId


# ── which packet is of which layer ───────────────────────────────────────────────────────────────


def test_each_layer_is_bound_by_its_rid():
    circle = Circle()
    assert [circle.send(layer) for layer in (F, Q, H)] == [circle.camera.layers[layer] for layer in (F, Q, H)]
    assert [layer.ssrc for layer in circle.camera.layers] == list(SSRC)
    assert circle.ada.peer.publications[Kind.CAMERA] is circle.camera.layers[Q]


def test_what_says_no_layer_or_another_is_dropped():
    circle = Circle()
    strangers = (((MID_ID, b"1"),), ((MID_ID, b"1"), (RID_ID, b"x")), ((RID_ID, b"q"),), ())
    for ssrc, extensions in enumerate(strangers, start=9):
        assert (
            circle.rtp(circle.ada, ssrc=ssrc, payload=DELTA, payload_type=VP8, extensions=extensions) is None
        )
    assert circle.ada.peer.counts.unknown == 4
    assert all(layer.ssrc is None for layer in circle.camera.layers)


def test_a_layer_has_one_source():
    circle = Circle()
    circle.send(Q)
    assert circle.send(H, rid=b"q") is None
    assert circle.camera.layers[Q].ssrc == SSRC[Q]


def test_a_repeated_packet_is_of_the_layer_it_repeats():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.picture(bea).want(H, circle.now_ms)
    circle.send_all()
    circle.picture(bea).aim(circle.now_ms)
    circle.send(H, keyframe(H))
    lost = circle.sequence[H] + 1
    circle.sequence[H] += 1
    circle.send(H)
    extensions = ((MID_ID, b"1"), (REPAIRED_RID_ID, b"h"))
    payload = (lost & 0xFFFF).to_bytes(2, "big") + DELTA
    found = circle.rtp(
        circle.ada,
        seq16=5,
        rtp_ticks=circle.ticks(H),
        ssrc=77,
        payload=payload,
        payload_type=RTX,
        extensions=extensions,
    )
    assert found is circle.camera.layers[H]
    first = numbers(bea.rtp)[0][0]
    assert [sequence - first for sequence, _ in numbers(bea.rtp)] == [0, 2, 1]


def test_all_layers_are_reported_on():
    circle = Circle()
    circle.send_all()
    circle.tick(circle.ada, MediaSettings().report_ms)
    (report,) = [part for part in circle.ada.rtcp if isinstance(part, ReceiverReport)]
    assert {block.ssrc for block in report.blocks} == set(SSRC)


# ── by what the link can take ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("height_px", "layer"), [(1080, F), (540, F), (360, H), (180, Q), (1, Q)])
def test_what_is_drawn_small_is_sent_small(height_px: int, layer: int):
    circle = Circle()
    bea = circle.watch(BEA)
    circle.allotment.screens[BEA] = Screen({ADA: height_px})
    circle.live(3_000)
    assert circle.picture(bea).source is circle.camera.layers[layer]


def test_what_is_not_visible_is_not_sent_and_comes_back_with_a_keyframe():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.live(1_000)
    circle.allotment.screens[BEA] = Screen({ADA: 0})
    circle.live(400)
    count = len(bea.rtp)
    circle.live(1_000)
    assert len(bea.rtp) == count
    assert [each.why for each in circle.allotment.grants[BEA]] == [Why.INVISIBLE]
    circle.allotment.screens[BEA] = Screen()
    circle.live(1_500)
    assert len(bea.rtp) > count
    assert is_seamless(bea.rtp)


def test_a_layer_that_its_publisher_stops_is_replaced_and_returns():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.live(3_000)
    assert circle.picture(bea).source is circle.camera.layers[F]
    circle.live(LAYER_SILENT_MS + 600, layers=(Q, H))
    assert circle.picture(bea).source is circle.camera.layers[H]
    circle.live(2_000)
    assert circle.picture(bea).source is circle.camera.layers[F]
    assert is_seamless(bea.rtp)


def test_who_matters_to_a_subscriber():
    circle = Circle()
    bea = circle.watch(BEA)
    allotment = circle.allotment

    def importance(speakers: tuple[ParticipantId, ...] = ()) -> Importance:
        allotment.begin_round()
        screen = allotment.screens.get(BEA, Screen())
        ((demand, _),) = allotment._demands(bea.peer, screen, speakers, circle.now_ms)
        return demand.importance

    assert importance() is Importance.TILE
    assert importance((ADA, CIS)) is Importance.SPEAKER
    assert importance((CIS, ADA)) is Importance.SPEAKER, "Cis is in another room"
    allotment.screens[BEA] = Screen(pinned=ADA)
    assert importance((ADA,)) is Importance.PINNED
    allotment.holders = frozenset({ADA})
    assert importance() is Importance.HOLDER
    allotment.holders, allotment.screens[BEA] = frozenset({BEA}), Screen()
    assert importance((ADA,)) is Importance.TILE, "while somebody has the turn, being loud is nothing"
    allotment.holders = frozenset({CIS})
    assert importance((ADA,)) is Importance.SPEAKER, "the turn of another room is nothing here"
    cis = circle.enter(CIS)
    bea.peer.seats[1].audio.bind(cis.peer.publications[Kind.MIC])
    assert importance((ADA,)) is Importance.TILE, "Cis has it here, with her camera off"
    assert importance((CIS, ADA)) is Importance.TILE
    camera = circle.camera
    camera.track = Track(ADA, Kind.SCREEN)
    assert importance() is Importance.SCREEN


def test_the_last_reports_loss_is_of_all_pictures_that_flow():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.live(1_000)
    block = ReportBlock(circle.picture(bea).ssrc, 40, 0, 0, 0, 0, 0)
    circle.rtcp(bea, ReceiverReport(1, (block,)))
    assert circle.allotment._link(bea.peer, Screen(), circle.now_ms).loss == 40
    circle.picture(bea).bind(None)
    assert circle.allotment._link(bea.peer, Screen(), circle.now_ms).loss == 0


def test_what_was_said_of_the_screen_outlives_a_transport():
    circle = Circle()
    circle.watch(BEA)
    circle.allotment.screens[BEA] = Screen({ADA: 0})
    circle.live(400)
    circle.allotment.forget(BEA)
    assert BEA not in circle.allotment.grants
    assert circle.allotment.screens[BEA].heights_px == {ADA: 0}
    circle.allotment.part(BEA)
    assert BEA not in circle.allotment.screens


@pytest.mark.parametrize(("loss", "seen"), [(0, LEAST_BPS), (80, 10_000)])
def test_next_to_nothing_is_believed_only_with_loss(loss: int, seen: int):
    circle = Circle()
    bea = circle.watch(BEA)
    circle.live(1_000)
    picture = circle.picture(bea)
    circle.rtcp(bea, ReceiverReport(1, (ReportBlock(picture.ssrc, loss, 0, 0, 0, 0, 0),)))
    circle.rtcp(bea, Remb(1, 10_000, (picture.ssrc,)))
    assert circle.allotment._link(bea.peer, Screen(), circle.now_ms).estimate_bps == seen


# ── layers nobody wants ──────────────────────────────────────────────────────────────────────────


def shown(circle: Circle, person: HandMade) -> int:
    source = circle.picture(person).source
    return NONE if source is None or not circle.picture(person).started else source.feed.layer


def test_a_publisher_is_told_which_layers_nobody_wants_and_they_come_back_when_somebody_does():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.allotment.screens[BEA] = Screen({ADA: HEIGHTS[Q]})
    circle.live(3_000)
    assert circle.told == [()], "a new transport begins with all of its layers"
    assert shown(circle, bea) == Q
    circle.live(UNWANTED_MS)
    assert circle.told == [(), ("h", "f")]
    circle.live(10_000)
    (grant,) = circle.allotment.grants[BEA]
    assert (grant.layer, grant.why) == (Q, Why.FITTING), "what is paused can still be had"
    circle.allotment.screens[BEA] = Screen({ADA: HEIGHTS[F]})
    circle.live(33)
    assert circle.told[-1] == ("h",), "with the next allotment"
    assert shown(circle, bea) == Q
    circle.live(1_000)
    assert shown(circle, bea) == F
    circle.live(10_000)
    assert circle.told == [(), ("h", "f"), ("h",)], "the smallest is always sent"


def test_of_two_viewers_both_are_served():
    circle = Circle()
    bea, cis = circle.watch(BEA), circle.watch(CIS)
    circle.allotment.screens.update({BEA: Screen({ADA: HEIGHTS[H]}), CIS: Screen({ADA: HEIGHTS[F]})})
    circle.live(3 * UNWANTED_MS)
    assert (shown(circle, bea), shown(circle, cis)) == (H, F)
    assert circle.told == [()]
    circle.picture(cis).bind(None)
    circle.live(2 * UNWANTED_MS)
    assert circle.told[-1] == ("f",)
    circle.picture(bea).bind(None)
    circle.live(2 * UNWANTED_MS)
    assert circle.told[-1] == ("h", "f"), "nobody looks at her"


def test_a_layer_that_does_not_come_back_is_not_asked_for_again_and_again():
    """A camera that was changed for a smaller one has no third layer any more."""
    circle = Circle()
    bea = circle.watch(BEA)
    circle.allotment.screens[BEA] = Screen({ADA: HEIGHTS[Q]})
    circle.live(3_000 + UNWANTED_MS)
    assert circle.told[-1] == ("h", "f")
    circle.allotment.screens[BEA] = Screen({ADA: HEIGHTS[F]})
    circle.live(COMING_MS + 2 * UNWANTED_MS, layers=(Q, H))
    assert shown(circle, bea) == H, "the largest there is"
    words = len(circle.told)
    circle.live(60_000, layers=(Q, H))
    assert len(circle.told) == words
    assert shown(circle, bea) == H


def test_a_camera_that_was_closed_is_offered_nothing_of_what_was_paused():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.allotment.screens[BEA] = Screen({ADA: HEIGHTS[Q]})
    circle.live(3_000 + UNWANTED_MS)
    circle.allotment.screens[BEA] = Screen({ADA: HEIGHTS[F]})
    circle.live(2_000, layers=())
    (grant,) = circle.allotment.grants[BEA]
    assert (grant.layer, grant.why) == (NONE, Why.NOT_SENT)
    circle.live(2_000)
    assert shown(circle, bea) == F


@pytest.mark.parametrize("away", [(), (Q,), (Q, H)], ids=["camera off", "network narrow", "network short"])
def test_layers_that_were_away_for_long_are_shown_when_they_come_again(away: tuple[int, ...]):
    circle = Circle()
    bea = circle.watch(BEA)
    circle.live(3_000)
    circle.live(3 * UNWANTED_MS, layers=away)
    assert "f" not in circle.told[-1], "she does not send it, and may when she can"
    circle.live(2_000, layers=(Q,))
    assert shown(circle, bea) == Q
    circle.live(2_000)
    assert shown(circle, bea) == F


def test_a_network_that_takes_long_to_bear_all_layers_is_waited_for():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.live(2 * UNWANTED_MS, layers=(Q,))
    circle.live(2 * UNWANTED_MS, layers=(Q, H))
    assert shown(circle, bea) == H
    circle.live(2_000)
    assert shown(circle, bea) == F


# ── what a facilitator is told ───────────────────────────────────────────────────────────────────


def test_whose_link_is_short_is_told_first_with_what_comes_and_why():
    circle = Circle()
    cis, bea = circle.watch(CIS), circle.watch(BEA)
    for _ in range(5):
        circle.rtcp(bea, Remb(1, 150_000, (circle.picture(bea).ssrc,)))
        circle.rtcp(cis, Remb(1, 5_000_000, (circle.picture(cis).ssrc,)))
        circle.live(1_000)
    told = circle.allotment.receptions()
    assert [(each.subscriber, each.is_short) for each in told.people[:1]] == [(BEA, True)]
    people = {each.subscriber: each for each in told.people}
    assert set(people) == {ADA, BEA, CIS}
    assert people[BEA].estimate_bps == LEAST_BPS
    (narrow,), (wide,) = people[BEA].pictures, people[CIS].pictures
    assert (narrow.publisher, narrow.is_screen, narrow.height_px, narrow.why) == (
        ADA,
        False,
        HEIGHTS[H],
        Why.BANDWIDTH,
    )
    assert (wide.height_px, wide.why) == (HEIGHTS[F], Why.FULL)
    assert 0 < narrow.bps < wide.bps
    assert people[ADA].pictures == ()


def test_what_is_not_seen_comes_with_no_height_and_says_so():
    circle = Circle()
    circle.watch(BEA)
    circle.allotment.screens[BEA] = Screen({ADA: 0}, low_data=True)
    circle.live(1_000)
    (told,) = (each for each in circle.allotment.receptions().people if each.subscriber == BEA)
    assert told.low_data
    assert [(each.height_px, each.bps, each.why) for each in told.pictures] == [(0, 0, Why.INVISIBLE)]


def test_of_very_many_people_not_all_are_told():
    circle = Circle()
    circle.watch(BEA)
    circle.watch(CIS)
    circle.live(1_000)
    told = circle.allotment.receptions(limit=2)
    assert (len(told.people), told.left_out) == (2, 1)
    assert circle.allotment.receptions(limit=3).left_out == 0


def test_whose_transport_is_gone_is_told_of_no_more():
    circle = Circle()
    circle.watch(BEA)
    circle.live(1_000)
    circle.allotment.forget(BEA)
    assert [each.subscriber for each in circle.allotment.receptions().people] == [ADA]
