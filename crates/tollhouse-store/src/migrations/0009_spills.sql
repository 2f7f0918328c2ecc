-- Whole results of which a caller got a part. What they say stands in a file of its own, named by `digest`, in the
-- folder beside this file that is named after it, with `-results`; a row stands before its file does.
CREATE TABLE spills (
    row INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    owner BLOB NOT NULL CHECK (length(owner) = 16),
    tool TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    is_text INTEGER NOT NULL CHECK (is_text IN (0, 1)),
    is_untrusted INTEGER NOT NULL CHECK (is_untrusted IN (0, 1)),
    tokens INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX spills_by_owner ON spills (owner);
CREATE INDEX spills_by_end ON spills (until_ms);
