"""HEART: one command in, events out; one event in, the next meeting out.

The host calls `decide`, appends the events to the journal and folds them with `evolve`; replicas only fold.
Both are pure: the same meeting, command and time give the same events, for ever.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final, Never, TypeAlias, cast, get_args

from . import (
    agenda,
    aides,
    attendance,
    away,
    breakout_moves,
    breakout_plans,
    breakout_times,
    breakouts,
    chat,
    consequences,
    contacts,
    deadlines,
    debrief,
    floor,
    guests,
    hands,
    lines,
    membership,
    mics_and_cameras,
    needs,
    offers,
    pauses,
    pulse,
    quiet,
    resources,
    round_orders,
    shares,
    texts,
    turns,
)
from . import commands as c
from . import events as e
from .errors import Refusal, Rejected
from .permissions import permitted_actor
from .state import Meeting, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Rule: TypeAlias = Callable[[Meeting, Never, int], tuple[e.Event, ...]]
    Effect: TypeAlias = Callable[[Meeting, Never], Meeting]

RULES: Final[Mapping[type, Rule]] = {
    c.Join: membership.decide_join,
    c.Resume: membership.decide_resume,
    c.LoseConnection: membership.decide_lose_connection,
    c.Tick: deadlines.decide_tick,
    c.Leave: membership.decide_leave,
    c.SetMedia: mics_and_cameras.decide_set_media,
    c.Say: chat.decide_say,
    c.DeleteMessage: chat.decide_delete,
    c.Admit: membership.decide_admit,
    c.Deny: membership.decide_deny,
    c.SendToLobby: membership.decide_send_to_lobby,
    c.Mute: mics_and_cameras.decide_mute,
    c.AllowMic: mics_and_cameras.decide_allow_mic,
    c.StopCamera: mics_and_cameras.decide_stop_camera,
    c.AllowCamera: mics_and_cameras.decide_allow_camera,
    c.Lock: membership.decide_lock,
    c.Unlock: membership.decide_unlock,
    c.Remove: membership.decide_remove,
    c.UndoBar: membership.decide_undo_bar,
    c.SetAway: away.decide_set_away,
    c.SetFloor: floor.decide_set_floor,
    c.RaiseHand: hands.decide_raise_hand,
    c.LowerHand: hands.decide_lower_hand,
    c.CallOn: hands.decide_call_on,
    c.OrderHands: hands.decide_order_hands,
    c.StartRound: round_orders.decide_start_round,
    c.ReorderRound: round_orders.decide_reorder_round,
    c.InvitePassed: round_orders.decide_invite_passed,
    c.CloseRound: round_orders.decide_close_round,
    c.AdmitBetweenShares: round_orders.decide_admit_between_shares,
    c.TakeTurn: offers.decide_take_turn,
    c.PassTurn: offers.decide_pass_turn,
    c.ComeBackLater: offers.decide_come_back,
    c.SkipTurn: offers.decide_skip_turn,
    c.NameNext: offers.decide_name_next,
    c.EndShare: shares.decide_end_share,
    c.ExtendShare: shares.decide_extend_share,
    c.ShareInWriting: shares.decide_share_in_writing,
    c.SetChatMode: chat.decide_set_chat_mode,
    c.SetSlowMode: chat.decide_set_slow_mode,
    c.ApproveMessage: chat.decide_approve,
    c.SayToFacilitators: lines.decide_say_to_facilitators,
    c.AnswerOnLine: lines.decide_answer_on_line,
    c.Broadcast: lines.decide_broadcast,
    c.AskForSomeone: needs.decide_ask_for_someone,
    c.WithdrawNeed: needs.decide_withdraw_need,
    c.AcceptNeed: quiet.decide_accept_need,
    c.Greet: quiet.decide_greet,
    c.TakeAside: quiet.decide_take_aside,
    c.EndQuiet: quiet.decide_end_quiet,
    c.PlanBreakouts: breakout_plans.decide_plan_breakouts,
    c.DropPlan: breakout_plans.decide_drop_plan,
    c.AnswerBreakout: breakout_moves.decide_answer_breakout,
    c.OpenBreakouts: breakout_moves.decide_open_breakouts,
    c.AssignRoom: breakout_moves.decide_assign_room,
    c.SetHost: breakout_moves.decide_set_host,
    c.EnterRoom: breakout_moves.decide_enter_room,
    c.ExtendBreakouts: breakout_times.decide_extend_breakouts,
    c.CallFacilitator: breakout_moves.decide_call_facilitator,
    c.RecallBreakouts: breakout_times.decide_recall_breakouts,
    c.SetTexts: texts.decide_set_texts,
    c.SetRunSheet: agenda.decide_set_run_sheet,
    c.GoToSegment: agenda.decide_go_to_segment,
    c.Pause: pauses.decide_pause,
    c.GoOn: pauses.decide_go_on,
    c.SetGuestTime: guests.decide_set_guest_time,
    c.OpenPulse: pulse.decide_open_pulse,
    c.AnswerPulse: pulse.decide_answer_pulse,
    c.ClosePulse: pulse.decide_close_pulse,
    c.HandOut: resources.decide_hand_out,
    c.TakeBack: resources.decide_take_back,
    c.OpenContacts: contacts.decide_open_contacts,
    c.CloseContacts: contacts.decide_close_contacts,
    c.OfferContact: contacts.decide_offer_contact,
    c.WithdrawContact: contacts.decide_withdraw_contact,
    c.NameCaptioner: aides.decide_name_captioner,
    c.NameInterpreter: aides.decide_name_interpreter,
    c.Caption: aides.decide_caption,
    c.BeginDebrief: debrief.decide_begin_debrief,
    c.End: attendance.decide_end,
}

EFFECTS: Final[Mapping[type, Effect]] = {
    e.Arrived: membership.evolve_arrived,
    e.Entered: membership.evolve_entered,
    e.SentToLobby: membership.evolve_sent_to_lobby,
    e.ConnectionLost: membership.evolve_connection_lost,
    e.ConnectionRestored: membership.evolve_connection_restored,
    e.Parted: membership.evolve_parted,
    e.Barred: membership.evolve_barred,
    e.BarUndone: membership.evolve_bar_undone,
    e.MediaSet: mics_and_cameras.evolve_media_set,
    e.MediaAllowed: mics_and_cameras.evolve_media_allowed,
    e.Said: chat.evolve_said,
    e.MessageDeleted: chat.evolve_deleted,
    e.LockChanged: membership.evolve_lock_changed,
    e.LeadChanged: attendance.evolve_lead_changed,
    e.AttendanceChanged: attendance.evolve_attendance_changed,
    e.StatusChanged: attendance.evolve_status_changed,
    e.AwayChanged: away.evolve_away_changed,
    e.FloorChanged: floor.evolve_floor_changed,
    e.HandsChanged: hands.evolve_hands_changed,
    e.RoundChanged: turns.evolve_round_changed,
    e.ShareNudged: turns.evolve_share_nudged,
    e.Spoke: turns.evolve_spoke,
    e.AdmissionChanged: round_orders.evolve_admission_changed,
    e.AdmissionHeld: round_orders.evolve_admission_held,
    e.Moved: membership.evolve_moved,
    e.MessagesReleased: chat.evolve_released,
    e.ChatChanged: chat.evolve_chat_changed,
    e.NeedsChanged: needs.evolve_needs_changed,
    e.QuietRoomChanged: quiet.evolve_quiet_room_changed,
    e.BreakoutsChanged: breakouts.evolve_breakouts_changed,
    e.PairsMet: breakouts.evolve_pairs_met,
    e.TextsSet: texts.evolve_texts_set,
    e.RunSheetChanged: agenda.evolve_run_sheet_changed,
    e.PauseChanged: pauses.evolve_pause_changed,
    e.DebriefBegan: debrief.evolve_debrief_began,
    e.GuestTimeSet: guests.evolve_guest_time_set,
    e.PulseChanged: pulse.evolve_pulse_changed,
    e.PulseShown: pulse.evolve_pulse_shown,
    e.HandedOut: resources.evolve_handed_out,
    e.TakenBack: resources.evolve_taken_back,
    e.ContactsOpened: contacts.evolve_contacts_opened,
    e.ContactsClosed: contacts.evolve_contacts_closed,
    e.ContactOffered: contacts.evolve_contact_offered,
    e.ContactsExchanged: contacts.evolve_contacts_exchanged,
    e.AideChanged: aides.evolve_aide_changed,
    e.Captioned: aides.evolve_captioned,
}

SERVER_COMMANDS: Final = frozenset(get_args(c.ServerCommand))
"""What needs no permission; everything else does."""


def decide(meeting: Meeting, command: c.Command, now_ms: int) -> tuple[e.Event, ...]:
    """What becomes true by this command, consequences included; () when nothing does.

    now_ms: monotonic, never less than at the decision before.
    Raises: `Rejected`; the meeting is as it was.
    """
    if meeting.status is Status.ENDED:
        raise Rejected(Refusal.ENDED)
    kind = type(command)
    if kind not in SERVER_COMMANDS:
        permitted_actor(meeting, cast("c.PersonCommand", command))
    # Each rule takes exactly its own command: the table's key is the proof.
    events = RULES[kind](meeting, cast("Never", command), now_ms)
    if not consequences.touched_by(meeting, events):
        return events
    after = fold(meeting, events)
    if attendance.touched_by(events):
        held = attendance.consequences(after, now_ms)
        events, after = events + held, fold(after, held)
    return events + consequences.of(after, now_ms, fold)


def evolve(meeting: Meeting, event: e.Event) -> Meeting:
    """The meeting after one event that `decide` made from it."""
    return EFFECTS[type(event)](meeting, cast("Never", event))


def fold(meeting: Meeting, events: Iterable[e.Event]) -> Meeting:
    """The meeting after all of them."""
    return reduce(evolve, events, meeting)
