package auditpg_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
)

// TestColumns: what queries find beside the record.
func TestColumns(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t)}
	sink := opened(t, database(t), opts)
	at := time.Date(2026, 3, 4, 5, 6, 7, 89_012_345, time.FixedZone("", 3600))
	require.NoError(t, sink.Append(t.Context(), audit.Record{
		Seq: 9, Prev: "aa", Hash: "bb", Kind: audit.KindOutcome, CallID: "c1", Time: at, Server: audit.Server{Name: "crm"},
		User: audit.User{ID: "u\x001", Role: "analyst", Tenant: "ac\xffme"}, Agent: audit.Agent{ID: "bot"},
		Target:    audit.Target{Kind: "tool", Name: strings.Repeat("é", 501)},
		Arguments: json.RawMessage(`{"text":"\u0000","n":9007199254740993}`), Decision: "allow", Rule: "r1", Outcome: "ok", Category: "none",
		Level: audit.LevelComplete, TraceID: "4bf9", Duration: 1234567 * time.Nanosecond, Rows: 7,
	}))
	require.NoError(t, sink.Append(t.Context(), audit.Record{}))
	rows, err := connected(t, database(t)).Query(t.Context(), "SELECT * FROM "+opts.Schema+".mcpgov_audit ORDER BY id")
	require.NoError(t, err)
	found, err := pgx.CollectRows(rows, pgx.RowToMap)
	require.NoError(t, err)
	require.Len(t, found, 2)

	full, empty := found[0], found[1]
	require.NotEqual(t, full["record_id"], empty["record_id"])
	require.WithinDuration(t, at.Truncate(time.Microsecond), full["time"].(time.Time), 0)
	require.Equal(t, `{"agent":{"id":"bot"},"arguments":{"n":9007199254740993,"text":"\u0000"},"call_id":"c1","category":"none","decision":"allow",`+
		`"duration_us":1234,"hash":"bb","kind":"outcome","level":"complete","outcome":"ok","prev":"aa","rows":7,"rule":"r1","seq":9,`+
		`"server":{"name":"crm"},"target":{"kind":"tool","name":"`+strings.Repeat("é", 501)+`"},"time":"2026-03-04T04:06:07.089012Z",`+
		`"trace_id":"4bf9","user":{"id":"u\u00001","role":"analyst","tenant":"ac�me"},"v":1}`, full["record"])
	for column, want := range map[string]any{
		"kind": "outcome", "call_id": "c1", "server": "crm", "target_kind": "tool", "target": strings.Repeat("é", 500), "user_id": "u\ufffd1",
		"tenant": "ac\ufffdme", "role": "analyst", "agent": "bot", "decision": "allow", "rule": "r1", "outcome": "ok", "category": "none",
		"level": "complete", "trace_id": "4bf9", "duration_us": int64(1234), "rows": int64(7),
	} {
		require.Equal(t, want, full[column], column)
		delete(empty, column)
	}
	require.Nil(t, empty["time"])
	require.Equal(t, `{"v":1}`, empty["record"])
	require.Len(t, empty, 4, "a column was not looked at: %v", empty)
}

// TestFilter: each condition narrows, and all that are set must hold. Conditions are cleaned and cut as columns are.
func TestFilter(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t)}
	sink := opened(t, database(t), opts)
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	long := strings.Repeat("x", 3000)
	for _, r := range []audit.Record{
		{CallID: "1", Time: noon, User: audit.User{ID: "ann", Tenant: "acme"}, Target: audit.Target{Name: "get"}},
		{CallID: "2", Time: noon.Add(time.Hour), User: audit.User{ID: "bob", Tenant: "acme"}, Target: audit.Target{Name: "get"}},
		{CallID: "3", Time: noon.Add(2 * time.Hour), User: audit.User{ID: "ann"}, Target: audit.Target{Name: long}},
		{CallID: "4", User: audit.User{ID: "a\x00n\xff"}},
	} {
		require.NoError(t, sink.Append(t.Context(), r))
	}
	for _, c := range []struct {
		filter *auditpg.Filter
		want   string
	}{
		{nil, "1234"},
		{&auditpg.Filter{}, "1234"},
		{&auditpg.Filter{From: noon.Add(time.Hour)}, "23"},
		{&auditpg.Filter{Until: noon.Add(time.Hour)}, "1"},
		{&auditpg.Filter{From: noon, Until: noon.Add(2 * time.Hour)}, "12"},
		{&auditpg.Filter{UserID: "ann"}, "13"},
		{&auditpg.Filter{UserID: "a\x00n\xff"}, "4"},
		{&auditpg.Filter{Target: "get", UserID: "bob"}, "2"},
		{&auditpg.Filter{Target: long}, "3"},
		{&auditpg.Filter{Tenant: "acme", From: noon.Add(time.Minute)}, "2"},
		{&auditpg.Filter{CallID: "3"}, "3"},
		{&auditpg.Filter{CallID: "' OR 1=1 --"}, ""},
	} {
		got := ""
		for r, err := range sink.Records(t.Context(), c.filter) {
			require.NoError(t, err)
			got += r.CallID
		}
		require.Equal(t, c.want, got, "%+v", c.filter)
	}
	for _, err := range sink.Records(t.Context(), nil) {
		require.NoError(t, err)
		break // and the connection goes
	}
	execute(t, "UPDATE "+opts.Schema+`.mcpgov_audit SET record = '{"v":2}' WHERE call_id = '2'`)
	var last error
	for _, err := range sink.Records(t.Context(), nil) {
		last = err
	}
	require.ErrorContains(t, last, "auditpg: read records: row 2: audit: not a record: member v: format version 2")
}
