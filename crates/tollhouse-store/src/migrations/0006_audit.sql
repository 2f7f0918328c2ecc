-- One row per process that writes, with where its chain begins by now and where it ends.
CREATE TABLE audit_writers (
    writer INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    process TEXT NOT NULL UNIQUE,
    began_at_ms INTEGER NOT NULL,
    -- How far a later writer has vouched for it.
    named_seq INTEGER NOT NULL DEFAULT 0,
    base_seq INTEGER NOT NULL DEFAULT 0,
    base_hash BLOB NOT NULL CHECK (length(base_hash) = 32),
    head_seq INTEGER NOT NULL,
    head_hash BLOB NOT NULL CHECK (length(head_hash) = 32)
) STRICT;

-- The records of one commit: a line each, and of each the first bytes of its place in the chain.
CREATE TABLE audit_segments (
    number INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    writer INTEGER NOT NULL REFERENCES audit_writers (writer),
    first_seq INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    head BLOB NOT NULL CHECK (length(head) = 32),
    marks BLOB NOT NULL,
    lines BLOB NOT NULL,
    UNIQUE (writer, first_seq)
) STRICT;
CREATE INDEX audit_segments_by_age ON audit_segments (to_ms, bytes);

-- What may be erased stands beside the chain, which has only salted digests of it.
CREATE TABLE audit_texts (
    segment INTEGER PRIMARY KEY NOT NULL REFERENCES audit_segments (number) ON DELETE CASCADE,
    texts BLOB NOT NULL
) STRICT;

-- Who hides behind a mark in a record. Without the row nobody can tell.
CREATE TABLE audit_people (
    mark BLOB PRIMARY KEY NOT NULL CHECK (length(mark) = 16),
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    subject TEXT NOT NULL,
    writer INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_people_by_subject ON audit_people (subject);

-- One row, whose number moves when people are erased, so that nobody goes on with a mark that was given up.
CREATE TABLE audit_erasures (
    row INTEGER PRIMARY KEY NOT NULL CHECK (row = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO audit_erasures (row, number) VALUES (1, 0);
