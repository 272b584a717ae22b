"""One example of every message of the wire; `tests/vectors/wire.json` is made from them and read by pytest and vitest."""

from __future__ import annotations

from server.signaling import messages as m

ADA, MIA = "AAAAAAAAAAA", "MMMMMMMMMMM"
PROFILE = b"\x01" + bytes(range(12)) + b"sealed profile"
BODY = b"\x01" + bytes(range(12)) + b"sealed text"

PERSON = m.Person(
    id=MIA,
    role="member",
    profile=PROFILE,
    room="lobby",
    connected=True,
    mic=False,
    camera=True,
    mic_allowed=True,
    camera_allowed=False,
    returning=False,
    away=True,
    admitted=False,
)
BARRED = m.BarredPerson(id=MIA, profile=PROFILE, reason="removed")
ROUND = m.Round(
    kind="circle",
    turn=7,
    phase="sharing",
    who=MIA,
    left_ms=42_000,
    runs=True,
    held=False,
    stage="first",
    named=None,
    share_ms=180_000,
    invite_passed=True,
    places=[m.Place(MIA, "sharing"), m.Place(ADA, "waiting")],
)
WAITING_ROUND = m.Round(
    kind="nomination",
    turn=8,
    phase="naming",
    who=None,
    left_ms=None,
    runs=False,
    held=False,
    stage="first",
    named=ADA,
    share_ms=None,
    invite_passed=False,
    places=[],
)
HANDS = m.Hands(raised=[MIA, ADA], fair=True, called=None)
SNAPSHOT = m.Snapshot(
    you=ADA,
    status="open",
    locked=False,
    lead=ADA,
    present=1,
    people=[PERSON],
    messages=[m.Message(number=3, author=ADA, body=BODY, age_ms=1500)],
    barred=[BARRED],
    grace_ms=90_000,
    round=ROUND,
    hands=HANDS,
    floor="held",
    between_shares=False,
)

FROM_CLIENT: dict[str, m.ClientMessage] = {
    "look": m.Look(v=1, token="header.payload.signature"),
    "join": m.Join(v=1, token="header.payload.signature", device=bytes(16), profile=PROFILE, offer="v=0\r\n"),
    "join, resuming, without media": m.Join(
        v=1,
        token="header.payload.signature",
        device=bytes(16),
        profile=PROFILE,
        resume=m.ResumeClaim(secret=bytes(range(16)), position=41),
    ),
    "ping": m.Ping(n=7),
    "offer": m.Offer(id=2, sdp="v=0\r\n"),
    "leave": m.Leave(id=3),
    "set_media": m.SetMedia(id=4, mic=True, camera=False),
    "say": m.Say(id=5, body=BODY),
    "delete_message": m.DeleteMessage(id=6, message=3),
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
    "set_floor": m.SetFloor(id=19, floor="held"),
    "raise_hand": m.RaiseHand(id=20),
    "lower_hand": m.LowerHand(id=21, who=MIA),
    "call_on": m.CallOn(id=22, who=MIA),
    "order_hands": m.OrderHands(id=23, fair=True),
    "start_round": m.StartRound(id=24, kind="circle", share_ms=180_000, order=[MIA, ADA], invite_passed=True),
    "start_round, no limit": m.StartRound(
        id=25, kind="volunteers", share_ms=None, order=[], invite_passed=False
    ),
    "reorder_round": m.ReorderRound(id=26, order=[ADA]),
    "invite_passed": m.InvitePassed(id=27, invite=False),
    "close_round": m.CloseRound(id=28),
    "admit_between_shares": m.AdmitBetweenShares(id=29, on=True),
    "take_turn": m.TakeTurn(id=30, turn=7),
    "pass_turn": m.PassTurn(id=31, turn=7),
    "come_back_later": m.ComeBackLater(id=32, turn=7),
    "skip_turn": m.SkipTurn(id=33, turn=7),
    "name_next": m.NameNext(id=34, turn=7, who=MIA),
    "end_share": m.EndShare(id=35, turn=7),
    "extend_share": m.ExtendShare(id=36, turn=7),
    "share_in_writing": m.ShareInWriting(id=37, turn=7, body=BODY),
    "end": m.End(id=2_147_483_647),
}

EVENTS: list[m.EventMessage] = [
    m.PersonCame(person=PERSON),
    m.PersonMoved(who=MIA, room="main"),
    m.PersonParted(who=MIA, how="left"),
    m.ConnectionLost(who=MIA),
    m.ConnectionRestored(who=MIA),
    m.MediaSet(who=MIA, mic=True, camera=False),
    m.MediaAllowed(who=MIA, mic=False, camera=True),
    m.Said(number=4, author=MIA, body=BODY),
    m.MessageDeleted(number=4),
    m.LockChanged(locked=True),
    m.LeadChanged(lead=None),
    m.StatusChanged(status="paused"),
    m.PersonBarred(person=BARRED),
    m.BarUndone(who=MIA),
    m.AwayChanged(who=MIA, away=True),
    m.RoundChanged(round=ROUND),
    m.ShareNudged(turn=7),
    m.HandsChanged(hands=HANDS),
    m.FloorChanged(floor="gentle"),
    m.AdmissionChanged(between_shares=True),
    m.AdmissionHeld(who=MIA),
]

FROM_SERVER: dict[str, m.ServerMessage] = {
    "seen": m.Seen(v=1, status="open", locked=False, facilitators=[PROFILE], present=4),
    "joined": m.Joined(
        you=ADA,
        role="facilitator",
        resume=bytes(range(16)),
        position=12,
        snapshot=SNAPSHOT,
        answer="v=0\r\n",
        ice_servers=[m.IceServer(urls=["turn:turn.example.org:3478"], username="1:a", credential="c")],
    ),
    "joined, resumed, without media": m.Joined(
        you=ADA,
        role="facilitator",
        resume=bytes(range(16)),
        position=70_000,
        snapshot=None,
        answer=None,
        ice_servers=[],
    ),
    **{
        f"happened: {type(event).__struct_config__.tag}": m.Happened(position=13, events=[event])
        for event in EVENTS
    },
    "happened: round_changed, somebody names the next": m.Happened(
        position=13, events=[m.RoundChanged(round=WAITING_ROUND)]
    ),
    "happened: round_changed, closed": m.Happened(position=13, events=[m.RoundChanged(round=None)]),
    "snapshot": m.SnapshotMessage(position=14, snapshot=SNAPSHOT),
    "done": m.Done(id=5),
    "answer": m.Answer(id=2, sdp="v=0\r\n"),
    "refused": m.Refused(id=5, code="paused", text="the meeting is paused"),
    "refused at the door": m.Refused(
        id=None, code="locked", text="the meeting is locked: nobody new may knock"
    ),
    "seats": m.Seats(
        seats=[m.SeatState(MIA, audio=True, video=False), m.SeatState(None, audio=False, video=False)]
    ),
    "speaking": m.Speaking(who=[MIA, ADA]),
    "pong": m.Pong(n=7),
}
