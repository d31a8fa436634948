package freesql_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// Statements that take more time or memory than they are given, some of them past every cap on rows.
var hungry = []string{
	"SELECT count(*) FROM range(1000000000000) t(a)",
	"SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c",
	"SELECT sum(a.amount * b.amount) FROM sales.orders a, sales.orders b, sales.orders c",
	"SELECT levenshtein(repeat('a', 60000), repeat('b', 60000))",
	"SELECT unnest(range(100000000))",
	"SELECT list_sort(range(100000000))",
	"SELECT count(DISTINCT a.amount || b.customer || c.region || a.id || b.id) FROM sales.orders a, sales.orders b, sales.orders c",
	"SELECT string_agg(a.customer || b.customer) FROM sales.orders a, sales.orders b",
	"SELECT list(a.customer || b.customer || a.id) FROM sales.orders a, sales.orders b",
	"SELECT replace(replace(replace(replace(replace(replace('aaaaaaaaaaaaaaaa','a','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),'a','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),'a','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),'a','aaaaaaaaaaaaaaaaaaaaaaaaaaa'),'a','aaaaaaaaaaaaaaaaaaaaaaa'),'a','aaaaaaaaaaaa')",
	"WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
	"WITH RECURSIVE t AS (SELECT 'ab' AS s UNION ALL SELECT s || s FROM t) SELECT max(length(s)) FROM t",
	"SELECT * FROM sales.orders a, sales.orders b ORDER BY a.amount * b.amount, a.id, b.id",
	"SELECT regexp_replace((SELECT string_agg(customer) FROM sales.orders), '(a*)*b', 'x', 'g')",
	"SELECT [[[x + y + z FOR x IN range(1000)] FOR y IN range(1000)] FOR z IN range(1000)]",
	"SELECT " + strings.Repeat("(", 3000) + "1" + strings.Repeat(")", 3000),
	"SELECT " + strings.Repeat("- ", 8000) + "1",
	"SELECT " + strings.Repeat("[", 2000) + strings.Repeat("]", 2000),
	"SELECT " + strings.Repeat("NOT ", 4000) + "true",
	"SELECT 1" + strings.Repeat("+1", 8000),
	"SELECT " + strings.Repeat("CASE WHEN true THEN ", 700) + "1" + strings.Repeat(" END", 700),
	"SELECT * FROM " + strings.Repeat("(SELECT * FROM ", 900) + "sales.orders" + strings.Repeat(") AS q", 900),
	"SELECT '" + strings.Repeat("x", 16000) + "'",
}

func TestHungryStatements(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		const timeout = 1 * time.Second
		x := open(func(o *freesql.Options) { o.Timeout = timeout })
		for _, statement := range hungry {
			begun := time.Now()
			r := x.query(statement)
			took := time.Since(begun)
			text := r.Text()
			t.Logf("%8.3fs %-22s %-60.60s %.60s", took.Seconds(), r.Code(), statement, text)
			_, _ = text, fmt.Sprint()
		}
		x.query("SELECT 1 AS one").OK()
	})
}
