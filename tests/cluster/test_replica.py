"""A streaming replica answers reads, honestly; promoted, it is the database and nothing is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from psycopg.conninfo import make_conninfo

from docker.cluster import Cluster
from tests.cluster.nodes import Nodes, nodes_of, until
from tests.postgres import Server
from write_side.log.postgres import PostgresLog

NODES = ("api-1", "api-2")
STORES = ("log", "views", "vault")


@dataclass
class Pair:
    nodes: Nodes
    primary: Server
    replica: Server

    def replayed(self) -> None:
        """Wait until the replica has what the primary has."""
        written = self.primary.execute("SELECT pg_current_wal_insert_lsn()")[0][0]
        until(lambda: self.replica.execute(f"SELECT pg_last_wal_replay_lsn() >= '{written}'")[0][0])


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with TemporaryDirectory(prefix="rollbook-") as made:
        folder = Path(made)
        cluster = Cluster(folder / "cluster")
        cluster.server.start()
        replica = cluster.server.replica(folder / "replica", "rollbook_replica").start()
        cluster.server.stop()
        cluster.environment = settings(cluster, replica)
        try:
            cluster.start()
            yield Pair(nodes_of(cluster), cluster.server, replica)
        finally:
            cluster.stop()
            replica.stop("immediate")


def settings(cluster: Cluster, replica: Server) -> dict[str, str]:
    """Whichever of the two takes writes is the database; queries go to the replica."""
    ports = f"{cluster.server.port},{replica.port}"
    urls = {
        f"ROLLBOOK_{store.upper()}_URL": make_conninfo(
            cluster.secret(f"rollbook_{store}_url"),
            host="127.0.0.1,127.0.0.1",
            port=ports,
            target_session_attrs="primary",
        )
        for store in STORES
    }
    read = make_conninfo(cluster.secret("rollbook_views_url"), port=str(replica.port))
    return urls | {"ROLLBOOK_READ_URLS": read}


def test_a_replica_that_is_behind_says_so_and_nobody_waits_in_vain(pair: Pair) -> None:
    nodes = pair.nodes
    section, student = nodes.section("LATE", 5), nodes.student("LATE1")
    pair.replayed()
    pair.replica.execute("SELECT pg_wal_replay_pause()")
    try:
        position = nodes.made("api-1", "enroll", student=student, section=section)["position"]
        nodes.seats("api-2", section, position)
        for node in NODES:
            free, at = nodes.seats(node, section)
            assert (free, at < int(position)) == (5, True), "read somewhere else"
            assert nodes.seats(node, section, position)[0] == 4
    finally:
        pair.replica.execute("SELECT pg_wal_replay_resume()")
    until(lambda: nodes.seats("api-2", section)[0] == 4)


def test_pushes_do_not_wait_for_a_replica(pair: Pair) -> None:
    nodes = pair.nodes
    section, student = nodes.section("LIVE", 5), nodes.student("LIVE1")
    pair.replayed()
    pair.replica.execute("SELECT pg_wal_replay_pause()")
    try:
        with nodes.watching("api-2", section) as pushed:
            assert next(pushed) == 5
            nodes.made("api-1", "enroll", student=student, section=section)
            assert next(pushed) == 4
    finally:
        pair.replica.execute("SELECT pg_wal_replay_resume()")


def test_without_its_replica_the_service_goes_on(pair: Pair) -> None:
    nodes = pair.nodes
    section = nodes.section("AWAY", 5)
    pair.replica.stop("immediate")
    for node in NODES:
        assert nodes.seats(node, section)[0] == 5
    pair.replica.start()
    pair.replayed()


def test_a_promoted_replica_has_everything_that_was_acknowledged(pair: Pair) -> None:
    nodes = pair.nodes
    section = nodes.section("NEXT", 500)
    students = [nodes.student(f"NEXT{nth}") for nth in range(40)]
    pair.primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'rollbook_replica'")
    pair.primary.execute("SELECT pg_reload_conf()")
    until(lambda: pair.primary.execute("SELECT sync_state FROM pg_stat_replication") == [("sync",)])

    def enroll(nth: int) -> int:
        if nth == 12:
            pair.primary.stop("immediate")
            pair.replica.control("promote")
        given = {"student": students[nth], "section": section, "commandId": f"next-{nth}"}
        told: list[int] = []

        def answered() -> bool:
            payload = (nodes.post(NODES[nth % 2], ENROLL, i=given).get("data") or {}).get("enroll")
            told.extend([int(payload["position"])] if payload else [])
            return bool(payload)

        until(answered)
        return told[0]

    with ThreadPoolExecutor(8) as pool:
        positions = list(pool.map(enroll, range(40)))
    for node in NODES:
        assert nodes.seats(node, section, str(max(positions)))[0] == 460
    log = PostgresLog(
        f"host={pair.replica.folder} port={pair.replica.port} dbname=rollbook user=postgres",
        writing=False,
    )
    told = {each.position for each in log.read(0, 100_000) if each.fact.TOPIC == "StudentEnrolled"}
    assert log.first_broken_link() is None
    assert len(told) >= 40 and len(set(positions)) == 40
    log.close()


ENROLL = "mutation($i: EnrollInput!) { enroll(input: $i) { position refusals { code } } }"
