package freesql_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
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

// Each is answered with a code of the closed set, and others are served at once.
func TestHungryStatements(t *testing.T) { // alone: it keeps all processors busy
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(func(o *freesql.Options) { o.Timeout = 700 * time.Millisecond })
		for _, statement := range hungry {
			begun := time.Now()
			r := x.query(statement)
			t.Logf("%8.3fs %-22s %.80s", time.Since(begun).Seconds(), r.Code(), statement)
			require.Contains(t, []mcpgov.Code{mcpgov.OK, mcpgov.Timeout, mcpgov.InvalidInput, freesql.Refused, freesql.QueryFailed}, r.Code(), statement)
			until(t, "others are served", func() bool { return x.query("SELECT 1").Code() == mcpgov.OK })
		}
	})
}

// TestBenchOnTime prints how late answers to hungry statements are, against the goal of 100 ms, and what the largest worker took.
func TestBenchOnTime(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
	const timeout, goal = time.Second, 100 * time.Millisecond
	for name, worker := range map[string]bool{"in process": false, "workers": true} {
		x := explore(t, worker, func(o *freesql.Options) { o.Timeout = timeout })
		var latest time.Duration
		for _, statement := range hungry {
			begun := time.Now()
			x.query(statement)
			latest = max(latest, time.Since(begun)-timeout)
		}
		verdict := "ok"
		if latest > goal {
			verdict = "MISS"
			t.Errorf("%s: the latest answer came %v after the timeout, the goal is %v", name, latest, goal)
		}
		_, _ = fmt.Printf("%-44s late %v  goal <=%v %-4s  %d statements\n", "hungry statements, "+name, latest.Round(time.Millisecond), goal, verdict, len(hungry))
	}
}
