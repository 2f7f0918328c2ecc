-- Calls that wait for a person. `stage`: 0 waiting, 1 allowed, 2 denied, 3 used. Whether the time is over is
-- told by `until_ms`.
CREATE TABLE approvals (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    binding BLOB NOT NULL CHECK (length(binding) = 32),
    owner BLOB NOT NULL CHECK (length(owner) = 16),
    subject TEXT NOT NULL,
    client TEXT,
    tenant TEXT,
    target TEXT NOT NULL,
    definition TEXT NOT NULL,
    question TEXT NOT NULL,
    arguments TEXT NOT NULL,
    stage INTEGER NOT NULL DEFAULT 0 CHECK (stage BETWEEN 0 AND 3),
    is_told INTEGER NOT NULL DEFAULT 0 CHECK (is_told IN (0, 1)),
    lasts_ms INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    answered_at_ms INTEGER
) STRICT;
CREATE INDEX approvals_by_binding ON approvals (binding);
CREATE INDEX approvals_by_owner ON approvals (owner, stage, until_ms);
CREATE INDEX approvals_by_end ON approvals (until_ms);

-- What may be used once and was.
CREATE TABLE spent (
    nonce BLOB PRIMARY KEY NOT NULL CHECK (length(nonce) = 16),
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_by_end ON spent (until_ms);
