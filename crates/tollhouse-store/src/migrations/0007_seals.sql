-- What this server's sealed texts are sealed with, the newest first by number: cursors, states of questions, sessions.
CREATE TABLE seals (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
