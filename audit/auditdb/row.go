package auditdb

import (
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/canon"
	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// columnList names all columns, in the order of fields.
func columnList() string {
	var names []string
	for _, f := range fields() {
		names = append(names, sqltext.Identifier(f.column()))
	}
	return strings.Join(names, ", ")
}

// rowReader reads rows of all columns.
type rowReader struct {
	fields []field
	values []any
	places []any
}

// read makes the record of the current row.
func (s *rowReader) read(rows *sql.Rows) (r audit.Record, err error) {
	if s.fields == nil {
		s.fields = fields()
		s.values, s.places = make([]any, len(s.fields)), make([]any, len(s.fields))
		for i := range s.values {
			s.places[i] = &s.values[i]
		}
	}
	if err := rows.Scan(s.places...); err != nil {
		return r, err
	}
	for i := range s.fields {
		if err := s.fields[i].set(&r, s.values[i]); err != nil {
			return r, fmt.Errorf("column %s: %w", s.fields[i].column(), err)
		}
	}
	return r, nil
}

// set puts what DuckDB gave into the field.
func (f *field) set(r *audit.Record, value any) (err error) {
	switch to := f.in(r).(type) {
	case *string:
		if f.form == hash {
			b, _ := value.([]byte)
			*to = hex.EncodeToString(b)
			return nil
		}
		*to, _ = value.(string)
	case *int:
		n, _ := value.(int64)
		*to = int(n)
	case *uint64:
		*to, _ = value.(uint64)
	case *bool:
		*to, _ = value.(bool)
	case *time.Duration:
		*to = microseconds(value)
	case *time.Time:
		t, _ := value.(time.Time)
		*to = t.UTC()
	case *[]string:
		for _, v := range list(value) {
			s, _ := v.(string)
			*to = append(*to, s)
		}
	case *json.RawMessage:
		if s, ok := value.(string); ok { // its numbers are spelt as DuckDB spells them
			*to, err = canon.JSON([]byte(s))
		}
	case *[]audit.Source:
		for _, v := range list(value) {
			*to = append(*to, originOf(v))
		}
	case *[]audit.Step:
		for _, v := range list(value) {
			m, _ := v.(map[string]any)
			s := audit.Step{Start: microseconds(m["start_us"]), Duration: microseconds(m["duration_us"])}
			s.Kind, _ = m["kind"].(string)
			s.Name, _ = m["name"].(string)
			s.Outcome, _ = m["outcome"].(string)
			*to = append(*to, s)
		}
	default:
		return fmt.Errorf("it has a type that is not known")
	}
	return err
}

// originOf reads one element of the list of origins.
func originOf(value any) (s audit.Source) {
	m, _ := value.(map[string]any)
	for member, to := range map[string]*string{
		"model": &s.Model, "parameters_digest": &s.ParametersDigest, "ref": &s.Ref, "revision": &s.Revision, "statement": &s.Statement, "system": &s.System,
	} {
		*to, _ = m[member].(string)
	}
	for member, to := range map[string]*time.Time{"as_of": &s.AsOf, "executed": &s.Executed} {
		if t, ok := m[member].(time.Time); ok {
			*to = t.UTC()
		}
	}
	rows, _ := m["rows"].(int64)
	s.Rows = int(rows)
	for _, v := range list(m["tables"]) {
		table, _ := v.(string)
		s.Tables = append(s.Tables, table)
	}
	return s
}

func list(value any) []any {
	l, _ := value.([]any)
	return l
}

func microseconds(value any) time.Duration {
	n, _ := value.(int64)
	return time.Duration(n) * time.Microsecond
}
