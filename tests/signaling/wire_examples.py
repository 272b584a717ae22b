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
)
BARRED = m.BarredPerson(id=MIA, profile=PROFILE, reason="removed")
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
