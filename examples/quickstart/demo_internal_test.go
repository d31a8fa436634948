package main

import (
	"bytes"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// What a user sees is the golden file; the README quotes it. Nothing in it depends on the run: no port, no path, no id.
func TestDemonstrationGolden(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(t.Context(), nil, &stdout, &stderr), stderr.String())
	golden := filepath.Join("testdata", "demonstration.golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, stdout.Bytes(), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), stdout.String())

	for line := range strings.Lines(stdout.String()) {
		require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), 100)
	}
	require.NotContains(t, stdout.String(), "\x1b[", "colours are for terminals")
	require.NotContains(t, stderr.String(), "\x1b[")
	require.Contains(t, stderr.String(), "serving HTTP")
}

// A log that is there goes on, and its chain verifies as one.
func TestDemonstrationTwiceOnOneLog(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "audit") // folders that are not there are made
	for range 2 {
		var stdout, stderr bytes.Buffer
		require.Zero(t, run(t.Context(), []string{"-log", dir}, &stdout, &stderr), stderr.String())
		require.NotContains(t, stdout.String(), "To keep it", "it was kept")
	}
	key, err := os.ReadFile(dir + ".key")
	require.NoError(t, err)
	summary, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: key})
	require.NoError(t, err)
	once, err := readLog(os.DirFS(dir), summary.LastSeq/2)
	require.NoError(t, err)
	require.Len(t, once, int(summary.LastSeq/2))

	require.NoError(t, os.WriteFile(dir+".key", []byte("short"), 0o600))
	var stderr bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"-log", dir}, &bytes.Buffer{}, &stderr))
	require.Contains(t, stderr.String(), "5 bytes, not 32")
	require.True(t, strings.HasPrefix(stderr.String(), "the key file "), "an error stands there as it is, not as a line of a log: %s", stderr.String())
}

// The demonstration judges itself: an end other than the script's is a fault that names the call.
func TestDemonstrationNoticesWrongEnds(t *testing.T) {
	t.Parallel()
	logger := slog.New(slog.DiscardHandler)
	log, srv, err := governed(filepath.Join(t.TempDir(), "audit"), logger)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	web, err := listen(t.Context(), "127.0.0.1:0", srv)
	require.NoError(t, err)
	played, err := play(t.Context(), web.url)
	require.NoError(t, err)
	require.NoError(t, web.close(t.Context()))
	records, err := readLog(os.DirFS(log.dir), 0)
	require.NoError(t, err)
	require.ErrorContains(t, (&performance{steps: played.steps}).pair(nil), "each must leave one")
	require.NoError(t, played.pair(records))
	require.Empty(t, played.faults())

	first := &played.steps[0].want
	for what, spoil := range map[string]func(){
		"the end is ok, not denied":                   func() { first.code, first.logged = mcpgov.Denied, mcpgov.OK },
		"the outcome in the log is ok, not denied":    func() { first.logged = mcpgov.Denied },
		"the rule in the log is readers, not own":     func() { first.rule = "own" },
		"what was hidden is [credit_score email":      func() { first.hidden = nil },
		"the answer is holding Carla, not to hold it": func() { first.secrets = []string{"Carla"} },
		"what the caller was told is {":               func() { first.told = "sesame" },
		"an intent on record is false, not true":      func() { played.outcomes[0].Target.ReadOnly = false },
		"the record is mia calling get_customer":      func() { played.outcomes[0].User.ID = "mia" },
		"without a token got status 200, not 401":     func() { played.stranger = 200 },
	} {
		want, outcome, stranger := *first, played.outcomes[0], played.stranger
		spoil()
		faults := played.faults()
		require.Len(t, faults, 1, what)
		require.ErrorContains(t, faults[0], what)
		*first, played.outcomes[0], played.stranger = want, outcome, stranger
	}
}

func TestCalledWrongly(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"exclude each other":                     {"-stdio", "-http", ":0"},
		`"serve" is no flag`:                     {"serve"},
		`no persona "bob": write one of sam`:     {"-stdio", "-as", "bob"},
		"flag provided but not defined: -stdout": {"-stdout"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 2, run(t.Context(), args, &stdout, &stderr), want)
		require.Contains(t, stderr.String(), want)
		require.Empty(t, stdout.String())
	}
	require.Zero(t, run(t.Context(), []string{"-help"}, &bytes.Buffer{}, &bytes.Buffer{}))
}
