// Package audit keeps records of what happened in durable, hash-chained logs that anybody with the key can verify offline.
//
//	log, err := audit.Open("/var/lib/crm/audit", &audit.Options{
//		Key:         key,                                                // 32 random bytes that are not kept beside the log
//		Signer:      signer,                                             // an ed25519.PrivateKey, or what asks a key store
//		Checkpoints: audit.CheckpointFile("/mnt/witness/checkpoints"),   // where whoever keeps the log cannot write
//		Retention:   &audit.Retention{Age: 2555 * 24 * time.Hour},       // seven years
//		Logger:      logger,
//	})
//	if err != nil {
//		return err
//	}
//	defer log.Close()
//	err = log.Append(ctx, audit.Record{Kind: audit.KindOutcome, CallID: "c1", Time: time.Now(), Decision: "allow", Outcome: "ok"})
//	// nil: the record is on disk, and every later record depends on it
//
//	summary, err := audit.Verify(os.DirFS("/var/lib/crm/audit"), &audit.VerifyOptions{Key: key, PublicKey: public, Witness: seen})
//	// err names file, line, sequence number and reason of the first record that is not as it was written
//
// The example of the package is a whole program. The package imports the standard library and this module's canonical JSON only, so a program
// that verifies logs stays small. Command mcpgov audit does from a terminal what can be done here; package auditdb asks questions, package
// report makes reports, packages forward and auditpg send records elsewhere.
//
// # The log
//
// A log is a directory. Its segments are named audit-000001.jsonl and so on; each line is one [Record] as RFC 8785 canonical JSON with at
// least the members v (format version, 1), seq, prev and hash:
//
//	hash = SHA-256 of the line without its hash member and line end, or HMAC-SHA256 if the log has a key, as lower-case hex
//	prev = hash of the record before; 64 zeros in the first record
//	seq  = 1, 2, 3, ... without gaps, over all segments
//
// What stands beside the segments:
//
//	audit-000001.checkpoint.json  the seal of a segment that is ended
//	audit-000001.parquet          its form for questions, if package auditdb made one; nothing depends on it
//	audit-000003.jsonl.*.torn     what a crash had left behind the last good record
//	case-7.hold.json              a legal hold
//	audit.lock                    held by the one writer; another Open is refused, on every Unix and on Windows
//
// Files are readable by their owner only (0600 in a 0700 directory).
//
// [Log.Append] returns once the record is on stable storage; callers that append at once share a write and a sync. [SyncMode] says what else
// there is, and what it costs in promises. If the disk is full or fails, Append is an error, every later one tries again, and the first that
// succeeds has the log back in service. After a crash, [Open] sets aside a torn end, and gives each call whose intent has no outcome the
// outcome [OutcomeUnknown]; both are recorded. [Records] reads a log, also while it is written.
//
// # Segments and checkpoints
//
// A segment is ended by its size (64 MiB), by its age (24 h, also if it is empty: that nothing happened is a statement too), and by
// [Log.Seal]. Then it gets a [Checkpoint]: which records it holds, the hash of the last, which calls were under way, the digest of the
// checkpoint before; with a MAC under the log's key and an Ed25519 signature, where the log has them. A sealed segment never changes again.
// [Segments] lists them.
//
// # What a chain proves, and what a witness adds
//
// With a key, whoever lacks the key cannot change, insert, remove, repeat or swap records unseen. Without a key the chain finds accidents
// and clumsy edits: an attacker can compute plain hashes anew. Signatures say who sealed a segment, to people who must not have the key.
//
// None of that shows that records were cut off at the end, or that the whole log was replaced by an older copy of itself: what is
// left is a valid chain. And whoever holds the keys can rewrite everything. Only what was seen outside contradicts him: a [CheckpointSink]
// takes every checkpoint to a place that the log's keeper does not reach ([CheckpointFile] is one for a file on another volume or account),
// and [VerifyOptions].Witness holds the log to them. Between two checkpoints, [Log.Head] gives the last record to be kept in the same way. What
// came after the last thing seen outside can still be cut off.
//
// Witnesses alone do not bind a log that retention has shortened: whoever holds the log's key, but not the signer's, can make up a log that
// begins behind the newest witness, with a checkpoint that says all before was deleted, and no witness is left to contradict it. Give
// [VerifyOptions].PublicKey as well: that checkpoint he cannot sign.
//
// # Retention and legal holds
//
// [Retention], by age, by size or both, deletes whole sealed segments, the oldest first: by itself if it stands in [Options], or by [Log.Prune].
// A record says what will be deleted before it is, and the checkpoint of the last deleted segment stays, so that the rest is verified from there
// on, and a log that merely begins late is not. [Retention.Plan] is the dry run. A [Hold] ([PlaceHold], [LiftHold], [Holds]) keeps the
// segments of its time, and all newer ones, whatever the retention says.
//
// # People, and erasing them
//
// Records name people, and hold what must not be shown, as digests ([SubjectDigest], [TextDigest], [DocumentDigest]). Keyed by the server's
// key, they let an auditor look for a value he knows. With [SubjectKeys] each person has a key of his own ([Subjects] keeps them in encrypted
// files): deleting it ([Subjects.Erase]) makes every digest about him meaningless, for whoever has all other keys too, while no record
// changes and the chain stays whole.
//
// # Sinks
//
// [Sink] is the one interface. [Log] is the durable one; [Tee] and [AnyOf] combine sinks, [Slog] writes to a logger, [Discard] is the named
// "off". Every sink but Discard refuses in its zero or empty form. Whoever writes a sink runs mcptest.TestSink on it.
package audit
