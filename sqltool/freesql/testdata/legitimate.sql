-- Statements that answer with the rows, order and columns that they have without the checker. One in each line.
-- plain
SELECT 1
SELECT 1 AS one, 'two' AS two, 3.5 AS three, NULL AS four, TRUE AS five
SELECT * FROM analytics.customers ORDER BY id
SELECT id, name FROM analytics.customers WHERE region = 'north' ORDER BY name DESC LIMIT 7 OFFSET 2
SELECT analytics.orders.total, orders.status FROM analytics.orders ORDER BY analytics.orders.id LIMIT 5
SELECT "o"."total" AS "the total" FROM analytics."orders" AS "o" ORDER BY "o"."id" LIMIT 3
SELECT ID, Total FROM ANALYTICS.Orders ORDER BY Id LIMIT 4
FROM analytics.orders ORDER BY id LIMIT 3
FROM analytics.orders SELECT status, count(*) GROUP BY status ORDER BY status
TABLE analytics.prices
SELECT DISTINCT status FROM analytics.orders ORDER BY 1
SELECT DISTINCT ON (customer_id) customer_id, total FROM analytics.orders ORDER BY customer_id, total DESC
VALUES (1, 'a'), (2, 'b')
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(n, s) ORDER BY n
SELECT count(*), count(DISTINCT customer_id), sum(total), avg(total), min(total), max(total), median(total), stddev(total) FROM analytics.orders
SELECT count(*) FROM analytics.customers WHERE score IS NULL
SELECT id FROM analytics.orders WHERE status IN ('paid', 'open') AND total BETWEEN 100 AND 120 AND NOT customer_id = 5 ORDER BY id
SELECT id, CASE WHEN total > 400 THEN 'large' WHEN total > 100 THEN 'middle' ELSE 'small' END AS size FROM analytics.orders ORDER BY id LIMIT 20
SELECT CASE status WHEN 'paid' THEN 1 ELSE 0 END AS paid FROM analytics.orders ORDER BY id LIMIT 5
SELECT id, total FROM analytics.orders ORDER BY total DESC NULLS LAST, id ASC NULLS FIRST LIMIT 10
SELECT id FROM analytics.orders ORDER BY id LIMIT 1%
SELECT id, total::VARCHAR || ' EUR' AS label, try_cast(status AS INTEGER) AS nothing FROM analytics.orders ORDER BY id LIMIT 3
-- grouping
SELECT status, count(*) AS n FROM analytics.orders GROUP BY ALL ORDER BY ALL
SELECT region, date_trunc('month', signed_up) AS month, count(*) AS n FROM analytics.customers GROUP BY ALL ORDER BY ALL LIMIT 20
SELECT status, count(*) FROM analytics.orders GROUP BY status HAVING count(*) > 10 ORDER BY status
SELECT status, year(ordered_at) AS y, sum(total) FROM analytics.orders GROUP BY ROLLUP (status, y) ORDER BY ALL
SELECT status, month(ordered_at) AS m, sum(total) FROM analytics.orders GROUP BY CUBE (status, m) ORDER BY ALL
SELECT status, customer_id % 3 AS k, grouping(status) AS g, sum(total) FROM analytics.orders GROUP BY GROUPING SETS ((status), (k), ()) ORDER BY ALL
SELECT status, sum(total) FILTER (WHERE total > 100) AS large, count(*) FILTER (total < 50) AS small FROM analytics.orders GROUP BY 1 ORDER BY 1
SELECT string_agg(name, ', ' ORDER BY id) FROM analytics.customers WHERE id < 10
SELECT region, array_agg(id ORDER BY id DESC)[1:3] AS newest, arg_max(name, signed_up) AS youngest FROM analytics.customers GROUP BY region ORDER BY region
SELECT quantile_cont(total, [0.25, 0.5, 0.75]) AS q, mode(status) AS m, approx_count_distinct(customer_id) > 100 AS many FROM analytics.orders
SELECT histogram(status) FROM analytics.orders
SELECT bool_and(total >= 0), bool_or(total > 499), any_value(1), count_if(total > 250), corr(id, total), regr_slope(total, id) FROM analytics.orders
-- joins
SELECT c.region, sum(o.total) AS revenue FROM analytics.orders AS o JOIN analytics.customers AS c ON c.id = o.customer_id GROUP BY c.region ORDER BY revenue DESC
SELECT c.id, count(o.id) AS n FROM analytics.customers c LEFT JOIN analytics.orders o ON o.customer_id = c.id AND o.status = 'open' GROUP BY c.id ORDER BY n DESC, c.id LIMIT 10
SELECT id, o.total FROM analytics.orders AS o JOIN analytics.paid_orders AS p USING (id) ORDER BY id LIMIT 5
SELECT c.id FROM analytics.customers c SEMI JOIN analytics.orders o ON o.customer_id = c.id ORDER BY c.id LIMIT 5
SELECT c.id FROM analytics.customers c ANTI JOIN analytics.orders o ON o.customer_id = c.id AND o.total > 100 ORDER BY c.id LIMIT 5
SELECT o.id, p.price FROM (SELECT id, items[1].sku AS sku, ordered_at FROM analytics.orders) AS o ASOF LEFT JOIN analytics.prices AS p ON p.sku = o.sku AND p.valid_from <= o.ordered_at ORDER BY o.id LIMIT 20
SELECT a.id, b.id FROM analytics.orders a CROSS JOIN analytics.customers b WHERE a.id < 4 AND b.id < 3 ORDER BY ALL
SELECT a.i, b.j FROM range(3) AS a(i) POSITIONAL JOIN range(10, 13) AS b(j)
SELECT a.id, b.id FROM analytics.customers a FULL OUTER JOIN analytics.paid_orders b ON a.id = b.id WHERE a.id < 10 ORDER BY ALL
SELECT x.id, y.n FROM analytics.customers AS x, LATERAL (SELECT count(*) AS n FROM analytics.orders o WHERE o.customer_id = x.id) AS y ORDER BY y.n DESC, x.id LIMIT 5
SELECT * FROM analytics.prices NATURAL JOIN (SELECT 'SKU-1' AS sku) ORDER BY valid_from
-- subqueries
SELECT id FROM analytics.orders WHERE total > (SELECT avg(total) FROM analytics.orders) ORDER BY id LIMIT 10
SELECT id FROM analytics.customers WHERE id IN (SELECT customer_id FROM analytics.orders WHERE total > 490) ORDER BY id
SELECT id FROM analytics.customers c WHERE EXISTS (SELECT 1 FROM analytics.orders o WHERE o.customer_id = c.id AND o.total > 495) ORDER BY id
SELECT id FROM analytics.customers c WHERE NOT EXISTS (FROM analytics.orders o WHERE o.customer_id = c.id AND total > 300) ORDER BY id
SELECT id, (SELECT max(total) FROM analytics.orders o WHERE o.customer_id = c.id) AS biggest FROM analytics.customers c ORDER BY id LIMIT 10
SELECT id FROM analytics.orders WHERE total >= ALL (SELECT total FROM analytics.orders) ORDER BY id
SELECT id FROM analytics.orders WHERE (customer_id, status) IN (SELECT customer_id, 'paid' FROM analytics.orders WHERE id < 20) ORDER BY id LIMIT 10
SELECT ARRAY(SELECT id FROM analytics.orders ORDER BY id LIMIT 3) AS first_three
SELECT id FROM analytics.orders ORDER BY (SELECT count(*) FROM analytics.customers) + id LIMIT (SELECT 4)
-- common table expressions
WITH paid AS (SELECT * FROM analytics.orders WHERE status = 'paid') SELECT count(*) FROM paid
WITH a AS (SELECT 1 AS n), b AS (SELECT n + 1 AS n FROM a), c(m) AS (SELECT n * 10 FROM b) SELECT a.n, b.n, m FROM a, b, c
WITH orders AS (SELECT * FROM analytics.orders WHERE id < 5) SELECT orders.id, o.total FROM orders JOIN analytics.orders AS o USING (id) ORDER BY id
WITH x AS MATERIALIZED (SELECT id FROM analytics.orders LIMIT 10), y AS NOT MATERIALIZED (SELECT id FROM x) SELECT count(*) FROM x JOIN y USING (id)
WITH a AS (WITH b AS (SELECT 7 AS n) SELECT n FROM b) SELECT * FROM a
WITH A AS (SELECT 1 AS n) SELECT * FROM a UNION ALL SELECT n FROM "A"
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT sum(n), t.n > 5 AS high FROM t GROUP BY 2 ORDER BY 2
WITH RECURSIVE path(id, step) AS (SELECT 1, 0 UNION SELECT (id * 3) % 50, step + 1 FROM path WHERE step < 6) SELECT * FROM path ORDER BY step
WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 3), b AS (SELECT n * 2 AS n FROM a) SELECT * FROM b ORDER BY n
SELECT * FROM (WITH q AS (SELECT 5 AS five) SELECT five FROM q) AS s
SELECT (WITH q AS (SELECT max(total) AS m FROM analytics.orders) SELECT m FROM q) AS m
WITH monthly AS (SELECT date_trunc('month', ordered_at) AS month, sum(total) AS revenue FROM analytics.orders GROUP BY 1) SELECT month, revenue, revenue - lag(revenue) OVER (ORDER BY month) AS change FROM monthly ORDER BY month
-- windows
SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at, id) AS nth FROM analytics.orders ORDER BY id LIMIT 20
SELECT id, rank() OVER w AS r, dense_rank() OVER w AS d, ntile(4) OVER w AS q, percent_rank() OVER w AS p, cume_dist() OVER w AS c FROM analytics.orders WINDOW w AS (ORDER BY total DESC) ORDER BY id LIMIT 20
SELECT id, sum(total) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS moving, avg(total) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS others FROM analytics.orders ORDER BY id LIMIT 10
SELECT ordered_at, sum(total) OVER (ORDER BY ordered_at RANGE BETWEEN INTERVAL 3 DAYS PRECEDING AND CURRENT ROW) AS three_days FROM analytics.orders ORDER BY ordered_at, id LIMIT 10
SELECT id, lead(id, 1, 0) OVER (ORDER BY id) AS next, first_value(total) OVER (PARTITION BY status ORDER BY id) AS f, nth_value(total, 2) OVER (PARTITION BY status ORDER BY id) AS s, last_value(score IGNORE NULLS) OVER (ORDER BY id) AS l FROM analytics.orders JOIN (SELECT id AS cid, score FROM analytics.customers) ON cid = customer_id ORDER BY id LIMIT 10
SELECT customer_id, total FROM analytics.orders QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) = 1 ORDER BY customer_id LIMIT 10
SELECT status, total, total / sum(total) OVER (PARTITION BY status) AS share FROM analytics.orders ORDER BY share DESC, id LIMIT 5
-- text, time, numbers
SELECT upper(name), lower(email), length(name), left(name, 4), right(email, 3), reverse(name), trim('  x '), replace(name, 'Customer', 'Client'), split_part(email, '@', 2), concat_ws('-', id, region) FROM analytics.customers ORDER BY id LIMIT 5
SELECT name FROM analytics.customers WHERE name LIKE 'Customer 1%' AND email ILIKE '%EXAMPLE%' AND name NOT LIKE '%9' AND name SIMILAR TO 'Customer [0-9]+' ORDER BY id LIMIT 5
SELECT regexp_extract(email, '([a-z]+)([0-9]+)@', 2) AS n, regexp_matches(email, '^customer1'), regexp_replace(name, '[0-9]+', '#', 'g'), regexp_split_to_array(email, '[@.]') FROM analytics.customers ORDER BY id LIMIT 5
SELECT lpad(CAST(id AS VARCHAR), 6, '0') AS code, rpad(region, 8, '.') AS padded, repeat('-', 10) AS line, format('{:.2f} EUR', total) AS money, printf('%05d', o.id) AS padded_id FROM analytics.orders o JOIN analytics.customers c USING (id) ORDER BY id LIMIT 3
SELECT md5(name), sha256(email), hash(id) IS NOT NULL, to_base64(encode(name)), hex(name), strip_accents('Malmö'), ascii('a'), chr(65), starts_with(name, 'C'), contains(email, '@'), position('@' IN email) FROM analytics.customers ORDER BY id LIMIT 2
SELECT substring(name FROM 1 FOR 3), overlay_free FROM (SELECT name, name[1:2] AS overlay_free FROM analytics.customers ORDER BY id LIMIT 2)
SELECT year(ordered_at), extract(month FROM ordered_at), dayname(ordered_at), date_diff('day', ordered_at, TIMESTAMP '2025-01-01'), ordered_at + INTERVAL 1 MONTH AS next_month, ordered_at - INTERVAL '2 days', last_day(ordered_at), strftime(ordered_at, '%Y-%m'), epoch(ordered_at), time_bucket(INTERVAL '1 week', ordered_at) FROM analytics.orders ORDER BY id LIMIT 3
SELECT date_trunc('week', ordered_at) AS week, count(*) FROM analytics.orders WHERE ordered_at >= DATE '2024-06-01' AND ordered_at < '2024-07-01' GROUP BY 1 ORDER BY 1
SELECT strptime('2024-02-29', '%Y-%m-%d') AS leap, make_date(2024, 2, 29), age(TIMESTAMP '2024-03-01', TIMESTAMP '2024-02-01'), to_timestamp(0) AT TIME ZONE 'UTC', DATE '2024-01-31' + INTERVAL 1 MONTH AS clipped
SELECT current_date IS NOT NULL, now() > TIMESTAMP '2020-01-01', today() = current_date, current_timestamp IS NOT NULL
SELECT round(total, 1), floor(total), ceil(total), abs(-total), total % 7, total ** 2, sqrt(total), ln(total + 1), 7 // 2, greatest(total, 100), least(total, 100), total::DOUBLE / 3 FROM analytics.orders ORDER BY id LIMIT 3
SELECT 170141183460469231731687303715884105727 AS huge, 1e308 AS large, 0.1 + 0.2 AS sum, 9223372036854775807 AS max64, -1 AS minus, 123456789012345678901234567890.123 AS wide
SELECT coalesce(score, 0), nullif(region, 'north'), ifnull(score, -1), if(id > 3, 'a', 'b') FROM analytics.customers ORDER BY id LIMIT 12
SELECT name COLLATE nocase AS n FROM analytics.customers ORDER BY n COLLATE NOCASE LIMIT 3
-- nested values
SELECT address.city, address.geo.lat, address['zip'], c.address.city AS again FROM analytics.customers c ORDER BY id LIMIT 3
SELECT tags, len(tags), tags[1], list_contains(tags, 'vip'), list_sort(tags), array_to_string(tags, '|'), list_distinct(tags), list_concat(tags, ['x']) FROM analytics.customers ORDER BY id LIMIT 6
SELECT tag, count(*) AS n FROM (SELECT unnest(tags) AS tag FROM analytics.customers) GROUP BY tag ORDER BY tag
SELECT c.id, t.tag FROM analytics.customers AS c, UNNEST(c.tags) AS t(tag) ORDER BY ALL LIMIT 5
SELECT o.id, i.item.sku, i.item.quantity * i.item.price AS amount FROM analytics.orders AS o, UNNEST(o.items) AS i(item) ORDER BY ALL LIMIT 6
SELECT id, list_transform(items, lambda x: x.quantity * x.price) AS amounts, list_filter([1, 2, 3], lambda x: x > 1) AS f, list_reduce([1, 2, 3], lambda a, b: a + b) AS r FROM analytics.orders ORDER BY id LIMIT 3
SELECT id, list_transform(items, x -> x.sku) AS skus, list_aggregate([1, 2, 3], 'sum') AS s FROM analytics.orders ORDER BY id LIMIT 3
SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1] AS doubled, [1, 2] || [3] AS joined, {'a': 1, 'b': {'c': 'x'}} AS s, MAP {'k': 1}['k'] AS m, struct_pack(p := 1, q := 'r') AS sp, (1, 2) = (1, 2) AS r
SELECT attributes['tier'] AS tier, map_keys(attributes), map_values(attributes), cardinality(attributes), count(*) FROM analytics.customers GROUP BY ALL ORDER BY ALL
SELECT payload->>'page' AS page, CAST(payload->'ms' AS INTEGER) AS ms, json_extract_string(payload, '$.labels[0]') AS l, json_array_length(payload, '$.labels') AS n, payload.page AS p FROM analytics.events ORDER BY id LIMIT 5
SELECT page, avg(ms) FROM (SELECT payload->>'$.page' AS page, (payload->>'ms')::INTEGER AS ms FROM analytics.events) GROUP BY page ORDER BY 2 DESC, 1 LIMIT 5
SELECT e.id, j.key, j.value FROM analytics.events AS e, json_each(e.payload) AS j WHERE e.id < 3 ORDER BY e.id, j.key
SELECT to_json(address) AS j, json_object('id', id, 'name', name) AS o FROM analytics.customers ORDER BY id LIMIT 2
SELECT customers FROM analytics.customers ORDER BY id LIMIT 2
-- sets, stars, pivots, samples
SELECT id FROM analytics.orders WHERE id < 4 UNION ALL SELECT id FROM analytics.customers WHERE id < 3 ORDER BY id
SELECT id FROM analytics.orders WHERE id < 10 EXCEPT SELECT id FROM analytics.orders WHERE id > 4 ORDER BY 1
SELECT id FROM analytics.orders WHERE id < 10 INTERSECT SELECT id FROM analytics.customers WHERE id > 4 ORDER BY 1
SELECT 1 AS a, 2 AS b UNION ALL BY NAME SELECT 3 AS b, 4 AS c ORDER BY ALL
SELECT 1 UNION SELECT 2 UNION SELECT 3 EXCEPT SELECT 2 ORDER BY 1
SELECT * EXCLUDE (address, attributes) FROM analytics.customers ORDER BY id LIMIT 2
SELECT * EXCLUDE (email, name, tags, score, address, attributes) REPLACE (region || 1 AS region, id + 1 AS id) FROM analytics.customers ORDER BY id LIMIT 2
SELECT * REPLACE (upper(name) AS name) FROM analytics.customers ORDER BY id LIMIT 2
SELECT * RENAME (id AS number) FROM analytics.prices JOIN (SELECT 'SKU-1' AS sku, 1 AS id) USING (sku) ORDER BY valid_from LIMIT 2
SELECT c.*, o.total FROM analytics.customers c JOIN analytics.orders o ON o.customer_id = c.id ORDER BY c.id, o.id LIMIT 3
SELECT columns('a') FROM analytics.orders ORDER BY id LIMIT 3
SELECT COLUMNS('.*_?id$') FROM analytics.orders ORDER BY id LIMIT 2
SELECT min(COLUMNS(* EXCLUDE (items))), max(COLUMNS(* EXCLUDE (items))) FROM analytics.orders
SELECT COLUMNS(c -> c LIKE 't%') FROM analytics.orders ORDER BY id LIMIT 2
SELECT * FROM (SELECT status, year(ordered_at) AS y, total FROM analytics.orders) PIVOT (sum(total) FOR status IN ('paid', 'open') GROUP BY y) ORDER BY y
SELECT * FROM (SELECT id, score, signed_up FROM analytics.customers WHERE id < 4) UNPIVOT INCLUDE NULLS (v FOR k IN (score)) ORDER BY id
SELECT count(*) FROM analytics.orders USING SAMPLE reservoir(50 ROWS) REPEATABLE (7)
SELECT count(*) > 0 FROM analytics.orders TABLESAMPLE bernoulli(50%) REPEATABLE (3)
SELECT #1, #2 FROM analytics.prices ORDER BY valid_from, sku LIMIT 2
SELECT * FROM range(5) AS r(i)
SELECT * FROM generate_series(DATE '2024-01-01', DATE '2024-01-05', INTERVAL 1 DAY) AS d(day)
SELECT d.day::DATE AS day, count(o.id) AS n FROM generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-07', INTERVAL 1 DAY) AS d(day) LEFT JOIN analytics.orders o ON o.ordered_at::DATE = d.day::DATE GROUP BY 1 ORDER BY 1
SELECT unnest(generate_series(1, 5)) AS n, unnest(range(5)) AS m
SELECT total AS t, t * 2 AS twice FROM analytics.orders WHERE t > 499 ORDER BY id
SELECT name AS "select", region AS "a b", id AS "quo""te" FROM analytics.customers ORDER BY "quo""te" LIMIT 2
SELECT 'it''s' AS q, 'a;b -- c /* d */' AS s, E'tab\tnew\nline' AS e, $$dollar$$ AS d, '日本' AS u, 'ünï' AS n
SELECT /* a comment */ 1 -- and another
SELECT 1;
-- views
SELECT count(*), sum(total) FROM analytics.paid_orders
SELECT * FROM analytics.paid_by_region ORDER BY region
SELECT v.region, paid_by_region.paid FROM analytics.paid_by_region v JOIN analytics.paid_by_region USING (region) ORDER BY 1
SELECT analytics.paid_orders.total FROM analytics.paid_orders ORDER BY id LIMIT 3
-- other spellings
SELECT n: count(*), s: status FROM analytics.orders GROUP BY s ORDER BY s
SELECT id FROM analytics.orders ORDER BY id FETCH FIRST 3 ROWS ONLY
SELECT id FROM analytics.orders WHERE id NOT BETWEEN 4 AND 1000 AND status IS NOT NULL AND (total > 1) IS TRUE AND (total > 1) IS NOT FALSE AND status IS DISTINCT FROM 'x' ORDER BY id LIMIT ALL
SELECT name FROM analytics.customers WHERE name GLOB '*7' AND name NOT LIKE 'x\_%' ESCAPE '\' AND name NOT ILIKE 'z%' AND NOT regexp_full_match(name, 'q') ORDER BY id LIMIT 3
SELECT TRY(CAST(status AS INTEGER)) AS t, 1_000 AS thousand, '5'::INT AS five, [1, 2]::BIGINT[] AS l, {'a': 1}::STRUCT(a VARCHAR) AS s, 'x'::VARCHAR(10) AS v FROM analytics.orders LIMIT 1
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS p, quantile_disc(total, 0.9) AS q, mode() WITHIN GROUP (ORDER BY status) AS m, arg_min(id, total, 2) AS a, max(id, 3) AS top FROM analytics.orders
SELECT listagg(DISTINCT status, '/' ORDER BY status) AS l, list(DISTINCT status ORDER BY status DESC) AS d, count(DISTINCT (customer_id, status)) AS n FROM analytics.orders
SELECT id, sum(total) OVER (w ROWS UNBOUNDED PRECEDING) AS s, count(*) OVER (ORDER BY status GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS g FROM analytics.orders WINDOW w AS (PARTITION BY status ORDER BY id) ORDER BY id LIMIT 5
SELECT status, total FROM analytics.orders GROUP BY status, total HAVING sum(total) > 499 ORDER BY ALL DESC
SELECT * LIKE '%id' FROM analytics.orders ORDER BY id LIMIT 2
SELECT COLUMNS(* EXCLUDE (items))::VARCHAR FROM analytics.orders ORDER BY id LIMIT 2
SELECT o.* EXCLUDE (items, status) FROM analytics.orders o ORDER BY id LIMIT 2
SELECT * EXCLUDE (o.status, c.name) FROM analytics.orders o JOIN analytics.customers c ON o.customer_id = c.id ORDER BY o.id LIMIT 2
SELECT id FROM analytics.orders INTERSECT ALL SELECT id FROM analytics.customers WHERE id < 4 ORDER BY id
SELECT id FROM analytics.orders o SEMI JOIN analytics.paid_orders p USING (id) ORDER BY id LIMIT 3
SELECT t.tag, t.n FROM analytics.customers c, UNNEST(c.tags) WITH ORDINALITY AS t(tag, n) WHERE c.id < 5 ORDER BY c.id, n
SELECT generate_subscripts(tags, 1) AS i, id FROM analytics.customers WHERE id < 4 ORDER BY ALL
SELECT ordered_at AT TIME ZONE 'Europe/Berlin' AS z, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS t, extract(epoch FROM INTERVAL '1 hour') AS e, date_part('dow', ordered_at) AS d, ordered_at::DATE - DATE '2024-01-01' AS days FROM analytics.orders ORDER BY id LIMIT 2
WITH RECURSIVE chain(id, path) AS (SELECT id, [id] FROM analytics.customers WHERE id = 1 UNION ALL SELECT o.id, list_append(c.path, o.id) FROM chain c JOIN analytics.customers o ON o.id = c.id + 1 WHERE len(c.path) < 4) SELECT * FROM chain ORDER BY id
WITH RECURSIVE tree(id, path) AS (SELECT 1, '/1' UNION ALL SELECT id * 2, path || '/' || (id * 2) FROM tree WHERE id < 20) SELECT path FROM tree ORDER BY id
WITH v(a, b) AS (VALUES (1, 'x'), (2, 'y')) SELECT a, b FROM v ORDER BY a DESC
WITH c AS (SELECT status, count(*) AS n FROM analytics.orders GROUP BY ALL), t AS (SELECT sum(n) AS total FROM c) SELECT status, n, round(100.0 * n / total, 1) AS percent FROM c, t ORDER BY n DESC, status
SELECT c.region, count(DISTINCT o.customer_id) AS buyers, sum(o.total) / count(DISTINCT o.customer_id) AS per_buyer FROM analytics.orders o LEFT JOIN analytics.customers c ON c.id = o.customer_id WHERE o.status <> 'cancelled' GROUP BY 1 ORDER BY 2 DESC, 1
SELECT date_trunc('month', first_order) AS cohort, count(*) AS customers FROM (SELECT customer_id, min(ordered_at) AS first_order FROM analytics.orders GROUP BY customer_id) GROUP BY 1 ORDER BY 1
SELECT kind, count(*) AS n, lag(count(*)) OVER (ORDER BY count(*)) AS before FROM analytics.events GROUP BY kind ORDER BY kind
SELECT customer_id, list(kind ORDER BY "at") AS journey FROM analytics.events GROUP BY customer_id HAVING list_contains(list(kind), 'buy') ORDER BY customer_id LIMIT 3
SELECT id, concat_ws(' ', name, '<' || email || '>', '(' || region || ')') AS card, replace(replace(replace(name, ' ', '-'), 'ü', 'ue'), '&', '&amp;') AS slug, regexp_replace(lower(trim(name)), '[^a-z0-9]+', '-', 'g') AS slug2 FROM analytics.customers ORDER BY id LIMIT 3
SELECT json_group_array(json_object('id', id, 'name', name)) AS j FROM (SELECT id, name FROM analytics.customers ORDER BY id LIMIT 3)
SELECT json_group_object(region, n) AS j FROM (SELECT region, count(*) AS n FROM analytics.customers GROUP BY region ORDER BY region)
SELECT status, printf('%,d', count(*)) AS n, format('{:>10}|{:<8}|{:05.1f}', status, 'x', avg(total)) AS f, bar(count(*), 0, 1000, 20) AS b FROM analytics.orders GROUP BY status ORDER BY status
SELECT width, count(*) AS n FROM (SELECT floor(total / 100) * 100 AS width FROM analytics.orders) GROUP BY width ORDER BY width
SELECT a.sku, b.sku, count(*) AS n FROM (SELECT id, unnest(items).sku AS sku FROM analytics.orders) a JOIN (SELECT id, unnest(items).sku AS sku FROM analytics.orders) b ON a.id = b.id AND a.sku < b.sku GROUP BY ALL ORDER BY n DESC, 1, 2 LIMIT 5
SELECT unnest({'a': 1, 'b': 2}), unnest([{'x': 1}, {'x': 2}], recursive := true)
SELECT CAST(payload->'labels' AS VARCHAR[]) AS labels, json_keys(payload) AS k, json_type(payload, '$.ms') AS t, payload->'$.labels[1]' AS second FROM analytics.events ORDER BY id LIMIT 2
SELECT list_sort(list_distinct(flatten(list(tags)))) AS all_tags FROM analytics.customers
SELECT struct_extract(address, 'city') AS c, struct_insert(address, country := 'x') AS s, map_entries(attributes) AS m FROM analytics.customers ORDER BY id LIMIT 2
SELECT * FROM (PIVOT (SELECT status, customer_id % 2 AS k, total FROM analytics.orders) ON k IN (0, 1) USING sum(total) GROUP BY status) ORDER BY status
SELECT * FROM analytics.orders o WHERE o.id = (SELECT max(i.id) FROM analytics.orders i WHERE i.customer_id = o.customer_id) ORDER BY id LIMIT 3
WITH RECURSIVE t AS (WITH s AS (SELECT 1 AS n), u AS (SELECT n FROM s) SELECT n FROM u UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT * FROM t ORDER BY n
WITH RECURSIVE t AS ((SELECT 1 AS n UNION ALL SELECT 5) UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT * FROM t ORDER BY n
WITH RECURSIVE t AS (SELECT 1 AS n) SELECT * FROM t
