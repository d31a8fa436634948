package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mcpgov/go-sdk/audit"
)

// A log is opened, written and verified; then somebody changes one byte.
func Example_log() {
	if err := tellTheStory(); err != nil {
		fmt.Println("unexpected:", err)
	}
	// Output:
	// verified 3 records
	// calls without an outcome: [c2]
	// audit: audit-000001.jsonl:2: record 2: the hash does not match: the line was changed, or written under another key
	// the first bad record is 2; good before it: 1
}

func tellTheStory() error {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	key := []byte("32 random bytes, kept elsewhere.")

	log, err := audit.Open(dir, &audit.Options{Key: key})
	if err != nil {
		return err
	}
	for _, r := range []audit.Record{
		{Kind: audit.KindIntent, CallID: "c1", User: audit.User{ID: "ann"}, Target: audit.Target{Kind: "tool", Name: "refund"}},
		{Kind: audit.KindOutcome, CallID: "c1", Outcome: "ok", Arguments: json.RawMessage(`{"amount":100}`)},
		{Kind: audit.KindIntent, CallID: "c2", User: audit.User{ID: "bob"}, Target: audit.Target{Kind: "tool", Name: "refund"}},
	} {
		if err := log.Append(context.Background(), r); err != nil {
			return err // the record is not durable: do not go on as if it were
		}
	}
	if err := log.Close(); err != nil {
		return err
	}

	summary, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: key})
	if err != nil {
		return err
	}
	fmt.Println("verified", summary.Records, "records")
	fmt.Println("calls without an outcome:", summary.Unfinished)

	path := filepath.Join(dir, "audit-000001.jsonl")
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data = bytes.Replace(data, []byte(`"amount":100`), []byte(`"amount":900`), 1)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return err
	}
	summary, err = audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: key})
	fmt.Println(err)
	if bad, ok := errors.AsType[*audit.VerifyError](err); ok {
		fmt.Printf("the first bad record is %d; good before it: %d\n", bad.Seq, summary.LastSeq)
	}
	return nil
}
