package contract

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// fails writes the condition that is true of a row which breaks a check that looks at rows one by one.
func (s *statement) fails(c *Check, columns columnTypes) (string, error) {
	switch c.Kind { //nolint:exhaustive // the other kinds look at more than a row
	case NotNull:
		var parts []string
		for _, column := range c.Columns {
			parts = append(parts, sqltext.Identifier(column)+" IS NULL")
		}
		return "(" + strings.Join(parts, " OR ") + ")", nil
	case Condition:
		return "(CASE WHEN " + trusted(c.SQL) + " THEN 0 ELSE 1 END) = 1", nil
	}
	column := sqltext.Identifier(c.Columns[0])
	is := s.dialect.classOf(columns.of(c.Columns[0]))
	if s.dialect == Generic {
		is = classOther
	}
	switch c.Kind { //nolint:exhaustive // the same
	case InRange:
		if is == classText && !c.Range.texts() {
			return "", errors.New("the column holds texts, which have no order among numbers: write the bounds as texts, or a check of kind length or condition")
		}
		outside, err := s.outside(column, c.Range, is)
		if err != nil {
			return "", err
		}
		switch {
		case is == classFloat && s.dialect == DuckDB:
			outside += " OR isnan(" + column + ")"
		case is == classFloat && s.dialect == Postgres:
			outside += " OR " + column + " = 'NaN'"
		case (is == classNumber || is == classFloat) && s.dialect == SQLite: // any value may stand in any column, and a text is greater than every number
			outside += " OR typeof(" + column + ") NOT IN ('integer', 'real')"
		}
		return "(" + column + " IS NOT NULL AND (" + outside + "))", nil
	case Length:
		outside, err := s.outside("LENGTH("+column+")", c.Range, classNumber)
		return "(" + column + " IS NOT NULL AND (" + outside + "))", err
	case Accepted, Rejected:
		return s.listed(c, column, is)
	case Pattern:
		return s.unmatched(c, column)
	}
	return "", fmt.Errorf("a check of kind %q does not look at rows", c.Kind)
}

// texts reports whether the bounds are written as texts or times.
func (r *Range) texts() bool {
	for _, bound := range []any{r.Min, r.Above, r.Max, r.Below} {
		switch bound.(type) {
		case nil, string, time.Time:
		default:
			return false
		}
	}
	return true
}

// outside writes the condition that an expression is not in a range.
func (s *statement) outside(expression string, r *Range, is class) (string, error) {
	var parts []string
	for _, bound := range []struct {
		operator string
		value    any
	}{{" < ", r.Min}, {" <= ", r.Above}, {" > ", r.Max}, {" >= ", r.Below}} {
		if bound.value == nil {
			continue
		}
		value, err := s.constant(bound.value, is)
		if err != nil {
			return "", fmt.Errorf("the bound: %w", err)
		}
		parts = append(parts, expression+bound.operator+value)
	}
	return strings.Join(parts, " OR "), nil
}

func (s *statement) listed(c *Check, column string, is class) (string, error) {
	var values []string
	for i, v := range c.Values {
		value, err := s.constant(v, is)
		if err != nil {
			return "", fmt.Errorf("value %d: %w", i+1, err)
		}
		values = append(values, value)
	}
	expression := column
	if is == classOther && s.dialect == DuckDB {
		expression = "CAST(" + column + " AS VARCHAR)" // enums and what else is written as text
	}
	operator := " NOT IN ("
	if c.Kind == Rejected {
		operator = " IN ("
	}
	return "(" + column + " IS NOT NULL AND " + expression + operator + strings.Join(values, ", ") + "))", nil
}

var errNoPatterns = errors.New("this database has no regular expressions: write a check of kind condition or sql")

func (s *statement) unmatched(c *Check, column string) (string, error) {
	switch s.dialect {
	case DuckDB:
		return "(" + column + " IS NOT NULL AND NOT regexp_matches(CAST(" + column + " AS VARCHAR), " + s.bind(c.Pattern) + "))", nil
	case Postgres:
		return "(" + column + " IS NOT NULL AND CAST(" + column + " AS text) !~ " + s.bind(c.Pattern) + ")", nil
	case SQLite, Generic:
	}
	return "", errNoPatterns
}
