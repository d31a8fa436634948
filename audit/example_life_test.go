package audit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// The life of a log: written under a key, sealed and signed, seen by a witness, held for a court, pruned by retention, and cut by somebody who
// hoped that nobody would notice.
func Example() {
	if err := lifeOfALog(); err != nil {
		fmt.Println("unexpected:", err)
	}
	// Output:
	// sam is named by a digest: true
	// verified: 5 records in 3 segments, 4 of them under checkpoints
	// a court holds it, nothing would be deleted: true
	// deleted: segments up to 2, records 1 to 4
	// verified: records 5 to 6
	// sam was erased: true
	// cut: audit: audit-000003.jsonl:3: record 7: the log ends after record 6, but record 7 was seen outside: the end was cut off
}

func lifeOfALog() error {
	ctx := context.Background()
	top, err := os.MkdirTemp("", "audit")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(top) }()
	dir, witness := filepath.Join(top, "log"), filepath.Join(top, "witness") // in earnest: far from each other
	key := []byte("32 random bytes, kept elsewhere.")
	public, signer, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}

	// Written. People are named by digests under keys of their own.
	people, err := audit.OpenSubjects(filepath.Join(top, "people"), []byte("32 other bytes, kept elsewhere.."))
	if err != nil {
		return err
	}
	sam, err := people.SubjectKey(ctx, "sam@example.com", true)
	if err != nil {
		return err
	}
	log, err := audit.Open(dir, &audit.Options{Key: key, Signer: signer, Checkpoints: audit.CheckpointFile(witness)})
	if err != nil {
		return err
	}
	about := audit.SubjectDigest(sam, "sam@example.com")
	fmt.Println("sam is named by a digest:", !strings.Contains(about, "sam"))
	for n := range 5 {
		r := audit.Record{Kind: audit.KindOutcome, CallID: fmt.Sprint("c", n), Time: time.Now(), Outcome: "ok", Subjects: []string{about}}
		if err := log.Append(ctx, r); err != nil {
			return err // the record is not durable: do not go on as if it were
		}
		if n == 1 || n == 3 { // in earnest: by size and age
			if err := log.Seal(ctx); err != nil {
				return err
			}
		}
	}

	// Verified, from files alone.
	against := &audit.VerifyOptions{Key: key, PublicKey: public}
	summary, err := audit.Verify(os.DirFS(dir), against)
	if err != nil {
		return err
	}
	fmt.Printf("verified: %d records in %d segments, %d of them under checkpoints\n", summary.Records, summary.Segments, summary.Sealed)

	// Held, then pruned.
	if err := audit.PlaceHold(dir, audit.Hold{Name: "case-7", Reason: "subpoena", By: "legal", Placed: time.Now()}); err != nil {
		return err
	}
	keep := audit.Retention{Bytes: 1} // in earnest: Age
	plan, err := keep.Plan(os.DirFS(dir), time.Now())
	if err != nil {
		return err
	}
	fmt.Println("a court holds it, nothing would be deleted:", len(plan.Segments) == 0 && len(plan.Held) == 1)
	if err := audit.LiftHold(dir, "case-7"); err != nil {
		return err
	}
	done, err := log.Prune(ctx, keep)
	if err != nil {
		return err
	}
	fmt.Printf("deleted: segments up to %d, records %d to %d\n", done.LastSegment, done.FirstSeq, done.LastSeq)
	if summary, err = audit.Verify(os.DirFS(dir), against); err != nil {
		return err
	}
	fmt.Printf("verified: records %d to %d\n", summary.FirstSeq, summary.LastSeq)

	// Erased: his digest stays in the records, and means nothing any more.
	if err := people.Erase("sam@example.com"); err != nil {
		return err
	}
	_, err = people.Find("sam@example.com")
	fmt.Println("sam was erased:", errors.Is(err, audit.ErrNoSubject))

	// Cut: what is left is a valid chain, but the last record was seen outside.
	if err := log.Append(ctx, audit.Record{Kind: audit.KindOutcome, CallID: "c5", Time: time.Now(), Outcome: "ok"}); err != nil {
		return err
	}
	against.HeadSeq, against.HeadHash = log.Head()
	if err := log.Close(); err != nil {
		return err
	}
	path := filepath.Join(dir, "audit-000003.jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	kept := text[:bytes.LastIndexByte(text[:len(text)-1], '\n')+1]
	if err := os.WriteFile(path, kept, 0o600); err != nil {
		return err
	}
	seen, err := os.Open(witness)
	if err != nil {
		return err
	}
	defer func() { _ = seen.Close() }()
	if against.Witness, err = audit.ReadCheckpoints(seen); err != nil {
		return err
	}
	_, err = audit.Verify(os.DirFS(dir), against)
	fmt.Println("cut:", err)
	return nil
}
