-- Calls by their keys. `life`: 0 runs, 1 is done, 2 is in doubt. `answer_bytes` stays when the answer has to go.
CREATE TABLE ledger (
    row INTEGER PRIMARY KEY,
    owner BLOB NOT NULL CHECK (length(owner) = 16),
    key BLOB NOT NULL CHECK (length(key) = 32),
    arguments BLOB NOT NULL CHECK (length(arguments) = 32),
    holder TEXT NOT NULL,
    began_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    forget_ms INTEGER NOT NULL,
    life INTEGER NOT NULL DEFAULT 0 CHECK (life BETWEEN 0 AND 2),
    answer TEXT,
    answer_bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (owner, key)
) STRICT;
CREATE INDEX ledger_by_end ON ledger (forget_ms);
CREATE INDEX ledger_by_age ON ledger (owner, life, began_ms);
CREATE INDEX ledger_answers ON ledger (owner, began_ms) WHERE answer IS NOT NULL;

-- How much of it is whose: counted as it changes, since every claim asks.
CREATE TABLE ledger_rooms (
    owner BLOB PRIMARY KEY NOT NULL,
    keys INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER ledger_came AFTER INSERT ON ledger BEGIN
    INSERT INTO ledger_rooms (owner, keys, bytes) VALUES (new.owner, 1, 0)
    ON CONFLICT (owner) DO UPDATE SET keys = keys + 1;
END;
CREATE TRIGGER ledger_answered AFTER UPDATE OF answer ON ledger BEGIN
    UPDATE ledger_rooms SET bytes = bytes
        + iif(new.answer IS NULL, 0, new.answer_bytes) - iif(old.answer IS NULL, 0, old.answer_bytes)
    WHERE owner = new.owner;
END;
CREATE TRIGGER ledger_went AFTER DELETE ON ledger BEGIN
    UPDATE ledger_rooms
    SET keys = keys - 1, bytes = bytes - iif(old.answer IS NULL, 0, old.answer_bytes)
    WHERE owner = old.owner;
    DELETE FROM ledger_rooms WHERE owner = old.owner AND keys = 0;
END;
