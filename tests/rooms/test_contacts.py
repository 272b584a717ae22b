"""Keep in touch: only who chose each other learn it, at the close; nobody ever learns of a no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rooms import commands as c
from server.rooms import contacts
from server.rooms import events as e
from server.rooms.audience import showings
from server.rooms.care_sights import ContactShown, ContactsShown
from server.rooms.errors import Refusal
from server.rooms.ids import ParticipantId
from server.rooms.machine import decide, evolve, fold
from server.rooms.rules import Rules
from server.rooms.state import Meeting, Role
from server.rooms.view import view

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, refusal
from .eyes import look, watch
from .streams import Streams

NORA, OLGA = ParticipantId("nora"), ParticipantId("olga")
MEMBERS = (MIA, MARA, NORA, OLGA)
WAITING = ParticipantId("wanda")
BODY = b"call me"


def evening(rules: Rules | None = None) -> Meeting:
    """Two facilitators, four members and a guest are in; Wanda waits; keep in touch is open."""
    meeting = after(circle(*MEMBERS, rules=rules), join(FAYE, Role.FACILITATOR), join(WAITING))
    meeting = after(meeting, join(GUS, Role.GUEST), c.Admit(FIONA, GUS))
    return after(meeting, c.OpenContacts(FIONA))


def mutual() -> Meeting:
    """Mia and Mara chose each other."""
    return after(evening(), c.OfferContact(MIA, MARA, b"from mia"), c.OfferContact(MARA, MIA, b"from mara"))


# ── who may, when ────────────────────────────────────────────────────────────────────────────────


def test_facilitators_open_and_close():
    closed = after(evening(), c.CloseContacts(FIONA))
    assert refusal(closed, c.CloseContacts(FIONA)) is Refusal.ALREADY_SO
    assert refusal(evening(), c.OpenContacts(FIONA)) is Refusal.ALREADY_SO
    assert refusal(closed, c.OpenContacts(MIA)) is Refusal.NOT_ALLOWED
    assert refusal(evening(), c.CloseContacts(MIA)) is Refusal.NOT_ALLOWED


@pytest.mark.parametrize(
    ("giver", "to", "refused"),
    [
        (MIA, MARA, None),
        (MIA, MIA, Refusal.NO_SUCH_PERSON),
        (MIA, WAITING, Refusal.NO_SUCH_PERSON),
        (MIA, ParticipantId("stranger"), Refusal.NO_SUCH_PERSON),
        (MIA, FIONA, Refusal.NOT_ALLOWED),
        (MIA, GUS, Refusal.NOT_ALLOWED),
        (FIONA, MIA, Refusal.NOT_ALLOWED),
        (GUS, MIA, Refusal.NOT_ALLOWED),
        (WAITING, MIA, Refusal.NOT_HERE),
    ],
)
def test_between_members_who_are_in(giver: ParticipantId, to: ParticipantId, refused: Refusal | None):
    assert refusal(evening(), c.OfferContact(giver, to, BODY)) is refused
    withdrawn = Refusal.ALREADY_SO if refused is None else refused
    assert refusal(evening(), c.WithdrawContact(giver, to)) is withdrawn


def test_only_while_it_is_open():
    meeting = after(evening(), c.CloseContacts(FIONA))
    assert refusal(meeting, c.OfferContact(MIA, MARA, BODY)) is Refusal.NOT_NOW
    assert refusal(meeting, c.WithdrawContact(MIA, MARA)) is Refusal.NOT_NOW


@pytest.mark.parametrize(
    ("size", "refused"), [(1, None), (1024, None), (0, Refusal.TOO_LARGE), (1025, Refusal.TOO_LARGE)]
)
def test_what_is_written_has_bounds(size: int, refused: Refusal | None):
    assert refusal(evening(), c.OfferContact(MIA, MARA, bytes(size))) is refused


def test_one_person_offers_to_so_many_at_most():
    meeting = after(evening(Rules(max_contacts=2)), *(c.OfferContact(MIA, to, BODY) for to in (MARA, NORA)))
    assert refusal(meeting, c.OfferContact(MIA, OLGA, BODY)) is Refusal.FULL
    assert refusal(meeting, c.OfferContact(MIA, NORA, b"changed")) is None
    assert refusal(meeting, c.OfferContact(MARA, OLGA, BODY)) is None, "others count their own"
    assert refusal(after(meeting, c.WithdrawContact(MIA, NORA)), c.OfferContact(MIA, OLGA, BODY)) is None


def test_what_was_written_last_counts():
    meeting = after(mutual(), c.OfferContact(MIA, MARA, b"better"))
    assert contacts.closing(meeting) == (
        e.ContactsExchanged(MARA, MIA, b"from mara", b"better"),
        e.ContactsClosed(),
    )


# ── the close ────────────────────────────────────────────────────────────────────────────────────

PAIRS = [(one, other) for one in MEMBERS for other in MEMBERS if one != other]
offers_of_all = st.lists(st.sampled_from(PAIRS), unique=True)


@given(offers_of_all)
def test_exactly_those_who_chose_each_other_get_what_the_other_wrote(
    offers: list[tuple[ParticipantId, ParticipantId]],
):
    meeting = after(evening(), *(c.OfferContact(giver, to, f"{giver}".encode()) for giver, to in offers))
    got: set[tuple[ParticipantId, ParticipantId, bytes]] = set()
    for event in decide(meeting, c.CloseContacts(FIONA), 0):
        then = evolve(meeting, event)
        for one in showings(meeting, then, event):
            if isinstance(one.sight, ContactShown):
                (reader,) = one.viewers
                assert (reader, one.sight.who, one.sight.body) not in got, "told once"
                got.add((reader, one.sight.who, one.sight.body))
        meeting = then
    assert got == {(giver, to, to.encode()) for giver, to in offers if (to, giver) in offers}
    assert meeting.contacts is None


@given(offers_of_all, st.randoms(use_true_random=False))
def test_the_close_does_not_tell_who_offered_first(
    offers: list[tuple[ParticipantId, ParticipantId]], random: object
):
    shuffled = list(offers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = (
        after(evening(), *(c.OfferContact(giver, to, BODY) for giver, to in order))
        for order in (offers, shuffled)
    )
    assert contacts.closing(one) == contacts.closing(two)


def test_closing_what_is_not_open_is_nothing():
    assert contacts.closing(circle(MIA)) == ()


def test_who_is_in_the_lobby_gets_nothing():
    meeting = after(mutual(), c.SendToLobby(FIONA, MARA))
    assert contacts.closing(meeting) == (e.ContactsClosed(),)
    back = after(meeting, c.Admit(FIONA, MARA))
    assert len(contacts.closing(back)) == 2, "back inside, what both chose holds"


def test_an_offer_to_somebody_in_the_lobby_can_be_withdrawn():
    meeting = after(mutual(), c.SendToLobby(FIONA, MARA), c.WithdrawContact(MIA, MARA))
    assert refusal(meeting, c.OfferContact(MIA, MARA, BODY)) is Refusal.NO_SUCH_PERSON
    assert contacts.closing(after(meeting, c.Admit(FIONA, MARA))) == (e.ContactsClosed(),)


@pytest.mark.parametrize("gone", [c.Leave(MIA), c.Leave(MARA), c.Remove(FIONA, MIA)])
def test_what_was_written_from_and_for_somebody_goes_with_her(gone: c.Command):
    assert after(mutual(), gone).contacts == {}


def test_a_page_that_came_again_has_new_keys_and_is_asked_again():
    meeting = after(mutual(), c.OfferContact(NORA, OLGA, BODY), join("mia2", page=MIA))
    assert meeting.contacts == {(NORA, OLGA): BODY}


# ── what nobody learns ───────────────────────────────────────────────────────────────────────────


def test_an_offer_is_told_to_its_giver_alone():
    meeting = evening()
    (event,) = decide(meeting, c.OfferContact(MIA, MARA, BODY), 0)
    then = evolve(meeting, event)
    (showing,) = showings(meeting, then, event)
    assert (showing.viewers, showing.sight) == ({MIA}, ContactsShown((MARA,)))
    (event,) = decide(then, c.WithdrawContact(MIA, MARA), 0)
    (showing,) = showings(then, evolve(then, event), event)
    assert (showing.viewers, showing.sight) == ({MIA}, ContactsShown(()))


def test_offering_again_is_told_to_nobody_and_changes_no_order():
    meeting = after(evening(), c.OfferContact(MIA, MARA, BODY), c.OfferContact(MIA, NORA, BODY))
    (event,) = decide(meeting, c.OfferContact(MIA, MARA, b"better"), 0)
    then = evolve(meeting, event)
    assert showings(meeting, then, event) == ()
    assert view(then, then.participants[MIA]).contacts.offered == (MARA, NORA)


def test_everybody_sees_her_own_offers_only():
    meeting = after(evening(), c.OfferContact(MIA, MARA, BODY), c.OfferContact(NORA, MARA, BODY))
    seen = {who: view(meeting, person).contacts.offered for who, person in meeting.participants.items()}
    assert seen == {
        **dict.fromkeys((FIONA, FAYE, GUS, MARA, OLGA), ()),
        MIA: (MARA,),
        NORA: (MARA,),
        WAITING: None,
    }


@st.composite
def evenings(draw: st.DrawFn) -> list[c.PersonCommand]:
    """Offers, changes of mind, and other things that happen between them."""
    pairs = st.sampled_from(PAIRS)
    deeds = st.one_of(
        pairs.map(lambda pair: c.OfferContact(*pair, f"for {pair[1]}".encode())),
        pairs.map(lambda pair: c.WithdrawContact(*pair)),
        st.sampled_from([c.Say(MARA, b"x"), c.Leave(OLGA), c.SendToLobby(FIONA, NORA), c.Admit(FIONA, NORA)]),
        st.just(c.HandOut(FIONA, b"x")),
    )
    return draw(st.lists(deeds, max_size=20))


def between(deed: c.PersonCommand, giver: ParticipantId, to: ParticipantId) -> bool:
    return isinstance(deed, c.OfferContact | c.WithdrawContact) and (deed.actor, deed.who) == (giver, to)


@given(evenings())
def test_a_no_is_never_told_by_anything(deeds: list[c.PersonCommand]):
    """Mia offers, Mara does not: for everybody but Mia it is, byte for byte, as if Mia had not."""
    deeds = [deed for deed in deeds if not between(deed, MARA, MIA)]
    without = [deed for deed in deeds if not between(deed, MIA, MARA)]
    offered = [c.OfferContact(MIA, MARA, BODY), *deeds, c.OfferContact(MIA, MARA, BODY)]
    one, two = (
        Streams(evening()).play([*story, c.CloseContacts(FIONA), c.Say(MARA, b"bye")])
        for story in (offered, without)
    )
    for who in one.meeting.participants.keys() - {MIA}:
        assert one.seen_by(who) == two.seen_by(who)


@given(evenings())
def test_before_the_close_nothing_tells_of_a_yes_either(deeds: list[c.PersonCommand]):
    """Mara chose Mia too, and still cannot tell by what happens, or when, whether Mia chose her."""
    without = [deed for deed in deeds if not between(deed, MIA, MARA)]
    offered = [*deeds, c.OfferContact(MIA, MARA, BODY)]
    one, two = (Streams(evening()).play([c.OfferContact(MARA, MIA, BODY), *s]) for s in (offered, without))
    for who in one.meeting.participants.keys() - {MIA}:
        assert one.seen_by(who) == two.seen_by(who)


def test_a_yes_is_told_to_the_two_and_to_nobody_else():
    one, two = (Streams(m).play([c.CloseContacts(FIONA)]) for m in (mutual(), evening()))
    different = {who for who in one.meeting.participants if one.seen_by(who) != two.seen_by(who)}
    assert different == {MIA, MARA}


@given(evenings())
def test_what_people_were_told_is_what_they_would_see_anew(deeds: list[c.PersonCommand]):
    meeting = evening()
    eyes = look(meeting)
    for deed in [*deeds, c.CloseContacts(FIONA)]:
        if refusal(meeting, deed) is not None:
            continue
        events = decide(meeting, deed, 0)
        eyes, then = watch(eyes, meeting, events)
        assert then == fold(meeting, events)
        meeting = then
        assert {who: one.known() for who, one in eyes.items()} == {
            who: one.known() for who, one in look(meeting).items()
        }
