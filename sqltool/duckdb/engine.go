package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/mcpgov/go-sdk/sqltool"
)

// Engine is DuckDB for package sqltool. Its connections must be those of a [Database].
func Engine() sqltool.Engine { return engine{} }

type engine struct{}

func (engine) Name() string { return "duckdb" }

// Placeholder writes $1: names of DuckDB's parameters know no dots.
func (engine) Placeholder(n int, _ string) string { return "$" + strconv.Itoa(n) }

func (engine) Bind(v any) (any, error) { return bind(v) }

// In compares with each value of a list.
func (engine) In(placeholder string, not bool) string {
	if not {
		return "<> ALL(" + placeholder + ")"
	}
	return "= ANY(" + placeholder + ")"
}

// Limit makes the engine stop: it would otherwise keep the whole result in memory before the first row is read. The new lines end a comment
// at the query's end.
func (engine) Limit(query string, rows int) string {
	return "SELECT * FROM (\n" + query + "\n) AS _q LIMIT " + strconv.Itoa(rows)
}

// errConnection is the error of a connection that was opened by somebody else.
var errConnection = errors.New("duckdb: the connection is not of a duckdb.Database: open it with duckdb.Open")

// raw calls f with the connection that a pool's connection holds.
func raw(c *sql.Conn, f func(*conn) error) error {
	return c.Raw(func(driverConn any) error {
		ours, ok := driverConn.(*conn)
		if !ok {
			return errConnection
		}
		return f(ours)
	})
}

// Describe prepares the statement, which the engine does without running any of it, and reads its types.
func (engine) Describe(ctx context.Context, c *sql.Conn, query string) (d sqltool.Description, err error) {
	err = raw(c, func(c *conn) error {
		s, err := c.take(ctx, query)
		if err != nil {
			return err
		}
		d, err = describe(s)
		if err = errors.Join(err, c.give(query, s)); errors.Is(err, errOpenTypes) {
			d.Columns, err = c.columns(ctx, query, make([]driver.NamedValue, len(d.Parameters)))
			if err != nil {
				return errOpenTypes
			}
			// A column that is a parameter and nothing else takes its type, which shows with another one, unless that is refused.
			texts := make([]driver.NamedValue, len(d.Parameters))
			for i := range texts {
				texts[i].Value = ""
			}
			if others, failed := c.columns(ctx, query, texts); failed == nil && !slices.Equal(others, d.Columns) {
				return errOpenTypes
			}
		}
		return err
	})
	return d, err
}

// errOpenTypes is the error of a query whose parameters the engine has no types for, such as a list's.
var errOpenTypes = errors.New("duckdb: the types of columns depend on those of parameters: write them with a type, such as $since::DATE")

// columns asks the engine for the columns of a query with arguments, whose types settle those that are open. The query is not run.
func (c *conn) columns(ctx context.Context, query string, args []driver.NamedValue) (columns []sqltool.Column, err error) {
	describing := "DESCRIBE " + query
	s, err := c.take(ctx, describing)
	if err != nil {
		return nil, err
	}
	rows, err := c.query(ctx, describing, s, args)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for row := make([]driver.Value, len(rows.Columns())); ; {
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			return columns, nil
		} else if err != nil {
			return nil, err
		}
		name, _ := row[0].(string)
		word, _ := row[1].(string)
		columns = append(columns, sqltool.Column{Name: name, Type: word})
	}
}

func describe(s *ready) (d sqltool.Description, err error) {
	prepared, err := preparedOf(s.Stmt)
	if err != nil {
		return d, err
	}
	d.Parameters = make([]sqltool.Column, s.NumInput())
	for i := range d.Parameters {
		// Parameters that are numbers stand where they say, not where they are first read.
		place, name := i, mapping.ParameterName(prepared, mapping.IdxT(i+1))
		if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(d.Parameters) {
			place = n - 1
		}
		d.Parameters[place].Type = typeWord(mapping.ParamLogicalType(prepared, mapping.IdxT(i+1)))
	}
	kind, err := s.StatementType()
	if err != nil || kind != duckdb.STATEMENT_TYPE_SELECT {
		return d, err
	}
	n := mapping.PreparedStatementColumnCount(prepared)
	d.Columns = make([]sqltool.Column, n)
	for i := range n {
		if mapping.PreparedStatementColumnType(prepared, i) == mapping.TypeInvalid {
			return d, errOpenTypes
		}
		d.Columns[i] = sqltool.Column{
			Name: mapping.PreparedStatementColumnName(prepared, i), Type: typeWord(mapping.PreparedStatementColumnLogicalType(prepared, i)),
		}
	}
	return d, nil
}

// typeWord is DuckDB's word for a type, which it destroys; empty if it is not known.
func typeWord(t mapping.LogicalType) string {
	if t.Ptr == nil {
		return ""
	}
	defer mapping.DestroyLogicalType(&t)
	k, err := kindOf(t)
	if err != nil || k.typ == mapping.TypeSQLNull {
		return ""
	}
	return k.word
}

// effects are functions that change something although they stand in a SELECT, or run what is not in the statement's tree.
//
//nolint:gochecknoglobals // a set that Go cannot spell as a constant
var effects = []string{
	"nextval", "setseed", "write_log", "checkpoint", "force_checkpoint", "query", "json_execute_serialized_sql", "enable_logging", "disable_logging",
	"truncate_duckdb_logs", "enable_profiling", "disable_profiling", "set_log_level", "enable_log_types",
}

// ReadOnly says yes to one SELECT (with all that stands within it) that calls no function with an effect. What DuckDB cannot write as a tree, such as
// SHOW, PRAGMA, COPY or a second statement, it says no to.
func (e engine) ReadOnly(ctx context.Context, c *sql.Conn, query string) error {
	return raw(c, func(c *conn) error {
		s, err := c.take(ctx, query)
		if err != nil {
			return err
		}
		kind, err := s.StatementType()
		if err = errors.Join(err, c.give(query, s)); err != nil {
			return err
		}
		if kind != duckdb.STATEMENT_TYPE_SELECT {
			return errors.New("duckdb: the statement does not only read")
		}
		tree, err := c.tree(ctx, query)
		if err != nil {
			return err
		}
		return harmless(tree)
	})
}

// tree parses a statement.
func (c *conn) tree(ctx context.Context, query string) (any, error) {
	text, err := c.one(ctx, "SELECT json_serialize_sql($1::VARCHAR)::VARCHAR", query)
	if err != nil {
		return nil, err
	}
	var tree struct {
		Error      bool   `json:"error"`
		Message    string `json:"error_message"`
		Statements []any  `json:"statements"`
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return nil, fmt.Errorf("duckdb: parse: %w", err)
	}
	if tree.Error || len(tree.Statements) != 1 {
		return nil, errors.New("duckdb: the statement is not one SELECT (SHOW, DESCRIBE, PIVOT and the like: write SELECT ... FROM (...))")
	}
	return tree.Statements[0], nil
}

// harmless looks for functions with effects in a tree.
func harmless(node any) error {
	switch node := node.(type) {
	case []any:
		for _, kid := range node {
			if err := harmless(kid); err != nil {
				return err
			}
		}
	case map[string]any:
		if name, is := node["function_name"].(string); is && slices.Contains(effects, strings.ToLower(name)) {
			return fmt.Errorf("duckdb: the statement calls %s, which does not only read", strings.ToLower(name))
		}
		for _, kid := range node {
			if err := harmless(kid); err != nil {
				return err
			}
		}
	}
	return nil
}
