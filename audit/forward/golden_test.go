package forward_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
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
		Shadow: []string{"strict: would deny"}, Outcome: "failed", Category: "server_error", Cause: "db: <gone>",
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
		Prev: strings.Repeat("e", 64), Hash: strings.Repeat("f", 64),
	}
}

// records are one of each shape that a server writes, and some that none should.
func records() []audit.Record {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	server := audit.Server{Name: "crm", Version: "1.0.0", Policy: "sha256:ab12"}
	stdio := audit.Client{Name: "inspector", Transport: "stdio", Protocol: "2026-07-28"}
	user := audit.User{ID: "u-17", Provider: "oidc"}
	refund := audit.Target{Kind: "tool", Name: "refund"}
	first := audit.Record{Seq: 1, Kind: audit.KindEvent, Time: at, Server: server, Note: "started", Prev: strings.Repeat("0", 64), Hash: strings.Repeat("a", 64)}
	return []audit.Record{
		full(),
		first,
		{Kind: audit.KindIntent, CallID: "c2", Time: at, Server: server, User: user, Client: stdio, Target: refund, Decision: "allow"},
		{Kind: audit.KindOutcome, CallID: "c2", Time: at, Server: server, User: user, Client: stdio, Target: refund, Decision: "allow", Outcome: "ok"},
		{Kind: audit.KindOutcome, CallID: "c3", Time: at, User: user, Target: refund, Decision: "deny", Rule: "r1", Reason: "not you", Outcome: "denied", Category: "client_error"},
		{Kind: audit.KindOutcome, CallID: "c4", Time: at, User: user, Target: refund, Decision: "require_approval", Outcome: "approval_refused", Category: "client_error"},
		{Kind: audit.KindOutcome, CallID: "c5", Time: at, User: audit.User{Anonymous: true}, Target: audit.Target{Kind: "tool", Name: "nope"}, Outcome: "unknown", Category: "client_error"},
		{Kind: audit.KindOutcome, CallID: "c6", Time: at, Target: refund, Outcome: "unknown", Note: "the server crashed"},
		{Kind: audit.KindOutcome, CallID: "c7", Time: at, User: audit.User{Name: "Ann"}, Target: audit.Target{Kind: "resource", Name: "crm://customers/1", ReadOnly: true}, Outcome: "ok"},
		{Kind: audit.KindOutcome, CallID: "c8", Time: at, Target: audit.Target{Kind: "prompt", Name: "brief", ReadOnly: true}, Outcome: "ok", Client: audit.Client{RemoteIP: "fe80::1%eth0"}},
		{Kind: audit.KindOutcome, CallID: "c9", Time: at, Target: audit.Target{Kind: "list", Name: "templates", ReadOnly: true}, Outcome: "ok", Client: audit.Client{RemoteIP: "@"}},
		{Kind: audit.KindOutcome, CallID: "c10", Time: at, Target: audit.Target{Kind: "completion", Name: "brief", ReadOnly: true}, Outcome: "ok", Client: audit.Client{Transport: "http"}},
		{Kind: audit.KindOutcome, CallID: "c11", Time: at, Target: audit.Target{Kind: "subscription", Name: "crm://x"}, Outcome: "insufficient_funds", Category: "business_error"},
		{Kind: audit.KindOutcome, CallID: "c12", Time: at, Target: audit.Target{Kind: "server", Name: "initialize", ReadOnly: true}, Outcome: "ok"},
		{Kind: audit.KindEvent, Time: at, Server: server, Target: audit.Target{Kind: "server", Name: "policy"}, Outcome: "ok", Note: "policy b takes the place of a"},
		{Kind: audit.KindEvent, CallID: "c13", Time: at, Arguments: json.RawMessage(`[1]`), TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", SpanID: "no id"},
		{},
		{Kind: audit.KindEvent, Note: "a\nb\r\x00\x1b[31m\u2028\xff\xfe \"\\", Cause: `"},{"seq":9`, Target: audit.Target{Name: "\xff\n"}},
		{Kind: "other", Decision: "perhaps", TraceID: strings.Repeat("0", 32), SpanID: strings.Repeat("0", 16)},
	}
}

// lines encodes each record.
func lines(t *testing.T, enc forward.Encoding, all []audit.Record) []string {
	t.Helper()
	out := make([]string, 0, len(all))
	for _, r := range all {
		line, err := enc.Append([]byte("> "), &r)
		require.NoError(t, err)
		require.NotContains(t, string(line), "\n")
		require.True(t, strings.HasPrefix(string(line), "> "))
		again, err := enc.Append(nil, &r)
		require.NoError(t, err)
		require.Equal(t, string(again), string(line[2:]), "the same bytes each time")
		out = append(out, string(again))
	}
	return out
}

// golden compares with a file of testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// schema compiles a JSON Schema of testdata.
func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return s
}

// valid checks one JSON text.
func valid(t *testing.T, s *jsonschema.Schema, text string) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err, text)
	require.NoError(t, s.Validate(value), text)
}
