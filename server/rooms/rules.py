"""Every limit of one meeting, with its unit; imports nothing of ours."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rules:
    """Every limit of one meeting; fixed when it begins. Times in ms, sizes in bytes."""

    grace_ms: int = 90_000
    """How long a place is kept for somebody whose connection was lost."""
    pause_after_ms: int = 10_000
    """No connected facilitator for so long: the meeting pauses. A blip pauses nothing."""
    abandoned_after_ms: int = 900_000
    """Paused for so long: the meeting ends."""
    max_people: int = 320
    """Members and guests, the lobby included."""
    max_lobby: int = 64
    max_facilitators: int = 20
    """Counted apart, so that a full group can never keep its facilitator out."""
    max_profile_bytes: int = 512
    max_message_bytes: int = 4096
    max_messages: int = 500
    """Chat history; the oldest leave first."""
    max_history_bytes: int = 524_288
    max_barred: int = 256
    """Bars kept at once, and people called back who have not come yet; the oldest bar leaves first."""
    offer_ms: int = 30_000
    """An offered turn waits so long for an answer; then it comes back later."""
    naming_ms: int = 45_000
    """Nobody names the next for so long: the next in the order is offered."""
    volunteering_ms: int = 120_000
    """Nobody steps forward for so long: the round goes to its end."""
    invitation_ms: int = 60_000
    """Those who passed may think so long about adding something."""
    absence_ms: int = 90_000
    """The end of a round waits so long, once, for those who are away or lost."""
    extension_ms: int = 60_000
    """What "+1 minute" adds to a share."""
    max_share_ms: int = 3_600_000
    """The longest soft limit of a share that a facilitator may set."""
    slow_max_ms: int = 600_000
    """The longest pause between two messages of one person that slow mode may ask for."""
    max_breakouts: int = 40
    """Breakout rooms open at once."""
    max_topic_bytes: int = 512
    """A sealed topic, or the title of a segment."""
    breakout_max_ms: int = 7_200_000
    notice_ms: int = 60_000
    """So long before breakouts close everybody in them is told."""
    unattended_ms: int = 60_000
    """A breakout that may not be left alone waits so long for a host; then its people come back."""
    max_needs: int = 64
    """People who wait for a facilitator at once."""
    max_texts_bytes: int = 16_384
    """The group's title, agreement and plan, sealed: four pages."""
    max_segments: int = 24
    segment_max_ms: int = 10_800_000
    max_pulse_options: int = 7
    min_pulse_answers: int = 5
    """With fewer, nothing is shown: a count could point at somebody."""
    max_pulse_bytes: int = 2048
    """The sealed question with its answers."""
    max_resources: int = 32
    max_resource_bytes: int = 2048
    max_contact_bytes: int = 1024
    """What one person writes for another, sealed to the two."""
    max_contacts: int = 16
    """With so many people one person may wish to keep in touch."""
    max_caption_bytes: int = 1024
    """A sealed line of captions: two lines of text in any script."""
    caption_every_ms: int = 400
    """Between two lines: nobody types faster, and nobody could read it."""
    kept_captions: int = 3
    """So many of the newest lines a returning page is told; the others are gone with the moment."""
    guest_ms: int = 2_700_000
    """How long a guest stays after she came in, unless a facilitator says otherwise."""
    guest_max_ms: int = 14_400_000
    debrief_ms: int = 1_800_000
    """After so long the facilitators' debrief ends by itself."""


DEFAULT_RULES: Final = Rules()
