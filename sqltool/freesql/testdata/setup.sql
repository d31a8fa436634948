-- The database that the corpora of this folder are run against. Whatever nobody may see holds the word CANARY.
CREATE SCHEMA analytics;
CREATE SCHEMA private;

CREATE TABLE analytics.customers AS
SELECT i AS id,
       'Customer ' || i AS name,
       'customer' || i || '@example.com' AS email,
       ['north', 'south', 'east', 'west'][1 + i % 4] AS region,
       DATE '2023-01-01' + CAST(i % 400 AS INTEGER) AS signed_up,
       [x FOR x IN ['vip', 'trial', 'partner', 'dormant'] IF (i + length(x)) % 3 = 0] AS tags,
       {'city': ['Berlin', 'Lyon', 'Porto', 'Malmö', 'Brno'][1 + i % 5], 'zip': lpad(CAST(i * 37 % 90000 AS VARCHAR), 5, '0'), 'geo': {'lat': 45 + i % 10, 'lon': 5 + i % 7}} AS address,
       MAP {'tier': ['gold', 'silver', 'bronze'][1 + i % 3], 'source': ['web', 'store'][1 + i % 2]} AS attributes,
       CASE WHEN i % 10 = 0 THEN NULL ELSE i % 100 END AS score
FROM range(1, 201) AS t(i);

CREATE TABLE analytics.orders AS
SELECT i AS id,
       1 + (i * 7919) % 200 AS customer_id,
       TIMESTAMP '2024-01-01 08:00:00' + to_hours(CAST(i * 13 % 8760 AS INTEGER)) AS ordered_at,
       ['paid', 'open', 'cancelled', 'refunded'][1 + i % 4] AS status,
       CAST((i * 137 % 50000) / 100.0 AS DECIMAL(12, 2)) AS total,
       [{'sku': 'SKU-' || (i % 17), 'quantity': 1 + i % 4, 'price': CAST((i % 300) / 10.0 AS DECIMAL(8, 2))},
        {'sku': 'SKU-' || (i % 11), 'quantity': 1 + i % 2, 'price': CAST((i % 200) / 10.0 AS DECIMAL(8, 2))}] AS items
FROM range(1, 1001) AS t(i);

CREATE TABLE analytics.events AS
SELECT i AS id,
       1 + (i * 104729) % 200 AS customer_id,
       TIMESTAMP '2024-03-01 00:00:00' + to_minutes(CAST(i * 17 % 40000 AS INTEGER)) AS at,
       ['view', 'click', 'cart', 'buy'][1 + i % 4] AS kind,
       CAST('{"page": "/p/' || (i % 23) || '", "ms": ' || (i * 31 % 900) || ', "labels": ["a' || (i % 3) || '", "b"]}' AS JSON) AS payload
FROM range(1, 2001) AS t(i);

CREATE TABLE analytics.prices (sku VARCHAR, valid_from TIMESTAMP, price DECIMAL(8, 2));
INSERT INTO analytics.prices
SELECT 'SKU-' || (i % 17), TIMESTAMP '2024-01-01' + to_days(CAST(i * 9 % 360 AS INTEGER)), CAST(5 + i % 23 AS DECIMAL(8, 2)) FROM range(0, 100) AS t(i);

-- Seen through masks and a filter: only rows of region north, ssn as its last digits, salary not at all, note and hire code hidden.
CREATE TABLE analytics.people (id INTEGER, name VARCHAR, ssn VARCHAR, salary INTEGER, region VARCHAR, note VARCHAR, hire_code VARCHAR, tags VARCHAR[]);
INSERT INTO analytics.people
SELECT i, CASE WHEN i % 2 = 0 THEN 'Person ' || i ELSE 'CANARY-name-' || i END, 'CANARY-ssn-' || lpad(CAST(i AS VARCHAR), 4, '0'), 424242000 + i,
       CASE WHEN i % 2 = 0 THEN 'north' ELSE 'CANARY-south' END, 'CANARY-note-' || i, 'CANARY-hire-' || i,
       CASE WHEN i % 2 = 0 THEN ['plain'] ELSE ['CANARY-tag'] END
FROM range(1, 41) AS t(i);

CREATE TABLE private.secrets (id INTEGER, token VARCHAR);
INSERT INTO private.secrets VALUES (1, 'CANARY-token-1'), (2, 'CANARY-token-2');
CREATE TABLE private.orders (id INTEGER, total VARCHAR);
INSERT INTO private.orders VALUES (1, 'CANARY-order-1');
CREATE TABLE main.secrets (id INTEGER, token VARCHAR);
INSERT INTO main.secrets VALUES (1, 'CANARY-main-1');
CREATE TABLE main.x (token VARCHAR);
INSERT INTO main.x VALUES ('CANARY-x');
CREATE TABLE main.orders (token VARCHAR);
INSERT INTO main.orders VALUES ('CANARY-main-order');
COMMENT ON TABLE private.secrets IS 'CANARY-comment';
CREATE SEQUENCE private.canary_numbers START 777000777;
CREATE TYPE private.mood AS ENUM ('CANARY-mood-1', 'CANARY-mood-2');
CREATE TYPE main.mood AS ENUM ('CANARY-mood-3');

CREATE VIEW analytics.paid_orders AS SELECT id, customer_id, ordered_at, total FROM analytics.orders WHERE status = 'paid';
CREATE VIEW analytics.paid_by_region (region, paid) AS
SELECT c.region, sum(o.total) FROM analytics.paid_orders AS o JOIN analytics.customers AS c ON c.id = o.customer_id GROUP BY c.region;
CREATE VIEW analytics.leak AS SELECT token FROM private.secrets;
CREATE VIEW analytics.leak_twice AS SELECT token FROM analytics.leak;
CREATE VIEW analytics.leak_in_where AS SELECT id FROM analytics.orders WHERE (SELECT max(token) FROM private.secrets) > 'A';
CREATE VIEW analytics.leak_in_with AS WITH s AS (SELECT * FROM private.secrets) SELECT token FROM s;
CREATE VIEW analytics.leak_settings AS SELECT current_setting('memory_limit') AS v, 'CANARY-setting' AS c;
CREATE VIEW analytics.people_view AS SELECT * FROM analytics.people;
CREATE VIEW analytics."Ä Leck" AS SELECT token FROM private.secrets;
CREATE TABLE analytics."ÄRGER" AS SELECT 'CANARY-anger' AS token, 1 AS id;
CREATE VIEW private.wide AS SELECT * FROM analytics.orders, private.secrets;

CREATE MACRO main.peek() AS (SELECT max(token) FROM private.secrets);
CREATE MACRO main.peek_all() AS TABLE SELECT * FROM private.secrets;
CREATE MACRO analytics.peek_here() AS (SELECT max(token) FROM private.secrets);
CREATE MACRO analytics.peek_table() AS TABLE SELECT * FROM private.secrets;
CREATE MACRO main.list_sum(l) AS (SELECT max(token) FROM private.secrets);
CREATE MACRO main.initcap(s) AS (SELECT max(token) FROM private.secrets);
