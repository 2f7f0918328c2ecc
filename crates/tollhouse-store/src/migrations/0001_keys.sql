CREATE TABLE keys (
    id TEXT PRIMARY KEY NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    client TEXT,
    scopes TEXT NOT NULL CHECK (json_valid(scopes)),
    prefix TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    revoked_at_ms INTEGER,
    last_used_at_ms INTEGER
) STRICT;

-- A name may be used again once its key has ended.
CREATE UNIQUE INDEX keys_by_name ON keys (name) WHERE revoked_at_ms IS NULL;
