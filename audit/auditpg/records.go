package auditpg

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// Filter says which records are wanted. Zero fields ask for nothing; all that are set must hold.
type Filter struct {
	From, Until time.Time // records from From on, and before Until; a record without a time is in no such span
	CallID      string    // of this call
	Target      string    // of this tool, resource or prompt
	UserID      string    // of this user
	Tenant      string    // of this organisation
}

// Records reads the records that f asks for (nil: all), in the order of their ids. Each reading is one query, on a connection of its own, and sees the
// table as it was when it began; memory does not grow with it. A row that holds no record ends the sequence with an error that names its id,
// and so does whatever keeps it from being read. The end of ctx ends it with an error, too.
//
// The role needs the right to SELECT, which Append does not.
func (s *Sink) Records(ctx context.Context, f *Filter) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		if err := s.read(ctx, f, yield); err != nil {
			yield(audit.Record{}, fmt.Errorf("auditpg: read records: %w", err))
		}
	}
}

// read yields records until no more are wanted, which is no error.
func (s *Sink) read(ctx context.Context, f *Filter, yield func(audit.Record, error) bool) error {
	if s.queue == nil {
		return errors.New("a zero Sink holds nothing; use Open")
	}
	conn, err := s.connect(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		defer cancel()
		_ = conn.Close(end) // it was only read
	}()
	where, args := f.conditions()
	rows, err := conn.Query(ctx, "SELECT id, record FROM "+s.opts.relation()+where+" ORDER BY id", args...)
	if err != nil {
		return err //nolint:wrapcheck // Records says what it was for
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var line []byte
		if err := rows.Scan(&id, &line); err != nil {
			return err //nolint:wrapcheck // Records says what it was for
		}
		r, err := audit.ParseRecord(line)
		if err != nil {
			return fmt.Errorf("row %d: %w", id, err)
		}
		if !yield(r, nil) {
			return nil
		}
	}
	return rows.Err() //nolint:wrapcheck // Records says what it was for
}

// conditions is the WHERE clause of a filter, and its parameters.
func (f *Filter) conditions() (where string, args []any) {
	if f == nil {
		return "", nil
	}
	var all []string
	add := func(condition string, value any) {
		args = append(args, value)
		all = append(all, fmt.Sprintf("%s $%d", condition, len(args)))
	}
	if !f.From.IsZero() {
		add(`"time" >=`, f.From)
	}
	if !f.Until.IsZero() {
		add(`"time" <`, f.Until)
	}
	for _, text := range []struct{ column, value string }{
		{"call_id", f.CallID}, {"target", f.Target}, {"user_id", f.UserID}, {"tenant", f.Tenant},
	} {
		if text.value != "" {
			add(quoted(text.column)+" =", storable(text.value))
		}
	}
	if len(all) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(all, " AND "), args
}
