"""Reads the text of an SDP offer into `sdp.Offer`; called by `server.py`, must not raise anything but `OfferRefused`.

A small parser of our own: aiortc's knows neither rid nor simulcast, and raises a dozen kinds of errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from server.hosting.ports import OfferFault, OfferRefused

from .sdp import Direction, Extension, Offer, OfferSection, RejectedSection, SourcePair

MAX_OFFER_BYTES: Final = 131_072
MAX_SECTIONS: Final = 64
MAX_SEATS: Final = 24
MAX_SOURCES: Final = 8
"""SSRCs in one section: four simulcast layers with their RTX."""
MAX_RIDS: Final = 4

_PROTOCOL = "UDP/TLS/RTP/SAVPF"
_OPUS, _VP8, _RTX = "opus/48000/2", "vp8/90000", "rtx/90000"
_OPUS_HZ = 48_000
_VIDEO_HZ = 90_000
_MAX_PAYLOAD_TYPE = 127
_MAX_SSRC = 2**32 - 1
# One above 14 needs two-byte headers (RFC 8285 §4.3).
_EXTENSION_IDS = frozenset(str(number) for number in range(1, 15))
_MAX_GROUP = 8
_MAX_DIGITS = 10
# What goes into the answer again, or into packets, is read narrowly: nobody writes our lines for us.
_M_LINE = re.compile(
    r"([a-z]{1,16}) ([0-9]{1,5})(?:/[0-9]{1,5})? ([A-Za-z0-9/]{1,32}) ([A-Za-z0-9.*_ -]{1,512})"
)
_MID = re.compile(r"[A-Za-z0-9._{}-]{1,32}")
_RID = re.compile(r"([A-Za-z0-9_-]{1,16}) (send|recv)(?: .*)?")
_SETTING = re.compile(r"[!-~]{1,64}")  # of a codec; any other is as if it were not there
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")  # RFC 8839 §5.4
_PWD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_SHA_256 = re.compile(r"(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}")

_KNOWN_EXTENSIONS = {extension.value: extension for extension in Extension}


def parse_offer(text: str) -> Offer:
    """Read an offer. Raises: `OfferRefused` and nothing else, whatever the text."""
    if len(text) > MAX_OFFER_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_OFFER_BYTES:
        raise OfferRefused(OfferFault.TOO_LARGE)
    session, blocks = _blocks(text)
    sections = tuple(_section(index, block) for index, block in enumerate(blocks))
    accepted = [section for section in sections if isinstance(section, OfferSection)]
    _check_audio(blocks, accepted)
    _check_bundle(session, blocks, accepted)
    _check_unique(sections)
    transport = blocks[accepted[0].index]  # in a bundle they all say the same
    offer = Offer(
        ufrag=_one_of(_UFRAG, transport, session, "ice-ufrag"),
        pwd=_one_of(_PWD, transport, session, "ice-pwd"),
        fingerprint=_fingerprint(transport, session),
        sections=sections,
    )
    setup = (transport.attributes.get("setup") or session.get("setup") or ["active"])[0]
    if setup not in {"actpass", "active"} or "ice-lite" in session:
        raise OfferRefused(OfferFault.MALFORMED)  # we are the DTLS server, and two lite agents never check
    if sum(section.is_seat and section.kind == "audio" for section in accepted) > MAX_SEATS:
        raise OfferRefused(OfferFault.TOO_MANY_SECTIONS)
    return offer


_Attributes = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class _Block:
    """One m-section as text: its m-line and its attributes, each name with all its values in order."""

    media: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    attributes: _Attributes

    def first(self, name: str) -> str | None:
        values = self.attributes.get(name)
        return values[0] if values else None


def _blocks(text: str) -> tuple[_Attributes, list[_Block]]:
    session: _Attributes = {}
    blocks: list[_Block] = []
    attributes = session
    lines = text.split("\n")
    if lines[0].rstrip("\r") != "v=0":
        raise OfferRefused(OfferFault.MALFORMED)
    for line in lines:
        kind, value = line[:2], line[2:].rstrip("\r")
        if kind == "m=":
            if len(blocks) == MAX_SECTIONS:
                raise OfferRefused(OfferFault.TOO_MANY_SECTIONS)
            blocks.append(_block(value))
            attributes = blocks[-1].attributes
        elif kind == "a=":
            name, _, rest = value.partition(":")
            attributes.setdefault(name, []).append(rest)
    return session, blocks


def _block(m_line: str) -> _Block:
    match = _M_LINE.fullmatch(m_line)
    if match is None:
        raise OfferRefused(OfferFault.MALFORMED)
    return _Block(match[1], int(match[2]), match[3], tuple(match[4].split()), {})


def _section(index: int, block: _Block) -> OfferSection | RejectedSection:
    mid = block.first("mid")
    if mid is not None and not _MID.fullmatch(mid):
        raise OfferRefused(OfferFault.MALFORMED)
    rejected = RejectedSection(index, mid, block.media, block.protocol, block.formats)
    turned_off = block.port == 0 and "bundle-only" not in block.attributes
    if turned_off or block.protocol != _PROTOCOL or block.media not in {"audio", "video"}:
        return rejected
    kind: Literal["audio", "video"] = "audio" if block.media == "audio" else "video"
    codecs = _codecs(block)
    wanted = _OPUS if kind == "audio" else _VP8
    payload_type = next((number for number, codec in codecs.items() if codec.name == wanted), None)
    if payload_type is None:
        return rejected
    if mid is None:
        raise OfferRefused(OfferFault.NOT_BUNDLED)
    direction = next((each for each in Direction if each in block.attributes), Direction.SENDRECV)
    publishes = direction in {Direction.SENDONLY, Direction.SENDRECV}
    extensions, one_way = _extensions(block, direction)
    return OfferSection(
        index=index,
        mid=mid,
        kind=kind,
        direction=direction,
        payload_type=payload_type,
        rtx_payload_type=_rtx(codecs, payload_type),
        clock_rate=_OPUS_HZ if kind == "audio" else _VIDEO_HZ,
        channels=2 if kind == "audio" else 1,
        parameters=codecs[payload_type].parameters,
        extensions=extensions,
        one_way_extensions=one_way,
        feedback=_feedback(block, payload_type),
        sources=_sources(block) if publishes else (),
        rids=_rids(block) if publishes else (),
    )


@dataclass(frozen=True, slots=True)
class _Codec:
    name: str
    parameters: dict[str, str]


def _codecs(block: _Block) -> dict[int, _Codec]:
    """The codecs in the offerer's order of preference; payload types without rtpmap are left out."""
    described: dict[int, _Codec] = {}
    for value in block.attributes.get("rtpmap", ()):
        number, name = _numbered(value, _MAX_PAYLOAD_TYPE)
        described[number] = _Codec(name.lower(), {})
    for value in block.attributes.get("fmtp", ()):
        number, parameters = _numbered(value, _MAX_PAYLOAD_TYPE)
        if number in described:
            for parameter in parameters.split(";"):
                key, _, setting = parameter.strip().partition("=")
                if _SETTING.fullmatch(setting):
                    described[number].parameters[key] = setting
    formats = [_number(each, _MAX_PAYLOAD_TYPE) for each in block.formats]
    return {number: described[number] for number in formats if number in described}


def _rtx(codecs: dict[int, _Codec], payload_type: int) -> int | None:
    for number, codec in codecs.items():
        if codec.name == _RTX and codec.parameters.get("apt") == str(payload_type):
            return number
    return None


def _extensions(block: _Block, direction: Direction) -> tuple[dict[Extension, int], frozenset[Extension]]:
    """Those that may be used in `direction`, and which of them are offered for that direction alone."""
    known: dict[Extension, int] = {}
    one_way = set()
    for value in block.attributes.get("extmap", ()):
        place, _, rest = value.partition(" ")
        number, _, way = place.partition("/")
        extension = _KNOWN_EXTENSIONS.get(rest.partition(" ")[0])
        if (
            extension is None
            or number not in _EXTENSION_IDS
            or way not in {"", Direction.SENDRECV, direction}
        ):
            continue
        known.setdefault(extension, int(number))
        if way not in {"", Direction.SENDRECV}:
            one_way.add(extension)
    if len(set(known.values())) != len(known):
        raise OfferRefused(OfferFault.MALFORMED)
    return known, frozenset(one_way)


def _feedback(block: _Block, payload_type: int) -> frozenset[str]:
    wanted = {str(payload_type), "*"}
    offered = (value.partition(" ") for value in block.attributes.get("rtcp-fb", ()))
    return frozenset(feedback.strip() for number, _, feedback in offered if number in wanted)


def _sources(block: _Block) -> tuple[SourcePair, ...]:
    declared = dict.fromkeys(_numbered(value, _MAX_SSRC)[0] for value in block.attributes.get("ssrc", ()))
    repairs: dict[int, int] = {}
    for value in block.attributes.get("ssrc-group", ()):
        semantics, *members = value.split()[:_MAX_GROUP] or [""]
        if semantics == "FID" and len(members) == 2:  # noqa: PLR2004 - primary and rtx (RFC 5576 §4.2)
            repairs[_number(members[0], _MAX_SSRC)] = _number(members[1], _MAX_SSRC)
    if len(declared) > MAX_SOURCES:
        raise OfferRefused(OfferFault.MALFORMED)
    rtx = set(repairs.values())
    return tuple(SourcePair(ssrc, repairs.get(ssrc)) for ssrc in declared if ssrc not in rtx)


def _rids(block: _Block) -> tuple[str, ...]:
    """The streams of `a=simulcast:send` (RFC 8853 §5.1) that have a `send` rid (RFC 8851 §4), in the order of preference.

    Of alternatives the first is meant; a stream that begins paused (`~`) is one all the same.
    """
    declared = []
    for value in block.attributes.get("rid", ()):
        match = _RID.fullmatch(value)
        if match is None:
            raise OfferRefused(OfferFault.MALFORMED)
        if match[2] == "send":
            declared.append(match[1])
    if len(set(declared)) != len(declared) or len(declared) > MAX_RIDS:
        raise OfferRefused(OfferFault.MALFORMED)
    words = (block.first("simulcast") or "").split()[:_MAX_GROUP]
    sent = next((streams for way, streams in pairwise(words) if way == "send"), "")
    rids = [stream.partition(",")[0].removeprefix("~") for stream in sent.split(";", maxsplit=MAX_RIDS)]
    if len(set(rids)) != len(rids):
        raise OfferRefused(OfferFault.MALFORMED)
    return tuple(rid for rid in rids if rid in declared)


def _check_audio(blocks: list[_Block], accepted: list[OfferSection]) -> None:
    if any(section.kind == "audio" for section in accepted):
        return
    offered = any(
        block.media == "audio" and (block.port or "bundle-only" in block.attributes) for block in blocks
    )
    raise OfferRefused(OfferFault.NO_COMMON_CODEC if offered else OfferFault.NO_AUDIO)


def _check_bundle(session: _Attributes, blocks: list[_Block], accepted: list[OfferSection]) -> None:
    """Everything we take part in must share one transport (RFC 9143, RFC 8834)."""
    groups = (value.split() for value in session.get("group", ()))
    bundles = (set(members[1:]) for members in groups if members[:1] == ["BUNDLE"])
    mids = {section.mid for section in accepted}
    if not any(mids <= bundle for bundle in bundles):
        raise OfferRefused(OfferFault.NOT_BUNDLED)
    if not all("rtcp-mux" in blocks[section.index].attributes for section in accepted):
        raise OfferRefused(OfferFault.NOT_BUNDLED)


def _check_unique(sections: tuple[OfferSection | RejectedSection, ...]) -> None:
    """No mid and no SSRC twice: packets could not be told apart."""
    mids = [section.mid for section in sections if section.mid is not None]
    ssrcs = [
        ssrc
        for section in sections
        if isinstance(section, OfferSection)
        for pair in section.sources
        for ssrc in (pair.primary, pair.rtx)
        if ssrc is not None
    ]
    if len(set(mids)) != len(mids) or len(set(ssrcs)) != len(ssrcs):
        raise OfferRefused(OfferFault.MALFORMED)


def _one_of(pattern: re.Pattern[str], transport: _Block, session: _Attributes, name: str) -> str:
    value = (transport.attributes.get(name) or session.get(name) or [""])[0]
    if not pattern.fullmatch(value):
        raise OfferRefused(OfferFault.MALFORMED)
    return value


def _fingerprint(transport: _Block, session: _Attributes) -> bytes:
    for value in transport.attributes.get("fingerprint") or session.get("fingerprint") or ():
        algorithm, _, digest = value.partition(" ")
        if algorithm.lower() == "sha-256":
            if not _SHA_256.fullmatch(digest.strip()):
                raise OfferRefused(OfferFault.MALFORMED)
            return bytes.fromhex(digest.strip().replace(":", ""))
    raise OfferRefused(OfferFault.NO_FINGERPRINT)


def _number(text: str, highest: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS and int(text) <= highest):
        raise OfferRefused(OfferFault.MALFORMED)
    return int(text)


def _numbered(value: str, highest: int) -> tuple[int, str]:
    """`111 opus/48000/2` → 111 and the rest."""
    number, _, rest = value.partition(" ")
    return _number(number, highest), rest.strip()
