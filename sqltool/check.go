package sqltool

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"
)

// checkDescription asks the database, or the snapshot, what the statement takes and returns, and compares it with the types.
func (p *prepared) checkDescription(use shape, fault func(string, ...any)) {
	paths, err := p.describe()
	if err != nil {
		fault("%w", err)
		return
	}
	if d := p.described.Parameters; d != nil {
		if len(d) != len(paths) {
			fault("the database counts %d parameters, the text holds %d: write every parameter as $name", len(d), len(paths))
		} else {
			p.checkBound(paths, fault)
		}
	}
	switch {
	case use.row == nil:
		if len(p.described.Columns) > 0 && !p.statement.Writes {
			fault("it returns rows: use sqltool.Query")
		}
	case use.row.Kind() != reflect.Struct:
		fault("rows are no struct but %s: write one with a field for each column", use.row)
	case p.described.Columns == nil:
		if p.db.describesAll() {
			fault("it returns no rows: use sqltool.Exec, or add RETURNING")
		}
	default:
		for _, why := range columnMisfits(p.described.Columns, use.row, "column") {
			fault("%s", why)
		}
	}
}

// describesAll reports whether an engine that names no columns means that there are none.
func (db *DB) describesAll() bool { return db.options.Engine.Name() != generic{}.Name() }

// checkBound compares the types of parameters with those of the fields that are bound to them.
func (p *prepared) checkBound(paths []string, fault func(string, ...any)) {
	_, arrays := p.db.options.Engine.(Lister)
	for i, path := range paths {
		typ := p.parameters[path].typ
		if typ == nil {
			continue
		}
		bound := readType(p.described.Parameters[i].Type)
		element := !arrays || bound.family == listType // where lists are written out, a list only ever stands for its elements
		if why := bindable(bound, typ, element); why != "" {
			fault("$%s: %s", path, why)
		}
	}
}

// describe fills in what the statement takes and returns.
func (p *prepared) describe() (paths []string, err error) {
	query, paths, err := p.sampleQuery()
	if err != nil {
		return nil, err
	}
	if p.db.options.Snapshot != nil {
		p.described, err = p.db.fromSnapshot(p)
		return paths, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.db.options.Prepare)
	defer cancel()
	conn, err := p.db.pool.Conn(ctx)
	if err != nil {
		return nil, errors.New("the database could not be reached to check it: " + p.db.plainReason(err))
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	engine := p.db.options.Engine
	if !p.statement.Writes {
		if why := engine.ReadOnly(ctx, conn, query); why != nil {
			return nil, fmt.Errorf("it writes: %w; write Writes: true, which makes its tool one that writes, or a statement that only reads", why)
		}
	}
	if p.described, err = engine.Describe(ctx, conn, query); err != nil {
		return nil, fmt.Errorf("the database refuses it: %w", err) // at start, for the developer: his text, no caller's values
	}
	return paths, nil
}

// plainReason says why a connection failed. Drivers quote their connection strings, with passwords: their words are left out.
func (db *DB) plainReason(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no connection within " + db.options.Prepare.Round(time.Millisecond).String()
	default:
		return fmt.Sprintf("%T; the driver's words are left out, they may hold a password: ping the pool to see them", err)
	}
}
