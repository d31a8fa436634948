package check_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLegitimate(t *testing.T) {
	t.Parallel()
	e := open(t)
	all := e.corpus(t, "legitimate.sql")
	require.GreaterOrEqual(t, len(all), 80)
	for _, s := range all {
		columns, rows, err := e.run(s.text)
		if err != nil {
			t.Errorf("line %d is not legitimate: %s\n  %v", s.line, s.text, err)
			continue
		}
		a := e.ask(t, s.text, e.rules)
		if a.refused != nil || a.failed != nil {
			t.Errorf("line %d: %s\n  refused: %v\n  failed: %v\n  ran: %s", s.line, s.text, a.refused, a.failed, a.ran)
			continue
		}
		if !equal(columns, a.columns) {
			t.Errorf("line %d: %s\n  columns %q\n  became  %q\n  ran: %s", s.line, s.text, columns, a.columns, a.ran)
		}
		if !equal(rows, a.rows) {
			t.Errorf("line %d: %s\n  rows %.300q\n  became %.300q\n  ran: %s", s.line, s.text, rows, a.rows, a.ran)
		}
	}
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
