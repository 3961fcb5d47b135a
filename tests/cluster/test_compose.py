"""The container files say what they should; where there is an engine, it is asked as well."""

import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from docker.cluster import HERE, ROOT

FILES = ("compose.yaml", "compose.replica.yaml")
COMPOSE: dict[str, Any] = {name: yaml.safe_load((HERE / name).read_text()) for name in FILES}
DOCKERFILE = (HERE / "Dockerfile").read_text()


def services() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file, document in COMPOSE.items():
        for name, service in document["services"].items():
            yield file, name, service


ENGINE = ("docker", "compose", "version")
WHOLE = [
    pytest.param(service, id=f"{file}:{name}")
    for file, name, service in services()
    if "image" in service
]


@pytest.mark.parametrize("service", WHOLE)
def test_a_service_comes_back_says_how_it_is_and_holds_no_password(service: dict[str, Any]) -> None:
    assert service["restart"] in ("unless-stopped", "on-failure")
    assert not service["image"].endswith(":latest") and ":" in service["image"]
    ours = service["image"].startswith("rollbook")  # its image has a health check of its own
    assert ours or service["healthcheck"]["test"]
    for name, value in service.get("environment", {}).items():
        assert "PASSWORD" not in name or str(value).startswith("/run/secrets/"), name
        assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), "a password in an address"


def test_every_secret_is_a_file_and_none_has_a_default() -> None:
    declared: dict[str, Any] = {}
    for document in COMPOSE.values():
        declared |= document.get("secrets", {})
    assert all(set(secret) == {"file"} for secret in declared.values())
    for file, name, service in services():
        assert set(service.get("secrets", ())) <= set(declared), (file, name)
    tracked = subprocess.run(
        ["git", "ls-files", "docker/secrets"], cwd=ROOT, capture_output=True, check=True
    )
    assert tracked.stdout == b""


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    declared = {name for document in COMPOSE.values() for name in document.get("secrets", {})}

    subprocess.run([HERE / "secrets.sh", folder], check=True)
    first = {path.name: path.read_text() for path in folder.iterdir()}
    subprocess.run([HERE / "secrets.sh", folder], check=True)

    assert first == {path.name: path.read_text() for path in folder.iterdir()}
    assert declared <= set(first)
    assert all(first.values()) and len(set(first.values())) == len(first)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_a_service_waits_for_and_mounts_is_there() -> None:
    base = COMPOSE["compose.yaml"]
    known = set(base["services"])
    volumes = {name for document in COMPOSE.values() for name in document.get("volumes", {})}
    for file, name, service in services():
        assert set(service.get("depends_on", {})) <= known, (file, name)
        for mount in service.get("volumes", ()):
            source = mount.split(":")[0]
            assert source in volumes or (HERE / source).exists(), (file, name, mount)


def test_our_processes_have_few_rights_and_only_their_secrets() -> None:
    base = COMPOSE["compose.yaml"]["services"]
    ours = {name: service for name, service in base.items() if "build" in service}
    assert {"api-1", "api-2", "projector", "projector-standby", "prepare"} == set(ours)
    for name, service in ours.items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        keeps_keys = name.startswith("api")
        assert ("rollbook_vault_key" in service["secrets"]) == keeps_keys, name
        assert ("rollbook_vault_url" in service["secrets"]) == keeps_keys, name
        assert ("rollbook_database_url" in service["secrets"]) == (name == "prepare"), name
        assert "ports" not in service, "only the proxy is reached from outside"


def test_the_image_is_built_in_stages_and_runs_without_rights() -> None:
    lines = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
    stages = [line for line in lines if line.startswith("FROM ")]
    assert len(stages) == 2
    for stage in stages:
        assert re.match(r"FROM [a-z0-9/.-]+:[0-9][\w.-]*( AS \w+)?$", stage), stage
    last = lines[lines.index(stages[-1]) :]
    users = [line for line in last if line.startswith("USER ")]
    assert users == ["USER rollbook"]
    assert any(line.startswith("HEALTHCHECK ") for line in last)
    for word in ("CMD", "ENTRYPOINT"):
        (said,) = [line for line in last if line.startswith(f"{word} ")]
        assert said.startswith(f'{word} ["'), "a shell in between would not pass signals on"
    assert not [
        line for line in lines if line.startswith(("ADD ", "MAINTAINER ")) or "sudo" in line
    ]
    for folder in re.findall(r"^WORKDIR (\S+)", DOCKERFILE, re.MULTILINE):
        assert folder.startswith("/")
    for line in DOCKERFILE.splitlines():
        assert "pip install" not in line or "--require-hashes" in line, line


def test_what_the_image_copies_is_let_in() -> None:
    """The ignore file lets in by name: nothing of a checkout slips into an image."""
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert ignored[0] == "*"
    allowed = {line.removeprefix("!").removesuffix("/**") for line in ignored if line[0] == "!"}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    wanted = {name.rstrip("/") for line in copied for name in line.split()}
    assert wanted == allowed
    assert all((ROOT / name).exists() for name in wanted)


@pytest.mark.parametrize("script", sorted(path.name for path in HERE.glob("*.sh")))
def test_scripts_are_shell_and_can_be_run(script: str) -> None:
    path = HERE / script
    assert path.stat().st_mode & stat.S_IXUSR
    subprocess.run(["sh", "-n", path], check=True)


@pytest.mark.parametrize("files", [FILES[:1], FILES])
def test_docker_reads_it(files: tuple[str, ...]) -> None:
    if shutil.which("docker") is None or subprocess.run(ENGINE, capture_output=True).returncode:
        pytest.skip("no docker compose here")
    named = [option for file in files for option in ("-f", str(HERE / file))]
    subprocess.run(["docker", "compose", *named, "config", "-q"], check=True)
