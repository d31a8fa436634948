package postgres_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/postgres"
)

const everything = `CREATE TABLE everything (big bigint NOT NULL, small smallint NOT NULL, amount numeric(12,2) NOT NULL, note text, seen timestamptz NOT NULL,
	raw bytea NOT NULL, tags text[] NOT NULL, doc jsonb NOT NULL, span interval NOT NULL, id uuid NOT NULL)`

const allColumns = "SELECT big, small, amount, note, seen, raw, tags, doc, span, id FROM everything WHERE big = $big AND seen > $since AND note = ANY($notes) AND amount < $most"

type everyIn struct {
	Big   int64           `json:"big"`
	Since time.Time       `json:"since"`
	Notes []string        `json:"notes"`
	Most  sqltool.Decimal `json:"most"`
}

type everyRow struct {
	Big    int64            `json:"big"`
	Small  int16            `json:"small"`
	Amount json.Number      `json:"amount"`
	Note   *string          `json:"note"`
	Seen   time.Time        `json:"seen"`
	Raw    []byte           `json:"raw"`
	Tags   []*string        `json:"tags"`
	Doc    json.RawMessage  `json:"doc"`
	Span   sqltool.Interval `json:"span"`
	ID     string           `json:"id"`
}

func faultsOf(t *testing.T, f mcpgov.Feature) error {
	t.Helper()
	_, err := mcpgov.New(mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous()}, f)
	return err
}

// TestFaults shows that types are compared both ways and that all that is wrong is said at once, with what to write instead; and that a
// snapshot says the same without a server.
func TestFaults(t *testing.T) {
	t.Parallel()
	live := newServer(t, everything).db(t, sqltool.Options{})
	type wrongIn struct {
		Big   string  `json:"big"`
		Since int64   `json:"since"`
		Notes []int64 `json:"notes"`
		Most  bool    `json:"most"`
	}
	type wrongRow struct {
		Big    int32         `json:"big"`
		Small  uint16        `json:"small"`
		Amount float64       `json:"amount"`
		Note   string        `json:"note"`
		Seen   int64         `json:"seen"`
		Raw    string        `json:"raw"`
		Tags   string        `json:"tags"`
		Doc    int           `json:"doc"`
		Span   time.Duration `json:"span"`
		ID     []byte        `json:"id"`
	}
	s := sqltool.Statement{SQL: allColumns, Tables: []string{"everything"}}
	require.NoError(t, faultsOf(t, sqltool.Query[everyIn, everyRow](live, spec("all"), s)))
	file, err := live.Snapshot(t.Context())
	require.NoError(t, err)
	offline, err := sqltool.New("crm", nil, sqltool.Options{Engine: postgres.Engine(), Snapshot: fstest.MapFS{live.SnapshotName(): {Data: file}}})
	require.NoError(t, err)
	require.NoError(t, faultsOf(t, sqltool.Query[everyIn, everyRow](offline, spec("all"), s)))
	for _, db := range []*sqltool.DB{live, offline} {
		err := faultsOf(t, sqltool.Query[wrongIn, wrongRow](db, spec("all"), s))
		for _, want := range []string{
			`$big: string cannot be bound to bigint`, `$since: int64 cannot be bound to timestamp with time zone`, `$notes: int64 cannot be bound to text`, `$most: bool cannot be bound to numeric`,
			`column "big": bigint does not fit into int32: write int64`, `column "small": smallint does not fit into uint16: write int16`,
			`column "amount": numeric(12,2) does not fit into float64: write sqltool.Decimal, which is text, or json.Number`,
			`column "note" may be NULL, which string cannot hold: write *string`, `column "seen": timestamp with time zone does not fit into int64: write time.Time`,
			`column "raw": bytea does not fit into string: write []byte`, `column "tags": text[] does not fit into string: write a slice`,
			`column "doc": jsonb does not fit into int: write json.RawMessage`, `column "span": interval does not fit into time.Duration: write sqltool.Interval`,
			`column "id": uuid does not fit into []uint8: write string`,
		} {
			require.ErrorContains(t, err, want)
		}
	}
	require.ErrorContains(t, faultsOf(t, sqltool.Query[nothing, struct{}](live, spec("none"), sqltool.Statement{SQL: "SELECT 1 / 0"})), `column 1 has no name: give it one with AS`)
	require.ErrorContains(t, faultsOf(t, sqltool.Query[nothing, string](live, spec("none"), sqltool.Statement{SQL: "SELECT 1 AS x"})), `rows are no struct but string`)
	require.ErrorContains(t, faultsOf(t, sqltool.Query[nothing, struct{}](live, spec("none"), sqltool.Statement{SQL: "DELETE FROM everything", Writes: true})), `it returns no rows: use sqltool.Exec, or add RETURNING`)
	require.ErrorContains(t, faultsOf(t, sqltool.Query[nothing, everyRow](live, spec("none"), sqltool.Statement{SQL: "SELECT * FROM everything FOR UPDATE"})), `it writes: it holds UPDATE`)
}
