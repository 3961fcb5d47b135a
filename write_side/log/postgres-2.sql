-- Receipts get a chain of their own. Those of before have no link; how many they are is kept, so
-- that a later one cannot lose its link and pass for one of them.

-- serials are numbered under the lock from here on: a sequence leaves gaps, and a gap is to mean
-- that something was taken out; a process of before would be refused by the missing serial
ALTER TABLE receipts ALTER COLUMN serial DROP IDENTITY;
ALTER TABLE receipts ADD COLUMN salt bytea, ADD COLUMN chain bytea;

ALTER TABLE head
    ADD COLUMN serial bigint,               -- of the newest receipt
    ADD COLUMN receipts_chain bytea,        -- and its link
    ADD COLUMN receipts_behind bigint;      -- the last serial without a link
UPDATE head SET
    serial = (SELECT coalesce(max(serial), 0) FROM receipts),
    receipts_behind = (SELECT coalesce(max(serial), 0) FROM receipts),
    receipts_chain = decode(repeat('00', 32), 'hex');
ALTER TABLE head
    ALTER COLUMN serial SET NOT NULL,
    ALTER COLUMN receipts_chain SET NOT NULL,
    ALTER COLUMN receipts_behind SET NOT NULL;

CREATE OR REPLACE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF NEW.position < OLD.position OR NEW.serial < OLD.serial
        OR NEW.receipts_behind <> OLD.receipts_behind THEN
        RAISE EXCEPTION 'the log does not go back' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
