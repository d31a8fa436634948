package matview

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// recover brings the database into the state that the definitions ask for: what a crash left over, what is defined no more and what was made
// by another definition goes; what is left has its state read.
func (s *Store) recover(ctx context.Context) error {
	db := s.pool
	for _, statement := range []string{"CREATE SCHEMA IF NOT EXISTS " + private, makeStates, "CREATE SCHEMA IF NOT EXISTS " + sqltext.Identifier(s.opts.Schema)} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return plain("make the schemas", err)
		}
	}
	if err := s.sweep(ctx); err != nil {
		return err
	}
	states, err := readStates(ctx, db)
	if err != nil {
		return plain("read the states of the last run", err)
	}
	for of, kept := range states {
		v := s.views[of]
		digest := ""
		if v != nil {
			if digest, err = v.definition.digest(v.below); err != nil {
				return err
			}
		}
		if v == nil || kept.digest != digest {
			if err := s.forget(ctx, of); err != nil {
				return plain("drop "+of+", which is defined no more, or otherwise", err)
			}
			continue
		}
		v.state = kept
	}
	for _, v := range s.order {
		if v.digest, err = v.definition.digest(v.below); err != nil {
			return err
		}
		kind, err := s.kindOf(ctx, s.pool, v.name)
		if err != nil {
			return plain("look for "+v.name, err)
		}
		switch {
		case kind != "" && !v.state.exists():
			return fmt.Errorf("definition %q: %s.%s is already there and was not made by this package: choose another name", v.name, s.opts.Schema, v.name)
		case kind == "" && v.state.exists():
			v.state = state{} // somebody dropped it: it is built again
		}
	}
	return nil
}

// sweep drops versions that no swap has put in place.
func (s *Store) sweep(ctx context.Context) error {
	drops, err := s.leftovers(ctx)
	if err != nil {
		return plain("look for what a crash left", err)
	}
	for _, drop := range drops {
		if _, err := s.pool.ExecContext(ctx, drop); err != nil {
			return plain("drop what a crash left", err)
		}
	}
	return nil
}

// leftovers are the statements that drop what stands in the private schema beside the states.
func (s *Store) leftovers(ctx context.Context) ([]string, error) {
	rows, err := s.pool.QueryContext(ctx, `SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE schema_name = $1 AND database_name = current_database() AND table_name <> 'states'
		UNION ALL SELECT view_name, 'VIEW' FROM duckdb_views() WHERE schema_name = $1 AND database_name = current_database()`, private)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var drops []string
	for rows.Next() {
		var table, kind string
		if err := rows.Scan(&table, &kind); err != nil {
			return nil, err
		}
		drops = append(drops, "DROP "+kind+" "+private+"."+sqltext.Identifier(table))
	}
	return drops, rows.Err()
}

// forget drops a materialisation and its state, in one transaction.
func (s *Store) forget(ctx context.Context, of string) error {
	kind, err := s.kindOf(ctx, s.pool, of)
	if err != nil {
		return err
	}
	tx, err := s.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if kind != "" {
		if _, err := tx.ExecContext(ctx, "DROP "+kind+" "+sqltext.Identifier(s.opts.Schema)+"."+sqltext.Identifier(of)); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM "+private+".states WHERE name = ?", of); err != nil {
		return err
	}
	return tx.Commit()
}

// asker is a pool or a connection.
type asker interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// kindOf says whether something in the readers' schema is a TABLE or a VIEW; empty is neither.
func (s *Store) kindOf(ctx context.Context, on asker, of string) (string, error) {
	var kind string
	err := on.QueryRowContext(ctx, `SELECT coalesce(max(kind), '') FROM (
		SELECT 'TABLE' AS kind FROM duckdb_tables() WHERE schema_name = $1 AND table_name = $2 AND database_name = current_database()
		UNION ALL SELECT 'VIEW' FROM duckdb_views() WHERE schema_name = $1 AND view_name = $2 AND database_name = current_database())`, s.opts.Schema, of).Scan(&kind)
	return kind, err
}
