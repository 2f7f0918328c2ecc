-- Where nothing was said of scopes there are none, as for a release that does not know the difference.
ALTER TABLE keys ADD COLUMN has_scopes INTEGER NOT NULL DEFAULT 1 CHECK (has_scopes IN (0, 1));
UPDATE keys SET has_scopes = 0 WHERE scopes = '[]';
ALTER TABLE keys ADD COLUMN roles TEXT CHECK (json_valid(roles));
ALTER TABLE keys ADD COLUMN tenant TEXT;

CREATE TABLE users (
    subject TEXT PRIMARY KEY NOT NULL,
    roles TEXT CHECK (json_valid(roles)),
    tenant TEXT,
    blocked_at_ms INTEGER,
    created_at_ms INTEGER NOT NULL,
    changed_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row, whose number moves with every change of who may do what. Whoever keeps what it read looks here.
CREATE TABLE changes (
    row INTEGER PRIMARY KEY NOT NULL CHECK (row = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO changes (row, number) VALUES (1, 0);

-- Triggers, so that whoever writes the file moves the number: a release that does not know it, and people by hand.
CREATE TRIGGER key_made AFTER INSERT ON keys
BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER key_gone AFTER DELETE ON keys
BEGIN UPDATE changes SET number = number + 1; END;
-- Every column but the last use, which changes nothing.
CREATE TRIGGER key_changed AFTER UPDATE OF
    id, hash, name, subject, client, scopes, prefix, created_at_ms, expires_at_ms, revoked_at_ms, has_scopes, roles,
    tenant
ON keys
BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER user_made AFTER INSERT ON users
BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER user_gone AFTER DELETE ON users
BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER user_changed AFTER UPDATE ON users
BEGIN UPDATE changes SET number = number + 1; END;
