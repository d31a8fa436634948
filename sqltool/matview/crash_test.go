package matview_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/matview"
)

const crashChild = "MCPGOV_MATVIEW_CHILD" // the DuckDB file of a child that is killed

// TestCrash: a process that is killed at any moment of a refresh leaves the version before it or the one after it, whole, with its indexes
// and a state that fits, and nothing of what it had begun.
func TestCrash(t *testing.T) {
	if path := os.Getenv(crashChild); path != "" {
		refreshForever(t, path)
		return
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.duckdb")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var last int64
	swept := 0
	for kill := range 24 {
		last = max(last, killed(t, path, time.Duration(random.IntN(60_000))*time.Microsecond))
		store, err := try(t.Context(), with{Path: path, Definitions: []matview.Definition{versioned(matview.Definition{})}, Setup: func(ctx context.Context, db *sql.DB) error {
			left := 0
			_ = db.QueryRowContext(ctx, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'mcpgov_matview' AND table_name <> 'states'").Scan(&left)
			if left > 0 {
				swept++
			}
			return ticks(ctx, db)
		}})
		require.NoError(t, err)
		seen := whole(t, store.SQL().QueryRowContext(t.Context(), oneVersion))
		require.GreaterOrEqual(t, seen, last, "kill %d: what a refresh had returned from is there", kill)
		status := store.View("versioned").Status()
		require.Equal(t, seen, status.Version, "the state belongs to the rows")
		require.EqualValues(t, versionRows, status.Rows)
		require.EqualValues(t, 2, number(t, store.SQL(), "SELECT count(*) FROM duckdb_indexes() WHERE table_name = 'versioned'"))
		require.EqualValues(t, 1, number(t, store.SQL(), "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'mcpgov_matview'"), "leftovers are gone")
		require.EqualValues(t, 1, number(t, store.SQL(), "SELECT count(*) FROM versioned WHERE id = 19999"))
		require.NoError(t, store.Close())
		last = seen
	}
	t.Logf("24 kills, %d of them between build and swap, %d versions", swept, last)
}

// killed lets a child refresh, kills it a while after its first refresh, and says which version it had last reported.
func killed(t *testing.T, path string, after time.Duration) int64 {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrash$", "-test.timeout=60s")
	child.Env = append(os.Environ(), crashChild+"="+path)
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	var last int64
	lines := bufio.NewScanner(out)
	var kill *time.Timer
	for lines.Scan() {
		n, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			continue
		}
		last = n
		if kill == nil {
			kill = time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
	}
	require.NotNil(t, kill, "the child refreshed nothing")
	require.Error(t, child.Wait(), "it was killed")
	return last
}

// refreshForever is the child: every refresh makes a version of its own, and reports it when it has returned.
func refreshForever(t *testing.T, path string) {
	t.Helper()
	store := open(t, with{Path: path, Definitions: []matview.Definition{versioned(matview.Definition{})}, Setup: ticks})
	for {
		// The number follows the version, so that the parent can tell that rows and state belong together.
		_, err := store.SQL().ExecContext(t.Context(), "UPDATE ticks SET n = ?", store.View("versioned").Status().Version+1)
		require.NoError(t, err)
		require.NoError(t, store.Refresh(t.Context()))
		fmt.Println(store.View("versioned").Status().Version)
	}
}
