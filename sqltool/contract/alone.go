package contract

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// alone answers a check that needs a query of its own.
func (v *visit) alone(ctx context.Context, i int, c *Check) {
	begun := time.Now()
	s := &statement{dialect: v.plan.options.Dialect}
	var text, format string
	switch c.Kind { //nolint:exhaustive // the others are answered by the scan
	case Unique:
		format = "%d rows repeat a combination"
		columns := quoted(c.Columns)
		text = "SELECT COALESCE(SUM(n - 1), 0) FROM (SELECT COUNT(*) AS n" + v.from(c.Where) + " GROUP BY " + columns + " HAVING COUNT(*) > 1) AS repeated"
	case References:
		format = "%d rows refer to nothing"
		text = "SELECT COUNT(*) FROM (SELECT " + quoted(c.Columns) + v.from(c.Where) + ") AS child WHERE " + c.orphan("child")
	case SQL:
		format = "%d rows were found"
		if c.Counts {
			format = "%d failures were counted"
			text = "SELECT * FROM " + trusted(query(c.SQL)) + " AS counted"
		} else {
			text = "SELECT COUNT(*) FROM " + trusted(query(c.SQL)) + " AS found"
		}
	}
	values, err := v.plan.session.one(ctx, text, s.args)
	if err == nil && len(values) != 1 {
		err = fmt.Errorf("it returned %d columns, not one count", len(values))
	}
	if err != nil {
		v.errored(i, "it could not be run"+reason(err), err, time.Since(begun))
		return
	}
	f, err := counted(c.Kind == References, format)(values, begun)
	if err != nil {
		v.errored(i, err.Error(), err, time.Since(begun))
		return
	}
	v.found(i, f, time.Since(begun))
}

// orphan writes the condition that the row of child refers to something, and it is not there.
func (c *Check) orphan(child string) string {
	var parts, pairs []string
	above := "mcpgov parent" // no name of anything around it
	for strings.EqualFold(above, child) {
		above += "'"
	}
	for i, column := range c.Columns {
		own := sqltext.Identifier(child) + "." + sqltext.Identifier(column)
		parts = append(parts, own+" IS NOT NULL")
		pairs = append(pairs, sqltext.Identifier(above)+"."+sqltext.Identifier(c.References.Columns[i])+" = "+own)
	}
	parent := qualified(c.References.Database, c.References.Schema, c.References.Table)
	if c.References.Where != "" {
		parent = "(SELECT * FROM " + parent + " WHERE " + trusted(c.References.Where) + ")"
	}
	return strings.Join(parts, " AND ") + " AND NOT EXISTS (SELECT 1 FROM " + parent + " AS " + sqltext.Identifier(above) + " WHERE " + strings.Join(pairs, " AND ") + ")"
}

func quoted(names []string) string {
	var all []string
	for _, name := range names {
		all = append(all, sqltext.Identifier(name))
	}
	return strings.Join(all, ", ")
}

// failing writes the condition of the rows a check counted; "" where they cannot be selected by one.
func (v *visit) failing(s *statement, c *Check) (string, error) {
	switch c.Kind { //nolint:exhaustive // the rest is judged row by row, or cannot be
	case NotNull, InRange, Length, Accepted, Rejected, Pattern, Condition:
		return s.fails(c, v.columns)
	case Unique:
		if len(c.Columns) > 1 {
			return "", nil
		}
		return sqltext.Identifier(c.Columns[0]) + " IN (SELECT " + sqltext.Identifier(c.Columns[0]) + v.from(c.Where) + " GROUP BY " + sqltext.Identifier(c.Columns[0]) + " HAVING COUNT(*) > 1)", nil
	case References:
		return c.orphan(v.contract.Table), nil
	}
	return "", nil
}

// maxShown bounds one value of a sample, in bytes.
const maxShown = 64

// shown writes the values of a sample.
func shown(values []any) []string {
	var texts []string
	for _, v := range values {
		var text string
		switch v := v.(type) {
		case nil:
			text = "NULL"
		case []byte:
			text = string(v)
		case time.Time:
			text = v.UTC().Format(time.RFC3339Nano)
		default:
			text = fmt.Sprint(v)
		}
		if len(text) > maxShown {
			text = text[:maxShown]
			for !utf8.ValidString(text) && len(text) > maxShown-utf8.UTFMax {
				text = text[:len(text)-1]
			}
			text += "…"
		}
		texts = append(texts, text)
	}
	return texts
}

// reason tells of an error no more than its kind: the texts of databases quote values.
func reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return ": time was up"
	}
	if errors.Is(err, context.Canceled) {
		return ": it was cancelled"
	}
	if state, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err); ok {
		return ": SQLSTATE " + state.SQLState()
	}
	word, _, ok := strings.Cut(err.Error(), ":")
	if ok && strings.HasSuffix(word, " Error") && len(word) <= maxShown { // DuckDB: "Binder Error: ..."
		return ": " + strings.ToLower(word)
	}
	return ""
}
