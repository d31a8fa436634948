// Package auditpg keeps audit records in a table of a PostgreSQL database, durably, for servers that run in many copies.
//
//	sink, err := auditpg.Open(ctx, os.Getenv("AUDIT_DATABASE"), nil) // postgres://audit_writer@db/audit?sslmode=verify-full
//	if err != nil {
//		return err
//	}
//	defer sink.Close()
//	err = sink.Append(ctx, audit.Record{Kind: audit.KindOutcome, CallID: "c1", Time: time.Now(), Decision: "allow", Outcome: "ok"})
//	// nil: the record is committed, on disk, and on the standbys that the server waits for
//
// Callers that append at once share one INSERT and one COMMIT. A server that goes away costs those callers an error, and is found again by the
// next record. An answer to COMMIT that is lost neither loses nor doubles a record.
//
// # The table
//
// Column record holds the line of the record, exactly as [audit.Record.AppendJSON] writes it and [audit.ParseRecord] reads it. It is text,
// not jsonb, which knows no \u0000 and no numbers beyond its own. The other columns are made from it, for queries and indexes: time, kind,
// call_id, server, target_kind, target, user_id, tenant, role, agent, decision, rule, outcome, category, level, trace_id, duration_us and rows. In
// these, NUL and what is not UTF-8 stand as U+FFFD, texts end after 1,000 bytes, what a record leaves empty is the empty text, and only time can be
// null. Column id gives the order of the table. Ids may have gaps, and a reader who asks only for ids beyond the last he saw can miss one: it may be
// committed later than a higher one of another server.
//
//	SELECT user_id, target, count(*), sum(rows) FROM mcpgov_audit
//	WHERE kind = 'outcome' AND time > now() - interval '1 day' GROUP BY 1, 2 ORDER BY 4 DESC;
//
//	SELECT record::json -> 'steps' FROM mcpgov_audit WHERE call_id = '...';
//
// # Roles: a table that only grows
//
// A server needs one right: to INSERT. Let another role own the table, create it with the statements of [DDL], and give the server's role no more
// than this; [Options.Existing] then says that Open must not create anything:
//
//	CREATE ROLE audit_owner NOLOGIN;
//	CREATE ROLE audit_writer LOGIN PASSWORD '...';
//	SET ROLE audit_owner;
//	-- the statements of auditpg.DDL
//	REVOKE ALL ON mcpgov_audit FROM PUBLIC;
//	GRANT INSERT ON mcpgov_audit TO audit_writer;
//	GRANT SELECT ON mcpgov_audit TO audit_reader; -- who calls Sink.Records, or asks in SQL
//
// In a schema other than public both need GRANT USAGE ON SCHEMA. If the role already had more, take it away:
//
//	REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON mcpgov_audit FROM audit_writer;
//
// Then a server that was taken over can add records, but neither change, remove nor read any. The owner of the table and superusers still
// can: a database keeps no chain of hashes. Where that matters, write to an [audit.Log] as well, in an [audit.Tee].
//
// # What the database must be
//
// PostgreSQL 14 or later (tested with 15), a database in UTF-8, fsync on. Open checks the last two. The sink asks for synchronous_commit in every transaction,
// whatever the role's setting. Behind a pooler that shares connections between transactions, add default_query_exec_mode=exec to the
// connection string.
package auditpg
