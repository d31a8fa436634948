package check_test

import (
	"testing"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

func BenchmarkTree(b *testing.B) {
	e := open(b)
	for name, query := range map[string]string{
		"point":    "SELECT id, total FROM analytics.orders WHERE id = 7",
		"analysis": "WITH monthly AS (SELECT date_trunc('month', ordered_at) AS month, sum(total) AS revenue FROM analytics.orders GROUP BY 1) SELECT month, revenue, revenue - lag(revenue) OVER (ORDER BY month) AS change FROM monthly ORDER BY month",
		"masked":   "SELECT region, count(*) FROM analytics.people GROUP BY ALL",
	} {
		tree := e.parse(b, query)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := check.Tree(tree, e.rules); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
