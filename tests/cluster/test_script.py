"""`make cluster`: says where everything is, each of it works, and its end is everybody's."""

import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psycopg
import pytest

from docker.cluster import HERE, ROOT

PATIENCE = 60.0


def told(script: "subprocess.Popen[str]") -> dict[str, str]:
    """What it prints, by what it is of, until everything is there."""
    assert script.stdout is not None
    found: dict[str, str] = {}
    for line in script.stdout:
        if line.startswith("Ctrl-C"):
            break
        name, value = line.rstrip("\n")[:18].rstrip(), line.rstrip("\n")[19:]
        found[name] = value
    return found


def test_what_it_prints_works_and_its_end_is_the_end_of_all() -> None:
    with TemporaryDirectory(prefix="rollbook-") as made:
        folder = Path(made) / "cluster"
        command = [sys.executable, HERE / "cluster.py", folder]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as script:
            try:
                said = told(script)
                token = subprocess.run(
                    ["sh", "-c", said.pop("a token")],
                    cwd=ROOT,
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout.strip()
                with psycopg.connect(said.pop("postgres")) as owner:
                    found = owner.execute("SELECT position FROM rollbook_log.head").fetchall()
                assert found == [(0,)]
                assert set(said) == {"api-1", "api-2", "projector", "projector-standby"}
                for node in ("api-1", "api-2"):
                    answer = httpx.post(
                        f"{said[node]}/graphql",
                        json={"query": "{ viewer { role } }"},
                        headers={"Authorization": f"Bearer {token}"},
                        timeout=PATIENCE,
                    )
                    assert answer.json()["data"] == {"viewer": {"role": "REGISTRAR"}}
            finally:
                script.send_signal(signal.SIGTERM)
                script.wait(PATIENCE)
        assert script.returncode == 0
        assert not (folder / "postgres" / "postmaster.pid").exists()
        for address in said.values():
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"{address}/health/live", timeout=PATIENCE)
