"""How long breakouts stay open: more time, and the way back for everybody.

Called by `machine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .breakouts import all_back, require_open, require_seen
from .change import changed
from .errors import Refusal, Rejected
from .events import BreakoutsChanged

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .state import Meeting

    Events: TypeAlias = tuple[Event, ...]


def decide_extend_breakouts(meeting: Meeting, command: c.ExtendBreakouts, now_ms: int) -> Events:
    """So much more; people are told again when it comes to an end. What is left is bounded, not the whole."""
    plan = require_open(meeting)
    require_seen(meeting, command.was)
    left_ms = plan.clock.left_at(now_ms)
    if left_ms is None:
        raise Rejected(Refusal.NOT_NOW)
    if not 0 < command.ms <= meeting.rules.breakout_max_ms - left_ms:
        raise Rejected(Refusal.TOO_LARGE)
    soon = plan.noticed and left_ms + command.ms <= meeting.rules.notice_ms
    return (BreakoutsChanged(changed(plan, clock=plan.clock.extended(now_ms, command.ms), noticed=soon)),)


def decide_recall_breakouts(meeting: Meeting, command: c.RecallBreakouts, now_ms: int) -> Events:
    """After the notice, as if their time came to its end; at once only where a facilitator says so."""
    plan = require_open(meeting)
    require_seen(meeting, command.was)
    if command.at_once:
        return all_back(meeting)
    if plan.noticed:
        raise Rejected(Refusal.ALREADY_SO)
    clock, notice_ms = plan.clock, meeting.rules.notice_ms
    left_ms = clock.left_at(now_ms)
    if left_ms is None or left_ms > notice_ms:
        clock = changed(clock, limit_ms=clock.used_at(now_ms) + notice_ms)
    return (BreakoutsChanged(changed(plan, clock=clock, noticed=True)),)
