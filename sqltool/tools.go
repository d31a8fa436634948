package sqltool

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// Query makes a tool that returns the rows of a statement. In is the struct its parameters stand in, Row has a field for each column, by the
// names in their json tags. Everything that does not fit together is reported by [mcpgov.New], at once.
//
// The tool is ReadOnly unless the statement has Writes, whatever the spec says; a spec that says otherwise is a fault.
func Query[In, Row any](db *DB, spec mcpgov.ToolSpec, s Statement) mcpgov.Feature {
	p, err := db.tool(&spec, s, shape{in: reflect.TypeFor[In](), row: reflect.TypeFor[Row]()})
	if err != nil {
		return mcpgov.Broken(err)
	}
	return mcpgov.Tool(spec, func(ctx context.Context, in In) (Rows[Row], error) {
		out := Rows[Row]{}
		truncated, err := p.list(ctx, reflect.ValueOf(in), reflect.ValueOf(&out.Rows).Elem())
		if err != nil {
			return Rows[Row]{}, p.answer(ctx, err, &spec)
		}
		out.Truncated = truncated
		return out, nil
	})
}

// QueryRow makes a tool that returns the one row of a statement. If there is none the call ends with the error that [Statement].NotFound
// names; more than one is a fault of the statement.
func QueryRow[In, Row any](db *DB, spec mcpgov.ToolSpec, s Statement) mcpgov.Feature {
	p, err := db.tool(&spec, s, shape{in: reflect.TypeFor[In](), row: reflect.TypeFor[Row](), one: true})
	if err != nil {
		return mcpgov.Broken(err)
	}
	return mcpgov.Tool(spec, func(ctx context.Context, in In) (Row, error) {
		var row, none Row
		if err := p.row(ctx, reflect.ValueOf(in), reflect.ValueOf(&row).Elem()); err != nil {
			return none, p.answer(ctx, err, &spec)
		}
		return row, nil
	})
}

// Exec makes a tool of a statement that changes data, and returns how many rows it changed. The statement must have Writes. The change is
// committed before the tool returns, and undone if anything fails before.
func Exec[In any](db *DB, spec mcpgov.ToolSpec, s Statement) mcpgov.Feature {
	p, err := db.tool(&spec, s, shape{in: reflect.TypeFor[In]()})
	if err != nil {
		return mcpgov.Broken(err)
	}
	return mcpgov.Tool(spec, func(ctx context.Context, in In) (Affected, error) {
		n, err := p.exec(ctx, reflect.ValueOf(in))
		if err != nil {
			return Affected{}, p.answer(ctx, err, &spec)
		}
		return Affected{n}, nil
	})
}

var errNoDB = errors.New("the *sqltool.DB is nil: make one with sqltool.New")

// tool checks a statement against the spec of its tool and the types.
func (db *DB) tool(spec *mcpgov.ToolSpec, s Statement, use shape) (*prepared, error) {
	use.where = fmt.Sprintf("tool %q", spec.Name)
	where := func(err error) error { return fmt.Errorf("%s: %w", use.where, err) }
	if db == nil {
		return nil, where(errNoDB)
	}
	s, err := s.loaded(spec.Name)
	if err != nil {
		return nil, where(err)
	}
	if s.Name != spec.Name {
		use.where += fmt.Sprintf(": statement %q", s.Name)
	}
	var faults []error
	if use.in.Kind() != reflect.Struct {
		return nil, where(fmt.Errorf("the input type %s is no struct: write one whose fields are the parameters", use.in))
	}
	if use.row == nil && !s.Writes {
		faults = append(faults, where(errors.New("sqltool.Exec is for statements that change data: write Writes: true, or use sqltool.Query")))
	}
	if s.Writes && spec.ReadOnly {
		faults = append(faults, where(errors.New("it is ReadOnly and its statement Writes: leave one out")))
	}
	spec.ReadOnly = !s.Writes
	for _, code := range []mcpgov.Code{s.NotFound, s.Conflict} {
		if code != "" && !declares(spec, code) {
			faults = append(faults, where(fmt.Errorf("the error %q of its statement is not declared: add it to ToolSpec.Errors", code)))
		}
	}
	p, err := db.prepare(s, use)
	return p, errors.Join(append(faults, err)...)
}

func declares(spec *mcpgov.ToolSpec, code mcpgov.Code) bool {
	for _, e := range spec.Errors {
		if e.Code == code {
			return true
		}
	}
	return false
}
