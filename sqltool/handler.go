package sqltool

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// Query runs a statement for a handler and sets dst, a pointer to a slice of structs, to its rows. The arguments are a struct or a
// map[string]any, nil if there are none. What holds for [Query] holds here: limits, provenance, step, slow-query log. The statement is checked
// when it is first run.
func (db *DB) Query(ctx context.Context, s Statement, args, dst any) (truncated bool, err error) {
	to := reflect.ValueOf(dst)
	if to.Kind() != reflect.Pointer || to.IsNil() || to.Elem().Kind() != reflect.Slice {
		return false, fmt.Errorf("statement %q: the rows go to a pointer to a slice of structs, not to %T", s.Name, dst)
	}
	in := pointed(reflect.ValueOf(args))
	p, err := db.planFor(s, in, to.Elem().Type().Elem(), false)
	if err != nil {
		return false, err
	}
	rows := reflect.New(to.Elem().Type()).Elem()
	if truncated, err = p.list(ctx, in, rows); err == nil {
		to.Elem().Set(rows)
	}
	return truncated, err
}

// QueryRow runs a statement for a handler and reads its one row into dst, a pointer to a struct. Without a row it returns an error that is
// [sql.ErrNoRows].
func (db *DB) QueryRow(ctx context.Context, s Statement, args, dst any) error {
	to := reflect.ValueOf(dst)
	if to.Kind() != reflect.Pointer || to.IsNil() || to.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("statement %q: the row goes to a pointer to a struct, not to %T", s.Name, dst)
	}
	in := pointed(reflect.ValueOf(args))
	p, err := db.planFor(s, in, to.Elem().Type(), true)
	if err != nil {
		return err
	}
	row := reflect.New(to.Elem().Type()).Elem()
	if err = p.row(ctx, in, row); err == nil {
		to.Elem().Set(row)
	}
	return err
}

// Exec runs a statement that changes data for a handler and returns how many rows it changed.
func (db *DB) Exec(ctx context.Context, s Statement, args any) (affected int64, err error) {
	in := pointed(reflect.ValueOf(args))
	p, err := db.planFor(s, in, nil, false)
	if err != nil {
		return 0, err
	}
	return p.exec(ctx, in)
}

// mostPlans bounds how many statements of handlers are kept; more are prepared each time.
const mostPlans = 1_000

// planFor returns the prepared statement, from memory if it was run before.
func (db *DB) planFor(s Statement, in reflect.Value, row reflect.Type, one bool) (*prepared, error) {
	if db == nil {
		return nil, errNoDB
	}
	if db.pool == nil {
		return nil, fmt.Errorf("statement %q: there is a snapshot but no pool: nothing can run", s.Name)
	}
	if s.Name == "" && s.File == "" {
		return nil, errors.New("the statement has no Name, which stands in provenance: write one")
	}
	use := shape{row: row, one: one, where: fmt.Sprintf("statement %q", s.Name)}
	if in.IsValid() {
		if use.in = in.Type(); in.Kind() == reflect.Map {
			use.first = in
		}
	}
	s, err := s.loaded("")
	if err != nil {
		return nil, err
	}
	key := planKey{s.SQL, s.Name, s.Writes, s.MaxRows, s.MaxBytes, strings.Join(s.Tables, "\x00"), s.Model, s.Revision, use.in, row, one}
	db.plans.mu.Lock()
	p, ok := db.plans.kept[key]
	db.plans.mu.Unlock()
	if ok {
		return p, nil
	}
	if p, err = db.prepare(s, use); err != nil { // without the lock: it asks the database
		return nil, err
	}
	db.plans.mu.Lock()
	defer db.plans.mu.Unlock()
	if db.plans.kept == nil {
		db.plans.kept = map[planKey]*prepared{}
	}
	if len(db.plans.kept) < mostPlans {
		db.plans.kept[key] = p
	}
	return p, nil
}

// plans keeps the statements of handlers, which are prepared when they are first run.
type plans struct {
	mu   sync.Mutex
	kept map[planKey]*prepared
}

type planKey struct {
	sql      string
	name     string
	writes   bool
	maxRows  int
	maxBytes int
	tables   string
	model    string
	revision string
	in, row  reflect.Type
	one      bool
}
