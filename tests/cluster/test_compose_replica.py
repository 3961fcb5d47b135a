"""What compose.replica.yaml runs: a replica by its own login, and no commit without its disk."""

import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from psycopg.conninfo import make_conninfo

from docker.cluster import Cluster
from tests.cluster.nodes import PATIENCE, nodes_of, until
from tests.postgres import BINARIES, Server, free_port, own, somebody

FILES = ("compose.yaml", "compose.replica.yaml")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with TemporaryDirectory(prefix="rollbook-") as folder:
        made = Cluster(Path(folder), *FILES)
        try:
            yield made
        finally:
            made.stop()


@contextmanager
def replicating(cluster: Cluster, port: int) -> Iterator[Server]:
    """The replica's command, with the names of a network of containers put into those of here."""
    home = cluster.folder / "replica"
    own(home)
    password = home / "password"
    password.write_text((cluster.secrets / "rollbook_replica_password").read_text())
    (command,) = cluster.services["replica"]["command"]
    for there, here in {
        "$$": "$",
        "/run/secrets/rollbook_replica_password": str(password),
        "host=postgres": f"host=127.0.0.1 port={cluster.server.port}",
        "exec postgres": f"exec postgres -p {port} -k {home}",
    }.items():
        assert there in command
        command = command.replace(there, here)
    data = {"PGDATA": str(home / "data"), "PGPASSFILE": str(home / "passwords")}
    with (cluster.folder / "replica.log").open("ab") as said:
        process = subprocess.Popen(
            ["sh", "-c", command],
            env={"PATH": f"{BINARIES}:{os.environ['PATH']}", **data},
            cwd=home,
            user=somebody(),
            stdout=said,
            stderr=said,
        )
    try:
        yield Server(home, port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def state(cluster: Cluster) -> list[tuple[str, str]]:
    return cluster.server.execute("SELECT application_name, sync_state FROM pg_stat_replication")


def test_it_copies_streams_and_is_waited_for_at_each_commit(cluster: Cluster) -> None:
    port = free_port()
    read = make_conninfo(cluster.secret("rollbook_read_urls"), host="127.0.0.1", port=str(port))
    cluster.environment = {"ROLLBOOK_READ_URLS": read}
    cluster.start()
    # as the image does once its first start is through
    cluster.server.stop()
    cluster.server.start()
    nodes = nodes_of(cluster)
    with replicating(cluster, port) as replica:
        until(lambda: state(cluster) == [("rollbook_replica", "sync")])
        section, student = nodes.section("COPY", 5), nodes.student("COPY1")
        until(lambda: nodes.seats("api-1", section)[0] == 5)
        assert replica.execute("SELECT pg_is_in_recovery()") == [(True,)]
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(nodes.made, "api-1", "enroll", student=student, section=section)
        until(lambda: waits(cluster))
        assert not answer.done(), "acknowledged, and on one disk only"
        with replicating(cluster, port):
            position = answer.result(PATIENCE)["position"]
            assert nodes.seats("api-2", section, position)[0] == 4


def waits(cluster: Cluster) -> bool:
    """Whether a commit stands and waits for the replica's disk."""
    standing = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = '{}'"
    return bool(cluster.server.execute(standing.format("rollbook_log")))
