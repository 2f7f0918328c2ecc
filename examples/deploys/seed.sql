-- A few services and what was deployed of them in the last two weeks.

CREATE TABLE services (
    name TEXT PRIMARY KEY,
    team TEXT NOT NULL
) STRICT;

CREATE TABLE deploys (
    id TEXT PRIMARY KEY,
    service TEXT NOT NULL REFERENCES services (name),
    version TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('staging', 'production')),
    status TEXT NOT NULL CHECK (status IN ('running', 'succeeded', 'failed', 'rolled_back')),
    author TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    note TEXT
) STRICT;

CREATE INDEX deploys_by_service ON deploys (service, environment, started_at);

INSERT INTO services (name, team) VALUES
    ('checkout', 'payments'), ('search', 'discovery'), ('accounts', 'identity'), ('mailer', 'platform');

-- Service, version, environment, status, author, minutes ago, seconds that it took, note.
INSERT INTO deploys (id, service, version, environment, status, author, started_at, finished_at, note)
SELECT format('dep_%d', 1000 + column9), column1, column2, column3, column4, column5,
    strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-' || column6 || ' minutes'),
    iif(column4 = 'running', NULL,
        strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-' || column6 || ' minutes', '+' || column7 || ' seconds')),
    column8
FROM (VALUES
    ('checkout', '4.1.0', 'staging', 'succeeded', 'ines', 19600, 140, NULL, 1),
    ('checkout', '4.1.0', 'production', 'succeeded', 'ines', 19500, 210, NULL, 2),
    ('search', '2.8.3', 'staging', 'succeeded', 'leo', 18100, 95, NULL, 3),
    ('search', '2.8.3', 'production', 'succeeded', 'leo', 18000, 130, NULL, 4),
    ('accounts', '7.0.0', 'staging', 'failed', 'greta', 16900, 35, 'The migration asked for a lock that it did not get.', 5),
    ('accounts', '7.0.0', 'staging', 'succeeded', 'greta', 16800, 180, NULL, 6),
    ('accounts', '7.0.0', 'production', 'succeeded', 'greta', 15400, 260, 'With the migration of sign-ins.', 7),
    ('mailer', '1.12.0', 'production', 'succeeded', 'ben', 14300, 60, NULL, 8),
    ('checkout', '4.2.0', 'staging', 'succeeded', 'emi', 12800, 150, NULL, 9),
    ('checkout', '4.2.0', 'production', 'rolled_back', 'emi', 12700, 220, 'Cards of one bank were refused.', 10),
    ('checkout', '4.1.0', 'production', 'succeeded', 'emi', 12650, 90, 'Back to 4.1.0.', 11),
    ('search', '2.9.0', 'staging', 'succeeded', 'leo', 10100, 100, NULL, 12),
    ('search', '2.9.0', 'production', 'failed', 'leo', 10000, 45, 'One of three machines did not come up.', 13),
    ('search', '2.9.0', 'production', 'succeeded', 'leo', 9900, 140, NULL, 14),
    ('checkout', '4.2.1', 'staging', 'succeeded', 'emi', 8700, 145, NULL, 15),
    ('checkout', '4.2.1', 'production', 'succeeded', 'ines', 8500, 205, 'Cards of that bank are taken again.', 16),
    ('mailer', '1.12.1', 'staging', 'succeeded', 'ben', 7100, 55, NULL, 17),
    ('mailer', '1.12.1', 'production', 'succeeded', 'ben', 7000, 65, NULL, 18),
    ('accounts', '7.0.1', 'staging', 'succeeded', 'greta', 5600, 170, NULL, 19),
    ('accounts', '7.0.1', 'production', 'succeeded', 'greta', 5500, 240, NULL, 20),
    ('search', '2.9.1', 'staging', 'succeeded', 'ana', 4200, 90, NULL, 21),
    ('search', '2.9.1', 'production', 'succeeded', 'ana', 4100, 125, NULL, 22),
    ('mailer', '1.13.0', 'staging', 'failed', 'ben', 2900, 20, 'A template was missing.', 23),
    ('mailer', '1.13.0', 'staging', 'succeeded', 'ben', 2800, 60, NULL, 24),
    ('checkout', '4.3.0', 'staging', 'succeeded', 'ines', 1500, 150, NULL, 25),
    ('checkout', '4.3.0', 'production', 'succeeded', 'ines', 1300, 215, NULL, 26),
    ('accounts', '7.1.0', 'staging', 'succeeded', 'greta', 240, 185, NULL, 27),
    ('accounts', '7.1.0', 'production', 'running', 'greta', 3, 0, NULL, 28));
