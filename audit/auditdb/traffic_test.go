package auditdb_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// monthStart is where generated traffic begins.
func monthStart() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }

func randomHex(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return hex.EncodeToString(b)
}

func randomID(r *rand.Rand) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var b [26]byte
	for i := range b {
		b[i] = alphabet[r.IntN(32)]
	}
	return string(b[:])
}

// usualCalls makes n records of calls over 30 days: 20 tools, 50 users, a few errors and denials, like those mcpgov writes at level detailed.
func usualCalls(seed uint64, n int) iter.Seq[audit.Record] {
	return func(yield func(audit.Record) bool) {
		r := rand.New(rand.NewPCG(seed, 1))
		step := 30 * 24 * time.Hour / time.Duration(n)
		for i := range n {
			user, tool := r.IntN(50), r.IntN(20)
			role := []string{"analyst", "support", "manager"}[user%3]
			record := audit.Record{
				Kind: audit.KindOutcome, CallID: randomID(r), Time: monthStart().Add(time.Duration(i) * step),
				Server: audit.Server{Name: "crm", Version: "1.4.0", Policy: "sha256:4f2a90cc11d0", Environment: "production", Region: "eu-1"},
				User: audit.User{
					ID: fmt.Sprintf("u-%03d", user), Name: fmt.Sprintf("User %d", user), Role: role, Tenant: "acme", Provider: "https://id.acme.example",
					Roles: []string{role, "staff"}, Permissions: []string{"customer.read", "orders.read"},
				},
				Agent:     audit.Agent{ID: fmt.Sprintf("agent-%d", user%4), Kind: "oauth_client"},
				Client:    audit.Client{Name: "desk", Version: "2.1", Transport: "http", Protocol: "2026-07-28", RemoteIP: fmt.Sprintf("192.0.2.%d", user)},
				Target:    audit.Target{Kind: "tool", Name: fmt.Sprintf("crm.tool_%02d", tool), ReadOnly: tool%3 > 0},
				Arguments: json.RawMessage(fmt.Sprintf(`{"customer_id":"cust_%d","limit":%d}`, r.IntN(100_000), r.IntN(50))), ArgumentsDigest: randomHex(r, 32),
				Decision: "allow", Rule: fmt.Sprintf("rule-%d", tool%5), Outcome: "ok",
				Duration: time.Duration((1+r.ExpFloat64())*float64(tool+1)*3) * time.Millisecond, TraceID: randomHex(r, 16), SpanID: randomHex(r, 8),
			}
			record.Duration += time.Duration(r.IntN(1000)) * time.Microsecond
			switch d := r.IntN(100); {
			case d < 3:
				record.Decision, record.Outcome, record.Category, record.Reason = "deny", "denied", "client_error", "not yours"
			case d < 5:
				record.Outcome, record.Category, record.Cause = "failed", "server_error", "db: connection reset"
			default:
				record.Rows, record.Bytes, record.Masked = 1+r.IntN(20), 200+r.IntN(5000), []string{"email"}
			}
			if !yield(record) {
				return
			}
		}
	}
}

// smallCalls is usualCalls with lines of about 600 bytes, as the goals of scale have them.
func smallCalls(seed uint64, n int) iter.Seq[audit.Record] {
	return func(yield func(audit.Record) bool) {
		for r := range usualCalls(seed, n) {
			r.Server = audit.Server{Name: r.Server.Name, Policy: r.Server.Policy}
			r.User = audit.User{ID: r.User.ID, Role: r.User.Role}
			r.Agent.Kind, r.Client, r.ArgumentsDigest, r.Reason, r.SpanID = "", audit.Client{}, "", "", ""
			if !yield(r) {
				return
			}
		}
	}
}
