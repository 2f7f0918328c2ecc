-- Who has read what is not trusted, and until when that counts.
CREATE TABLE taints (
    holder BLOB PRIMARY KEY NOT NULL CHECK (length(holder) = 32),
    source TEXT NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX taints_by_end ON taints (until_ms);

-- Whether whoever saved it had read what is not trusted.
ALTER TABLE memories ADD COLUMN is_tainted INTEGER NOT NULL DEFAULT 0 CHECK (is_tainted IN (0, 1));
