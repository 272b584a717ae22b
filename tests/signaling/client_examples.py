"""One example of every message from a client, both states of what may be nil; the wire vectors are made from them."""

from __future__ import annotations

from typing import Final

from server.rooms.groups import BreakoutKind
from server.rooms.ids import MessageNumber, ParticipantId, PulseNumber, ResourceNumber, RoomId, TurnNumber
from server.rooms.rounds import RoundKind
from server.rooms.state import ChatMode, Floor, SegmentKind
from server.signaling import messages as m

ADA, MIA = ParticipantId("AAAAAAAAAAA"), ParticipantId("MMMMMMMMMMM")
B1, B2 = RoomId("b1"), RoomId("b2")
TURN = TurnNumber(7)
PROFILE = b"\x01" + bytes(range(12)) + b"sealed profile"
BODY = b"\x01" + bytes(range(12)) + b"sealed text"
TOPIC = b"\x01" + bytes(range(12)) + b"sealed topic"
CHECK_IN = m.SegmentWish(
    SegmentKind.ROUND, title=TOPIC, length_ms=1_200_000, floor=Floor.HELD, chat=ChatMode.OPEN
)

_CAME_AND_WENT: Final[dict[str, m.ClientMessage]] = {
    "look": m.Look(v=1, token="header.payload.signature"),
    "join": m.Join(v=1, token="header.payload.signature", device=bytes(16), profile=PROFILE, offer="v=0\r\n"),
    "join, resuming, without media": m.Join(
        v=1,
        token="header.payload.signature",
        device=bytes(16),
        profile=PROFILE,
        resume=m.ResumeClaim(secret=bytes(range(16)), position=bytes(range(9, 25))),
    ),
    "ping": m.Ping(n=7),
    "watching": m.Watching(heights={MIA: 360, ADA: 0}, pinned=MIA, low_data=False),
    "watching, nobody pinned": m.Watching(heights={}, pinned=None, low_data=True),
    "offer": m.Offer(id=2, sdp="v=0\r\n"),
    "ask_grants": m.AskGrants(id=95),
    "leave": m.Leave(id=3),
}
_PEOPLE: Final[dict[str, m.ClientMessage]] = {
    "set_media": m.SetMedia(id=4, mic=True, camera=False),
    "admit": m.Admit(id=7, who=MIA),
    "deny": m.Deny(id=8, who=MIA),
    "send_to_lobby": m.SendToLobby(id=9, who=MIA),
    "mute": m.Mute(id=10, who=MIA),
    "allow_mic": m.AllowMic(id=11, who=MIA),
    "stop_camera": m.StopCamera(id=12, who=MIA),
    "allow_camera": m.AllowCamera(id=13, who=MIA),
    "lock": m.Lock(id=14),
    "unlock": m.Unlock(id=15),
    "remove": m.Remove(id=16, who=MIA),
    "undo_bar": m.UndoBar(id=17, who=MIA),
    "set_away": m.SetAway(id=18, away=True),
}
_TURNS: Final[dict[str, m.ClientMessage]] = {
    "set_floor": m.SetFloor(id=19, floor=Floor.HELD, was=Floor.OPEN),
    "set_floor, whatever it is": m.SetFloor(id=97, floor=Floor.OPEN),
    "raise_hand": m.RaiseHand(id=20),
    "lower_hand": m.LowerHand(id=21, who=MIA),
    "call_on": m.CallOn(id=22, who=MIA),
    "order_hands": m.OrderHands(id=23, fair=True),
    "start_round": m.StartRound(
        id=24, kind=RoundKind.CIRCLE, share_ms=180_000, order=(MIA, ADA), invite_passed=True
    ),
    "start_round, no limit": m.StartRound(
        id=25, kind=RoundKind.VOLUNTEERS, share_ms=None, order=(), invite_passed=False
    ),
    "reorder_round": m.ReorderRound(id=26, order=(ADA,), was=(MIA, ADA)),
    "reorder_round, whatever it is": m.ReorderRound(id=96, order=(ADA,)),
    "invite_passed": m.InvitePassed(id=27, invite=False, turn=TURN),
    "invite_passed, whatever it is": m.InvitePassed(id=102, invite=False),
    "close_round": m.CloseRound(id=28, turn=TURN),
    "close_round, whatever it is": m.CloseRound(id=103),
    "admit_between_shares": m.AdmitBetweenShares(id=29, on=True),
    "take_turn": m.TakeTurn(id=30, turn=TURN),
    "pass_turn": m.PassTurn(id=31, turn=TURN),
    "come_back_later": m.ComeBackLater(id=32, turn=TURN),
    "skip_turn": m.SkipTurn(id=33, turn=TURN),
    "name_next": m.NameNext(id=34, turn=TURN, who=MIA),
    "end_share": m.EndShare(id=35, turn=TURN),
    "extend_share": m.ExtendShare(id=36, turn=TURN),
    "share_in_writing": m.ShareInWriting(id=37, turn=TURN, body=BODY),
}
_WORDS: Final[dict[str, m.ClientMessage]] = {
    "say": m.Say(id=5, body=BODY),
    "delete_message": m.DeleteMessage(id=6, message=MessageNumber(3)),
    "set_chat_mode": m.SetChatMode(id=38, mode=ChatMode.APPROVED, was=ChatMode.OPEN),
    "set_chat_mode, whatever it is": m.SetChatMode(id=98, mode=ChatMode.CLOSED),
    "set_slow_mode": m.SetSlowMode(id=39, ms=30_000, was=0),
    "set_slow_mode, whatever it is": m.SetSlowMode(id=99, ms=0),
    "approve_message": m.ApproveMessage(id=40, message=MessageNumber(3)),
    "say_to_facilitators": m.SayToFacilitators(id=41, body=BODY),
    "answer_on_line": m.AnswerOnLine(id=42, who=MIA, body=BODY),
    "broadcast": m.Broadcast(id=43, body=BODY),
}
_ROOMS: Final[dict[str, m.ClientMessage]] = {
    "ask_for_someone": m.AskForSomeone(id=44),
    "withdraw_need": m.WithdrawNeed(id=45),
    "accept_need": m.AcceptNeed(id=46, who=MIA),
    "greet": m.Greet(id=47, who=MIA),
    "take_aside": m.TakeAside(id=48, who=MIA),
    "end_quiet": m.EndQuiet(id=49),
    "plan_breakouts": m.PlanBreakouts(
        id=50,
        kind=BreakoutKind.BY_HAND,
        rooms=(m.PlannedRoom(topic=TOPIC, host=MIA, people=(MIA,)), m.PlannedRoom(b"", None, ())),
        size=None,
        seed=0,
        length_ms=900_000,
        unattended=False,
        was=(),
    ),
    "plan_breakouts, at random, no limit": m.PlanBreakouts(
        id=51,
        kind=BreakoutKind.RANDOM,
        rooms=(),
        size=3,
        seed=9_007_199_254_740_991,
        length_ms=None,
        unattended=True,
    ),
    "drop_plan": m.DropPlan(id=52, was=(B1, B2)),
    "drop_plan, whatever it is": m.DropPlan(id=100),
    "answer_breakout": m.AnswerBreakout(id=53, room=B1),
    "answer_breakout, stay": m.AnswerBreakout(id=54, room=None),
    "open_breakouts": m.OpenBreakouts(id=55, was=(B1, B2)),
    "open_breakouts, whatever it is": m.OpenBreakouts(id=101),
    "assign_room": m.AssignRoom(id=56, who=MIA, room=B2),
    "assign_room, main": m.AssignRoom(id=57, who=MIA, room=None),
    "set_host": m.SetHost(id=58, room=B1, who=MIA),
    "set_host, nobody": m.SetHost(id=59, room=B1, who=None),
    "enter_room": m.EnterRoom(id=60, room=B1),
    "extend_breakouts": m.ExtendBreakouts(id=61, ms=120_000, was=(B1, B2)),
    "extend_breakouts, whatever it is": m.ExtendBreakouts(id=104, ms=120_000),
    "call_facilitator": m.CallFacilitator(id=62),
    "recall_breakouts": m.RecallBreakouts(id=63, at_once=False, was=(B1, B2)),
    "recall_breakouts, whatever it is": m.RecallBreakouts(id=105, at_once=True),
}
_SESSION: Final[dict[str, m.ClientMessage]] = {
    "set_texts": m.SetTexts(id=93, body=BODY),
    "set_texts, none": m.SetTexts(id=94, body=b""),
    "set_run_sheet": m.SetRunSheet(
        id=64,
        segments=(CHECK_IN,),
        was=(),
    ),
    "set_run_sheet, none": m.SetRunSheet(id=65, segments=()),
    "go_to_segment": m.GoToSegment(id=66, index=0, was=()),
    "go_to_segment, none": m.GoToSegment(id=67, index=None),
    "pause": m.Pause(id=68),
    "go_on": m.GoOn(id=69),
    "set_guest_time": m.SetGuestTime(id=70, who=MIA, ms=900_000),
    "open_pulse": m.OpenPulse(id=71, body=BODY, options=3),
    "answer_pulse": m.AnswerPulse(id=72, option=0, pulse=PulseNumber(2)),
    "answer_pulse, whatever it is": m.AnswerPulse(id=106, option=0),
    "close_pulse": m.ClosePulse(id=73, pulse=PulseNumber(2)),
    "close_pulse, whatever it is": m.ClosePulse(id=107),
    "name_captioner": m.NameCaptioner(id=95, who=MIA),
    "name_captioner, nobody": m.NameCaptioner(id=96, who=None),
    "name_interpreter": m.NameInterpreter(id=97, who=MIA),
    "name_interpreter, nobody": m.NameInterpreter(id=98, who=None),
    "caption": m.Caption(id=99, body=BODY),
    "hand_out": m.HandOut(id=74, body=BODY),
    "take_back": m.TakeBack(id=75, resource=ResourceNumber(2)),
    "open_contacts": m.OpenContacts(id=76),
    "close_contacts": m.CloseContacts(id=77),
    "offer_contact": m.OfferContact(id=78, who=MIA, body=BODY),
    "withdraw_contact": m.WithdrawContact(id=79, who=MIA),
    "begin_debrief": m.BeginDebrief(id=80),
    "end": m.End(id=2_147_483_647),
}
FROM_CLIENT: Final = _CAME_AND_WENT | _PEOPLE | _TURNS | _WORDS | _ROOMS | _SESSION
