-- The customers of a small company, and what was said with them in the last weeks.

CREATE TABLE customers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    city TEXT NOT NULL,
    plan TEXT NOT NULL CHECK (plan IN ('free', 'team', 'business')),
    since TEXT NOT NULL
) STRICT;

CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL CHECK (kind IN ('call', 'mail', 'meeting')),
    note TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX contacts_by_customer ON contacts (customer_id, at);

INSERT INTO customers (id, name, email, city, plan, since) VALUES
    ('cus_ana', 'Ana Silva', 'ana.silva@example.com', 'Porto', 'business', '2023-02-14'),
    ('cus_ben', 'Ben Okafor', 'ben.okafor@example.com', 'Leeds', 'team', '2024-06-03'),
    ('cus_chloe', 'Chloé Martin', 'chloe.martin@example.org', 'Lyon', 'business', '2022-11-21'),
    ('cus_dmitri', 'Dmitri Volkov', 'dmitri.volkov@example.net', 'Riga', 'free', '2026-01-09'),
    ('cus_emi', 'Emi Tanaka', 'emi.tanaka@example.com', 'Osaka', 'team', '2025-04-17'),
    ('cus_farid', 'Farid Haddad', 'farid.haddad@example.org', 'Lyon', 'team', '2024-09-30'),
    ('cus_greta', 'Greta Lindqvist', 'greta.lindqvist@example.net', 'Lund', 'business', '2023-08-08'),
    ('cus_hugo', 'Hugo O''Brien', 'hugo.obrien@example.com', 'Cork', 'free', '2026-05-26'),
    ('cus_ines', 'Inés Romero', 'ines.romero@example.org', 'Bilbao', 'team', '2025-10-12'),
    ('cus_jonas', 'Jonas Weber', 'jonas.weber@example.net', 'Bremen', 'business', '2024-01-15'),
    ('cus_kaya', 'Kaya Demir', 'kaya.demir@example.com', 'Izmir', 'free', '2026-07-02'),
    ('cus_leo', 'Leo Rossi', 'leo.rossi@example.org', 'Turin', 'team', '2025-02-28');

INSERT INTO contacts (customer_id, kind, note, at)
SELECT column1, column2, column3, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-' || column4 || ' days', '-' || column5 || ' hours')
FROM (VALUES
    ('cus_ana', 'call', 'Wants invoices in Portuguese; we promised them for the next release.', 2, 3),
    ('cus_ana', 'mail', 'Sent the list of open invoices.', 9, 1),
    ('cus_ana', 'meeting', 'Yearly review. Happy; asks for a second administrator.', 40, 5),
    ('cus_ben', 'mail', 'Asked how to export everything as CSV. Sent the page.', 12, 2),
    ('cus_ben', 'call', 'Export works now.', 11, 4),
    ('cus_chloe', 'meeting', 'Looked at the plan for next year: forty more seats in spring.', 6, 6),
    ('cus_chloe', 'call', 'The seats are agreed; the order comes by mail.', 5, 2),
    ('cus_chloe', 'mail', 'The order for forty seats came.', 3, 1),
    ('cus_dmitri', 'mail', 'Tries the free plan with three colleagues.', 25, 3),
    ('cus_emi', 'call', 'Time zones in reports were wrong; mended while she waited.', 33, 8),
    ('cus_emi', 'mail', 'Thanked us for the reports.', 32, 7),
    ('cus_farid', 'meeting', 'Moves offices in January and wants the address changed then.', 48, 4),
    ('cus_greta', 'call', 'Sign-in with her own directory: works on the test account.', 1, 5),
    ('cus_greta', 'mail', 'Sent what her directory needs.', 4, 2),
    ('cus_greta', 'meeting', 'First talk about sign-in with her directory.', 20, 6),
    ('cus_hugo', 'mail', 'Asked what the team plan costs.', 15, 3),
    ('cus_ines', 'call', 'Lost a password; the way back was too hard to find.', 8, 1),
    ('cus_jonas', 'meeting', 'Wants a contract for three years, and a price for it.', 62, 2),
    ('cus_jonas', 'mail', 'Sent an offer for three years.', 58, 1),
    ('cus_leo', 'call', 'No answer; called again in the afternoon.', 70, 4),
    ('cus_leo', 'call', 'All well. Wants to hear of the new reports.', 70, 1));
