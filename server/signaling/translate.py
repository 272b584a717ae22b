"""From the meeting's sights and views to the wire's messages: words only, no rules.

Called by `fanout` and `arrivals`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from server.rooms import audience as a
from server.rooms import care_sights as care
from server.rooms import events as e
from server.rooms import room_sights as rooms
from server.rooms.rounds import Phase, Standing
from server.rooms.turn_sights import HandsShown, RoundShown

from . import server_messages as s

if TYPE_CHECKING:
    from collections.abc import Container

    from server.hosting.ports import Receptions
    from server.rooms.ids import ParticipantId
    from server.rooms.rounds import Round
    from server.rooms.state import Bar, ChatMessage, Participant, RunSheet
    from server.rooms.view import View


def event(  # noqa: C901, PLR0911, PLR0912 - one line for each kind of sight
    sight: a.Sight, now_ms: int
) -> s.EventMessage:
    """What a client is told at `now_ms`."""
    match sight:
        case a.Came():
            return s.PersonCame(person(sight.person, now_ms))
        case a.Looks():
            return s.PersonChanged(person(sight.person, now_ms))
        case a.Gone():
            return s.PersonParted(sight.participant, _how(sight))
        case a.BarShown():
            return s.PersonBarred(barred(sight.bar))
        case e.ConnectionLost():
            return s.ConnectionLost(sight.participant)
        case e.ConnectionRestored():
            return s.ConnectionRestored(sight.participant)
        case e.MediaSet():
            return s.MediaSet(sight.participant, sight.mic, sight.camera)
        case e.MediaAllowed():
            return s.MediaAllowed(sight.participant, sight.mic, sight.camera)
        case a.MessageShown():
            return s.Said(_message(sight.message, now_ms))
        case e.ChatChanged():
            return s.ChatChanged(sight.mode.value, sight.slow_ms)
        case e.MessageDeleted():
            return s.MessageDeleted(sight.number)
        case e.LockChanged():
            return s.LockChanged(sight.locked)
        case e.LeadChanged():
            return s.LeadChanged(sight.lead)
        case e.StatusChanged():
            return s.StatusChanged(sight.status.value)
        case e.BarUndone():
            return s.BarUndone(sight.participant)
        case e.PauseChanged():
            return s.PauseChanged(sight.by_hand)
        case RoundShown():
            return s.RoundChanged(round_of(sight.round, now_ms))
        case e.ShareNudged():
            return s.ShareNudged(sight.turn)
        case HandsShown():
            return s.HandsChanged(hands(sight))
        case e.FloorChanged():
            return s.FloorChanged(sight.floor.value)
        case e.AdmissionChanged():
            return s.AdmissionChanged(sight.between_shares)
        case rooms.BreakoutsShown():
            return s.BreakoutsChanged(_breakouts(sight, now_ms))
        case rooms.QuietShown():
            return s.QuietRoomsChanged(_quiet(sight))
        case rooms.NeedsShown():
            return s.NeedsChanged(list(sight.needs))
        case e.TextsSet():
            return s.TextsSet(sight.body)
        case e.RunSheetChanged():
            return s.RunSheetChanged(_run_sheet(sight.run_sheet, now_ms))
        case care.PulseAsked():
            return s.PulseChanged(_pulse(sight))
        case e.PulseShown():
            return s.PulseShown(None if sight.counts is None else list(sight.counts))
        case e.HandedOut():
            return s.HandedOut(s.Resource(sight.number, sight.body))
        case e.TakenBack():
            return s.TakenBack(sight.number)
        case e.Captioned():
            return s.Captioned(sight.number, sight.participant, sight.body)
        case care.ContactsShown():
            return s.ContactsChanged(_contacts(sight))
        case care.ContactShown():
            return s.ContactMade(sight.who, sight.body)
    assert_never(sight)


def _how(sight: a.Gone) -> str:
    if sight.how is not None:
        return sight.how.value
    return "lobby" if sight.to_lobby else "room"


def person(p: Participant, now_ms: int) -> s.Person:
    return s.Person(
        id=p.id,
        role=p.role.value,
        profile=p.profile,
        room=p.room,
        connected=p.connected,
        mic=p.mic_on,
        camera=p.camera_on,
        mic_allowed=p.mic_allowed,
        camera_allowed=p.camera_allowed,
        returning=p.returning,
        away=p.away,
        admitted=p.admitted,
        place=p.place,
        silent_ms=None if p.heard_at_ms is None else max(0, now_ms - p.heard_at_ms),
        guest_left_ms=None if p.guest_time is None else p.guest_time.left_at(now_ms),
        captions=p.captions,
        interprets=p.interprets,
    )


def barred(bar: Bar) -> s.BarredPerson:
    return s.BarredPerson(bar.participant, bar.profile, bar.reason.value)


def round_of(shown: Round | None, now_ms: int) -> s.Round | None:
    if shown is None:
        return None
    moment = shown.moment
    return s.Round(
        kind=shown.kind.value,
        turn=moment.number,
        phase=moment.phase.value,
        who=moment.who,
        left_ms=moment.clock.left_at(now_ms),
        runs=moment.clock.ends_at_ms is not None,
        held=moment.held,
        again=moment.phase is Phase.OFFERED and shown.kept(moment.who) is Standing.LATER,
        stage=shown.stage.value,
        named=shown.named,
        share_ms=shown.share_ms,
        invite_passed=shown.invite_passed,
        places=[s.Place(place.who, shown.told(place).value) for place in shown.places],
    )


def hands(shown: HandsShown) -> s.Hands:
    return s.Hands(list(shown.raised), shown.fair, shown.called)


def _breakouts(shown: rooms.BreakoutsShown, now_ms: int) -> s.Breakouts | None:
    plan = shown.plan
    if plan is None:
        return None
    return s.Breakouts(
        kind=plan.kind.value,
        open=plan.is_open,
        rooms=[s.Breakout(r.id, r.topic, r.host, list(r.people), r.calling, r.alone) for r in plan.rooms],
        left_ms=plan.clock.left_at(now_ms),
        runs=plan.clock.ends_at_ms is not None,
        noticed=plan.noticed,
        unattended=plan.unattended,
        yours=plan.yours,
        answer=None if plan.answer is None else plan.answer.value,
        consents={who: consent.value for who, consent in plan.consents},
    )


def _quiet(shown: rooms.QuietShown) -> list[s.QuietRoom]:
    return [s.QuietRoom(room, q.kind.value, q.who, q.facilitator) for room, q in shown.rooms]


def _run_sheet(sheet: RunSheet | None, now_ms: int) -> s.RunSheet | None:
    """The time of the current part goes on counting below zero: nothing ends by itself."""
    if sheet is None:
        return None
    clock = sheet.clock
    left_ms = None if clock is None or clock.limit_ms is None else clock.limit_ms - clock.used_at(now_ms)
    segments = [
        s.Segment(one.kind.value, one.title, one.length_ms, one.floor.value, one.chat.value)
        for one in sheet.segments
    ]
    return s.RunSheet(segments, sheet.current, left_ms, clock is not None and clock.since_ms is not None)


def _pulse(shown: care.PulseAsked) -> s.Pulse | None:
    return None if shown.body is None else s.Pulse(shown.number, shown.body, shown.options, shown.answered)


def _contacts(shown: care.ContactsShown) -> list[str] | None:
    return None if shown.offered is None else list(shown.offered)


def snapshot(view: View, now_ms: int) -> s.Snapshot:
    """One viewer's whole knowledge, as of now."""
    return s.Snapshot(
        you=view.you.id,
        status=view.status.value,
        locked=view.locked,
        lead=view.lead,
        present=view.present,
        people=[person(p, now_ms) for p in view.people],
        messages=[_message(said, now_ms) for said in view.messages],
        barred=[barred(bar) for bar in view.barred],
        grace_ms=view.grace_ms,
        round=round_of(view.round, now_ms),
        hands=hands(view.hands),
        floor=view.floor.value,
        between_shares=view.between_shares,
        chat=view.chat_mode.value,
        slow_ms=view.slow_ms,
        held_by_hand=view.held_by_hand,
        breakouts=_breakouts(view.breakouts, now_ms),
        quiet=_quiet(view.quiet),
        needs=list(view.needs.needs),
        texts=view.texts,
        run_sheet=_run_sheet(view.run_sheet, now_ms),
        pulse=_pulse(view.pulse),
        resources=[s.Resource(one.number, one.body) for one in view.resources],
        contacts=_contacts(view.contacts),
    )


def _message(said: ChatMessage, now_ms: int) -> s.Message:
    held = None if said.held is None else said.held.value
    age_ms = max(0, now_ms - said.at_ms)
    return s.Message(said.number, said.author, said.body, age_ms, said.line, said.everywhere, held)


def grants(command_id: int, told: Receptions, present: Container[ParticipantId]) -> s.Grants:
    """What comes to whoever is still present, and of whom; for a facilitator, who sees all of them."""
    people = [
        s.Reception(
            each.subscriber,
            each.estimate_bps,
            each.lost_permille,
            each.low_data,
            [
                s.PictureState(p.publisher, p.is_screen, p.height_px, p.bps, p.why.value)
                for p in each.pictures
                if p.publisher in present
            ],
        )
        for each in told.people
        if each.subscriber in present
    ]
    return s.Grants(command_id, people, told.left_out)
