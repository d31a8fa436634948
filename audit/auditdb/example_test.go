package auditdb_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// exampleLog writes a log of a few calls.
func exampleLog() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "example-"); err != nil {
		return "", err
	}
	log, err := audit.Open(dir, nil)
	if err != nil {
		return dir, err
	}
	start := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for i, user := range []string{"ada", "ada", "bob", "ada", "bob", "bob"} {
		r := audit.Record{
			Kind: audit.KindOutcome, Time: start.Add(time.Duration(i) * 20 * time.Minute), User: audit.User{ID: user, Role: "analyst"},
			Target: audit.Target{Kind: "tool", Name: "get_customer"}, Decision: "allow", Outcome: "ok", Duration: time.Duration(i+1) * 100 * time.Millisecond,
		}
		if i == 4 {
			r.Decision, r.Outcome, r.Rule = "deny", "denied", "own-record"
		}
		if err := log.Append(context.Background(), r); err != nil {
			return dir, err
		}
	}
	return dir, log.Close()
}

func Example() {
	ctx := context.Background()
	dir, err := exampleLog()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := auditdb.Open(ctx, dir, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	filter, err := auditdb.NewFilter("user.role == 'analyst' && (duration_ms > 400 || decision == 'deny')")
	if err != nil {
		fmt.Println(err)
		return
	}
	for record, err := range db.Records(ctx, auditdb.Query{Filter: filter, Order: auditdb.NewestFirst}) {
		fmt.Println(record.Seq, record.User.ID, record.Outcome, record.Duration, err)
	}
	// Output:
	// 6 bob ok 600ms <nil>
	// 5 bob denied 500ms <nil>
}

func ExampleDB_Stats() {
	ctx := context.Background()
	dir, err := exampleLog()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := auditdb.Open(ctx, dir, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	stats, err := db.Stats(ctx, auditdb.Query{Location: time.FixedZone("CET", 3600)}, auditdb.ByHour, auditdb.ByUser)
	for _, s := range stats {
		fmt.Println(s.Time.Format("15:04"), s.User, s.Calls, "calls", s.Denials, "denied", s.P95)
	}
	fmt.Println(err)
	// Output:
	// 10:00 ada 2 calls 0 denied 195ms
	// 10:00 bob 1 calls 0 denied 300ms
	// 11:00 ada 1 calls 0 denied 400ms
	// 11:00 bob 2 calls 1 denied 595ms
	// <nil>
}

func ExampleNewFilter() {
	_, err := auditdb.NewFilter("user.rol == 'analyst' && target.naem.startsWith('crm.')")
	fmt.Println(err)
	// Output:
	// auditdb: filter 1:5: user has no member "rol" (did you mean "role"?): there are anonymous, attributes, groups, id, name, permissions, provider, role, roles, scopes, tenant
	// auditdb: filter 1:32: target has no member "naem" (did you mean "name"?): there are kind, name, read_only
}

func ExampleParseSince() {
	now := time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)
	for _, text := range []string{"24h", "7d", "yesterday", "2026-11-01T10:00", "last week"} {
		since, err := auditdb.ParseSince(text, time.UTC, now)
		fmt.Println(since.Format(time.RFC3339), err)
	}
	// Output:
	// 2026-11-20T08:30:00Z <nil>
	// 2026-11-14T08:30:00Z <nil>
	// 2026-11-20T00:00:00Z <nil>
	// 2026-11-01T10:00:00Z <nil>
	// 0001-01-01T00:00:00Z auditdb: "last week" is no time; write how long ago (30m, 24h, 7d, 2w), today, yesterday, or a time such as 2026-11-01 or 2026-11-01T10:00
}
