// Package forward sends audit records elsewhere, in the words of other standards: OCSF 1.9, CloudEvents 1.0, OpenTelemetry logs.
//
//	log, err := audit.Open("/var/lib/crm/audit", &audit.Options{Key: key})
//	siem, err := forward.HTTP("https://siem.example.com/ingest", forward.OCSF(nil), &forward.HTTPOptions{
//		Headers: bearer,                     // func() (http.Header, error)
//		Buffer:  "/var/lib/crm/audit-siem", // Append returns once the record is durable here; a goroutine ships it
//		Logger:  logger,
//	})
//	if err != nil {
//		return err
//	}
//	defer siem.Close()
//	sink := audit.Tee(log, siem) // mcpgov.Config.Audit
//
// # Encodings
//
// [JSON] is the record's own line, [OCSF] and [CloudEvents] the same in other words; an [Encoding] of your own has one function. [Writer]
// puts them, a line each, into any io.Writer; [HTTP] posts them. [OTLP] is OpenTelemetry's protocol. Encodings write what they get: what is
// sensitive was masked before the record was made.
//
// # With a buffer, and without
//
// Without [HTTPOptions].Buffer a record is where the collector keeps it, or Append is an error: while the collector is away, calls are
// refused. With a buffer the record is durable in a directory, and a goroutine ships it:
//
//   - in the order of the log, and at least once: what was sent and not yet noted when the process died is sent again;
//   - from where it ended, after a restart; a small file, forward.json, notes the place and is replaced atomically, after each request;
//   - as long as it takes, through outages and faults of configuration; [Sink.Lag] says how far behind it is, and the logger hears of it;
//   - until [HTTPOptions].MaxBuffer bytes wait: then Append is an error. No record is dropped.
//
// A record that the collector refuses for what it holds, while it takes others, does not hold up the rest: it is set aside in
// forward.refused.jsonl, reported and counted. While it refuses everything nothing is set aside.
//
// The buffer is a log of package audit, with its own chain: records carry the sequence numbers and hashes of that log, and [audit.Verify]
// works on the directory. What the log records of itself is shipped too, so that no number is missing: recoveries, and what was deleted.
//
// Sealed segments are deleted once the collector has all of them, or, with a retention in [HTTPOptions].BufferLog, when they are as old, or as
// large together, as that says. What the collector does not have is never deleted, whatever the retention says, and a legal hold keeps the
// rest. A disk that is full of records that were not sent is full: give it room for MaxBuffer and a segment or two.
//
// One sink at a time uses a directory, and shipping needs the files of the log and forward.json together: copy or delete all or none. Nothing
// else may delete segments there, mcpgov audit prune included: it does not know what was shipped.
//
// # What it does not promise
//
// A 2xx answer says that the collector took the records, not that its disk has them. A [Writer] is as durable as what it writes to.
// Collectors may see a record twice, never half of one. Nothing is signed on the way: what proves that nobody changed a record is the log.
package forward
