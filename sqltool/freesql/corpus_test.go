package freesql_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// statement is one line of a corpus.
type statement struct{ class, text string }

// corpus reads a file of testdata: one statement in each line, under comments that name their class.
func corpus(t *testing.T, name, folder string) (all []statement) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	unfold := strings.NewReplacer(
		"{folder}", folder, "{nl}", "\n", "{nul}", "\x00", "{nbsp}", "\u00a0", "{zwsp}", "\u200b", "{bom}", "\ufeff", "{ff}", "\xff",
		"{deep}", strings.Repeat("(SELECT ", 150), "{peed}", strings.Repeat(")", 150),
	)
	class := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "-- "); ok {
			class = rest
		} else if text := unfold.Replace(line); strings.TrimSpace(text) != "" && utf8.ValidString(text) { // no client can send what is not
			all = append(all, statement{class, text})
		}
	}
	return all
}

// corpusFile makes the database that the corpora are for, beside files whose content nobody may see.
func corpusFile(t *testing.T) (path string) {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"CANARY-file.csv": "token\nCANARY-csv\n", "plain.csv": "token\nCANARY-csv\n", "plain.json": `{"token":"CANARY-json"}`, "plain.txt": "CANARY-text",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	setup, err := os.ReadFile(filepath.Join("testdata", "setup.sql"))
	require.NoError(t, err)
	path = filepath.Join(folder, "warehouse.duckdb")
	db, err := sql.Open("duckdb", path)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), string(setup))
	require.NoError(t, err)
	require.NoError(t, db.Close())
	return path
}

// planted is what may stand in no answer unless the question holds it.
var planted = regexp.MustCompile(`(?i)canary[-_a-z0-9]*|424242[0-9]*|777000777`)

func exploreCorpus(t *testing.T, worker bool) *explored {
	t.Helper()
	return exploreFile(t, corpusFile(t), worker, func(o *freesql.Options) {
		o.AllowedSchemas, o.MaxRows, o.Timeout = []string{"analytics"}, 5000, 20*time.Second
		o.Rights = func(context.Context, mcpgov.User) (freesql.Rights, error) {
			return freesql.Rights{Restrict: map[string]freesql.Restriction{"analytics.people": {
				Hidden: []string{"note"}, Masks: map[string]string{"ssn": "'***' || right(ssn, 4)", "salary": "NULL", "hire_code": "sha256('a key that nobody knows' || hire_code)"},
				Filter: "region = $region", Values: freesql.Values{"region": "north"},
			}, "analytics.Ärger": {Masks: map[string]string{"TOKEN": "NULL"}}}}, nil
		}
	})
}

// Nothing that is planted leaves the server, in any byte of any answer.
func TestAttacks(t *testing.T) {
	t.Parallel()
	for name, worker := range map[string]bool{"in process": false, "workers": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := exploreCorpus(t, worker)
			codes := map[mcpgov.Code]int{}
			for _, s := range corpus(t, "attacks.sql", filepath.Dir(x.path)) {
				r := x.query(s.text)
				codes[r.Code()]++
				if r.Code() == mcpgov.OK && !strings.HasSuffix(s.class, "(no canary)") {
					t.Errorf("answered (%s): %s\n%.300s", s.class, s.text, r.Text())
				}
				if r.Code() == freesql.Unavailable || r.Code() == freesql.Busy {
					t.Errorf("%s: %s", r.Code(), s.text)
				}
				for _, found := range planted.FindAll(r.Wire(), -1) {
					if !strings.Contains(s.text, string(found)) {
						t.Errorf("leaks %s (%s): %s\n%.300s", found, s.class, s.text, r.Text())
					}
				}
			}
			t.Log(codes)
		})
	}
}

// What may be asked is answered with the rows, the order and the columns that the engine gives without this package.
func TestLegitimate(t *testing.T) {
	t.Parallel()
	for name, worker := range map[string]bool{"in process": false, "workers": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := exploreCorpus(t, worker)
			bare, err := duckdb.Open(t.Context(), duckdb.Options{Path: corpusFile(t), MemoryBytes: 256 << 20, Threads: 1})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, bare.Close()) })
			for _, s := range corpus(t, "legitimate.sql", "") {
				want, err := bare.AppendJSON(t.Context(), nil, s.text, nil, duckdb.Limit{Rows: 5000})
				require.NoError(t, err, s.text)
				r := x.query(s.text)
				if r.Code() != mcpgov.OK {
					t.Errorf("%s: %s", s.text, r.Text())
					continue
				}
				var got freesql.Result
				require.NoError(t, json.Unmarshal([]byte(r.Text()), &got))
				for i, c := range want.Columns {
					require.Equal(t, freesql.Column(c), got.Columns[i], s.text)
				}
				require.Equal(t, compact(t, want.JSON), compact(t, got.Rows), s.text)
			}
		})
	}
}

func compact(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, text))
	return b.String()
}
