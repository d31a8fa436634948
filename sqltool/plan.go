package sqltool

import (
	"database/sql"
	"fmt"
	"reflect"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// target is where a column goes.
type target struct {
	column Column
	index  []int
	set    setter
}

// plan settles, once for a statement, where each column goes. Without a description the first result tells.
func (p *prepared) plan(row reflect.Type) {
	if p.described.Columns == nil {
		return
	}
	p.columns = targets(p.described.Columns, row)
}

// targets pairs columns, which have been checked, with the fields of a row.
func targets(columns []Column, row reflect.Type) []target {
	table, err := fields.Inspect(row)
	if table == nil || err != nil && len(table.Fields) == 0 {
		return nil
	}
	all := make([]target, 0, len(columns))
	for _, c := range columns {
		f, ok := table.ByName(c.Name)
		if !ok {
			return nil
		}
		all = append(all, target{c, f.Index, setterFor(f.Type, readType(c.Type))})
	}
	return all
}

// reader reads the rows of one result.
type reader struct {
	p       *prepared
	decoder Decoder // nil if the engine has none
	targets []target
	cells   []cell
	scan    []any
	bytes   int // what was read, about as long as it will be in JSON
	fixed   int // of each row: names and punctuation
}

// cell takes a value from the driver as it is; only bytes, which the driver may use again, are copied.
type cell struct{ value any }

// Scan implements [sql.Scanner].
func (c *cell) Scan(v any) error {
	if b, ok := v.([]byte); ok {
		v = append(make([]byte, 0, len(b)), b...)
	}
	c.value = v
	return nil
}

// newReader makes the reader of a result.
func (p *prepared) newReader(rows *sql.Rows, row reflect.Type) (*reader, error) {
	targets, err := p.targetsOf(rows, row)
	if err != nil {
		return nil, err
	}
	r := &reader{p: p, targets: targets, cells: make([]cell, len(targets)), scan: make([]any, len(targets)), fixed: 2}
	r.decoder, _ = p.db.options.Engine.(Decoder)
	for i := range targets {
		r.scan[i] = &r.cells[i]
		r.fixed += len(targets[i].column.Name) + len(`"":,`)
	}
	return r, nil
}

// targetsOf returns the plan of a result, which must have the columns it had when the statement was checked.
func (p *prepared) targetsOf(rows *sql.Rows, row reflect.Type) ([]target, error) {
	if p.columns != nil {
		names, err := rows.Columns()
		if err != nil {
			return nil, p.failed(err)
		}
		same := len(names) == len(p.columns)
		for i := 0; same && i < len(names); i++ {
			same = names[i] == p.columns[i].column.Name
		}
		if !same {
			return nil, &fault{text: fmt.Sprintf("statement %q: the database returns other columns than when it was checked: restart the server", p.statement.Name)}
		}
		return p.columns, nil
	}
	columns, err := columnsOf(rows)
	if err != nil {
		return nil, p.failed(err)
	}
	if why := columnMisfits(columns, row, "column"); len(why) > 0 {
		return nil, &fault{text: fmt.Sprintf("statement %q: %s", p.statement.Name, strings.Join(why, "; "))}
	}
	return targets(columns, row), nil
}

// columnsOf says what a result's columns are, as the driver knows them.
func columnsOf(rows *sql.Rows) ([]Column, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err //nolint:wrapcheck // callers say which statement
	}
	columns := make([]Column, len(types))
	for i, t := range types {
		columns[i] = Column{Name: t.Name(), Type: t.DatabaseTypeName()}
		if precision, scale, ok := t.DecimalSize(); ok && readType(columns[i].Type).family == decimalType {
			columns[i].Type = fmt.Sprintf("%s(%d,%d)", columns[i].Type, precision, scale)
		}
	}
	return columns, nil
}

// into reads the current row into a struct. fits is false if it would make the result too large; then the struct is not filled.
func (r *reader) into(rows *sql.Rows, row reflect.Value, room int) (fits bool, err error) {
	if err := rows.Scan(r.scan...); err != nil {
		return false, r.p.failed(err)
	}
	size := r.fixed
	for i := range r.cells {
		size += sizeOf(r.cells[i].value)
	}
	if r.bytes+size > room {
		return false, nil
	}
	r.bytes += size
	for i := range r.targets {
		t, v := &r.targets[i], r.cells[i].value
		if v != nil && r.decoder != nil {
			if v, err = r.decoder.Decode(t.column, v); err != nil {
				return false, r.misread(t, err)
			}
		}
		if err := t.set(allocated(row, t.index), v); err != nil {
			return false, r.misread(t, err)
		}
	}
	return true, nil
}

func (r *reader) misread(t *target, err error) error {
	return &fault{fmt.Sprintf("statement %q: column %q%s: %s", r.p.statement.Name, t.column.Name, inBrackets(t.column.Type), err), err}
}

func inBrackets(word string) string {
	if word == "" {
		return ""
	}
	return " (" + word + ")"
}
