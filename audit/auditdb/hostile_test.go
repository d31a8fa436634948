package auditdb_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// fullRecord has every field set that a log does not set itself.
func fullRecord() audit.Record {
	return audit.Record{
		Kind: audit.KindOutcome, CallID: "c_01J9Z", Time: time.Date(2026, 11, 4, 5, 6, 7, 89_012_000, time.UTC),
		Server: audit.Server{Name: "crm", Version: "1.0.0", Policy: "sha256:ab12", Environment: "production", Region: "eu-1"},
		User: audit.User{
			ID: "u-17", Name: "Zoë", Role: "analyst", Tenant: "acme", Provider: "oidc", Anonymous: true,
			Roles: []string{"analyst", "on-call"}, Groups: []string{"eu"}, Permissions: []string{"pii.view"}, Scopes: []string{"crm"},
			Attributes: json.RawMessage(`{"department":"risk","level":3}`),
		},
		Agent:        audit.Agent{ID: "client-9", Kind: "oauth_client"},
		Client:       audit.Client{Name: "inspector", Version: "2", Transport: "http", Protocol: "2026-07-28", RemoteIP: "192.0.2.7"},
		Conversation: "s-1", Purpose: "support", Target: audit.Target{Kind: "tool", Name: "get_customer", ReadOnly: true}, Level: audit.LevelComplete,
		Arguments: json.RawMessage(`{"customer_id":"cust_42","limit":9007199254740993}`), ArgumentsDigest: "0a1b",
		Decision: "allow", Rule: "own-record", Reason: "you may", Rules: []string{"mask-mail"}, Warnings: []string{"late"},
		Shadow: []string{"strict: would deny"}, Outcome: "failed", Category: "server_error", Cause: "db: gone",
		Response: json.RawMessage(`{"email":"***","rows":[1,2.5]}`), ResponseDigest: "2c3d", ResponseTruncated: true,
		Duration: 1234 * time.Microsecond, Rows: 2, Cut: 3, Cleaned: 1, Bytes: 512, Masked: []string{"email", "orders.*.card"},
		Shown: []string{"pii"}, Subjects: []string{"9f8e7d"},
		Sources: []audit.Source{{
			System: "crm_db", Ref: "customers", Statement: "sha256:9f86", ParametersDigest: "4e5f",
			Executed: time.Date(2026, 3, 4, 4, 6, 7, 12_000, time.UTC), AsOf: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC),
			Rows: 17, Tables: []string{"raw.customers", "raw.orders"}, Model: "dbt.customers", Revision: "1a2b3c",
		}, {System: "file"}},
		Steps:   []audit.Step{{Kind: "query", Name: "orders", Outcome: "ok", Start: 20 * time.Microsecond, Duration: time.Millisecond}, {Kind: "http"}},
		TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", SpanID: "00f067aa0ba902b7", Note: "slow",
	}
}

// hostileTexts are texts that have broken somebody's quoting, coding or counting.
func hostileTexts() []string {
	return []string{
		"", "'", "''", `"`, `\`, "'; DROP TABLE records; --", `" OR 1=1 --`, "?", "$1", "%", "_", "a\x00b", "\x00", "\u0001\t\r\n\u007f", "€", "😀", "e\u0301",
		"\u2028\u2029", "\ufeff", "\u202e", "null", "NULL", "true", "[]", "{}", "-1", "=1+1", "+1", "-1", "@x", "\t=1", "0a", "0A", "0a1", "abcdef",
		strings.Repeat("f", 64), strings.Repeat("long ", 500), "u-1", "crm.x", "analyst", "email",
	}
}

// hostileJSON are JSON values that readers tend to change.
func hostileJSON() []json.RawMessage {
	var all []json.RawMessage
	for _, s := range []string{
		"null", "{}", "[]", `""`, `"text"`, "0", "-1", "1.5", "1e21", "1e-7", "9007199254740993", "18446744073709551615", "-9223372036854775809",
		"123456789012345678901234567890", "0.30000000000000004", "5e-324", "1.7976931348623157e308", `{"a":null}`, `{"":{"":[[],{}]}}`,
		`{"arguments":null,"hash":"x","prev":"y","seq":1,"v":2}`, `{"attributes":null}`, `"\u0000"`, `{"\u0000":"\u001f"}`, `"\ud83d\ude00"`,
		`[1,"2",true,null,{"b":[]}]`, `{"customer_id":"cust_1","n":5}`, `{"customer_id":7,"n":"5"}`, `{"n":5.5}`,
	} {
		all = append(all, json.RawMessage(s))
	}
	return all
}

// randomRecord has each field empty, hostile or usual.
func randomRecord(r *rand.Rand) audit.Record {
	word := func() string {
		switch r.IntN(4) {
		case 0:
			return ""
		case 1:
			all := hostileTexts()
			return all[r.IntN(len(all))]
		default:
			return []string{"u-1", "u-2", "analyst", "crm.get", "crm.list", "email", "ok", "denied", "a", "b"}[r.IntN(10)]
		}
	}
	words := func() []string {
		if r.IntN(2) == 0 {
			return nil
		}
		var all []string
		for range r.IntN(4) {
			all = append(all, word())
		}
		return all
	}
	value := func() json.RawMessage {
		if r.IntN(3) == 0 {
			return nil
		}
		all := hostileJSON()
		return all[r.IntN(len(all))]
	}
	number := func() int {
		return []int{0, 0, 1, 2, 5, 200, -1, 1 << 40, -1 << 63, 1<<63 - 1}[r.IntN(10)]
	}
	digest := func() string {
		if r.IntN(3) == 0 {
			return word()
		}
		return randomHex(r, 16)
	}
	record := audit.Record{
		Kind: []audit.Kind{"intent", "outcome", "event", ""}[r.IntN(4)], CallID: word(), Time: monthStart().Add(time.Duration(r.Int64N(int64(720 * time.Hour)))),
		Server: audit.Server{Name: word(), Version: word(), Policy: word(), Environment: word(), Region: word()},
		User: audit.User{
			ID: word(), Name: word(), Role: word(), Tenant: word(), Provider: word(), Anonymous: r.IntN(2) == 0,
			Roles: words(), Groups: words(), Permissions: words(), Scopes: words(), Attributes: value(),
		},
		Agent: audit.Agent{ID: word(), Kind: word()}, Client: audit.Client{Name: word(), Version: word(), Transport: word(), Protocol: word(), RemoteIP: word()},
		Conversation: word(), Purpose: word(), Target: audit.Target{Kind: word(), Name: word(), ReadOnly: r.IntN(2) == 0}, Level: audit.Level(word()),
		Arguments: value(), ArgumentsDigest: digest(), Decision: word(), Rule: word(), Reason: word(), Rules: words(), Warnings: words(), Shadow: words(),
		Outcome: word(), Category: word(), Cause: word(), Response: value(), ResponseDigest: digest(), ResponseTruncated: r.IntN(2) == 0,
		Duration: time.Duration(number()).Truncate(time.Microsecond), Rows: number(), Cut: number(), Bytes: number(), Cleaned: number(),
		Masked: words(), Shown: words(), Subjects: words(), TraceID: digest(), SpanID: digest(), Note: word(),
	}
	for range r.IntN(3) {
		record.Sources = append(record.Sources, audit.Source{System: word(), Ref: word(), Statement: word(), Tables: words(), Model: word(), Rows: number(), AsOf: monthStart()})
		record.Steps = append(record.Steps, audit.Step{
			Kind: word(), Name: word(), Outcome: word(), Start: time.Duration(r.IntN(9)) * time.Millisecond,
			Duration: time.Duration(number()).Truncate(time.Microsecond),
		})
	}
	switch r.IntN(10) {
	case 0:
		record.Time = time.Time{}
	case 1:
		record.Time = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	case 2:
		record.Time = time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
	}
	return record
}
