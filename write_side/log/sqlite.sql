-- The log: facts and receipts, append-only. Column order follows rows.COLUMNS and receipts.COLUMNS.

CREATE TABLE IF NOT EXISTS facts (
    position    INTEGER PRIMARY KEY AUTOINCREMENT, -- without AUTOINCREMENT ids could be reused
    stream      TEXT NOT NULL,
    version     INTEGER NOT NULL,
    topic       TEXT NOT NULL,
    at          TEXT NOT NULL,                     -- when it happened
    recorded_at TEXT NOT NULL,                     -- the log's own clock
    command_id  TEXT NOT NULL,
    actor       TEXT NOT NULL,
    role        TEXT NOT NULL,
    channel     TEXT NOT NULL,
    correlation TEXT NOT NULL,
    state       BLOB NOT NULL,
    salt        BLOB NOT NULL,
    chain       BLOB NOT NULL,
    UNIQUE (stream, version)
);

CREATE TABLE IF NOT EXISTS receipts (
    serial       INTEGER PRIMARY KEY AUTOINCREMENT,
    command_id   TEXT NOT NULL UNIQUE,
    kind         TEXT NOT NULL,
    actor        TEXT NOT NULL,
    role         TEXT NOT NULL,
    channel      TEXT NOT NULL,
    at           TEXT NOT NULL,
    fingerprint  BLOB NOT NULL,
    input        TEXT NOT NULL,
    facts        TEXT NOT NULL,
    refusals     TEXT NOT NULL,
    log_position INTEGER NOT NULL
);

-- the read side follows refusals alone, and most commands are not refused
CREATE INDEX IF NOT EXISTS receipts_refused ON receipts (serial) WHERE refusals != '[]';

CREATE TRIGGER IF NOT EXISTS facts_no_update BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER IF NOT EXISTS facts_no_delete BEFORE DELETE ON facts
BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER IF NOT EXISTS receipts_no_update BEFORE UPDATE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
CREATE TRIGGER IF NOT EXISTS receipts_no_delete BEFORE DELETE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
