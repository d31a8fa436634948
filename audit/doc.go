// Package audit keeps records of what happened in durable, hash-chained logs that anybody with the key can verify offline.
//
//	log, err := audit.Open("/var/lib/crm/audit", &audit.Options{Key: key})
//	if err != nil {
//		return err
//	}
//	defer log.Close()
//	err = log.Append(ctx, audit.Record{Kind: audit.KindOutcome, CallID: "c1", Time: time.Now(), Decision: "allow", Outcome: "ok"})
//	// nil: the record is on disk, and every later record depends on it
//
//	summary, err := audit.Verify(os.DirFS("/var/lib/crm/audit"), &audit.VerifyOptions{Key: key})
//	// err names file, line, sequence number and reason of the first record that is not as it was written
//
// The package imports the standard library and this module's canonical JSON only, so a program that verifies logs stays small.
//
// # The log
//
// A log is a directory. Its segments are named audit-000001.jsonl and so on; each line is one [Record] as RFC 8785 canonical JSON with at
// least the members v (format version, 1), seq, prev and hash:
//
//	hash = SHA-256 of the line without its hash member and line end, or HMAC-SHA256 if the log has a key, as lower-case hex
//	prev = hash of the record before; 64 zeros in the first record
//	seq  = 1, 2, 3, ... without gaps
//
// Files are readable by their owner only (0600 in a 0700 directory). One writer holds the lock file audit.lock; another [Open] of the
// directory is refused on every Unix and on Windows. A last line without an end, left by a crash, is moved into a *.torn file when the log is
// opened, and a record of kind event says how many bytes that were.
//
// # What a chain proves, and what it cannot
//
// With a key, whoever lacks the key cannot change, insert, remove, repeat or swap records unseen. Without a key the chain finds accidents
// and clumsy edits: an attacker can compute plain hashes anew.
//
// Neither form shows by itself that records were cut off at the end, or that the whole log was replaced by an older copy of itself: what is
// left is a valid chain. Send [Log.Head] to a place the attacker does not reach, and give it back to [Verify] as an expectation. Whoever
// holds the key can rewrite everything; only such an outside witness contradicts him.
//
// # Sinks
//
// [Sink] is the one interface. [Log] is the durable one; [Tee] and [AnyOf] combine sinks, [Slog] writes to a logger, [Discard] is the named
// "off". Every sink but Discard refuses in its zero or empty form.
package audit
