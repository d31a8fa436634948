package auditpg

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// insertion is rows on their way to a table.
type insertion struct {
	rows    []row
	sql     string // the INSERT
	unique  string // the index that no two rows may share a record_id in
	timeout time.Duration
}

// guarantee makes the transaction wait for the disk, and for the standbys that the server is set up to wait for, whatever role, database or
// pooler say. remote_apply asks for more and is left alone. The server gives up by itself a statement that nobody waits for any more.
const guarantee = `SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true),
	set_config('statement_timeout', $1, true)`

// unhurried lifts the limit before COMMIT: a commit that is cancelled while it waits for a standby has happened, is reported as a success, and
// is not on the standby.
const unhurried = `SELECT set_config('statement_timeout', '0', true)`

// insertRows writes the rows in one transaction and one round trip. Nil means that they are committed. It is plain INSERT, without
// ON CONFLICT DO NOTHING, because that would pass over any conflict in silence, such as one of ids after a careless restore, and because with
// a named conflict it needs the right to SELECT.
func insertRows(ctx context.Context, conn *pgx.Conn, in *insertion) error {
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	batch.Queue(guarantee, in.limit())
	batch.Queue(in.sql, in.arrays()...)
	batch.Queue(unhurried)
	batch.Queue("COMMIT")
	results := conn.SendBatch(ctx, batch)
	var tag pgconn.CommandTag
	for i := range batch.Len() {
		var err error
		if tag, err = results.Exec(); err != nil {
			_ = results.Close() // says the same
			return err          //nolint:wrapcheck // writer says what it was for
		}
		if i == 2 && tag.RowsAffected() != int64(len(in.rows)) {
			err = fmt.Errorf("the table took %d rows of %d: does a trigger or rule keep rows out?", tag.RowsAffected(), len(in.rows))
			return errors.Join(err, results.Close())
		}
	}
	if err := results.Close(); err != nil {
		return err //nolint:wrapcheck // writer says what it was for
	}
	return committed(tag)
}

// insertMissingRows writes the rows unless an earlier attempt, whose answer was lost, has. Rows of one batch are there together or not at all,
// so a conflict of record ids says that all are. While that attempt is still under way on the server, the INSERT waits for its end.
//
// The COMMIT after a conflict is no formality: what the failed INSERT has left in the write-ahead log stands behind the earlier commit, and
// COMMIT returns when it is as durable as the transaction has to be. So is then everything before it.
func insertMissingRows(ctx context.Context, conn *pgx.Conn, in *insertion) error {
	for _, step := range []struct {
		sql  string
		args []any
	}{{"BEGIN", nil}, {guarantee, []any{in.limit()}}, {"SAVEPOINT before_rows", nil}} {
		if _, err := conn.Exec(ctx, step.sql, step.args...); err != nil {
			return err //nolint:wrapcheck // writer says what it was for
		}
	}
	tag, err := conn.Exec(ctx, in.sql, in.arrays()...)
	switch refusal, ok := errors.AsType[*pgconn.PgError](err); {
	case err == nil && tag.RowsAffected() != int64(len(in.rows)):
		return fmt.Errorf("the table took %d rows of %d: does a trigger or rule keep rows out?", tag.RowsAffected(), len(in.rows))
	case err == nil:
	case !ok || refusal.Code != uniqueViolation || refusal.ConstraintName != in.unique:
		return err //nolint:wrapcheck // writer says what it was for
	default:
		if _, err := conn.Exec(ctx, "ROLLBACK TO before_rows"); err != nil {
			return err //nolint:wrapcheck // writer says what it was for
		}
	}
	if _, err := conn.Exec(ctx, unhurried); err != nil {
		return err //nolint:wrapcheck // writer says what it was for
	}
	if tag, err = conn.Exec(ctx, "COMMIT"); err != nil {
		return err //nolint:wrapcheck // writer says what it was for
	}
	return committed(tag)
}

// committed checks what COMMIT did: in a transaction that has failed it succeeds, and rolls back.
func committed(tag pgconn.CommandTag) error {
	if tag.String() != "COMMIT" {
		return fmt.Errorf("the server answered COMMIT with %s", tag)
	}
	return nil
}

// limit is how long the server may take for a statement, in milliseconds.
func (in *insertion) limit() string { return strconv.FormatInt(max(in.timeout.Milliseconds(), 1), 10) }

// arrays are the columns of the rows, in the order of columns.
func (in *insertion) arrays() []any {
	n := len(in.rows)
	ids, times, lines := make([]string, n), make([]*time.Time, n), make([]string, n)
	durations, counts := make([]int64, n), make([]int64, n)
	var columns [texts][]string
	for i := range columns {
		columns[i] = make([]string, n)
	}
	for i := range in.rows {
		r := &in.rows[i]
		ids[i], times[i], lines[i] = hex.EncodeToString(r.id[:]), r.time, r.line
		durations[i], counts[i] = r.durationUS, r.rows
		for c, text := range r.texts {
			columns[c][i] = text
		}
	}
	args := []any{ids, times}
	for _, list := range columns {
		args = append(args, list)
	}
	return append(args, durations, counts, lines)
}
