-- Names that differ in nothing but case are one project.
CREATE TABLE projects (
    owner TEXT NOT NULL,
    folded TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (owner, folded)
) STRICT, WITHOUT ROWID;

CREATE TABLE memories (
    number INTEGER PRIMARY KEY NOT NULL,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    content TEXT NOT NULL,
    category TEXT,
    project TEXT,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    saved_at_ms INTEGER NOT NULL,
    UNIQUE (owner, digest),
    FOREIGN KEY (owner, project) REFERENCES projects (owner, folded)
) STRICT;

CREATE INDEX memories_by_age ON memories (owner, saved_at_ms);

-- Apart from the contents, so that all sketches of an owner are read in one go.
CREATE TABLE sketches (
    owner TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES memories (number) ON DELETE CASCADE,
    bits BLOB NOT NULL,
    PRIMARY KEY (owner, number)
) STRICT, WITHOUT ROWID;

-- Only ids, so that who deletes again hears that it is done.
CREATE TABLE forgotten (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    forgotten_at_ms INTEGER NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;

-- The row is the memory's number. The owner stands here as one word, so that a search reads no other rows.
CREATE VIRTUAL TABLE memory_words USING fts5(
    owner, words, tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO memory_words (memory_words, rank) VALUES ('secure-delete', 1);
