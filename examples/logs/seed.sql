-- Log lines of the last day: quiet traffic, and half an hour in which a database was slow.

CREATE TABLE lines (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
    service TEXT NOT NULL,
    message TEXT NOT NULL,
    trace_id TEXT,
    duration_ms INTEGER
) STRICT;

CREATE INDEX lines_by_time ON lines (at);
CREATE INDEX lines_by_trace ON lines (trace_id);
CREATE INDEX lines_by_service ON lines (service);

-- Seconds ago, level, service, message, trace, milliseconds.
INSERT INTO lines (at, level, service, message, trace_id, duration_ms)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-' || column1 || ' seconds'), column2, column3, column4, column5, column6
FROM (VALUES
    (80000, 'info', 'gateway', 'started, version 3.4.0', NULL, NULL),
    (79990, 'info', 'orders', 'started, version 5.1.2', NULL, NULL),
    (79980, 'info', 'billing', 'started, version 2.0.7', NULL, NULL),
    (61200, 'info', 'gateway', 'GET /orders/481 200', '1f0c22aa', 31),
    (61200, 'info', 'orders', 'order 481 read', '1f0c22aa', 12),
    (50410, 'info', 'gateway', 'POST /orders 201', '77b01e4d', 88),
    (50410, 'info', 'orders', 'order 512 placed', '77b01e4d', 41),
    (50409, 'info', 'billing', 'invoice for order 512 written', '77b01e4d', 19),
    (43003, 'warn', 'gateway', 'client sends a header of 9 kB', '3c9d7710', NULL),
    (40020, 'debug', 'orders', 'cache of prices renewed: 2140 entries', NULL, 310),
    (28800, 'info', 'billing', 'nightly run began', NULL, NULL),
    (27900, 'info', 'billing', 'nightly run ended: 1204 invoices', NULL, 898000),
    (21600, 'warn', 'billing', 'bank file is late; tried again in 15 minutes', NULL, NULL),
    (20700, 'info', 'billing', 'bank file read: 318 payments', NULL, 5200),
    (9200, 'warn', 'orders', 'query took longer than 500 ms', 'a41d90f3', 734),
    (9200, 'info', 'gateway', 'GET /orders?customer=17 200', 'a41d90f3', 790),
    (8900, 'warn', 'orders', 'query took longer than 500 ms', 'b2207c5e', 1622),
    (8899, 'info', 'gateway', 'GET /orders?customer=9 200', 'b2207c5e', 1680),
    (8700, 'warn', 'orders', '18 of 20 connections in use', NULL, NULL),
    (8610, 'error', 'orders', 'no connection to the database within 2000 ms', 'c9e0d8b1', 2000),
    (8610, 'error', 'gateway', 'POST /orders 503: orders did not answer', 'c9e0d8b1', 2011),
    (8608, 'info', 'gateway', 'client tries again', 'c9e0d8b1', NULL),
    (8606, 'error', 'orders', 'no connection to the database within 2000 ms', 'c9e0d8b1', 2000),
    (8606, 'error', 'gateway', 'POST /orders 503: orders did not answer', 'c9e0d8b1', 2009),
    (8500, 'error', 'orders', 'no connection to the database within 2000 ms', 'd03b6a27', 2000),
    (8500, 'error', 'gateway', 'GET /orders/530 503: orders did not answer', 'd03b6a27', 2007),
    (8400, 'error', 'billing', 'orders did not answer; invoice for order 529 waits', 'e5511f08', NULL),
    (8100, 'warn', 'orders', 'index orders_by_customer is being rebuilt', NULL, NULL),
    (7600, 'info', 'orders', 'index orders_by_customer rebuilt', NULL, 503000),
    (7500, 'info', 'orders', '4 of 20 connections in use', NULL, NULL),
    (7400, 'info', 'billing', 'invoice for order 529 written', 'e5511f08', 23),
    (5400, 'info', 'gateway', 'GET /orders/530 200', '90ab33cd', 29),
    (5400, 'info', 'orders', 'order 530 read', '90ab33cd', 11),
    (3600, 'info', 'gateway', 'POST /orders 201', '2d7f1b66', 92),
    (3600, 'info', 'orders', 'order 540 placed', '2d7f1b66', 44),
    (3599, 'info', 'billing', 'invoice for order 540 written', '2d7f1b66', 21),
    (1800, 'warn', 'gateway', 'certificate ends in 21 days', NULL, NULL),
    (600, 'info', 'gateway', 'GET /orders/540 200', '5e8c0f19', 27),
    (600, 'debug', 'orders', 'order 540 found in the cache', '5e8c0f19', 1),
    (60, 'info', 'gateway', 'GET /health 200', NULL, 1));
