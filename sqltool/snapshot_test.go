package sqltool_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool"
)

var update = flag.Bool("update", false, "write testdata again")

func snapshotTools(db *sqltool.DB, where string) []mcpgov.Feature {
	return []mcpgov.Feature{
		sqltool.QueryRow[lookup, customer](db, spec("get"), sqltool.Statement{SQL: "SELECT customer_id, name, email, visits, seen, photo FROM customers WHERE " + where, Tables: []string{"customers"}}),
		sqltool.Exec[lookup](db, spec("drop"), sqltool.Statement{SQL: "DELETE FROM customers WHERE customer_id = $customer_id", Writes: true}),
	}
}

// TestSnapshot shows that statements are checked without a database, against a file that is committed, and that the file is current.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	const where = "customer_id = $customer_id"
	live := openDB(t, sqltool.Options{})
	_, err := mcpgov.New(config(audit.Discard()), snapshotTools(live, where)...)
	require.NoError(t, err)
	current, err := live.Snapshot(t.Context())
	require.NoError(t, err)
	golden := filepath.Join("testdata", live.SnapshotName())
	if *update {
		require.NoError(t, os.WriteFile(golden, current, 0o600))
	}
	committed, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(committed), string(current), "run the test with -update")

	offline, err := sqltool.New("crm", nil, sqltool.Options{Snapshot: os.DirFS("testdata")})
	require.NoError(t, err)
	_, err = mcpgov.New(config(audit.Discard()), snapshotTools(offline, where)...)
	require.NoError(t, err)
	_, err = mcpgov.New(config(audit.Discard()), snapshotTools(offline, where+" AND 1 = 1")...)
	require.ErrorContains(t, err, `tool "get": its text has changed since crm.json was written`)
	type other struct {
		ID int64 `json:"customer_id"`
	}
	_, err = mcpgov.New(config(audit.Discard()), sqltool.QueryRow[lookup, other](offline, spec("get"), sqltool.Statement{SQL: "SELECT customer_id, name, email, visits, seen, photo FROM customers WHERE " + where}))
	require.ErrorContains(t, err, `column "customer_id": TEXT does not fit into int64: write string`)
	require.ErrorContains(t, err, `column "name" has no field`)

	for name, files := range map[string]fstest.MapFS{
		"write it with DB.Snapshot":       {},
		"write it again with DB.Snapshot": {"crm.json": {Data: []byte("{")}},
		`is of system "erp"`:              {"crm.json": {Data: []byte(`{"system":"erp","engine":"generic","statements":{},"tables":{}}`)}},
		`is of engine "duckdb"`:           {"crm.json": {Data: []byte(`{"system":"crm","engine":"duckdb","statements":{},"tables":{}}`)}},
	} {
		broken, err := sqltool.New("crm", nil, sqltool.Options{Snapshot: files})
		require.NoError(t, err)
		_, err = mcpgov.New(config(audit.Discard()), snapshotTools(broken, where)...)
		require.ErrorContains(t, err, name)
	}
}
