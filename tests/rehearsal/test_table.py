"""What stands on the terminal at the end."""

from __future__ import annotations

from dataclasses import replace

from server.rehearsal.arrivals import LATE_US, Count, Delays
from server.rehearsal.rehearsal import IN, LOBBY, Outcome, Row
from server.rehearsal.table import EACH, table


def row(number: int, state: str = IN, *, count: Count | None = None, delays_us: tuple[int, ...] = ()) -> Row:
    delays = Delays()
    for delay_us in delays_us:
        delays.add(delay_us)
    return Row(f"Rehearsal {number}", state, 1000, 0, count or Count(), delays)


OUTCOME = Outcome(
    rows=(
        row(1, count=Count(900, 100, 5), delays_us=(4_000, 4_000, LATE_US + 1, LATE_US + 1)),
        row(2, count=Count(1000)),
        row(3, LOBBY),
    ),
    meetings=1,
    measured_s=10.0,
    arrived=1900,
    own_cpu_s=2.0,
    server_cpu_s=0.5,
    server_processes=2,
)


def cells(text: str, first: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(first)]
    return line.removeprefix(first).split()


def test_each_member_has_a_line_and_all_have_one() -> None:
    text = table(OUTCOME)
    assert cells(text, "Rehearsal 1") == ["yes", "1000", "900", "100", "10.00", "50.00", "4.1", "150.1"]
    assert cells(text, "Rehearsal 2") == ["yes", "1000", "1000", "0", "0.00", "–", "–", "–"]
    assert cells(text, "Rehearsal 3") == ["no", "1000", "0", "0", "–", "–", "–", "–"]
    assert cells(text, "all 3") == ["2", "3000", "1900", "100", "5.00", "50.00", "4.1", "150.1"]
    assert f"not in at the end: {LOBBY}" in text


def test_the_cpu_of_the_server_is_told_by_core_and_packet() -> None:
    text = table(OUTCOME)
    assert "server CPU: 5.0 % of one core in 2 processes, 263.2 µs per packet that arrived" in text
    assert "own CPU: 20.0 % of one core, over 10 s" in text


def test_a_cpu_that_is_not_known_is_said_to_be_so() -> None:
    assert "server CPU: not known" in table(replace(OUTCOME, server_cpu_s=None))


def test_of_many_members_only_the_sum_is_shown() -> None:
    rows = tuple(row(number) for number in range(EACH + 1))
    text = table(replace(OUTCOME, rows=rows))
    assert "Rehearsal" not in text
    assert f"all {EACH + 1}" in text


def test_columns_stand_below_each_other() -> None:
    lines = table(OUTCOME).splitlines()
    end = lines[0].index("arrived") + len("arrived")
    assert [line[:end].split()[-1] for line in lines[1:5]] == ["900", "1000", "0", "1900"]


def test_a_rehearsal_that_ended_at_once_has_a_table_too() -> None:
    text = table(replace(OUTCOME, rows=(), measured_s=0.0, arrived=0))
    assert "server CPU: –" in text


def test_packets_that_this_machine_did_not_take_are_told() -> None:
    text = table(replace(OUTCOME, rows=(replace(row(1), unsent=7),)))
    assert "did not take 7 packets" in text
