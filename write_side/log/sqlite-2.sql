-- Receipts get a chain of their own. Those of before have no link; how many they are is kept, so
-- that a later one cannot lose its link and pass for one of them.

ALTER TABLE receipts ADD COLUMN salt BLOB;
ALTER TABLE receipts ADD COLUMN chain BLOB;

CREATE TABLE receipts_chain (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    behind INTEGER NOT NULL -- the last serial without a link
);
INSERT INTO receipts_chain
    SELECT 1, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'receipts'), 0);

CREATE TRIGGER receipts_chain_no_update BEFORE UPDATE ON receipts_chain
BEGIN SELECT RAISE(ABORT, 'the beginning of a chain stays'); END;
CREATE TRIGGER receipts_chain_no_delete BEFORE DELETE ON receipts_chain
BEGIN SELECT RAISE(ABORT, 'the beginning of a chain stays'); END;
