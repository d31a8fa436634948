package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mcpgov/go-sdk/audit"
)

// readLog returns the records after a sequence number, as anybody with the log can read them: one line of JSON each.
func readLog(dir fs.FS, after uint64) ([]audit.Record, error) {
	names, err := fs.Glob(dir, "audit-*.jsonl") // in order: the names count up
	if err != nil {
		return nil, err
	}
	var records []audit.Record
	for _, name := range names {
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
			r, err := audit.ParseRecord(lines.Bytes())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if r.Seq > after {
				records = append(records, r)
			}
		}
	}
	return records, nil
}

// showVerification verifies the log, then lets somebody put another name under a refused refund in a copy of it, by changing one byte. The head of the log was kept apart, so a log that was cut off would not pass either.
func showVerification(p page, dir string, key []byte, seq uint64, hash string, records []audit.Record) (faults []error) {
	witness := &audit.VerifyOptions{Key: key, HeadSeq: seq, HeadHash: hash}
	summary, err := audit.Verify(os.DirFS(dir), witness)
	p.print("")
	p.line(bold, "The audit log")
	if err != nil {
		return append(faults, fmt.Errorf("the log does not verify: %w", err))
	}
	if len(summary.Unfinished) > 0 {
		return append(faults, fmt.Errorf("the log holds calls without an end: %v", summary.Unfinished))
	}
	p.line(green, "verifies: %d records, chained with HMAC-SHA256, no call without its end.", summary.Records)

	victim, err := refusedRefund(records)
	if err != nil {
		return append(faults, err)
	}
	copied, err := os.MkdirTemp("", "mcpgov-quickstart-copy-")
	if err != nil {
		return append(faults, err)
	}
	defer func() {
		if err := os.RemoveAll(copied); err != nil {
			faults = append(faults, err)
		}
	}()
	if err := flipOneByte(dir, copied, victim); err != nil {
		return append(faults, err)
	}
	_, err = audit.Verify(os.DirFS(copied), witness)
	p.line(plain, "In a copy, one byte of record %d is changed: the user %q becomes %q. Verification says:", victim.Seq, victim.User.ID, "r"+victim.User.ID[1:])
	p.line(red, "%v", err)
	if bad, ok := errors.AsType[*audit.VerifyError](err); !ok || bad.Seq != victim.Seq {
		faults = append(faults, fmt.Errorf("the changed record is %d, and verification says: %w", victim.Seq, err))
	}
	p.print("")
	return faults
}

func refusedRefund(records []audit.Record) (audit.Record, error) {
	for _, r := range records {
		if r.Target.Name == "refund_order" && r.User.ID == "sam" && r.Outcome == "denied" {
			return r, nil
		}
	}
	return audit.Record{}, errors.New("the log holds no refused refund of sam's")
}

// flipOneByte copies a log and changes the first letter of the user in one record: 's' and 'r' differ in one bit.
func flipOneByte(from, to string, victim audit.Record) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(to, "audit-*.jsonl"))
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := os.ReadFile(name) //nolint:gosec // a file of the copy made above
		if err != nil {
			return err
		}
		line := bytes.Index(text, []byte(victim.Hash)) // the first place is the record itself; the next record repeats it
		if line < 0 {
			continue
		}
		user := bytes.Index(text[line:], fmt.Appendf(nil, `"id":%q`, victim.User.ID))
		if user < 0 {
			return fmt.Errorf("record %d does not name its user", victim.Seq)
		}
		text[line+user+len(`"id":"`)] ^= 's' ^ 'r'
		return os.WriteFile(name, text, 0o600) //nolint:gosec // a file of the copy made above
	}
	return fmt.Errorf("no segment holds record %d", victim.Seq)
}
