"""No personal value stands in the views' store, in no form a search would find."""

import base64

import pytest

from read_side.views import directory, feedback, standing
from tests.read_side.house import House
from tests.read_side.stored import stored_bytes
from tests.write_side.campus import CS, DROP_DEADLINE, TERM, A, B, L
from write_side.commands import (
    CancelEnrollment,
    ChangeContact,
    Enroll,
    GrantPermit,
    Personal,
    PlaceHold,
    RegisterStudent,
    Withdraw,
)
from write_side.events import CancellationReason, HoldKind, Sealed, StudentRegistered
from write_side.refusals import RefusalCode

CANARIES = {
    "name": "Zerzura Quillfeather",
    "email": "zerzura@canary.invalid",
    "new name": "Ysolde Vandermolen",
    "new email": "ysolde@canary.invalid",
    "comment": "my landlord is Xanthippe",
    "withdrawal": "the rash came back, Wolfram said",
    "hold": "owes Balthazar for the Wurlitzer",
    "permit": "her sister Clothilde is dying",
    "refused name": "Tancredi Umbriel",
    "refused comment": "nobody must know of Sigismund",
    "refused hold": "seen with Ermintrude",
    "refused permit": "pays Leopoldine",
}
WHY = CancellationReason.HEALTH


@pytest.fixture
def lived(house: House) -> House:
    """Somebody who left every personal value there is, also in commands that were refused."""
    told = {name: Personal(text) for name, text in CANARIES.items()}
    office = house.office
    outcome = office.ask(RegisterStudent("S1", told["name"], told["email"]))
    (person,) = [f.stream for f in outcome.facts if isinstance(f.fact, StudentRegistered)]
    office.accept(ChangeContact(person, told["new name"], told["new email"]))
    office.accept(Enroll(person, A), CancelEnrollment(person, A, WHY, told["comment"]))
    office.accept(Enroll(person, A))
    assert office.ask(RegisterStudent("S1", told["refused name"], told["email"])).refusals
    assert office.ask(CancelEnrollment(person, L, WHY, told["refused comment"])).refusals
    assert office.ask(Enroll(person, B)).refusals
    office.accept(GrantPermit(person, A, RefusalCode.HOLD, told["permit"]))
    office.accept(PlaceHold(person, HoldKind.ADDS_ONLY, told["hold"]))
    refused = GrantPermit(person, A, RefusalCode.NOT_FOUND, told["refused permit"])
    assert office.ask(refused).refusals
    assert office.ask(PlaceHold(TERM, HoldKind.ALL, told["refused hold"])).refusals
    office.now = DROP_DEADLINE
    office.accept(Withdraw(person, A, WHY, told["withdrawal"]))
    house.settle()
    return house


@pytest.mark.parametrize("canary", CANARIES)
def test_no_personal_value_can_be_read_in_the_store(lived: House, canary: str) -> None:
    content, text = stored_bytes(lived.path), CANARIES[canary]
    assert len(content) > 10_000
    for word in {text, *(word for word in text.split() if len(word) > 6)}:
        for form in (word, word.upper(), word.lower(), word.casefold()):
            assert form.encode() not in content
            assert form.encode("utf-16-le") not in content
        assert base64.b64encode(word.encode())[:-4] not in content


def test_it_is_all_there_for_whoever_may_open_it(lived: House) -> None:
    vault = lived.office.vault
    with lived.store.reading() as session:
        (person,) = directory.names(session, 0)
        assert person.name and person.email
        opened = [vault.open(Sealed.from_text(text)) for text in (person.name, person.email)]
        comments = feedback.comments(session, TERM, CS, WHY.value, 9)
        opened += [vault.open(Sealed.from_text(row.comment)) for row in comments]
        reasons = *standing.holds(session, person.id), *standing.permits(session, person.id)
        opened += [vault.open(Sealed.from_text(row.reason)) for row in reasons]
    names = ("new name", "new email", "withdrawal", "comment", "hold", "permit")
    assert opened == [CANARIES[name] for name in names]
