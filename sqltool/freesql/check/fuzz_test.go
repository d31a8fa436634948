package check_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// FuzzStatements mutates both corpora and asks a real engine: whatever the statement, no answer, refusal or error holds a planted value.
func FuzzStatements(f *testing.F) {
	e := open(f)
	all := append(e.corpus(f, "attacks.sql"), e.corpus(f, "legitimate.sql")...)
	for i, s := range all {
		if !strings.HasPrefix(s.class, "resource exhaustion") { // what they cost is another question than what they show
			f.Add(s.text, uint64(i))
		}
	}
	e.rules.MaxRows = 100
	e.deadline = time.Second
	f.Fuzz(func(t *testing.T, query string, seed uint64) {
		query = mutate(query, all, rand.New(rand.NewPCG(seed, 1)))
		if strings.Contains(query, e.folder) {
			query = strings.ReplaceAll(query, e.folder, "/tmp/x")
		}
		a := e.ask(t, query, e.rules)
		said := append(append([]string{}, a.columns...), a.rows...)
		if a.failed != nil {
			said = append(said, a.failed.Error())
		}
		if a.other != "" {
			t.Logf("asked %q, the engine wrote %q", query, a.other)
		}
		if a.refused != nil {
			said = append(said, a.refused.Error())
			var refusal *check.Refusal
			require.ErrorAs(t, a.refused, &refusal)
			require.Less(t, len(refusal.Error()), 600)
		}
		if found := leak(query, said...); found != "" {
			t.Fatalf("%s leaks\nasked: %q\nran: %s\nfailed: %v", found, query, a.ran, a.failed)
		}
		if len(a.rows) > e.rules.MaxRows+1 {
			t.Fatalf("%d rows\nasked: %q\nran: %s", len(a.rows), query, a.ran)
		}
	})
}

// mutate splices a statement with others of the corpora, by chance that the seed decides. Seeds below 1000 leave it alone.
func mutate(query string, all []statement, r *rand.Rand) string {
	other := func() string { return strings.TrimRight(all[r.IntN(len(all))].text, "; ") }
	for range r.IntN(4) {
		switch r.IntN(12) {
		case 0:
			query = "SELECT * FROM (" + query + ") AS q, (" + other() + ") AS r"
		case 1:
			query = "WITH x AS (" + query + ") " + other()
		case 2:
			query = "WITH " + word(r) + " AS (" + other() + ") " + query
		case 3:
			query = query + " UNION ALL " + other()
		case 4:
			query = "SELECT (" + query + "), (" + other() + ")"
		case 5:
			query = swapCase(query, r)
		case 6:
			query = strings.ReplaceAll(query, " ", []string{"\u00a0", "\u200b ", "/**/", "--\n", "\t", " /* /* */ */ "}[r.IntN(6)])
		case 7:
			query = replaceWord(query, word(r), r)
		case 8:
			query = replaceWord(query, `"`+word(r)+`"`, r)
		case 9:
			query = replaceWord(query, "("+other()+")", r)
		case 10:
			a, b := query, other()
			query = a[:r.IntN(len(a)+1)] + b[r.IntN(len(b)+1):]
		case 11:
			query = "SELECT * FROM analytics.people AS p WHERE EXISTS (" + query + ")"
		}
	}
	return query
}

// word is a name that a statement may try.
func word(r *rand.Rand) string {
	words := []string{
		"private", "secrets", "private.secrets", "analytics.people", "people", "ssn", "note", "hire_code", "salary", "x", "orders", "warehouse", "dash",
		"main", "analytics.leak", "analytics.people_view", "leak", "peek()", "nextval", "_mcpgov_row", "_mcpgov_cte1", "rowid", "p", "*", "COLUMNS(*)",
		`a"b`, "p.*", "t", "token", "internal_notes", "current_setting('home_directory')", "getvariable('hidden')", "query", "region", "name", "columns",
	}
	return words[r.IntN(len(words))]
}

func replaceWord(query, by string, r *rand.Rand) string {
	words := strings.Fields(query)
	if len(words) == 0 {
		return by
	}
	words[r.IntN(len(words))] = by
	return strings.Join(words, " ")
}

func swapCase(query string, r *rand.Rand) string {
	b := []byte(query)
	for i := range b {
		if r.IntN(3) == 0 && (b[i] >= 'a' && b[i] <= 'z' || b[i] >= 'A' && b[i] <= 'Z') {
			b[i] ^= 0x20
		}
	}
	return string(b)
}

// FuzzTree gives any JSON: no panic, no long wait, and what comes out is JSON that no rule of the walk is broken by.
func FuzzTree(f *testing.F) {
	e := open(f)
	for _, s := range append(e.corpus(f, "attacks.sql"), e.corpus(f, "legitimate.sql")...) {
		if check.Text(s.text) == nil {
			f.Add(e.parse(f, s.text))
		}
	}
	for _, s := range []string{
		``, `{}`, `null`, `{"error":false,"statements":[{}]}`, `{"statements":[{"node":null}]}`, `{"statements":[{"node":{"type":"SELECT_NODE","cte_map":{}}}]}`,
		`{"statements":[{"node":{"type":"SELECT_NODE","cte_map":{"map":[{"key":"a"}]}}}]}`, `{"statements":[null]}`, `{"statements":[{"node":[]}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, tree []byte) {
		start := time.Now()
		checked, err := check.Tree(tree, e.rules)
		if took := time.Since(start); took > time.Second {
			t.Fatalf("took %v", took)
		}
		if err != nil {
			var refusal *check.Refusal
			if !errors.As(err, &refusal) || refusal.Code == "" || refusal.Message == "" {
				t.Fatalf("no refusal: %v", err)
			}
			return
		}
		if !json.Valid(checked.Tree) {
			t.Fatalf("no JSON: %s", checked.Tree)
		}
		for _, table := range checked.Tables {
			if !strings.HasPrefix(table, "analytics.") || strings.HasPrefix(table, "analytics.leak") {
				t.Fatalf("reads %q", table)
			}
		}
	})
}

// FuzzExpression gives any JSON as a filter.
func FuzzExpression(f *testing.F) {
	f.Add([]byte(`{"error":false,"statements":[{"node":{"type":"SELECT_NODE","select_list":[{"class":"COLUMN_REF","column_names":["a"]}],"from_table":{"type":"EMPTY"}}}]}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, tree []byte) {
		expression, err := check.Expression(tree)
		if err != nil {
			return
		}
		if bound, err := check.Bind(expression, map[string]any{"a": 1, "1": "x"}); err == nil && !json.Valid(bound) {
			t.Fatalf("no JSON: %s", bound)
		}
	})
}
