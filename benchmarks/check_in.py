"""A check-in of twelve with cameras on, one of whom has the turn: packets in and out, against everything to everybody.

    python -m benchmarks.check_in [--seconds S]

The rules of real meetings decide who may be heard (a round in a held floor, two facilitators, ten members, the first member's share),
`routes` and `holders` carry it to a real media server, which allots what each link takes to what each phone shows. Cameras send in
three layers, who is silent sends what Opus DTX sends, phones estimate their links as browsers do (`phone.py`).
"""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Final

from benchmarks.forwarding import MEETING, route_everything
from benchmarks.gathering import Measured, Sitting, measure
from benchmarks.machine import describe, figure
from benchmarks.meeting_rules import FACILITATORS, after, gathered, name
from benchmarks.phone import Part
from server.hosting.ports import Screen
from server.rooms import commands as c
from server.rooms.ids import MAIN, MeetingId, ParticipantId
from server.rooms.rounds import RoundKind
from server.rooms.routes import holders, routes
from server.rooms.state import Floor
from server.rtp.layers import NONE

if TYPE_CHECKING:
    from server.media.server import MediaServer
    from server.rooms.state import Meeting

PEOPLE: Final = 12
SECONDS: Final = 8.0
WARM_UP_S: Final = 16.0
"""Until estimates are there and layers have settled: nothing climbs before 10 s of calm (`docs/layers.md`)."""
SOON_S: Final = 4.0
"""Until everybody has a keyframe, where nothing is allotted."""
ALL_LAYERS: Final = (0, 1, 2)
WHOLE_PICTURE: Final = (2,)
HOLDER_PX: Final = 600
"""In device pixels, as a phone draws whoever has the turn."""
THUMBNAIL_PX: Final = 150
ON_SCREEN: Final = 5
"""Others that a phone shows beside her; the rest is scrolled away."""
DESKS: Final = FACILITATORS
"""They are at a computer and see everybody."""
PHONE_BPS: Final = 2_500_000
DESK_BPS: Final = 8_000_000
GRID_PX: Final = 300
"""Everybody equally large, twelve on a phone's screen."""
LINK: Final = {True: DESK_BPS, False: PHONE_BPS}


def check_in() -> Meeting:
    """The first share of a round, in a held floor."""
    meeting = gathered(PEOPLE)
    meeting = after(meeting, c.SetFloor(name(0), Floor.HELD))
    meeting = after(
        meeting, c.StartRound(name(0), RoundKind.CIRCLE, 180_000, (name(FACILITATORS),), invite_passed=False)
    )
    meeting = after(meeting, c.TakeTurn(name(FACILITATORS), meeting.rounds[MAIN].moment.number))
    assert holders(meeting) == {name(FACILITATORS)}, "the first member has the turn"
    return meeting


def is_at_desk(number: int) -> bool:
    return number < DESKS


def parts(holder: ParticipantId) -> list[Part]:
    """Everybody's camera is on; one speaks, the microphones of the others are open."""
    return [
        Part(
            seats=PEOPLE - 1,
            layers=ALL_LAYERS,
            voice="speaks" if name(number) == holder else "silent",
            link_bps=LINK[is_at_desk(number)],
            meter=number == 0,
        )
        for number in range(PEOPLE)
    ]


def screen(viewer: int, holder: ParticipantId) -> Screen:
    """The holder large, others as thumbnails, as many as there is room for."""
    others = [name(number) for number in range(PEOPLE) if number != viewer and name(number) != holder]
    visible = len(others) if is_at_desk(viewer) else ON_SCREEN
    heights = {who: THUMBNAIL_PX if at < visible else 0 for at, who in enumerate(others)}
    return Screen(heights | {holder: HOLDER_PX})


def grid(viewer: int, _holder: ParticipantId) -> Screen:
    """Everybody equally large."""
    return Screen({name(number): GRID_PX for number in range(PEOPLE) if number != viewer})


def sitting(meeting_id: str = "check-in", *, as_grid: bool = False) -> Sitting:
    """One check-in, to be measured; several may be held side by side."""
    meeting, this = check_in(), MeetingId(meeting_id)
    (holder,) = holders(meeting)

    async def arrange(server: MediaServer) -> None:
        await server.route(this, routes(meeting))
        await server.hold(this, holders(meeting))
        for number in range(PEOPLE):
            drawn = (grid if as_grid else screen)(number, holder)
            await server.show(this, name(number), drawn)

    return Sitting(this, [name(number) for number in range(PEOPLE)], parts(holder), arrange)


def everything() -> Sitting:
    """The same people without rules, layers or silence: what a server that sheds nothing sends."""
    people = [name(number) for number in range(PEOPLE)]
    part = Part(seats=PEOPLE - 1, layers=WHOLE_PICTURE, voice="speaks")

    async def arrange(server: MediaServer) -> None:
        await route_everything(server, people)

    return Sitting(MEETING, people, [part] * PEOPLE, arrange)


def shown(result: Measured) -> str:
    """What seats show, largest first."""
    names = {2: "large", 1: "middle", 0: "small", NONE: "nothing"}
    return ", ".join(
        f"{count} {names[layer]}" for layer, count in sorted(result.layers.items(), reverse=True)
    )


def row(what: str, result: Measured) -> str:
    return (
        f"{what:28}{result.sent / result.seconds:10,.0f}{result.forwarded / result.seconds:10,.0f}"
        f"{result.cpu_s / result.seconds * 100:8.1f}{result.us_per_packet:8.2f}{result.lost_permille:8.2f}"
        + result.doubt
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument("--seconds", type=float, default=SECONDS)
    seconds = arguments.parse_args().seconds
    print(describe())
    print("12 people, cameras on              packets/s     CPU of     µs    lost")
    print("                                  in       out  one core %  each     ‰")
    shed = asyncio.run(measure([sitting()], seconds, WARM_UP_S))
    print(row("a check-in", shed) + f"  seats: {shown(shed)}", flush=True)
    equal = asyncio.run(measure([sitting(as_grid=True)], seconds, WARM_UP_S))
    print(row("all drawn equally large", equal) + f"  seats: {shown(equal)}", flush=True)
    whole = asyncio.run(measure([everything()], seconds, SOON_S))
    print(row("everything to everybody", whole), flush=True)
    print(f"latency of a check-in, ms: p50 {shed.delay_ms(0.5):.2f}, p99 {shed.delay_ms(0.99):.2f}")
    out = shed.forwarded / shed.seconds
    figure("12-person check-in, cameras on, one holder: packets sent per second", f"{out:,.0f}", "≤ 6 000")
    figure("the same, everything to everybody", f"{whole.forwarded / whole.seconds:,.0f}")


if __name__ == "__main__":
    main()
