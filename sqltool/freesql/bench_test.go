package freesql_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// TestBenchFreeSQL prints what checking, rewriting and governing add to a statement, against the driver's rows -> maps -> encoding/json.
func TestBenchFreeSQL(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
	path := warehouse(t)
	db, err := duckdb.Open(t.Context(), duckdb.Options{Path: path, Threads: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	const point, many = "SELECT * FROM sales.orders WHERE id = 4711", "SELECT *, id + 1 AS b, id + 2 AS c, region AS d, customer AS e, amount AS f, id AS g FROM sales.orders ORDER BY id LIMIT 10000"
	bare := func(statement string) func() time.Duration {
		return func() time.Duration {
			begun := time.Now()
			require.NoError(t, usual(t, db, statement))
			return time.Since(begun)
		}
	}
	direct := func(statement string) func() time.Duration {
		return func() time.Duration {
			begun := time.Now()
			_, err := db.AppendJSON(t.Context(), nil, statement, nil, duckdb.Limit{})
			require.NoError(t, err)
			return time.Since(begun)
		}
	}
	local, worker := asks(t, freesql.Options{Database: db}), asks(t, freesql.Options{Worker: &freesql.Worker{Path: path, Threads: 1}})
	for _, line := range []struct {
		name          string
		n             int
		raw, governed func() time.Duration
	}{
		{"point query: check+wrap+tool to driver", 60, bare(point), local(point)},
		{"point query: the same with workers", 60, bare(point), worker(point)},
		{"10,000 rows: tool to maps", 2, bare(many), local(many)},
		{"10,000 rows: the same with workers", 2, bare(many), worker(many)},
		{"10,000 rows: tool to AppendJSON alone", 2, direct(many), local(many)},
	} {
		line.raw()
		line.governed()
		var ratios []float64
		var raws, governeds []time.Duration
		for range 7 {
			r, g := spend(line.n, line.raw), spend(line.n, line.governed)
			raws, governeds, ratios = append(raws, r), append(governeds, g), append(ratios, float64(g)/float64(r))
		}
		slices.Sort(ratios)
		slices.Sort(raws)
		slices.Sort(governeds)
		_, _ = fmt.Printf("%-44s ratio %.2f  goal     -  --    raw %v, governed %v, spread %.2f-%.2f\n", line.name, ratios[3],
			raws[3].Round(time.Microsecond), governeds[3].Round(time.Microsecond), ratios[0], ratios[6])
	}
}

// spend is the time of one of n calls.
func spend(n int, call func() time.Duration) (sum time.Duration) {
	for range n {
		sum += call()
	}
	return sum / time.Duration(n)
}

// usual is how rows are mostly made JSON of.
func usual(t *testing.T, db *duckdb.Database, statement string) error {
	t.Helper()
	rows, err := db.SQL().QueryContext(context.Background(), statement)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var all []map[string]any
	for rows.Next() {
		values, targets, row := make([]any, len(columns)), make([]any, len(columns)), map[string]any{}
		for i := range values {
			targets[i] = &values[i]
		}
		require.NoError(t, rows.Scan(targets...))
		for i, name := range columns {
			row[name] = values[i]
		}
		all = append(all, row)
	}
	_, err = json.Marshal(all)
	require.NoError(t, err)
	return rows.Err()
}

// asks opens a governed server and gives a maker of calls. Their time is the server's own, as it stands in the record: a client that reads
// 10,000 rows takes longer than the server that sends them.
func asks(t *testing.T, opts freesql.Options) func(statement string) func() time.Duration {
	t.Helper()
	opts.System, opts.AllowedSchemas, opts.Concurrent, opts.Logger = "warehouse", []string{"sales"}, 1, slog.New(slog.DiscardHandler)
	explorer, err := freesql.Open(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, explorer.Close(context.Background())) })
	log := &lastRecord{}
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "explorer", Version: "1", Policy: policy.AllowAll(), Audit: log, Identify: mcpgov.Anonymous(),
		Logger: slog.New(slog.DiscardHandler), Limits: mcpgov.Limits{PerMinute: mcpgov.Unlimited},
	}, explorer.Features()...)
	require.NoError(t, err)
	client := mcptest.New(t, srv).As(mcpgov.User{ID: "uma"})
	return func(statement string) func() time.Duration {
		return func() time.Duration {
			client.Call("query", map[string]any{"sql": statement}).OK()
			return log.took
		}
	}
}

// lastRecord is a sink that keeps how long the last call took.
type lastRecord struct{ took time.Duration }

func (l *lastRecord) Append(_ context.Context, r audit.Record) error {
	l.took = r.Duration
	return nil
}

func (l *lastRecord) Close() error { return nil }
