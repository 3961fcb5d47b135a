"""No personal value stands in the views' file, in no form a search would find."""

import base64

import pytest

from read_side.views import directory, feedback
from tests.read_side.house import House
from tests.read_side.stored import file_bytes
from tests.write_side.campus import CS, DROP_DEADLINE, TERM, A, B, L
from write_side.commands import (
    CancelEnrollment,
    ChangeContact,
    Enroll,
    Personal,
    RegisterStudent,
    Withdraw,
)
from write_side.events import CancellationReason, Sealed, StudentRegistered

CANARIES = {
    "name": "Zerzura Quillfeather",
    "email": "zerzura@canary.invalid",
    "new name": "Ysolde Vandermolen",
    "new email": "ysolde@canary.invalid",
    "comment": "my landlord is Xanthippe",
    "withdrawal": "the rash came back, Wolfram said",
    "refused name": "Tancredi Umbriel",
    "refused comment": "nobody must know of Sigismund",
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
    office.now = DROP_DEADLINE
    office.accept(Withdraw(person, A, WHY, told["withdrawal"]))
    house.settle()
    return house


@pytest.mark.parametrize("canary", CANARIES)
def test_no_personal_value_can_be_read_in_the_file(lived: House, canary: str) -> None:
    content, text = file_bytes(lived.path), CANARIES[canary]
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
    names = ("new name", "new email", "withdrawal", "comment")
    assert opened == [CANARIES[name] for name in names]
