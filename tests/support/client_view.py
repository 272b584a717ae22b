"""What a client knows: the last snapshot and every event since, as `docs/protocol.md` says; used by `wire_client`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Map = dict[str, Any]


@dataclass
class View:
    """Replaced by every snapshot, except for what the server tells once only."""

    position: bytes = b""
    status: str = ""
    locked: bool = False
    lead: str | None = None
    present: int = 0
    people: dict[str, Map] = field(default_factory=dict)
    messages: dict[int, Map] = field(default_factory=dict)
    barred: dict[str, Map] = field(default_factory=dict)
    round: Map | None = None
    hands: Map = field(default_factory=dict)
    floor: str = ""
    between_shares: bool = False
    chat: str = ""
    slow_ms: int = 0
    held_by_hand: bool = False
    breakouts: Map | None = None
    quiet: list[Map] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    texts: bytes = b""
    run_sheet: Map | None = None
    pulse: Map | None = None
    resources: dict[int, Map] = field(default_factory=dict)
    contacts: list[str] | None = None
    # Told once, or latest state: in no snapshot. Profiles: of everybody ever seen.
    nudged: int | None = None
    results: list[list[int] | None] = field(default_factory=list)
    captions: list[Map] = field(default_factory=list)
    made: dict[str, bytes] = field(default_factory=dict)
    profiles: dict[str, bytes] = field(default_factory=dict)
    seats: list[Map] = field(default_factory=list)
    speaking: list[str] = field(default_factory=list)

    def replace(self, position: bytes, snapshot: Map) -> None:
        self.position = position
        for name in _PLAIN:
            setattr(self, name, snapshot[name])
        self.people = {p["id"]: p for p in snapshot["people"]}
        self.profiles.update({p["id"]: p["profile"] for p in snapshot["people"]})
        self.messages = {m["number"]: m for m in snapshot["messages"]}
        self.barred = {b["id"]: b for b in snapshot["barred"]}
        self.resources = {r["number"]: r for r in snapshot["resources"]}

    def apply(self, event: Map) -> None:
        tag = event["t"]
        if tag in _WHOLE:
            name, key = _WHOLE[tag]
            setattr(self, name, event[key])
        elif tag in _SOMEBODY:
            self._about_somebody(event)
        else:
            self._about_something(event)

    def _about_somebody(self, event: Map) -> None:
        match event["t"]:
            case "person_came":
                self.people[event["person"]["id"]] = event["person"]
                self.profiles[event["person"]["id"]] = event["person"]["profile"]
            case "person_changed":
                assert event["person"]["id"] in self.people, "only of somebody who was seen before"
                self.people[event["person"]["id"]] = event["person"]
            case "person_parted":
                del self.people[event["who"]]
            case "connection_lost" | "connection_restored":
                self.people[event["who"]]["connected"] = event["t"] == "connection_restored"
            case "media_set":
                self.people[event["who"]].update(mic=event["mic"], camera=event["camera"])
            case "media_allowed":
                self.people[event["who"]].update(mic_allowed=event["mic"], camera_allowed=event["camera"])
            case "person_barred":
                self.barred[event["person"]["id"]] = event["person"]
            case "bar_undone":
                del self.barred[event["who"]]

    def _about_something(self, event: Map) -> None:
        match event["t"]:
            case "said":
                self.messages[event["message"]["number"]] = event["message"]
            case "message_deleted":
                self.messages.pop(event["number"], None)
            case "chat_changed":
                self.chat, self.slow_ms = event["mode"], event["slow_ms"]
            case "pulse_shown":
                self.results.append(event["counts"])
            case "handed_out":
                self.resources[event["resource"]["number"]] = event["resource"]
            case "taken_back":
                self.resources.pop(event["number"], None)
            case "captioned":
                self.captions.append(event)
            case "contact_made":
                self.made[event["who"]] = event["body"]
            case other:
                raise AssertionError(f"an event that the protocol does not name: {other}")


_PLAIN = (
    *("status", "locked", "lead", "present", "round", "hands", "floor", "between_shares", "chat", "slow_ms"),
    *("held_by_hand", "breakouts", "quiet", "needs", "texts", "run_sheet", "pulse", "contacts"),
)
"""Fields of a snapshot that are kept as they are."""

_WHOLE = {
    "lock_changed": ("locked", "locked"),
    "lead_changed": ("lead", "lead"),
    "status_changed": ("status", "status"),
    "pause_changed": ("held_by_hand", "by_hand"),
    "round_changed": ("round", "round"),
    "share_nudged": ("nudged", "turn"),
    "hands_changed": ("hands", "hands"),
    "floor_changed": ("floor", "floor"),
    "admission_changed": ("between_shares", "between_shares"),
    "needs_changed": ("needs", "needs"),
    "quiet_rooms_changed": ("quiet", "quiet"),
    "breakouts_changed": ("breakouts", "breakouts"),
    "texts_set": ("texts", "body"),
    "run_sheet_changed": ("run_sheet", "run_sheet"),
    "pulse_changed": ("pulse", "pulse"),
    "contacts_changed": ("contacts", "contacts"),
}
"""Events that replace one thing: what it is called here, and in the event."""

_SOMEBODY = frozenset(
    {
        *("person_came", "person_changed", "person_parted", "connection_lost", "connection_restored"),
        *("media_set", "media_allowed", "person_barred", "bar_undone"),
    }
)
