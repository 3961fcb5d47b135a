"""Copies of log and vault, apart from each other, and the way back."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path

import orjson

from write_side.log.evidence import Evidence, Progress, verify
from write_side.log.sqlite import SQLiteLog

LOG, VAULT, MANIFEST = Path("log") / "log.db", Path("vault") / "vault.db", "manifest.json"
PAGES = 1_000  # copied between two words of progress
OURS = ("log.db", "vault.db", "views.db")


class BadCopy(RuntimeError):
    """A copy cannot be made here, or is not what its manifest says."""


@dataclass(frozen=True)
class Manifest:
    """What a copied file held when it was made; `head` and the counts of a log only."""

    sha256: str
    size: int
    facts: int = 0
    receipts: int = 0
    head: str = ""
    receipts_head: str = ""


def back_up(data: Path, target: Path, progress: Progress) -> Manifest:
    """Copy log and vault into folders of their own, each with its manifest; what the log's says.

    Others may write meanwhile: each copy is of one moment, the log's before the vault's, for a key
    without its fact is harmless. BadCopy where something is there already, or where the log does
    not verify.
    """
    for part in (LOG, VAULT):
        if not (source := data / part.name).exists():
            raise BadCopy(f"there is nothing at {source}")
        if (folder := (target / part).parent).exists():
            raise BadCopy(f"{folder} is there already; nothing is overwritten")
    _copy(data / LOG.name, target / LOG, progress)
    _copy(data / VAULT.name, target / VAULT, progress)
    evidence = _verified(target / LOG, progress)
    manifest = _manifest(target / LOG, evidence)
    _keep(target / LOG, manifest)
    _keep(target / VAULT, _manifest(target / VAULT))
    return manifest


def restore(source: Path, data: Path, progress: Progress) -> Manifest:
    """Put a copy of log and vault where there is none; what the log's manifest says.

    Everything is checked first: BadCopy, and nothing is written, where a file is not what its
    manifest says, the log does not verify, or files of another service are there.
    """
    if there := [name for name in OURS if (data / name).exists()]:
        raise BadCopy(f"{data / there[0]} is there already; nothing is overwritten")
    for part in (LOG, VAULT):
        _check(source / part)
    manifest = _kept(source / LOG)
    found = _manifest(source / LOG, _verified(source / LOG, progress))
    if found != manifest:
        raise BadCopy(f"{source / LOG} has not the counts and heads of its manifest")
    data.mkdir(parents=True, exist_ok=True)
    # the log last: with it there, everything is
    for part in (VAULT, LOG):
        new = data / f"{part.name}.restoring"
        new.unlink(missing_ok=True)
        new.touch(0o600 if part == VAULT else 0o644)
        shutil.copyfile(source / part, new)
        _flush(new)
        new.rename(data / part.name)
    _flush(data)
    return manifest


def _copy(source: Path, target: Path, progress: Progress) -> None:
    private = target.name == VAULT.name
    target.parent.mkdir(parents=True, mode=0o700 if private else 0o755)
    target.touch(0o600 if private else 0o644)
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        # one look holds the moment, or each write of others would begin the copy anew
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        old.backup(
            new,
            pages=PAGES,
            sleep=0,
            progress=lambda _, left, pages: progress(pages - left, pages),
        )
        new.execute("PRAGMA journal_mode = DELETE")  # all of it in the one file
    _flush(target)


def _verified(log: Path, progress: Progress) -> Evidence:
    try:
        with closing(SQLiteLog(log, writing=False)) as opened:
            evidence = verify(opened, progress=progress)
    except sqlite3.DatabaseError as error:
        raise BadCopy(f"{log} cannot be read: {error}") from error
    if evidence.wrong is not None:
        raise BadCopy(f"the log does not verify: {evidence.wrong}")
    return evidence


def _manifest(file: Path, evidence: Evidence | None = None) -> Manifest:
    with file.open("rb") as opened:
        digest = file_digest(opened, "sha256").hexdigest()
    size = file.stat().st_size
    if evidence is None:
        return Manifest(digest, size)
    heads = evidence.head.hex(), evidence.receipts_head.hex()
    return Manifest(digest, size, evidence.facts, evidence.receipts, *heads)


def _keep(file: Path, manifest: Manifest) -> None:
    kept = file.with_name(MANIFEST)
    kept.write_bytes(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2) + b"\n")
    _flush(kept)
    _flush(kept.parent)


def _kept(file: Path) -> Manifest:
    kept = file.with_name(MANIFEST)
    try:
        return Manifest(**orjson.loads(kept.read_bytes()))
    except FileNotFoundError:
        raise BadCopy(f"there is no {kept}: a copy has one from its end on") from None
    except (ValueError, TypeError) as error:
        raise BadCopy(f"{kept} cannot be read: {error}") from None


def _check(file: Path) -> None:
    manifest = _kept(file)
    if not file.exists():
        raise BadCopy(f"there is no {file}")
    found = _manifest(file)
    if (found.sha256, found.size) != (manifest.sha256, manifest.size):
        raise BadCopy(f"{file} is not the file its manifest was written for: its SHA-256 differs")


def _flush(path: Path) -> None:
    """To the disk: a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
