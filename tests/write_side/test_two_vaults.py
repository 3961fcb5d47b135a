"""Two processes make a key for one person at once: one counts, and opens whatever was sealed."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from uuid import UUID

from tests.stores import open_interrupted, open_keys, open_vault
from tests.write_side.campus import CAMPUS
from tests.write_side.office import MASTER_KEY, PATIENCE, Office
from write_side.commands import ChangeContact, Personal, PlaceHold
from write_side.events import ContactChanged, HoldKind
from write_side.vault import KeyStore, Vault

STUDENTS = 40


class InterruptedKeys:
    """A store of keys; each of `before_add`, once, is what others do before a key is kept."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys
        self.before_add: list[Callable[[], object]] = []

    def add(self, keys: Iterable[tuple[str, bytes]]) -> None:
        if self.before_add:
            self.before_add.pop()()
        self._keys.add(keys)

    def __getattr__(self, name: str) -> object:
        return getattr(self._keys, name)


@contextmanager
def two_offices(data: Path) -> Iterator[tuple[Office, Office, InterruptedKeys]]:
    keys = InterruptedKeys(open_keys(data / "vault.db"))
    one = Office(data, open_interrupted, lambda _, master_key: Vault(keys, master_key))  # type: ignore[arg-type]
    two = Office(data, open_interrupted)
    try:
        one.accept(*CAMPUS)
        yield one, two, keys
    finally:
        two.close()
        one.close()


def names_of(office: Office, student: UUID) -> list[str | None]:
    """As a process opens them that has seen none of it."""
    vault = open_vault(office.data / "vault.db", MASTER_KEY)
    changed = [recorded.fact for recorded in office.log.read(0, 10_000, [ContactChanged.TOPIC])]
    found = [fact for fact in changed if isinstance(fact, ContactChanged)]
    names = [fact.name for fact in found if fact.originator_id == student]
    opened = [None if name is None else vault.open(name) for name in names]
    vault.close()
    return opened


def test_whoever_made_a_key_second_seals_again_under_the_first(tmp_path: Path) -> None:
    with two_offices(tmp_path) as (one, two, keys):
        ada, eve = one.register("S1"), one.register("S2")
        keys.before_add.append(lambda: two.accept(ChangeContact(ada, Personal("Ada"))))
        with one.busy():
            mine = one.send(ChangeContact(ada, Personal("Lovelace")))
            beside = one.send(ChangeContact(eve, Personal("Eve"), Personal("eve@x.edu")))
        assert len(mine.result(PATIENCE).facts) == len(beside.result(PATIENCE).facts) == 1
        assert not keys.before_add
        assert names_of(one, ada) == ["Ada", "Lovelace"]
        assert names_of(one, eve) == ["Eve"]
        assert two.vault.find_by_email("eve@x.edu") == [eve]
        assert one.log.first_broken_link() is None


def test_a_comment_sealed_meanwhile_makes_the_key_as_well(tmp_path: Path) -> None:
    with two_offices(tmp_path) as (one, two, keys):
        ada = one.register("S1")
        hold = PlaceHold(ada, HoldKind.ADDS_ONLY, Personal("a comment"))
        keys.before_add.append(lambda: two.accept(hold))
        one.accept(ChangeContact(ada, Personal("Ada")))
        assert names_of(one, ada) == ["Ada"]


def test_many_keys_made_in_two_processes_at_once(tmp_path: Path) -> None:
    with two_offices(tmp_path) as (one, two, _):
        students = [one.register(f"S{nth}") for nth in range(STUDENTS)]
        gate = Barrier(2)

        def change(office: Office, name: str) -> int:
            gate.wait(PATIENCE)
            sent = [office.send(ChangeContact(s, Personal(f"{name} {s}"))) for s in students]
            return sum(len(answer.result(PATIENCE).facts) for answer in sent)

        with ThreadPoolExecutor(2) as pool:
            done = [pool.submit(change, *each) for each in ((one, "one"), (two, "two"))]
            assert [each.result(PATIENCE) for each in done] == [STUDENTS, STUDENTS]
        for student in students:
            names = sorted(str(name) for name in names_of(one, student))
            assert names == [f"one {student}", f"two {student}"]
