-- The notes of a small team.

CREATE TABLE notes (
    slug TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('runbook', 'decision', 'incident', 'idea')),
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

INSERT INTO notes (slug, kind, title, updated_at, body) VALUES
    ('deploy-runbook', 'runbook', 'How we deploy', '2026-10-30T09:12:00Z',
'Merge, wait for the build, deploy to staging, look at the figures for ten minutes, deploy to production.
Go back with the same button and the version before. Nobody deploys on Friday after three.'),
    ('database-slow', 'runbook', 'The database is slow', '2026-11-12T14:40:00Z',
'Look at the longest queries first, then at locks, then at the disk. An index that is being rebuilt shows in the log
of `orders`. Do not restart the database before you have written down what runs.'),
    ('disk-full', 'runbook', 'A disk is full', '2026-06-02T08:00:00Z',
'Log files first: they may be compressed while they are written. Then old images. Never the folder of the database.'),
    ('certificate-renewal', 'runbook', 'A certificate ends soon', '2026-08-19T11:30:00Z',
'It renews itself 30 days before its end. If the warning comes at 21 days, the renewal failed: its log says why.'),
    ('new-colleague', 'runbook', 'Somebody new joins', '2026-09-01T07:45:00Z',
'Accounts on the day before, a person to ask for the first month, a first change on the first day.'),
    ('use-sqlite', 'decision', 'SQLite for the small services', '2026-03-17T10:00:00Z',
'Three of our services write less than ten times in a second. They keep their data in a file, backed up every hour.
Weighed: one shared server; refused, because its downtimes would be everybody''s. To be looked at again at 100 writes.'),
    ('one-queue', 'decision', 'One queue for mail', '2026-04-22T13:20:00Z',
'All mail goes through one queue with a limit per receiver. Before, two services sent the same reminder.'),
    ('no-friday-deploys', 'decision', 'No deploys on Friday afternoon', '2026-02-05T15:00:00Z',
'Two of the last three long incidents began on a Friday after three. Exceptions are for mending an incident.'),
    ('trace-ids', 'decision', 'Every request has a trace id', '2026-05-11T09:30:00Z',
'Made at the gateway, passed on by all, on every log line. Eight hexadecimal digits are enough for a day.'),
    ('slow-orders', 'incident', 'Orders slow for half an hour', '2026-11-18T16:05:00Z',
'14:10 first slow queries. 14:20 connections run out, 503 for one order in five. 14:25 an index is being rebuilt,
started by the nightly job, which ran by day because of a changed time zone. 14:37 rebuilt, all well. 41 orders were
placed late, none lost.'),
    ('double-reminders', 'incident', 'Reminders sent twice', '2026-04-20T10:10:00Z',
'1,900 customers had the same reminder twice within an hour: two services had taken over the same list.'),
    ('refused-cards', 'incident', 'Cards of one bank refused', '2026-11-11T18:30:00Z',
'Checkout 4.2.0 sent the country in capitals; one bank refuses that. Gone back after 50 minutes, mended in 4.2.1.'),
    ('search-as-you-type', 'idea', 'Search while people type', '2026-10-08T12:00:00Z',
'Most searches are typed twice. Suggestions after two letters would need an answer within 50 ms.'),
    ('export-all', 'idea', 'Everything as one file', '2026-09-24T16:45:00Z',
'Customers ask for their data as CSV about once a week. A button would save us that hour.'),
    ('status-page', 'idea', 'A page that says how we are', '2026-07-15T09:00:00Z',
'During incidents, half of the mails ask whether we know. A page on another machine would answer them.');
