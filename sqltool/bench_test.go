package sqltool_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/postgres"
)

// pointGoal is what a point query may cost more: through sqltool.DB than as a bare driver call, and through a governed statement tool than
// through a tool of the SDK alone whose handler is that bare call. The wire is the same for both.
const pointGoal = 1.10

// Sides take turns in short rounds, and of all rounds of a side the fastest tenth counts: what else the machine does only ever adds.
const benchRounds = 100

type pointRow struct {
	Name  string          `json:"name"`
	Email string          `json:"email"`
	Spent sqltool.Decimal `json:"spent"`
}

// TestBenchPoint prints what governing a point query adds to the bare driver call.
func TestBenchPoint(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
	const setup = `CREATE TABLE points (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL, spent %s NOT NULL)`
	const fill = `INSERT INTO points WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i, 'Ann', 'ann@example.com', 12.5 FROM n`
	t.Run("sqlite in process", func(t *testing.T) {
		pool := open(t, fmt.Sprintf(setup, "text"))
		_, err := pool.ExecContext(t.Context(), fill)
		require.NoError(t, err)
		point{pool: pool, query: "SELECT name, email, spent FROM points WHERE id = ?"}.run(t, 0)
	})
	t.Run("postgres", func(t *testing.T) {
		dsn := os.Getenv("MCPGOV_TEST_POSTGRES")
		if dsn == "" {
			t.Skip("MCPGOV_TEST_POSTGRES is not set")
		}
		writer, err := sql.Open("pgx", dsn)
		require.NoError(t, err)
		defer func() { require.NoError(t, writer.Close()) }()
		for _, statement := range []string{"DROP TABLE IF EXISTS points", fmt.Sprintf(setup, "numeric(12,2)"), fill, "ANALYZE points"} {
			_, err = writer.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		pool, err := postgres.Open(dsn, postgres.Options{})
		require.NoError(t, err)
		defer func() { require.NoError(t, pool.Close()) }()
		point{pool: pool, engine: postgres.Engine(), query: "SELECT name, email, spent FROM points WHERE id = $1"}.run(t, pointGoal)
	})
}

// point is one comparison, for any pool.
type point struct {
	pool   *sql.DB
	engine sqltool.Engine
	query  string // for the driver, with its own placeholder
}

type pointIn struct {
	ID int64 `json:"id"`
}

// run measures the bare call, the helper, and calls over an in-memory connection of an ungoverned and a governed tool, in turns.
func (p point) run(t *testing.T, goal float64) {
	t.Helper()
	bare := func(ctx context.Context, id int64) (row pointRow, err error) {
		err = p.pool.QueryRowContext(ctx, p.query, id).Scan(&row.Name, &row.Email, &row.Spent)
		return row, err
	}
	db, err := sqltool.New("bench", p.pool, sqltool.Options{Engine: p.engine})
	require.NoError(t, err)
	statement := sqltool.Statement{Name: "point", SQL: "SELECT name, email, spent FROM points WHERE id = $id"}
	raw := mcp.NewServer(&mcp.Implementation{Name: "raw", Version: "1"}, nil)
	mcp.AddTool(raw, &mcp.Tool{Name: "point", Description: "x"}, func(ctx context.Context, _ *mcp.CallToolRequest, in pointIn) (*mcp.CallToolResult, pointRow, error) {
		row, err := bare(ctx, in.ID)
		return nil, row, err
	})
	trail, err := audit.Open(t.TempDir(), &audit.Options{Sync: audit.AsyncUnsafe})
	require.NoError(t, err)
	defer func() { require.NoError(t, trail.Close()) }()
	governed, err := mcpgov.New(mcpgov.Config{Name: "bench", Version: "1.0.0", Policy: policy.AllowAll(), Audit: trail, Identify: mcpgov.Anonymous(), Logger: slog.New(slog.DiscardHandler), Limits: mcpgov.Limits{PerMinute: mcpgov.Unlimited}},
		sqltool.QueryRow[pointIn, pointRow](db, mcpgov.ToolSpec{Name: "point", Description: "x"}, statement))
	require.NoError(t, err)
	sides := []func(n int){
		func(n int) {
			_, err := bare(t.Context(), int64(n))
			require.NoError(t, err)
		},
		func(n int) {
			var row pointRow
			require.NoError(t, db.QueryRow(t.Context(), statement, pointIn{int64(n)}, &row))
		},
		calling(t, func(ctx context.Context, transport mcp.Transport) (*mcp.ServerSession, error) {
			return raw.Connect(ctx, transport, nil)
		}),
		calling(t, governed.Connect),
	}
	const calls = 50
	took := make([][]float64, len(sides))
	for round := range benchRounds {
		for i, side := range sides {
			begun := time.Now()
			for n := range calls {
				side((round*calls+n)*97%100_000 + 1)
			}
			took[i] = append(took[i], float64(time.Since(begun).Nanoseconds())/calls/1_000)
		}
	}
	for i := range took {
		slices.Sort(took[i])
		took[i] = took[i][benchRounds/10:]
	}
	driver, helper, ungoverned, tool := took[0][0], took[1][0], took[2][0], took[3][0]
	line(t, "point query, sqltool.DB over the driver call", helper/driver, goal, fmt.Sprintf("driver %.1f µs, sqltool.DB %.1f µs", driver, helper))
	line(t, "point query, governed tool over an SDK tool", tool/ungoverned, goal, fmt.Sprintf("SDK tool %.1f µs, governed tool %.1f µs", ungoverned, tool))
}

// calling connects a client in memory and returns the call.
func calling(t *testing.T, connect func(context.Context, mcp.Transport) (*mcp.ServerSession, error)) func(n int) {
	t.Helper()
	here, there := mcp.NewInMemoryTransports()
	_, err := connect(t.Context(), there)
	require.NoError(t, err)
	session, err := mcp.NewClient(&mcp.Implementation{Name: "bench", Version: "1"}, nil).Connect(t.Context(), here, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, session.Close()) })
	return func(n int) {
		result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "point", Arguments: map[string]any{"id": n}})
		require.NoError(t, err)
		require.False(t, result.IsError)
	}
}

// line prints one comparison with its goal, and fails if that is missed; 0 is no goal.
func line(t *testing.T, name string, ratio, goal float64, detail string) {
	t.Helper()
	verdict, text := "ok", fmt.Sprintf("<=%.2f", goal)
	switch {
	case goal == 0:
		verdict, text = "--", "    -"
	case ratio > goal:
		verdict = "MISS"
		t.Errorf("%s: %.2f is over the goal %.2f", name, ratio, goal)
	}
	fmt.Printf("%-50s ratio %.2f  goal %s  %-4s  %s\n", name, ratio, text, verdict, detail)
}
