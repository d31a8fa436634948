package matview

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// build makes a new version beside the one that readers see, has it checked and swaps it in.
func (v *View) build(ctx context.Context, f *flight) error {
	old := v.snapshot()
	next := state{digest: v.digest, version: old.version + 1, asOf: v.beneath(f.began), began: f.began, full: old.full, watermark: old.watermark}
	if next.asOf.IsZero() {
		return errors.New("something that it reads was never built")
	}
	r := &refresh{view: v, old: old, next: next, full: f.full, staged: fmt.Sprintf("%s__%d", v.name, next.version), fresh: v.name + "__new"}
	began := time.Now()
	defer r.clean(ctx)
	changed := false
	if err := r.connected(ctx, func() (err error) {
		changed, err = r.stage(ctx)
		return err
	}); err != nil {
		return err
	}
	if changed {
		if err := r.judge(ctx); err != nil {
			return err
		}
	}
	r.next.took = time.Since(began)
	return r.connected(ctx, func() error { return r.swap(ctx, changed) })
}

// connected holds a connection of the pool while do runs, and no longer: a check that wants one must not wait for the refresh it belongs to.
func (r *refresh) connected(ctx context.Context, do func() error) (err error) {
	if r.conn, err = r.view.store.pool.Conn(ctx); err != nil {
		return plain("connect to DuckDB", err)
	}
	defer r.conn.Close() //nolint:errcheck // back to its pool; one that was given up says so
	return do()
}

// refresh is the work of one flight.
type refresh struct {
	view   *View
	conn   *sql.Conn
	old    state
	next   state
	full   bool
	staged string // the new version, in the private schema
	fresh  string // rows of an incremental refresh, in the private schema
}

// stage puts the new version into the private schema. It tells whether there is one: an incremental refresh may find nothing new.
func (r *refresh) stage(ctx context.Context) (bool, error) {
	d := r.view.definition
	if err := r.drop(ctx); err != nil {
		return false, plain("drop what the last refresh left", err)
	}
	if d.Kind == Virtual {
		_, err := r.conn.ExecContext(ctx, "CREATE VIEW "+private+"."+sqltext.Identifier(r.staged)+" AS "+d.SQL)
		return true, wrap("make the view", err)
	}
	if r.incremental() {
		changed, same, err := r.addNew(ctx)
		if err != nil || same {
			return changed, err
		}
		// The columns have changed: what is kept cannot be added to.
		if err := r.drop(ctx); err != nil {
			return false, plain("drop what does not fit", err)
		}
	}
	r.next.full = r.next.asOf
	if err := r.read(ctx, r.staged, d.SQL); err != nil {
		return false, err
	}
	if d.Incremental != nil {
		if err := r.checkKey(ctx, r.staged); err != nil {
			return false, err
		}
		if err := r.mark(ctx, r.staged); err != nil {
			return false, err
		}
	}
	return true, r.count(ctx)
}

// read puts the rows of a query into a new table of the private schema.
func (r *refresh) read(ctx context.Context, table, query string, args ...any) error {
	if source := r.view.definition.Source; source != nil {
		l := &load{conn: r.conn, table: table, source: source, columns: r.view.definition.Columns}
		return l.run(ctx, query, args...)
	}
	_, err := r.conn.ExecContext(ctx, "CREATE TABLE "+private+"."+sqltext.Identifier(table)+" AS SELECT * FROM (\n"+query+"\n)", args...)
	return wrap("run the SQL", err)
}

func (r *refresh) count(ctx context.Context) error {
	err := r.conn.QueryRowContext(ctx, "SELECT count(*) FROM "+private+"."+sqltext.Identifier(r.staged)).Scan(&r.next.rows)
	return wrap("count the rows", err)
}

// judge asks the definition's Check.
func (r *refresh) judge(ctx context.Context) error {
	check := r.view.definition.Check
	if check == nil {
		return nil
	}
	if err := check(ctx, r.view.store.pool, private+"."+r.staged); err != nil {
		return fmt.Errorf("check refused the new version: %w", err)
	}
	return nil
}

// clean drops what is left when the refresh has ended, well or not. What cannot be dropped now is dropped by the next refresh, or at Open.
func (r *refresh) clean(ctx context.Context) {
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), keepFaults)
	defer end()
	if err := r.connected(ctx, func() error { return r.drop(ctx) }); err != nil {
		r.view.store.opts.Logger.Warn("what a refresh left could not be dropped")
	}
}

func (r *refresh) drop(ctx context.Context) error {
	kind := "TABLE"
	if r.view.definition.Kind == Virtual {
		kind = "VIEW"
	}
	for _, table := range []string{r.staged, r.staged + raw, r.fresh, r.fresh + raw} {
		if _, err := r.conn.ExecContext(ctx, "DROP "+kind+" IF EXISTS "+private+"."+sqltext.Identifier(table)); err != nil {
			return err
		}
	}
	return nil
}

// wrap is plain, but leaves nil alone.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return plain(doing, err)
}
