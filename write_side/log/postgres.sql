-- The log: facts and receipts, append-only. Column order follows rows.COLUMNS and receipts.COLUMNS.

CREATE TABLE facts (
    position    bigint PRIMARY KEY,        -- given under the lock, so that commit order is its order
    stream      text COLLATE "C" NOT NULL,
    version     bigint NOT NULL,
    topic       text COLLATE "C" NOT NULL,
    at          text COLLATE "C" NOT NULL, -- when it happened
    recorded_at text COLLATE "C" NOT NULL, -- the log's own clock
    command_id  text NOT NULL,
    actor       text NOT NULL,
    role        text NOT NULL,
    channel     text NOT NULL,
    correlation text NOT NULL,
    state       bytea NOT NULL,
    salt        bytea NOT NULL,
    chain       bytea NOT NULL,
    UNIQUE (stream, version)
);

CREATE TABLE receipts (
    serial       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- drawn under the lock as well
    command_id   text NOT NULL UNIQUE,
    kind         text NOT NULL,
    actor        text NOT NULL,
    role         text NOT NULL,
    channel      text NOT NULL,
    at           text COLLATE "C" NOT NULL,
    fingerprint  bytea NOT NULL,
    input        text NOT NULL,
    facts        text NOT NULL,
    refusals     text NOT NULL,
    log_position bigint NOT NULL
);

-- the read side follows refusals alone, and most commands are not refused
CREATE INDEX receipts_refused ON receipts (serial) WHERE refusals != '[]';

-- where the log stands, also when its newest rows are gone: a position is never given twice
CREATE TABLE head (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL,
    chain    bytea NOT NULL
) WITH (fillfactor = 10);
INSERT INTO head (position, chain) VALUES (0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% are append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF NEW.position < OLD.position THEN
        RAISE EXCEPTION 'the log does not go back' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER facts_stay BEFORE UPDATE OR DELETE ON facts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER facts_stay_all BEFORE TRUNCATE ON facts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_stay BEFORE UPDATE OR DELETE ON receipts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_stay_all BEFORE TRUNCATE ON receipts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER head_goes_on BEFORE UPDATE ON head
    FOR EACH ROW EXECUTE FUNCTION refuse_going_back();
CREATE TRIGGER head_stays BEFORE DELETE ON head
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER head_stays_all BEFORE TRUNCATE ON head EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON facts, receipts TO {role};
GRANT SELECT, UPDATE ON head TO {role};
