package matview_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// ticks is a table of one number, the version that the next refresh makes.
func ticks(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS ticks AS SELECT 1 AS n")
	return err
}

const versionRows = 20_000

// versioned is a materialisation all of whose rows hold the number of its version.
func versioned(d matview.Definition) matview.Definition {
	d.Name, d.SQL = "versioned", "SELECT range AS id, n AS version, n + range AS total FROM range(20000), ticks"
	d.Indexes = []matview.Index{{Columns: []string{"id"}, Unique: true}, {Columns: []string{"version"}}}
	return d
}

const oneVersion = "SELECT count(*), min(version), max(version), CAST(sum(total - id) AS BIGINT) FROM versioned"

// whole reads the materialisation and says which version it saw.
func whole(t require.TestingT, row *sql.Row) int64 {
	var rows, least, most, sum int64
	require.NoError(t, row.Scan(&rows, &least, &most, &sum))
	require.EqualValues(t, versionRows, rows)
	require.Equal(t, least, most, "one version")
	require.Equal(t, most*versionRows, sum)
	return most
}

// TestSwapUnderReaders: readers, prepared statements and two reads in one transaction among them, see one whole version at every moment.
func TestSwapUnderReaders(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"in memory": "", "in a file": filepath.Join(t.TempDir(), "w.duckdb")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := open(t, with{Path: path, Definitions: []matview.Definition{versioned(matview.Definition{})}, Setup: ticks})
			var readers sync.WaitGroup
			var reads, versions atomic.Int64
			done := make(chan struct{})
			for reader := range 8 {
				readers.Go(func() {
					prepared, err := store.SQL().PrepareContext(t.Context(), oneVersion)
					if err != nil {
						t.Error(err)
						return
					}
					defer func() {
						if err := prepared.Close(); err != nil {
							t.Error(err)
						}
					}()
					var last int64
					for {
						select {
						case <-done:
							return
						default:
						}
						var seen int64
						switch reader % 3 {
						case 0:
							seen = whole(t, prepared.QueryRowContext(t.Context()))
						case 1:
							seen = whole(t, store.SQL().QueryRowContext(t.Context(), oneVersion))
						default:
							tx, err := store.SQL().BeginTx(t.Context(), nil)
							if err != nil {
								t.Error(err)
								return
							}
							seen = whole(t, tx.QueryRowContext(t.Context(), oneVersion))
							if again := whole(t, tx.QueryRowContext(t.Context(), oneVersion)); again != seen {
								t.Errorf("one transaction saw versions %d and %d", seen, again)
							}
							if err := tx.Rollback(); err != nil {
								t.Error(err)
							}
						}
						if seen < last {
							t.Errorf("version %d after %d", seen, last)
						}
						if seen != last {
							versions.Add(1)
						}
						last = seen
						reads.Add(1)
					}
				})
			}
			for range 15 {
				execute(t, store.SQL(), "UPDATE ticks SET n = n + 1")
				require.NoError(t, store.Refresh(t.Context()))
			}
			close(done)
			readers.Wait()
			require.EqualValues(t, 16, whole(t, store.SQL().QueryRowContext(t.Context(), oneVersion)))
			t.Logf("%d reads, %d times another version than before", reads.Load(), versions.Load())
		})
	}
}
