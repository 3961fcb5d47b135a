"""Addresses are an index of the facts: whatever a crash left out is found again at the start."""

from tests.write_side.office import Office
from tests.write_side.tampering import tampering
from write_side.addresses import catch_up_addresses
from write_side.commands import ChangeContact, Personal, RegisterStudent
from write_side.events import StudentNumberAssigned


def test_addresses_lost_between_log_and_index_are_indexed_at_the_start(office: Office) -> None:
    registered = office.ask(RegisterStudent("S1", Personal("Ada"), Personal("ada@x.edu")))
    ada = next(
        r.fact.student for r in registered.facts if isinstance(r.fact, StudentNumberAssigned)
    )
    office.ask(ChangeContact(ada, email=Personal("lovelace@x.edu")))
    with tampering(office.data, "vault") as do:
        do("DELETE FROM emails")

    catch_up_addresses(office.log, office.vault)

    assert office.vault.find_by_email("lovelace@x.edu") == [ada]
    assert office.vault.find_by_email("ada@x.edu") == []
    assert office.vault.indexed_to == office.log.head()
