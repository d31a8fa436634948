package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// canary stands in a schema of the bundled data that is not served.
const canary = "internal-canary-5b1e"

// TestMain lets this test be the program, and the worker that the program starts.
func TestMain(m *testing.M) {
	if freesql.ServeWorker() {
		return
	}
	if os.Getenv("SQLEXPLORER_TEST_SERVE") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program starts the example as a client would: as a process, over its standard input and output.
func program(t *testing.T, flags ...string) *mcp.ClientSession {
	t.Helper()
	command := exec.Command(os.Args[0], append([]string{"-stdio", "-audit", filepath.Join(t.TempDir(), "audit")}, flags...)...)
	command.Env = append(os.Environ(), "SQLEXPLORER_TEST_SERVE=1")
	command.Stderr = t.Output()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.CommandTransport{Command: command}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, session.Close()) })
	return session
}

// answer is what query gives.
type answer struct {
	Columns   []struct{ Name, Type string }
	Rows      [][]any
	RowCount  int `json:"row_count"`
	Truncated bool
}

// ask calls query. The text is all that the caller was told, in any form.
func ask(ctx context.Context, t *testing.T, session *mcp.ClientSession, sql string) (a answer, text string, refused bool) {
	t.Helper()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "query", Arguments: map[string]any{"sql": sql}})
	if err != nil {
		return a, err.Error(), true
	}
	whole, err := json.Marshal(result)
	require.NoError(t, err)
	if !result.IsError {
		structured, err := json.Marshal(result.StructuredContent)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(structured, &a))
	}
	return a, string(whole), result.IsError
}

func TestExplorer(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{"in process": {"-worker=false"}, "workers": {"-memory", "512"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			session := program(t, append(flags, "-timeout", "3s", "-max-rows", "100")...)
			a, _, refused := ask(t.Context(), t, session, `SELECT state, sum(departures)::BIGINT AS departures FROM aviation.busiest_airports
				GROUP BY state ORDER BY departures DESC LIMIT 3`)
			require.False(t, refused)
			require.Equal(t, [][]any{{"CA", 824597.0}, {"TX", 747650.0}, {"FL", 466998.0}}, a.Rows)
			a, _, _ = ask(t.Context(), t, session, "SELECT * FROM climate.weather")
			require.Equal(t, 100, a.RowCount)
			require.True(t, a.Truncated)
			a, _, _ = ask(t.Context(), t, session, "SELECT * FROM climate.weather LIMIT 100")
			require.False(t, a.Truncated)
			for _, statement := range []string{"SELECT * FROM internal.notes", "SELECT * FROM aviation.notes", "SELECT * FROM read_csv('/etc/passwd')"} {
				_, text, refused := ask(t.Context(), t, session, statement)
				require.True(t, refused, statement)
				require.NotContains(t, text, canary)
			}
			begun := time.Now()
			_, text, refused := ask(t.Context(), t, session, "SELECT count(*) FROM range(3000000) a, range(3000000) b, range(3000000) c")
			require.True(t, refused)
			require.Contains(t, text, "timeout")
			t.Log("answered after", time.Since(begun))
			_, _, refused = ask(t.Context(), t, session, "SELECT 1")
			require.False(t, refused)
			tools, err := session.ListTools(t.Context(), nil)
			require.NoError(t, err)
			require.Len(t, tools.Tools, 3)
			read, err := session.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "database://schema/climate.weather"})
			require.NoError(t, err)
			require.Contains(t, read.Contents[0].Text, "In millimetres")
		})
	}
}

// attacks reads the corpus of package freesql, turned from its schemas to those of the bundled data.
func attacks(t *testing.T) (statements []string) {
	t.Helper()
	text, err := os.ReadFile("../../sqltool/freesql/testdata/attacks.sql")
	require.NoError(t, err)
	unfold := strings.NewReplacer("{folder}", "/etc", "{nl}", "\n", "{nul}", "\x00", "{nbsp}", "\u00a0", "{zwsp}", "\u200b", "{bom}", "\ufeff",
		"{deep}", strings.Repeat("(SELECT ", 150), "{peed}", strings.Repeat(")", 150),
		"analytics.orders", "aviation.airports", "private.secrets", "internal.notes", "token", "note", "analytics", "aviation", "private", "internal")
	refused := false
	for line := range strings.Lines(string(text)) {
		switch class, comment := strings.CutPrefix(line, "-- "); {
		case comment:
			refused = strings.Contains(class, "(refused)")
		// What no client can send is left out, and what only hurts where macros of these names are.
		case refused && strings.TrimSpace(line) != "" && !strings.Contains(line, "{ff}") && !strings.Contains(line, "list_sum") && !strings.Contains(line, "initcap"):
			statements = append(statements, unfold.Replace(strings.TrimSuffix(line, "\n")))
		}
	}
	return statements
}

// Nothing that is refused elsewhere is answered by the real program, and the planted word does not come out.
func TestAttacks(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{"in process": {"-worker=false"}, "workers": {"-memory", "512"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			session := program(t, append(flags, "-timeout", "3s")...)
			all := attacks(t)
			require.Greater(t, len(all), 200)
			for _, statement := range all {
				_, text, refused := ask(t.Context(), t, session, statement)
				if !refused || strings.Contains(text, canary) {
					t.Errorf("answered: %s\n%.300s", statement, text)
				}
			}
			_, _, refused := ask(t.Context(), t, session, "SELECT count(*) FROM aviation.airports")
			require.False(t, refused)
		})
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"write either -stdio or -http": {}, "-db needs -schemas": {"-stdio", "-db", "x.duckdb"}, "above zero": {"-stdio", "-max-rows", "0"}, "is no flag": {"-stdio", "x"},
	} {
		var stderr strings.Builder
		require.Equal(t, 2, run(t.Context(), args, &stderr))
		require.Contains(t, stderr.String(), want)
	}
}
