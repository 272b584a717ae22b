"""What a rehearsal prints at its end; called by `command`. A pure function of the outcome; imports the outcome only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .arrivals import LATE_US, Count, Delays
from .rehearsal import IN

if TYPE_CHECKING:
    from .rehearsal import Outcome, Row

HEAD: Final = ("member", "joined", "sent", "arrived", "lost", "lost %", "late %", "p50 ms", "p99 ms")
UNKNOWN: Final = "–"
EACH: Final = 24
"""Members that are listed one by one; of more only the sum is shown."""


def table(outcome: Outcome) -> str:
    """Lines for a terminal, the newline at the end included."""
    rows = [_cells(row) for row in outcome.rows] if len(outcome.rows) <= EACH else []
    lines = [HEAD, *rows, _sum(outcome)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    text = [
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)  # noqa: PLR2004 - texts left, numbers right
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    troubles = dict.fromkeys(row.state for row in outcome.rows if row.state != IN)
    text += ["", f"late: more than {LATE_US // 1000} ms on the way"]
    text += [f"not in at the end: {trouble}" for trouble in troubles]
    unsent = sum(row.unsent for row in outcome.rows)
    if unsent:
        text.append(f"this machine's own buffers did not take {unsent} packets: it sends too much")
    return "\n".join([*text, _server_line(outcome), _own_line(outcome)]) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    return (row.name, "yes" if row.state == IN else "no", str(row.sent), *_numbers(row.count, row.delays))


def _numbers(count: Count, delays: Delays) -> tuple[str, ...]:
    late = f"{100 * delays.late / delays.count:.2f}" if delays.count else UNKNOWN
    return (
        str(count.arrived),
        str(count.lost),
        f"{count.lost_percent:.2f}" if count.arrived else UNKNOWN,
        late,
        _ms(delays.percentile_us(50)),
        _ms(delays.percentile_us(99)),
    )


def _sum(outcome: Outcome) -> tuple[str, ...]:
    count, delays = Count(), Delays()
    for row in outcome.rows:
        count.add(row.count)
        delays.add_all(row.delays)
    return (
        f"all {len(outcome.rows)}",
        str(outcome.joined),
        str(sum(row.sent for row in outcome.rows)),
        *_numbers(count, delays),
    )


def _ms(delay_us: int | None) -> str:
    return UNKNOWN if delay_us is None else f"{delay_us / 1000:.1f}"


def _server_line(outcome: Outcome) -> str:
    if outcome.server_cpu_s is None:
        return "server CPU: not known; where it runs on this machine, --server-pid says which process it is"
    line = f"server CPU: {_share(outcome.server_cpu_s, outcome)} of one core in {outcome.server_processes} processes"
    if outcome.arrived:
        line += f", {outcome.server_cpu_s * 1e6 / outcome.arrived:.1f} µs per packet that arrived"
    return line


def _own_line(outcome: Outcome) -> str:
    return f"this rehearsal's own CPU: {_share(outcome.own_cpu_s, outcome)} of one core, over {outcome.measured_s:.0f} s"


def _share(cpu_s: float, outcome: Outcome) -> str:
    return f"{100 * cpu_s / outcome.measured_s:.1f} %" if outcome.measured_s else UNKNOWN
