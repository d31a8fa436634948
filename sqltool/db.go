package sqltool

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// DB is a database that tools and handlers ask. It is safe for concurrent use. It does not close the pool it was made of.
type DB struct {
	system  string
	pool    *sql.DB
	options Options
}

// New makes a DB of a pool. The system is the name of the database in provenance and in error texts, such as "crm". The pool may be nil where
// a snapshot is checked against and nothing runs.
func New(system string, pool *sql.DB, opts Options) (*DB, error) {
	var faults []error
	if system == "" {
		faults = append(faults, errors.New("sqltool.New: the system is empty: write the name of the database as it shall stand in records"))
	}
	if pool == nil && opts.Snapshot == nil {
		faults = append(faults, errors.New("sqltool.New: no *sql.DB: open one"))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return &DB{system: system, pool: pool, options: opts.withDefaults()}, nil
}

// prepared is a statement that has been read and checked.
type prepared struct {
	db         *DB
	statement  Statement
	digest     string
	text       text
	parameters map[string]parameter
}

func (db *DB) prepare(s Statement, in reflect.Type) (*prepared, error) {
	parsed, err := parseText(s.SQL)
	if err != nil {
		return nil, fmt.Errorf("statement %q: %w", s.Name, err)
	}
	sum := sha256.Sum256([]byte(s.SQL))
	p := &prepared{db: db, statement: s, text: parsed, parameters: map[string]parameter{}, digest: "sha256:" + hex.EncodeToString(sum[:])}
	var faults []error
	for _, piece := range parsed.pieces {
		if piece.param == "" {
			continue
		}
		found, err := findParameter(piece.param, in)
		if err != nil {
			faults = append(faults, fmt.Errorf("statement %q: %w", s.Name, err))
		}
		p.parameters[piece.param] = found
	}
	return p, errors.Join(faults...)
}

// run binds and runs the statement; rows is called with the result while it is open.
func (p *prepared) run(ctx context.Context, in reflect.Value, each func(*sql.Rows) (int, error)) (err error) {
	query, args, err := p.bind(in)
	if err != nil {
		return err
	}
	done := mcpgov.Step(ctx, "query", p.statement.Name)
	defer func() { done(err) }()
	executed := time.Now()
	rows, err := p.db.pool.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("statement %q: %w", p.statement.Name, err)
	}
	n, err := each(rows)
	err = errors.Join(err, rows.Close())
	mcpgov.AddSource(ctx, mcpgov.Source{
		System: p.db.system, Ref: p.statement.Name, Statement: p.digest, Parameters: in.Interface(), Executed: executed, Rows: n,
		Tables: p.statement.Tables, Model: p.statement.Model, Revision: p.statement.Revision,
	})
	return err
}
