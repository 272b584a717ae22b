from __future__ import annotations

import msgspec
import pytest

from server.cluster import nodes
from server.cluster.keys import ClusterKeys
from server.cluster.nodes import Heartbeat

KEYS = ClusterKeys(bytes(32))


def beat(  # noqa: PLR0913 - one for each thing a node says of itself
    load: float = 0.0,
    meetings: int = 0,
    *,
    most: int = 10,
    leaving: bool = False,
    cpu_permille: float = 0.0,
    packets_per_s: float = 0.0,
) -> Heartbeat:
    return Heartbeat(1_000, meetings, most, load, leaving, cpu_permille, packets_per_s, 100_000.0)


FREE, AT_ITS_END = beat(), beat(cpu_permille=nodes.FULL * 1000)
PLACES = [
    # of a, where the first person came; of b; where the meeting begins
    (FREE, FREE, "a"),
    (beat(0.2), FREE, "a"),
    (beat(0.2 + nodes.MUCH), beat(0.1), "b"),
    (beat(meetings=8), beat(meetings=1), "b"),
    (beat(cpu_permille=240), FREE, "a"),
    (beat(cpu_permille=600), beat(cpu_permille=300), "b"),
    (beat(packets_per_s=24_000), FREE, "a"),
    (beat(packets_per_s=60_000), beat(packets_per_s=30_000), "b"),
    # Whatever there is least of decides: few packets that cost much, many meetings that cost little.
    (beat(cpu_permille=700, packets_per_s=1_000), beat(packets_per_s=30_000), "b"),
    (beat(meetings=2, cpu_permille=100), beat(meetings=9), "a"),
    (beat(0.5, meetings=3), beat(0.5, meetings=9, packets_per_s=10_000), "a"),
    (beat(meetings=10), beat(0.9), "b"),
    (beat(leaving=True), beat(0.9), "b"),
    (beat(meetings=10), beat(leaving=True), None),
    (AT_ITS_END, beat(0.8, meetings=9), "b"),
    (beat(packets_per_s=nodes.FULL * 100_000), beat(0.8), "b"),
    (AT_ITS_END, AT_ITS_END, None),
    (AT_ITS_END, beat(meetings=10), None),
    (beat(cpu_permille=nodes.FULL * 1000 - 1), AT_ITS_END, "a"),
    # A busy machine is not a reason to send people away while its media path is not at its end.
    (beat(3.0), beat(4.0), "a"),
]


@pytest.mark.parametrize(("a", "b", "where"), PLACES)
def test_a_meeting_begins_where_its_first_person_came_unless_another_node_is_much_less_busy(
    a: Heartbeat, b: Heartbeat, where: str | None
):
    assert nodes.place("a", {"a": a, "b": b}) == where


def test_a_node_that_says_nothing_of_its_media_is_one_of_an_older_version():
    old = msgspec.msgpack.encode({"at_ms": 1_000, "meetings": 1, "most": 10, "load": 0.3, "leaving": False})
    read = msgspec.msgpack.decode(old, type=Heartbeat)
    assert (read.weight, read.may_begin()) == (0.3, True)


def test_a_meeting_is_handed_to_the_least_busy_of_those_who_follow_it():
    everybody = {"own": FREE, "a": beat(0.5), "b": beat(0.3), "c": beat(0.0), "gone": beat(leaving=True)}
    assert nodes.heir("own", everybody, ("a", "b", "gone")) == "b"
    assert nodes.heir("own", everybody, ("gone",)) == "c", "else to anybody who has room"
    assert nodes.heir("own", {"own": FREE, "a": AT_ITS_END}, ("a",)) == "a", "rather than that it ends"


def test_a_meeting_is_handed_to_a_follower_whose_heartbeat_is_late_rather_than_left_to_end():
    assert nodes.heir("own", {"own": FREE}, ("late",)) == "late"
    assert nodes.heir("own", {"own": FREE, "gone": beat(leaving=True)}, ("gone",)) is None
    assert nodes.heir("own", {"own": FREE}, ()) is None
    assert nodes.heir("own", {"own": FREE}, ("own",)) is None, "it followed before it had the meeting"


def test_heartbeats_are_sealed_and_only_recent_ones_count():
    sealed = {
        "a": nodes.seal(KEYS, "a", beat()),
        "b": nodes.seal(ClusterKeys(bytes([1]) * 32), "b", beat()),
        "c": nodes.seal(KEYS, "a", beat()),
        "d": b"",
    }
    assert set(nodes.opened(KEYS, sealed, 1_000)) == {"a"}, "others' keys, others' names and noise are none"
    assert nodes.opened(KEYS, sealed, 1_000 + nodes.STALE_MS) == {}
