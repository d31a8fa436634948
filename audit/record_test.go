package audit_test

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/canon"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// full has every field set.
func full() audit.Record {
	return audit.Record{
		Seq: 7, Kind: audit.KindOutcome, CallID: "c_01J9Z", Time: time.Date(2026, 3, 4, 5, 6, 7, 89_012_345, time.FixedZone("", 3600)),
		Server: audit.Server{Name: "crm", Version: "1.0.0", Policy: "sha256:ab12", Environment: "production", Region: "eu-1"},
		User: audit.User{
			ID: "u-17", Name: "Zoë", Role: "analyst", Tenant: "acme", Provider: "oidc", Anonymous: true,
			Roles: []string{"analyst", "on-call"}, Groups: []string{"eu"}, Permissions: []string{"pii.view"}, Scopes: []string{"crm"},
			Attributes: json.RawMessage(`{"department":"risk"}`),
		},
		Agent:        audit.Agent{ID: "client-9", Kind: "oauth_client"},
		Client:       audit.Client{Name: "inspector", Version: "2", Transport: "http", Protocol: "2026-07-28", RemoteIP: "192.0.2.7"},
		Conversation: "s-1", Purpose: "support",
		Target:          audit.Target{Kind: "tool", Name: "get_customer", ReadOnly: true},
		Level:           audit.LevelComplete,
		Arguments:       json.RawMessage(`{"customer_id":"cust_42","limit":9007199254740993}`),
		ArgumentsDigest: "0a1b", Decision: "allow", Rule: "own-record", Reason: "you may", Rules: []string{"mask-mail"}, Warnings: []string{"late"},
		Shadow: []string{"strict: would deny"}, Outcome: "failed", Category: "server_error", Cause: "db: gone",
		Response: json.RawMessage(`{"email":"***","rows":[1,2.5]}`), ResponseDigest: "2c3d", ResponseTruncated: true,
		Duration: 1234567 * time.Nanosecond, Rows: 2, Cut: 3, Cleaned: 1, Bytes: 512, Masked: []string{"email", "orders.*.card"},
		Shown: []string{"pii"}, Subjects: []string{"9f8e7d"},
		Sources: []audit.Source{{
			System: "crm_db", Ref: "customers", Statement: "sha256:9f86", ParametersDigest: "4e5f",
			Executed: time.Date(2026, 3, 4, 4, 6, 7, 12_000, time.UTC), AsOf: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC),
			Rows: 17, Tables: []string{"raw.customers", "raw.orders"}, Model: "dbt.customers", Revision: "1a2b3c",
		}, {System: "file"}},
		Steps:   []audit.Step{{Kind: "query", Name: "orders", Outcome: "ok", Start: 20 * time.Microsecond, Duration: time.Millisecond}, {Kind: "http"}},
		TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", SpanID: "00f067aa0ba902b7", Note: "slow",
		Prev: strings.Repeat("0", 64), Hash: strings.Repeat("f", 64),
	}
}

// TestFullRecordIsFull: the tests that write and read full() say something about every field only if every field of it is set. Whoever adds
// a field and forgets one of the two hand-written directions hears of it here and below.
func TestFullRecordIsFull(t *testing.T) {
	t.Parallel()
	var look func(path string, v reflect.Value)
	look = func(path string, v reflect.Value) {
		require.False(t, v.IsZero(), "%s is not set", path)
		if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for f, inner := range v.Fields() {
			look(path+"."+f.Name, inner)
		}
	}
	look("Record", reflect.ValueOf(full()))
	for f, inner := range reflect.ValueOf(full().Sources[0]).Fields() {
		require.False(t, inner.IsZero(), "Source.%s is not set", f.Name)
	}
	for f, inner := range reflect.ValueOf(full().Steps[0]).Fields() {
		require.False(t, inner.IsZero(), "Step.%s is not set", f.Name)
	}
}

func TestAppendJSONGolden(t *testing.T) {
	t.Parallel()
	line := func(r audit.Record) string {
		out, err := r.AppendJSON([]byte("> "))
		require.NoError(t, err)
		return strings.TrimPrefix(string(out), "> ") + "\n"
	}
	minimal := audit.Record{}
	hostile := audit.Record{Kind: audit.KindEvent, Note: "a\nb\r\x00\x1b[31m\u2028\xff\xfe \"\\", Cause: `"},{"seq":9`}
	got := line(full()) + line(minimal) + line(hostile)
	const golden = "testdata/records.jsonl"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestAppendJSONIsCanonical(t *testing.T) {
	t.Parallel()
	r := full()
	r.Arguments = json.RawMessage(` { "b" : 1.0 , "a" : "\u00e9" } `)
	line, err := r.AppendJSON(nil)
	require.NoError(t, err)
	canonical, err := canon.JSON(line)
	require.NoError(t, err)
	require.Equal(t, string(canonical), string(line))
	require.Contains(t, string(line), `"arguments":{"a":"é","b":1},`)
	require.NotContains(t, string(line), "\n")
}

func TestAppendJSONRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*audit.Record)
		want   string
	}{
		"arguments":  {func(r *audit.Record) { r.Arguments = json.RawMessage(`{"a":`) }, `record of call "c_01J9Z": Arguments: canon: byte 5`},
		"two values": {func(r *audit.Record) { r.Arguments = json.RawMessage("{}\n{}") }, `Arguments: canon: byte 3: data after`},
		"response":   {func(r *audit.Record) { r.Response = json.RawMessage(`{"a":1,"a":2}`) }, `Response: canon: byte 7: member name used twice`},
		"attributes": {func(r *audit.Record) { r.User.Attributes = json.RawMessage(`{`) }, `record of call "c_01J9Z": User.Attributes: canon: byte 1`},
		"executed":   {func(r *audit.Record) { r.Sources[0].Executed = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) }, `Sources[0]: the time Executed: year -1`},
		"as of":      {func(r *audit.Record) { r.Sources[1].AsOf = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, `record of call "c_01J9Z": Sources[1]: the time AsOf: year 10000`},
		"year":       {func(r *audit.Record) { r.Time = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC) }, `Time: year 12026`},
	} {
		r := full()
		c.change(&r)
		out, err := r.AppendJSON([]byte("kept"))
		require.ErrorContains(t, err, c.want, name)
		require.Equal(t, "kept", string(out), name)
	}
}

func TestParseRecordInverts(t *testing.T) {
	t.Parallel()
	want := full()
	line, err := want.AppendJSON(nil)
	require.NoError(t, err)
	got, err := audit.ParseRecord(line)
	require.NoError(t, err)
	want.Time = want.Time.UTC().Truncate(time.Microsecond)
	want.Duration = want.Duration.Truncate(time.Microsecond)
	require.Equal(t, want, got)
}

// TestParseRecordReadsOldSources: lines from before sources said more than system and reference are lines still.
func TestParseRecordReadsOldSources(t *testing.T) {
	t.Parallel()
	r, err := audit.ParseRecord([]byte(`{"sources":[{"ref":"customers","system":"crm_db"},{"system":"file"}],"v":1}`))
	require.NoError(t, err)
	require.Equal(t, []audit.Source{{System: "crm_db", Ref: "customers"}, {System: "file"}}, r.Sources)
}

func TestParseRecordRefuses(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		``:                                   `not a JSON object`,
		`[]`:                                 `not a JSON object`,
		`{}`:                                 `member v, the format version, is missing`,
		`{"v":2}`:                            `member v: format version 2; this library reads version 1`,
		`{"v":1} `:                           `data after the end`,
		`{ "v":1}`:                           `not canonical`,
		`{"note":"","v":1}`:                  `an empty member is written out`,
		`{"v":1,"note":"a"}`:                 `canonical order`,
		`{"note":"a","note":"b","v":1}`:      `canonical order, or one stands twice`,
		`{"nope":1,"v":1}`:                   `member nope: no such member`,
		`{"user":{"idd":"x"},"v":1}`:         `member user: member idd: no such member`,
		`{"rows":1.5,"v":1}`:                 `member rows: not an integer`,
		`{"rows":"1","v":1}`:                 `member rows: not an integer`,
		`{"seq":-1,"v":1}`:                   `member seq: not a positive integer`,
		`{"seq":18446744073709551616,"v":1}`: `member seq: not a positive integer, or too large`,
		`{"duration_us":9223372036854775807,"v":1}`: `not in its one form`,
		`{"time":"2026-01-31T23:59:59Z","v":1}`:     `member time: not a time`,
		`{"note":7,"v":1}`:                          `member note: not a string`,
		`{"note":"\u0041","v":1}`:                   `not canonical`,
		`{"masked":[null],"v":1}`:                   `not in its one form`,
		`{"masked":[],"v":1}`:                       `not in its one form`,
		`{"response_truncated":false,"v":1}`:        `not true`,
		`{"agent":{},"v":1}`:                        `not in its one form`,
		`{"sources":[{"rows":0}],"v":1}`:            `not in its one form`,
		`{"sources":[{"tables":[]}],"v":1}`:         `not in its one form`,
		`{"sources":[{"table":"a"}],"v":1}`:         `member sources: member table: no such member`,
		`{"sources":[{"executed":""}],"v":1}`:       `member sources: member executed: not a time`,
	} {
		_, err := audit.ParseRecord([]byte(line))
		require.ErrorContains(t, err, want, line)
	}
}

// FuzzParseRecord: what parses is written back byte for byte, and any texts in a record survive as one line.
func FuzzParseRecord(f *testing.F) {
	r := full()
	line, err := r.AppendJSON(nil)
	require.NoError(f, err)
	f.Add(line, "name", "x")
	f.Add([]byte(`{"v":1}`), "a\nb", "\xff\u2028")
	f.Add([]byte(`{"sources":[{"as_of":"2026-01-31T23:59:59.000000Z","ref":"a","rows":-1,"tables":["",""]}],"v":1}`), "t", "u")
	f.Add([]byte(`{"sources":[{}],"time":"0001-01-01T00:00:00.000001Z","v":1}`), "\"", "\\")
	f.Fuzz(func(t *testing.T, line []byte, text, raw string) {
		if r, err := audit.ParseRecord(line); err == nil {
			again, err := r.AppendJSON(nil)
			require.NoError(t, err)
			require.Equal(t, string(line), string(again))
		}
		r := audit.Record{
			CallID: text, Cause: raw, Masked: []string{text, raw}, User: audit.User{Name: text}, Sources: []audit.Source{{Ref: raw, Tables: []string{text, raw}, AsOf: time.Unix(int64(len(text)), 0)}},
			Arguments: json.RawMessage(raw), Rows: len(text), Time: time.Unix(int64(len(raw)), int64(len(text))),
		}
		out, err := r.AppendJSON(nil)
		if err != nil {
			r.Arguments = nil
			out, err = r.AppendJSON(nil)
			require.NoError(t, err, "text alone is never refused")
		}
		require.True(t, json.Valid(out))
		require.NotContains(t, string(out), "\n")
		back, err := audit.ParseRecord(out)
		require.NoError(t, err)
		require.Equal(t, string([]rune(text)), back.CallID)
		require.Equal(t, string([]rune(raw)), back.Cause)
		require.Equal(t, string([]rune(text)), back.User.Name)
	})
}
