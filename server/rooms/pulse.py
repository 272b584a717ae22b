"""One anonymous question: everybody answers once, nobody sees a count before it is closed, and nothing is kept of it.

Called by `machine` and `taking_over`. Who answered is known, so that nobody answers twice; what she answered is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from .change import changed
from .errors import Refusal, Rejected
from .events import PulseChanged, PulseShown
from .ids import PulseNumber
from .state import Pulse

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .ids import ParticipantId
    from .state import Meeting

    Events: TypeAlias = tuple[Event, ...]

MIN_OPTIONS: Final = 2
"""With fewer there is nothing to choose."""


def decide_open_pulse(meeting: Meeting, command: c.OpenPulse, _now_ms: int) -> Events:
    if meeting.pulse is not None:
        raise Rejected(Refusal.ALREADY_SO)
    rules = meeting.rules
    if not 0 < len(command.body) <= rules.max_pulse_bytes:
        raise Rejected(Refusal.TOO_LARGE)
    if not MIN_OPTIONS <= command.options <= rules.max_pulse_options:
        raise Rejected(Refusal.TOO_LARGE)
    return (PulseChanged(Pulse(command.body, (0,) * command.options, number=meeting.next_pulse)),)


def decide_answer_pulse(meeting: Meeting, command: c.AnswerPulse, _now_ms: int) -> Events:
    """By members and guests, once. The event pairs nobody with an answer, but two neighbours in a journal would.

    Whoever keeps events forgets them after this one (`forgetting`).
    """
    pulse = meeting.pulse
    if pulse is None or not 0 <= command.option < len(pulse.counts):
        raise Rejected(Refusal.NOT_NOW)
    _require_seen(pulse, command)
    if command.actor in pulse.answered:
        raise Rejected(Refusal.ALREADY_SO)
    counts = tuple(count + (option == command.option) for option, count in enumerate(pulse.counts))
    return (PulseChanged(changed(pulse, counts=counts, answered=pulse.answered | {command.actor})),)


def decide_close_pulse(meeting: Meeting, command: c.ClosePulse, _now_ms: int) -> Events:
    """Shown once, and only where no count can point at somebody."""
    pulse = meeting.pulse
    if pulse is None:
        raise Rejected(Refusal.ALREADY_SO)
    _require_seen(pulse, command)
    enough = sum(pulse.counts) >= meeting.rules.min_pulse_answers
    return (PulseShown(pulse.counts if enough else None), PulseChanged(None))


def _require_seen(pulse: Pulse, command: c.AnswerPulse | c.ClosePulse) -> None:
    """Raises: `Rejected` where another question is open than she looked at: a late tap answers nothing else."""
    if command.pulse is not None and command.pulse != pulse.number:
        raise Rejected(Refusal.CHANGED_MEANWHILE)


def evolve_pulse_changed(meeting: Meeting, event: PulseChanged) -> Meeting:
    pulse = event.pulse
    if pulse is None:
        return changed(meeting, pulse=None)
    return changed(meeting, pulse=pulse, next_pulse=PulseNumber(pulse.number + 1))


def evolve_pulse_shown(meeting: Meeting, _event: PulseShown) -> Meeting:
    """Told, not kept."""
    return meeting


def taken_over(meeting: Meeting, old: ParticipantId, new: ParticipantId) -> Events:
    """Who has answered has answered, also as somebody new."""
    pulse = meeting.pulse
    if pulse is None or old not in pulse.answered:
        return ()
    return (PulseChanged(changed(pulse, answered=(pulse.answered - {old}) | {new})),)
