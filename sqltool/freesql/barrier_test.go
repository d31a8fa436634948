package freesql_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// A statement must not learn of rows that a filter hides by failing on them.
func TestHiddenRowsDoNotFail(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{
		"region = 'emea'", "lower(region) = 'emea'", "region LIKE 'em%' AND id % 2 = 0", "region IN (SELECT c.region FROM sales.orders AS c WHERE c.region = 'emea')",
		"EXISTS (SELECT 1 FROM sales.orders AS c WHERE c.region = this.region AND c.region = 'emea')", "region = (SELECT max(c.region) FROM sales.orders AS c)",
	} {
		x := explore(t, false, func(o *freesql.Options) {
			o.Rights = func(context.Context, mcpgov.User) (freesql.Rights, error) {
				return freesql.Rights{Restrict: map[string]freesql.Restriction{"sales.orders": {Filter: filter}}}, nil
			}
		})
		for _, statement := range []string{
			"SELECT count(*) FROM sales.orders WHERE CASE WHEN region <> 'emea' THEN region::INT = 1 ELSE true END",
			"SELECT count(*) FROM sales.orders WHERE CAST(replace(region, 'emea', '1') AS INT) = 1",
			"SELECT sum(CAST(replace(region, 'emea', '1') AS INT)) FROM sales.orders",
			"SELECT count(*) FROM sales.orders a JOIN sales.orders b ON a.id = b.id AND CAST(replace(a.region, 'emea', '1') AS INT) = 1",
			"SELECT * FROM (SELECT CAST(replace(region, 'emea', '1') AS INT) AS x, region FROM sales.orders) WHERE x = 1 LIMIT 1",
			"SELECT count(*) FROM sales.orders GROUP BY CAST(replace(region, 'emea', '1') AS INT)",
			"SELECT CAST(replace(region, 'emea', '1') AS INT) AS x FROM sales.orders ORDER BY x LIMIT 3",
		} {
			r := x.query(statement)
			require.Equal(t, mcpgov.OK, r.Code(), "%s: %s", filter, statement)
		}
	}
}
