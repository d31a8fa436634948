package check_test

import (
	"regexp"
	"slices"
	"strings"
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
			t.Errorf("line %d: %s\n  refused: %v\n  failed: %v\n  ran: %s%s", s.line, s.text, a.refused, a.failed, a.ran, a.other)
			continue
		}
		if !slices.Equal(columns, a.columns) {
			t.Errorf("line %d: %s\n  columns %q\n  became  %q\n  ran: %s", s.line, s.text, columns, a.columns, a.ran)
		}
		if !slices.Equal(rows, a.rows) {
			t.Errorf("line %d: %s\n  rows %q\n  became %q\n  ran: %s", s.line, s.text, rows[:min(3, len(rows))], a.rows[:min(3, len(a.rows))], a.ran)
		}
	}
}

// canary finds what stands in no answer, refusal or error: words planted where nobody may look, and numbers that are masked or hidden.
var canary = regexp.MustCompile(`(?i)canary[-_a-z0-9]*|424242[0-9]*|777000777`)

// leak gives the first canary in texts that the question does not hold itself, in whatever case.
func leak(question string, texts ...string) string {
	for _, text := range texts {
		for _, found := range canary.FindAllString(text, -1) {
			if !strings.Contains(strings.ToLower(question), strings.ToLower(found)) {
				return found
			}
		}
	}
	return ""
}

func TestAttacks(t *testing.T) {
	t.Parallel()
	e := open(t)
	all := e.corpus(t, "attacks.sql")
	require.GreaterOrEqual(t, len(all), 200)
	refused := map[string]int{}
	for _, s := range all {
		a := e.ask(t, s.text, e.rules)
		mayAnswer := strings.HasSuffix(s.class, "(no canary)")
		require.True(t, mayAnswer || strings.HasSuffix(s.class, "(refused)"), "class %q says nothing of the answer", s.class)
		if a.refused != nil {
			refused[s.class]++
			if a.other != "" {
				t.Errorf("line %d: %s\n  the engine wrote another statement: %s", s.line, s.text, a.other)
			}
			if found := leak(s.text, a.refused.Error()); found != "" {
				t.Errorf("line %d: %s\n  the refusal leaks: %s", s.line, s.text, found)
			}
			continue
		}
		if !mayAnswer {
			t.Errorf("line %d (%s): %.200s\n  not refused: rows %q failed %v\n  ran: %.300s", s.line, s.class, s.text, a.rows[:min(3, len(a.rows))], a.failed, a.ran)
			continue
		}
		said := append(slices.Clone(a.columns), a.rows...)
		if a.failed != nil {
			said = append(said, a.failed.Error())
		}
		if found := leak(s.text, said...); found != "" {
			t.Errorf("line %d (%s): %s\n  leaks: %s\n  failed: %v\n  ran: %s", s.line, s.class, s.text, found, a.failed, a.ran)
		}
	}
	t.Logf("%d attacks; refused: %v", len(all), refused)
}
