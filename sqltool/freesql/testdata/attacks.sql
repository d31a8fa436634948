-- files (refused)
SELECT * FROM read_csv('{folder}/plain.csv')
SELECT * FROM read_csv_auto('{folder}/plain.csv')
SELECT * FROM sniff_csv('{folder}/plain.csv')
SELECT * FROM read_text('{folder}/plain.txt')
SELECT * FROM read_blob('{folder}/warehouse.duckdb')
SELECT * FROM read_json('{folder}/plain.json')
SELECT * FROM read_json_auto('{folder}/plain.json')
SELECT * FROM read_json_objects('{folder}/plain.json')
SELECT * FROM read_ndjson('{folder}/plain.json')
SELECT * FROM read_parquet('{folder}/x.parquet')
SELECT * FROM parquet_scan('{folder}/x.parquet')
SELECT * FROM parquet_metadata('{folder}/x.parquet')
SELECT * FROM parquet_schema('{folder}/x.parquet')
SELECT * FROM parquet_kv_metadata('{folder}/x.parquet')
SELECT * FROM parquet_bloom_probe('{folder}/x.parquet', 'a', 1)
SELECT * FROM read_duckdb('{folder}/warehouse.duckdb')
SELECT * FROM glob('{folder}/*')
SELECT * FROM glob('/etc/*')
SELECT * FROM '{folder}/plain.csv'
SELECT * FROM "{folder}/plain.csv"
FROM '{folder}/warehouse.duckdb'
FROM '/etc/passwd'
FROM 'plain.json'
TABLE "{folder}/plain.csv"
SELECT * FROM analytics.orders, '{folder}/plain.csv'
SELECT (SELECT max(content) FROM read_text('{folder}/plain.txt'))
SELECT * FROM analytics.orders WHERE id IN (SELECT length(content) FROM read_text('/etc/passwd'))
SELECT * FROM analytics.orders ORDER BY (SELECT count(*) FROM read_text('/etc/passwd'))
SELECT * FROM analytics.orders LIMIT (SELECT count(*) FROM read_text('/etc/passwd'))
SELECT * FROM analytics.orders OFFSET (SELECT count(*) FROM glob('/etc/*'))
SELECT count(*) FILTER (WHERE (SELECT count(*) FROM glob('/*')) > 1) FROM analytics.orders
SELECT sum(total) OVER (ORDER BY (SELECT count(*) FROM glob('/*'))) FROM analytics.orders
SELECT status FROM analytics.orders GROUP BY status HAVING (SELECT count(*) FROM glob('/*')) > 0
SELECT status FROM analytics.orders QUALIFY (SELECT count(*) FROM glob('/*')) > 0
SELECT list_transform([1], lambda x: (SELECT max(content) FROM read_text('/etc/passwd')))
SELECT * FROM (VALUES ((SELECT max(content) FROM read_text('/etc/passwd')))) AS v
SELECT * FROM unnest((SELECT list(file) FROM glob('/*')))
SELECT * FROM analytics.orders JOIN LATERAL (SELECT * FROM read_text('/etc/passwd')) AS t ON TRUE
SELECT * FROM analytics.orders SEMI JOIN read_text('/etc/passwd') AS t ON TRUE
SELECT * FROM read_csv(['{folder}/plain.csv'], header = true, union_by_name = true)
COPY (SELECT 1) TO '{folder}/out.csv'
COPY analytics.orders TO '{folder}/warehouse.duckdb.wal'
COPY analytics.orders FROM '{folder}/plain.csv'
EXPORT DATABASE '{folder}/out'
IMPORT DATABASE '{folder}/out'
SELECT * FROM analytics."/../plain.csv"
SELECT * FROM analytics."../../{folder}/plain.csv"
SELECT * FROM analytics."x.csv"
SELECT * FROM analytics.csv
SELECT * FROM analytics.parquet
SELECT * FROM analytics."*"
SELECT * FROM analytics."plain.json"
SELECT * FROM warehouse.analytics."plain.CSV"
-- network and extensions (refused)
SELECT * FROM 'https://example.com/x.csv'
SELECT * FROM read_csv('http://169.254.169.254/latest/meta-data')
SELECT * FROM 's3://bucket/x.parquet'
SELECT * FROM 'hf://datasets/x/y.csv'
SELECT * FROM postgres_scan('host=localhost', 'public', 't')
SELECT * FROM sqlite_scan('{folder}/x.db', 't')
SELECT * FROM mysql_query('db', 'SELECT 1')
SELECT http_get('http://localhost/')
SELECT * FROM ST_Read('/etc/passwd')
INSTALL httpfs
LOAD httpfs
FORCE INSTALL spatial FROM community
UPDATE EXTENSIONS
CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')
SELECT * FROM duckdb_secrets()
SELECT * FROM which_secret('s3://x', 's3')
ATTACH '{folder}/dash.duckdb' AS d2
ATTACH ':memory:' AS m
DETACH dash
USE dash
-- settings and state (refused)
SET memory_limit = '10GB'
SET VARIABLE v = 1
SET search_path = 'private'
SET schema = 'private'
RESET memory_limit
PRAGMA enable_profiling
PRAGMA database_list
PRAGMA show_tables
PRAGMA storage_info('private.secrets')
CALL pragma_version()
CALL enable_logging()
BEGIN
COMMIT
CHECKPOINT
VACUUM
ANALYZE
LOAD 'x'
PREPARE p AS SELECT 1
EXECUTE p
DEALLOCATE p
EXPLAIN SELECT * FROM private.secrets
EXPLAIN ANALYZE SELECT 1
SELECT current_setting('memory_limit')
SELECT current_setting('allowed_paths')
SELECT getvariable('hidden')
SELECT main.getvariable('hidden')
SELECT system.main.getvariable('hidden')
SELECT setseed(0.5)
SELECT nextval('private.canary_numbers')
SELECT currval('private.canary_numbers')
SELECT write_log('x')
SELECT * FROM enable_logging()
SELECT * FROM checkpoint()
SELECT * FROM force_checkpoint()
SELECT * FROM truncate_duckdb_logs()
-- other schemas by every spelling (refused)
SELECT * FROM private.secrets
SELECT * FROM Private.Secrets
SELECT * FROM "private"."secrets"
SELECT * FROM "PRIVATE"."SECRETS"
SELECT * FROM warehouse.private.secrets
SELECT * FROM "warehouse"."private"."secrets"
SELECT * FROM private{zwsp}.secrets
SELECT * FROM private{nbsp}.{nbsp}secrets
SELECT * FROM private/* x */./* y */secrets
SELECT * FROM private--{nl}.secrets
SELECT * FROM private /* /* nested */ */ . secrets
{bom}SELECT * FROM private.secrets
FROM private.secrets
TABLE private.secrets
SELECT token FROM (FROM private.secrets)
SELECT * FROM analytics.orders, private.secrets
SELECT * FROM analytics.orders JOIN private.secrets USING (id)
SELECT * FROM analytics.orders NATURAL JOIN private.secrets
SELECT * FROM analytics.orders POSITIONAL JOIN private.secrets
SELECT * FROM analytics.orders UNION ALL SELECT * FROM private.secrets
SELECT (SELECT max(token) FROM private.secrets)
SELECT EXISTS (FROM private.secrets)
SELECT [(SELECT max(token) FROM private.secrets)]
SELECT {'a': (SELECT max(token) FROM private.secrets)}
SELECT CASE WHEN TRUE THEN (SELECT max(token) FROM private.secrets) END
SELECT coalesce(NULL, (SELECT max(token) FROM private.secrets))
SELECT 1 ORDER BY (SELECT max(token) FROM private.secrets)
SELECT * FROM range((SELECT count(*) FROM private.secrets))
SELECT * REPLACE ((SELECT max(token) FROM private.secrets) AS status) FROM analytics.orders
SELECT DISTINCT ON ((SELECT max(token) FROM private.secrets)) id FROM analytics.orders
SELECT * FROM analytics.orders PIVOT (max((SELECT max(token) FROM private.secrets)) FOR status IN ('paid'))
SELECT * FROM private.secrets PIVOT (max(token) FOR id IN (1))
SELECT * FROM private.secrets UNPIVOT (v FOR k IN (token))
SELECT * FROM private.secrets TABLESAMPLE 100%
SELECT * FROM private.wide
SELECT * FROM main.secrets
SELECT * FROM warehouse.secrets
SELECT * FROM warehouse.main.secrets
SELECT * FROM secrets
SELECT * FROM x
SELECT * FROM temp.main.x
SELECT * FROM memory.main.x
SELECT * FROM "".secrets
SELECT * FROM dash.internal_notes
SELECT * FROM dash.main.internal_notes
SELECT * FROM dash.analytics.orders
SELECT * FROM "analytics.orders"
SELECT * FROM "private.secrets"
SELECT * FROM orders
SELECT * FROM analytics.orders AT (VERSION => 1)
SELECT * FROM recurring.secrets
-- catalogs (refused)
SELECT * FROM information_schema.tables
SELECT * FROM INFORMATION_SCHEMA.COLUMNS
SELECT * FROM warehouse.information_schema.tables
SELECT * FROM pg_catalog.pg_tables
SELECT * FROM pg_tables
SELECT * FROM sqlite_master
SELECT * FROM sqlite_schema
SELECT * FROM duckdb_tables
SELECT * FROM duckdb_tables()
SELECT * FROM duckdb_columns()
SELECT * FROM duckdb_views()
SELECT * FROM duckdb_functions()
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_databases()
SELECT * FROM duckdb_schemas()
SELECT * FROM duckdb_sequences()
SELECT * FROM duckdb_variables()
SELECT * FROM duckdb_logs
SELECT * FROM duckdb_types()
SELECT * FROM duckdb_constraints()
SELECT * FROM duckdb_dependencies()
SELECT * FROM duckdb_memory()
SELECT * FROM duckdb_temporary_files()
SELECT * FROM duckdb_prepared_statements()
SELECT * FROM duckdb_external_file_cache()
SELECT * FROM pragma_database_size()
SELECT * FROM pragma_storage_info('private.secrets')
SELECT * FROM pragma_table_info('private.secrets')
SELECT * FROM pragma_show('private.secrets')
SELECT * FROM seq_scan('private', 'secrets')
SELECT * FROM summary((SELECT 1))
SELECT * FROM icu_calendar_names()
SELECT * FROM test_all_types()
SELECT * FROM duckdb_table_sample('private.secrets')
SELECT * FROM sql_auto_complete('SELECT * FROM priv')
SHOW TABLES
SHOW ALL TABLES
SHOW DATABASES
SHOW private.secrets
DESCRIBE private.secrets
DESCRIBE SELECT * FROM private.secrets
SUMMARIZE private.secrets
SUMMARIZE SELECT * FROM private.secrets
SELECT * FROM (DESCRIBE private.secrets)
SELECT * FROM (SUMMARIZE private.secrets)
SELECT * FROM (SHOW TABLES)
WITH s AS (SHOW ALL TABLES) SELECT * FROM s
SELECT current_schemas(TRUE)
SELECT current_schema()
SELECT current_schema
SELECT current_database()
SELECT current_catalog
SELECT current_user
SELECT user
SELECT session_user
SELECT version()
SELECT current_query()
SELECT txid_current()
SELECT pg_catalog.pg_get_viewdef(1)
SELECT pg_get_viewdef(1)
SELECT pg_typeof(1)
SELECT has_table_privilege('private.secrets', 'select')
SELECT obj_description(1, 'x')
SELECT in_search_path('warehouse', 'private')
SELECT stats(token) FROM (SELECT 1 AS token)
SELECT alias(1)
SELECT 'private.secrets'::regclass
SELECT enum_range(NULL::private.mood)
SELECT enum_range(NULL::mood)
SELECT enum_last(NULL::main.mood)
SELECT 'x'::mood
SELECT TRY_CAST('CANARY-mood-1' AS private.mood)
SELECT cast_to_type('a', NULL::mood)
SELECT x::mood FROM (SELECT 1 AS x)
SELECT CAST(NULL AS STRUCT(a mood))
SELECT CAST([] AS mood[])
SELECT * FROM analytics.orders PIVOT (sum(total) FOR status IN mood)
-- several statements (refused)
SELECT 1; SELECT 2
SELECT 1; DROP TABLE analytics.orders
SELECT 1;;SELECT * FROM private.secrets
; ;
DROP TABLE analytics.orders; SELECT 1
SELECT 1{nul}; SELECT * FROM private.secrets
SELECT 1 --{nl}; SELECT * FROM private.secrets
SELECT '{ff}'
{zwsp}{nbsp}
-- writing in disguise (refused)
INSERT INTO analytics.orders VALUES (1)
INSERT INTO analytics.orders SELECT * FROM analytics.orders RETURNING *
UPDATE analytics.orders SET total = 0
DELETE FROM analytics.orders
TRUNCATE analytics.orders
MERGE INTO analytics.orders USING analytics.orders AS o ON TRUE WHEN MATCHED THEN DELETE
CREATE TABLE t AS SELECT * FROM private.secrets
CREATE TEMP TABLE t AS SELECT * FROM private.secrets
CREATE VIEW v AS SELECT * FROM private.secrets
CREATE TEMP MACRO m() AS (SELECT max(token) FROM private.secrets)
CREATE OR REPLACE FUNCTION m() AS 1
CREATE SEQUENCE s
CREATE TYPE t AS ENUM (SELECT token FROM private.secrets)
CREATE SCHEMA s
CREATE INDEX i ON analytics.orders (id)
ALTER TABLE analytics.orders ADD COLUMN x INTEGER
DROP VIEW analytics.leak
COMMENT ON TABLE analytics.orders IS 'x'
WITH x AS (DELETE FROM analytics.orders RETURNING *) SELECT * FROM x
WITH x AS (INSERT INTO analytics.orders VALUES (1) RETURNING *) SELECT * FROM x
SELECT 1 INTO private.t
SELECT * FROM analytics.orders FOR UPDATE OF private.secrets NOWAIT WITH
PIVOT private.secrets ON id USING max(token)
PIVOT analytics.orders ON status USING sum(total)
UNPIVOT private.secrets ON token
-- common table expressions that are no licence (refused)
WITH secrets AS (SELECT * FROM secrets) SELECT * FROM secrets
WITH x AS (SELECT * FROM x) SELECT * FROM x
WITH a AS (SELECT * FROM x), x AS (SELECT 1) SELECT * FROM a
WITH RECURSIVE a AS (SELECT * FROM x), x AS (SELECT 1 AS n) SELECT * FROM a
(WITH x AS (SELECT 'a' AS token) SELECT * FROM x) UNION ALL SELECT * FROM x
SELECT * FROM x UNION ALL (WITH x AS (SELECT 'a' AS token) SELECT * FROM x)
WITH RECURSIVE x AS (SELECT token FROM x UNION ALL SELECT token FROM x WHERE FALSE) SELECT * FROM x
SELECT * FROM (WITH x AS (SELECT 1) SELECT 1) AS s, x
SELECT (WITH x AS (SELECT 1) SELECT 1), token FROM x
SELECT * FROM x WHERE 'a' IN (WITH x AS (SELECT 'a') SELECT * FROM x)
WITH a AS (WITH x AS (SELECT 1) SELECT 1) SELECT * FROM x
WITH x AS (SELECT 1) SELECT * FROM private.x
WITH x AS (SELECT 1) SELECT * FROM main.x
WITH secrets AS (SELECT 1) SELECT * FROM private.secrets
WITH "private.secrets" AS (SELECT 1) SELECT * FROM private.secrets
WITH s AS (SELECT * FROM private.secrets) SELECT 1
WITH s AS NOT MATERIALIZED (SELECT * FROM private.secrets) SELECT 1
WITH RECURSIVE s AS (SELECT 1 UNION ALL SELECT id FROM private.secrets) SELECT * FROM s
WITH RECURSIVE s(id) USING KEY (id) AS (SELECT 1 UNION SELECT id FROM private.secrets) SELECT * FROM s
WITH RECURSIVE t(n) USING KEY (n) AS (SELECT 1 UNION SELECT n FROM recurring.t) SELECT n FROM t
WITH RECURSIVE x AS (WITH s AS (SELECT token FROM x) SELECT token FROM s UNION ALL SELECT token FROM x) SELECT * FROM x
WITH RECURSIVE t AS (WITH x AS (SELECT 'a' AS token) SELECT token FROM x UNION ALL SELECT token FROM t WHERE FALSE) SELECT * FROM x
WITH RECURSIVE x AS (WITH y AS (SELECT 1) SELECT 'a' AS token UNION ALL SELECT token FROM y, s) SELECT * FROM x, y
WITH _mcpgov_cte1 AS (SELECT 1) SELECT * FROM _mcpgov_cte1
WITH a AS (SELECT 1) SELECT * FROM _mcpgov_cte1
WITH a AS (SELECT 1) SELECT * FROM _MCPGOV_cte1
-- macros and functions that run text (refused)
SELECT peek()
SELECT main.peek()
SELECT warehouse.main.peek()
SELECT analytics.peek_here()
SELECT warehouse.analytics.peek_here()
SELECT list_sum([1])
SELECT main.list_sum([1])
SELECT initcap('x')
SELECT 'x'.initcap()
SELECT * FROM peek_all()
SELECT * FROM main.peek_all()
SELECT * FROM analytics.peek_table()
SELECT * FROM query('SELECT * FROM private.secrets')
SELECT * FROM query('FROM ' || 'private.secrets')
SELECT * FROM query_table('private.secrets')
SELECT * FROM query_table(['private.secrets'])
SELECT * FROM QUERY_TABLE("private.secrets")
SELECT * FROM main.query('SELECT * FROM private.secrets')
SELECT * FROM system.main.query('SELECT * FROM private.secrets')
SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM private.secrets'))
SELECT json_serialize_sql('SELECT 1')
SELECT json_deserialize_sql('{}')
SELECT json_serialize_plan('SELECT * FROM private.secrets')
SELECT list_aggregate([1], 'peek')
SELECT list_aggregate([1], 'no' || 'ne')
SELECT list_aggr(['a'], status) FROM analytics.orders
SELECT array_aggregate([1], 'nextval')
SELECT aggregate([1], 'list_sum')
SELECT t.columns('token') FROM private.secrets AS t
SELECT * FROM repeat_row('a', num_rows = 10)
SELECT * FROM histogram(private.secrets, token)
SELECT * FROM histogram_values(private.secrets, token)
SELECT error('x')
SELECT $1
SELECT ?
SELECT $name
SELECT * FROM analytics.orders WHERE id = $id
SELECT * FROM range($1)
-- views over what may not be read (refused)
SELECT * FROM analytics.leak
SELECT * FROM analytics.leak_twice
SELECT * FROM analytics."Ä Leck"
SELECT * FROM ANALYTICS."Ä leck"
SELECT * FROM analytics.leak_in_where
SELECT * FROM analytics.leak_in_with
SELECT * FROM analytics.leak_settings
SELECT count(*) FROM analytics.leak
SELECT 1 FROM analytics.orders WHERE EXISTS (FROM analytics.leak)
WITH secrets AS (SELECT 1 AS token) SELECT * FROM analytics.leak
SELECT leak.token FROM Analytics."LEAK" AS leak
SELECT * FROM analytics.leak TABLESAMPLE 10 ROWS
-- error texts (no canary)
SELECT * FROM analytics.secretz
SELECT * FROM analytics.peopl
SELECT secretz FROM analytics.people
SELECT nohire FROM analytics.people
SELECT note FROM analytics.people
SELECT notee FROM analytics.people
SELECT people.note FROM analytics.people
SELECT analytics.people.note FROM analytics.people
SELECT rowid FROM analytics.people
SELECT p.rowid, p.note FROM analytics.people p
SELECT name::INTEGER FROM analytics.people
SELECT CAST(ssn AS INTEGER) FROM analytics.people
SELECT hire_code::DATE FROM analytics.people
SELECT tags::INTEGER[] FROM analytics.people
SELECT * FROM analytics.people WHERE name::INTEGER > 0
SELECT * FROM analytics.people WHERE region::INTEGER > 0
SELECT * FROM analytics.people WHERE CASE WHEN region <> 'north' THEN name::INTEGER > 0 ELSE TRUE END
SELECT * FROM analytics.people WHERE CAST(name AS DATE) IS NULL OR TRUE
SELECT * FROM analytics.people WHERE CASE WHEN name LIKE 'CANARY%' THEN name::INTEGER = 1 ELSE FALSE END
SELECT * FROM analytics.people WHERE json_extract(name, '$.a') IS NOT NULL
SELECT * FROM analytics.people WHERE strptime(ssn, '%Y') IS NULL
SELECT * FROM analytics.people ORDER BY name::INTEGER
SELECT * FROM analytics.people p JOIN analytics.orders o ON o.id = p.name::INTEGER
SELECT max(name::INTEGER) FROM analytics.people
SELECT sum(name::INTEGER) OVER () FROM analytics.people
SELECT array_extract(tags, 1)::DATE FROM analytics.people
SELECT (SELECT name FROM analytics.people) = 'x'
SELECT map([name], [1])[name]::DATE FROM analytics.people
SELECT from_hex(name) FROM analytics.people
SELECT unhex(name) FROM analytics.people
SELECT * FROM analytics.people WHERE unhex(name) IS NOT NULL
SELECT chr(salary) FROM analytics.people
SELECT 1 / (salary - 424242002) FROM analytics.people
SELECT factorial(salary) FROM analytics.people
SELECT CAST(salary AS TINYINT) FROM analytics.people
-- around a mask or a filter (no canary)
SELECT * FROM analytics."ÄRGER"
SELECT token FROM analytics."ärger"
SELECT "ÄRGER".token FROM Analytics."Ärger"
SELECT analytics."ÄRGER".token FROM analytics."ÄRGER"
SELECT * FROM analytics.people
SELECT id, name, ssn, salary, region, hire_code, tags FROM analytics.people
SELECT ssn AS s, salary + 0 AS pay, name || '' AS n FROM analytics.people
SELECT p FROM analytics.people p
SELECT people FROM analytics.people
SELECT to_json(p) FROM analytics.people p
SELECT row_to_json(p) FROM analytics.people p
SELECT struct_pack(x := p) FROM analytics.people p
SELECT string_agg(ssn, ',') FROM analytics.people
SELECT list(p) FROM analytics.people p
SELECT histogram(region) FROM analytics.people
SELECT min(salary), max(salary), sum(salary), avg(salary) FROM analytics.people
SELECT arg_max(name, salary) FROM analytics.people
SELECT mode(ssn), first(ssn), last(name), any_value(hire_code) FROM analytics.people
SELECT region, count(*) FROM analytics.people GROUP BY ALL
SELECT count(*) FROM analytics.people WHERE region <> 'north'
SELECT name FROM analytics.people WHERE region = 'CANARY-south'
SELECT name FROM analytics.people WHERE FALSE OR TRUE
SELECT name FROM analytics.people WHERE NOT (region = 'north') OR region IS NULL
SELECT name FROM analytics.people UNION SELECT ssn FROM analytics.people
SELECT p.* FROM analytics.people p
SELECT people.* FROM analytics.people
SELECT COLUMNS('.*') FROM analytics.people
SELECT COLUMNS(c -> c LIKE '%s%') FROM analytics.people
SELECT * EXCLUDE (id) FROM analytics.people
SELECT * REPLACE (ssn || name AS ssn) FROM analytics.people
SELECT * RENAME (ssn AS note) FROM analytics.people
SELECT o.* FROM analytics.people AS o(a, b, c, d, e, f, g)
SELECT a, c, d FROM analytics.people AS o(a, b, c, d, e, f, g)
SELECT h FROM analytics.people AS o(a, b, c, d, e, f, g, h)
WITH p AS (SELECT * FROM analytics.people) SELECT ssn, salary FROM p
WITH people AS (SELECT * FROM analytics.people) SELECT * FROM people
WITH people(note) AS (SELECT ssn FROM analytics.people) SELECT note FROM people
SELECT * FROM analytics.people_view
SELECT v.ssn, v.note FROM analytics.people_view v
SELECT ssn, salary, hire_code FROM analytics.people_view
SELECT region, count(*) FROM analytics.people_view GROUP BY region
SELECT * FROM analytics.people a JOIN analytics.people b ON a.ssn = b.ssn
SELECT * FROM analytics.people a FULL OUTER JOIN analytics.people b ON a.id = b.id + 1
SELECT * FROM analytics.orders o LEFT JOIN analytics.people p ON p.id = o.id ORDER BY o.id LIMIT 50
SELECT * FROM analytics.orders o RIGHT JOIN analytics.people p ON FALSE
SELECT * FROM analytics.people ANTI JOIN analytics.orders USING (id)
SELECT (SELECT list(ssn) FROM analytics.people)
SELECT o.id, (SELECT max(p.ssn) FROM analytics.people p WHERE p.id = o.id) FROM analytics.orders o LIMIT 50
SELECT x.* FROM analytics.orders o, LATERAL (SELECT p.ssn, p.salary, o.id FROM analytics.people p WHERE p.id = o.id) x
SELECT * FROM analytics.people PIVOT (max(ssn) FOR region IN ('north', 'CANARY-south'))
SELECT * FROM (SELECT ssn, name FROM analytics.people) UNPIVOT (v FOR k IN (ssn, name))
SELECT * FROM analytics.people TABLESAMPLE 100%
SELECT * FROM analytics.people USING SAMPLE 100 ROWS
SELECT lag(ssn) OVER (ORDER BY id), nth_value(name, 1) OVER (ORDER BY id) FROM analytics.people
SELECT id FROM analytics.people WHERE ssn LIKE 'CANARY-ssn-0002'
SELECT id FROM analytics.people WHERE salary > 0
SELECT id FROM analytics.people WHERE hire_code = 'CANARY-hire-2'
SELECT regexp_extract(ssn, '.*') FROM analytics.people
SELECT unnest(tags) FROM analytics.people
SELECT list_transform(tags, lambda t: t || name || ssn) FROM analytics.people
SELECT t.tag FROM analytics.people p, unnest(p.tags) AS t(tag)
SELECT _mcpgov_row.note FROM analytics.people
SELECT _mcpgov_row.ssn FROM analytics.people
SELECT _MCPGOV_ROW.region FROM analytics.people AS _mcpgov_row
SELECT _mcpgov_visible FROM analytics.people
SELECT * FROM (SELECT 'north' AS region, TRUE AS _mcpgov_visible) AS _mcpgov_row, analytics.people
SELECT * FROM (SELECT 'north' AS region) AS x, analytics.people
SELECT * FROM (SELECT 'CANARY' || '-south' AS region) AS this, analytics.people p WHERE p.region = this.region
SELECT *, (SELECT count(*) FROM analytics.people WHERE id = o.id) FROM (SELECT 1 AS id, 'CANAR' || 'Y-south' AS region) AS o WHERE FALSE
SELECT warehouse.analytics.people.note FROM analytics.people
SELECT warehouse.analytics.people.ssn FROM analytics.people
SELECT * FROM ANALYTICS."PEOPLE"
SELECT * FROM "analytics".people
SELECT * FROM warehouse.analytics.people
SELECT * FROM Warehouse.Analytics.People
SELECT approx_top_k(ssn, 3), entropy(name), approx_quantile(salary, 0.5) FROM analytics.people
SELECT bit_xor(salary), product(salary), kurtosis(salary) FROM analytics.people
SELECT ssn FROM analytics.people WHERE id IN (SELECT id FROM analytics.people WHERE region = 'CANARY-south')
SELECT sha256('CANARY-hire-2') = hire_code FROM analytics.people
-- resource exhaustion (refused)
SELECT repeat('a', 1000000000)
SELECT repeat(repeat('a', 1000), 1000)
SELECT repeat('a', 100000)
SELECT repeat('a', total::INTEGER) FROM analytics.orders
SELECT repeat(name, 10) FROM analytics.customers
SELECT lpad('a', 1000000000, 'x')
SELECT rpad('a', 100000, 'x')
SELECT lpad('a', id, 'x') FROM analytics.orders
SELECT printf('%1000000000d', 1)
SELECT printf('%*d', 100000000, 1)
SELECT format('{:>1000000000}', 1)
SELECT format('{:>{}}', 1, 100000000)
SELECT format(name, 1) FROM analytics.customers
SELECT range(100000000)
SELECT unnest(range(100000000))
SELECT generate_series(1, 100000000)
SELECT range(0, 100000000, 1)
SELECT range(1, id) FROM analytics.orders
SELECT range(-9223372036854775807, 9223372036854775807)
SELECT generate_series(TIMESTAMP '0001-01-01', TIMESTAMP '9999-01-01', INTERVAL 1 MICROSECOND)
SELECT list_resize([1], 1000000000)
SELECT array_resize([1], 1000000000)
SELECT [1]::INTEGER[1000000000]
SELECT bitstring('1', 1000000000)
SELECT levenshtein(repeat('a', 60000), repeat('b', 60000))
SELECT levenshtein(name, email) FROM analytics.customers
SELECT damerau_levenshtein('a', 'b')
SELECT jaccard('ab', 'bc')
SELECT jaro_winkler_similarity('a', 'b')
SELECT sleep_ms(100000)
SELECT pg_sleep(10)
SELECT replace(replace(replace(replace('a', 'a', 'aaaaaaaaaaaaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')
SELECT replace(name, 'a', email) FROM analytics.customers
SELECT regexp_replace(name, '.*', repeat('a', 10000), 'g') FROM analytics.customers
SELECT regexp_replace(regexp_replace(regexp_replace(regexp_replace('aaaa', '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'g'), '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'g'), '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'g'), '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'g')
SELECT list_transform([1, 2], lambda a: list_transform([1, 2], lambda b: list_transform([1, 2], lambda c: a + b + c)))
SELECT [[[a + b + c FOR a IN [1, 2]] FOR b IN [1, 2]] FOR c IN [1, 2]]
SELECT 'aaaaaaaaaa' AS c0, c0 || c0 AS c1, c1 || c1 AS c2, c2 || c2 AS c3, c3 || c3 AS c4, c4 || c4 AS c5, c5 || c5 AS c6, c6 || c6 AS c7, c7 || c7 AS c8, c8 || c8 AS c9, c9 || c9 AS c10, c10 || c10 AS c11, c11 || c11 AS c12, c12 || c12 AS c13, c13 || c13 AS c14
SELECT 'aaaaaaaaaa' AS c0, concat(c0, c0) AS c1, concat(c1, c1) AS c2, concat(c2, c2) AS c3, concat(c3, c3) AS c4, concat(c4, c4) AS c5, concat(c5, c5) AS c6, concat(c6, c6) AS c7, concat(c7, c7) AS c8, concat(c8, c8) AS c9, concat(c9, c9) AS c10, concat(c10, c10) AS c11, concat(c11, c11) AS c12, concat(c12, c12) AS c13, concat(c13, c13) AS c14
SELECT 'aaaaaaaaaa' AS c0, [c0, c0] AS c1, [c1, c1] AS c2, [c2, c2] AS c3, [c3, c3] AS c4, [c4, c4] AS c5, [c5, c5] AS c6, [c6, c6] AS c7, [c7, c7] AS c8, [c8, c8] AS c9, [c9, c9] AS c10, [c10, c10] AS c11, [c11, c11] AS c12, [c12, c12] AS c13, [c13, c13] AS c14
SELECT 'aaaaaaaaaa' AS c0, {'a': c0, 'b': c0} AS c1, {'a': c1, 'b': c1} AS c2, {'a': c2, 'b': c2} AS c3, {'a': c3, 'b': c3} AS c4, {'a': c4, 'b': c4} AS c5, {'a': c5, 'b': c5} AS c6, {'a': c6, 'b': c6} AS c7, {'a': c7, 'b': c7} AS c8, {'a': c8, 'b': c8} AS c9, {'a': c9, 'b': c9} AS c10, {'a': c10, 'b': c10} AS c11, {'a': c11, 'b': c11} AS c12, {'a': c12, 'b': c12} AS c13, {'a': c13, 'b': c13} AS c14
SELECT [1, 2, 3] AS c0, list_concat(c0, c0) AS c1, list_concat(c1, c1) AS c2, list_concat(c2, c2) AS c3, list_concat(c3, c3) AS c4, list_concat(c4, c4) AS c5, list_concat(c5, c5) AS c6, list_concat(c6, c6) AS c7, list_concat(c7, c7) AS c8, list_concat(c8, c8) AS c9, list_concat(c9, c9) AS c10, list_concat(c10, c10) AS c11, list_concat(c11, c11) AS c12, list_concat(c12, c12) AS c13, list_concat(c13, c13) AS c14
SELECT 'aaaaaaaaaa' AS c0, concat_ws('', upper(c0), reverse(c0)) AS c1, concat_ws('', upper(c1), reverse(c1)) AS c2, concat_ws('', upper(c2), reverse(c2)) AS c3, concat_ws('', upper(c3), reverse(c3)) AS c4, concat_ws('', upper(c4), reverse(c4)) AS c5, concat_ws('', upper(c5), reverse(c5)) AS c6, concat_ws('', upper(c6), reverse(c6)) AS c7, concat_ws('', upper(c7), reverse(c7)) AS c8, concat_ws('', upper(c8), reverse(c8)) AS c9, concat_ws('', upper(c9), reverse(c9)) AS c10, concat_ws('', upper(c10), reverse(c10)) AS c11, concat_ws('', upper(c11), reverse(c11)) AS c12, concat_ws('', upper(c12), reverse(c12)) AS c13, concat_ws('', upper(c13), reverse(c13)) AS c14
SELECT 'aaaaaaaaaa' AS c0, printf('%s%s', c0, c0) AS c1, printf('%s%s', c1, c1) AS c2, printf('%s%s', c2, c2) AS c3, printf('%s%s', c3, c3) AS c4, printf('%s%s', c4, c4) AS c5, printf('%s%s', c5, c5) AS c6, printf('%s%s', c6, c6) AS c7, printf('%s%s', c7, c7) AS c8, printf('%s%s', c8, c8) AS c9, printf('%s%s', c9, c9) AS c10, printf('%s%s', c10, c10) AS c11, printf('%s%s', c11, c11) AS c12, printf('%s%s', c12, c12) AS c13, printf('%s%s', c13, c13) AS c14
SELECT 'aaaaaaaaaa' AS c0, CASE WHEN TRUE THEN c0 || c0 END AS c1, CASE WHEN TRUE THEN c1 || c1 END AS c2, CASE WHEN TRUE THEN c2 || c2 END AS c3, CASE WHEN TRUE THEN c3 || c3 END AS c4, CASE WHEN TRUE THEN c4 || c4 END AS c5, CASE WHEN TRUE THEN c5 || c5 END AS c6, CASE WHEN TRUE THEN c6 || c6 END AS c7, CASE WHEN TRUE THEN c7 || c7 END AS c8, CASE WHEN TRUE THEN c8 || c8 END AS c9, CASE WHEN TRUE THEN c9 || c9 END AS c10, CASE WHEN TRUE THEN c10 || c10 END AS c11, CASE WHEN TRUE THEN c11 || c11 END AS c12, CASE WHEN TRUE THEN c12 || c12 END AS c13, CASE WHEN TRUE THEN c13 || c13 END AS c14
SELECT 'aaaaaaaaaa' AS c0, replace(c0, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c0, 1) AS c1, replace(c1, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c1, 1) AS c2, replace(c2, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c2, 1) AS c3, replace(c3, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c3, 1) AS c4, replace(c4, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c4, 1) AS c5, replace(c5, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c5, 1) AS c6, replace(c6, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c6, 1) AS c7, replace(c7, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c7, 1) AS c8, replace(c8, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c8, 1) AS c9, replace(c9, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c9, 1) AS c10, replace(c10, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c10, 1) AS c11, replace(c11, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c11, 1) AS c12, replace(c12, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c12, 1) AS c13, replace(c13, 'a', 'aaaaaaaaaaaaaaaaaaaa') || left(c13, 1) AS c14
SELECT x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT x || x AS x FROM (SELECT 'aaaaaaaaaa' AS x)))))))))))))))
SELECT y FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT x || x FROM (SELECT 'aaaaaaaaaa' AS x)) AS t(x)) AS t(x)) AS t(x)) AS t(x)) AS t(x)) AS t(x)) AS t(x)) AS t(x)) AS t(x)) AS t(x)) AS t(x)) AS t(x)) AS t(x)) AS t(y)
SELECT "(x || x)" || "(x || x)" || "(x || x)" || "(x || x)" FROM (SELECT x || x FROM (SELECT repeat('a', 10000) AS x UNION ALL SELECT x || x || x || x || x || x FROM (SELECT repeat('a', 10000) AS x)))
WITH a0 AS (SELECT 'aaaaaaaaaa' AS x), a1 AS (SELECT x || x AS x FROM a0), a2 AS (SELECT x || x AS x FROM a1), a3 AS (SELECT x || x AS x FROM a2), a4 AS (SELECT x || x AS x FROM a3), a5 AS (SELECT x || x AS x FROM a4), a6 AS (SELECT x || x AS x FROM a5), a7 AS (SELECT x || x AS x FROM a6), a8 AS (SELECT x || x AS x FROM a7), a9 AS (SELECT x || x AS x FROM a8), a10 AS (SELECT x || x AS x FROM a9), a11 AS (SELECT x || x AS x FROM a10), a12 AS (SELECT x || x AS x FROM a11), a13 AS (SELECT x || x AS x FROM a12) SELECT x FROM a13
SELECT bin(bin(bin(bin(bin(bin('aaaaaaaaaa'))))))
SELECT hex(hex(hex(hex(hex(hex(hex(hex(hex(hex(hex(hex('aaaaaaaaaa'))))))))))))
SELECT to_json(to_json(to_json(to_json(to_json(to_json(to_json(to_json(to_json(to_json(to_json(to_json('"'::VARCHAR)::VARCHAR)::VARCHAR)::VARCHAR)::VARCHAR)::VARCHAR)::VARCHAR)::VARCHAR)::VARCHAR)::VARCHAR)::VARCHAR)::VARCHAR)
SELECT url_encode(url_encode(url_encode(url_encode(url_encode(url_encode(url_encode(url_encode(url_encode('%%%')))))))))
SELECT list_reduce([1, 2, 3, 4, 5, 6, 7, 8, 9]::VARCHAR[], lambda a, b: a || a)
SELECT list_reduce(['a', 'b'], (a, b) -> concat(a, b, a))
SELECT list_reduce([['a'], ['b']], lambda a, b: list_concat(a, a))
SELECT list_transform(range(10000), lambda x: list_transform(range(10000), lambda y: x * y))
SELECT unnest(list_transform(range(10000), lambda x: repeat('a', 10000)))
SELECT repeat('a', 10000) AS a, replace(a, 'a', 'aaaaaaaaaaaaaaaaaaaa') AS b
SELECT lpad('a', -1, 'b') || lpad('a', 1001, 'b')
SELECT json_transform('{}', '{}')
SELECT from_json('{}', '{}')
SELECT {deep}1{peed}
