package cli_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov/cli"
)

var day = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const hostile = "evil\x1b[2J\u202e\nforged line"

func key() []byte { return []byte(strings.Repeat("k", 32)) }

func signer() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat("s", ed25519.SeedSize)))
}

// writeLog writes three segments of calls, the first two sealed, and returns the directory, the key's file and the witness's.
func writeLog(t *testing.T) (dir, keyFile, witness string) {
	t.Helper()
	top := t.TempDir()
	dir, keyFile, witness = filepath.Join(top, "log"), filepath.Join(top, "key"), filepath.Join(top, "witness")
	require.NoError(t, os.WriteFile(keyFile, key(), 0o600))
	log, err := audit.Open(dir, &audit.Options{Key: key(), Signer: signer(), Checkpoints: audit.CheckpointFile(witness), SegmentAge: -1})
	require.NoError(t, err)
	for i := range 24 {
		r := audit.Record{
			Kind: audit.KindOutcome, CallID: fmt.Sprint("call-", i), Time: day.Add(time.Duration(i) * time.Hour), Server: audit.Server{Name: "crm", Policy: "p1"},
			User: audit.User{ID: []string{"sam", "mia"}[i%2], Role: "analyst"}, Target: audit.Target{Kind: "tool", Name: "get_customer", ReadOnly: true},
			Decision: "allow", Rule: "readers", Outcome: "ok", Duration: time.Duration(i+1) * time.Millisecond, Masked: []string{"email"},
		}
		switch i {
		case 5:
			r.Decision, r.Outcome, r.Rule, r.Reason = "deny", "denied", "own-record", "only your own"
		case 7:
			r.User.ID, r.Note = hostile, hostile
		}
		require.NoError(t, log.Append(t.Context(), r))
		if i == 9 || i == 19 {
			require.NoError(t, log.Seal(t.Context()))
		}
	}
	require.NoError(t, log.Close())
	return dir, keyFile, witness
}

// run runs a command and returns what it printed.
func run(t *testing.T, stdin string, args ...string) (code int, out, faults string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Run(t.Context(), args, cli.Streams{In: strings.NewReader(stdin), Out: &stdout, Err: &stderr})
	return code, stdout.String(), stderr.String()
}

func publicFile(t *testing.T) string {
	t.Helper()
	public, ok := signer().Public().(ed25519.PublicKey)
	require.True(t, ok)
	path := filepath.Join(t.TempDir(), "public")
	require.NoError(t, os.WriteFile(path, []byte(base64.StdEncoding.EncodeToString(public)+"\n"), 0o600))
	return path
}

func TestQuery(t *testing.T) {
	t.Parallel()
	dir, _, _ := writeLog(t)
	code, out, faults := run(t, "", "audit", "query", "-d", dir, "--tz", "UTC", "--filter", "outcome == 'denied' && user.role == 'analyst'")
	require.Equal(t, cli.ExitOK, code, faults)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 2)
	require.Regexp(t, `^ *6 +2026-03-02 14:00:00.000 +outcome +mia +get_customer +denied +6.0 +own-record +email +only your own$`, lines[1])

	code, out, _ = run(t, "", "audit", "query", "-d", dir, "--tz", "Asia/Tokyo", "--since", "2026-03-02T19:00", "--until", "2026-03-02T21:00", "--json")
	require.Equal(t, cli.ExitOK, code)
	for i, line := range strings.Split(strings.TrimSpace(out), "\n") {
		r, err := audit.ParseRecord([]byte(line))
		require.NoError(t, err)
		require.EqualValues(t, 2+i, r.Seq, "19:00 in Tokyo is 10:00 here")
	}
	require.Equal(t, 2, strings.Count(out, "\n"))

	_, out, _ = run(t, "", "audit", "query", "-d", dir, "--limit", "3", "--newest", "--tz", "UTC")
	require.Equal(t, 4, strings.Count(out, "\n"))
}

// Nothing in a record reaches a terminal as it is.
func TestHostileRecordsAreShown(t *testing.T) {
	t.Parallel()
	dir, _, _ := writeLog(t)
	for _, args := range [][]string{
		{"query"}, {"tail", "-n", "24"}, {"stats", "--by", "user"}, {"anomalies", "--since", "2026-03-02T16:00"}, {"query", "--filter", "user.id == 'x\x1b[2J"},
	} {
		_, out, faults := run(t, "", append([]string{"audit", "-d", dir, "--tz", "UTC"}, args...)...)
		require.NotContains(t, out+faults, "\x1b", args)
		require.NotContains(t, out+faults, "\u202e", args)
		require.NotContains(t, out, "\nforged", args)
	}
	_, out, _ := run(t, "", "audit", "query", "-d", dir)
	require.Contains(t, out, `evil\u001b[2J\u202e\nforged line`)
}

func TestStatsAndAnomalies(t *testing.T) {
	t.Parallel()
	dir, _, _ := writeLog(t)
	code, out, faults := run(t, "", "audit", "stats", "-d", dir, "--by", "tool,outcome", "--json")
	require.Equal(t, cli.ExitOK, code, faults)
	require.JSONEq(t, `{"tool":"get_customer","outcome":"denied","calls":1,"errors":0,"denials":1,"p50_us":6000,"p95_us":6000,"p99_us":6000}`, strings.SplitN(out, "\n", 2)[0])
	_, out, _ = run(t, "", "audit", "stats", "-d", dir, "--tz", "UTC", "--by", "day")
	require.Contains(t, out, "2026-03-02")
}

func TestAnomalies(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	for i := range 300 {
		r := audit.Record{
			Kind: audit.KindOutcome, CallID: fmt.Sprint(i), Time: day.Add(time.Duration(i) * time.Hour), User: audit.User{ID: "sam"},
			Target: audit.Target{Kind: "tool", Name: "get_customer"}, Outcome: "ok",
		}
		if i == 299 {
			r.Target.Name = "export_all"
		}
		require.NoError(t, log.Append(t.Context(), r))
	}
	require.NoError(t, log.Close())
	args := []string{"audit", "anomalies", "-d", dir, "--since", "2026-03-14T19:00", "--tz", "UTC"}
	code, out, faults := run(t, "", args...)
	require.Equal(t, cli.ExitOK, code, faults)
	require.Contains(t, out, "new_tool")
	require.Contains(t, out, "export_all")
	code, out, faults = run(t, "", append(args, "--fail", "--json")...)
	require.Equal(t, cli.ExitFindings, code)
	require.Contains(t, faults, "1 anomalies")
	require.Contains(t, out, `"kind":"new_tool","user":"sam","what":"export_all"`)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	dir, keyFile, witness := writeLog(t)
	code, out, faults := run(t, "", "audit", "verify", "-d", dir, "--key-file", keyFile, "--public-key", publicFile(t), "--witness", witness, "--tz", "UTC")
	require.Equal(t, cli.ExitOK, code, faults)
	require.Contains(t, out, "the log is as it was written: 24 records in 3 segments, numbers 1 to 24, 2026-03-02 09:00:00.000 to 2026-03-03 08:00:00.000")
	code, out, _ = run(t, "", "audit", "verify", "-d", dir, "--key-file", keyFile, "--json")
	require.Equal(t, cli.ExitOK, code)
	var said map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &said))
	require.Equal(t, true, said["ok"])
	require.EqualValues(t, 24, said["records"])

	code, _, faults = run(t, "", "audit", "verify", "-d", dir)
	require.Equal(t, cli.ExitTampered, code)
	require.Contains(t, faults, "if the log has a key, name it with --key-file")

	path := filepath.Join(dir, "audit-000002.jsonl")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, bytes.Replace(text, []byte(`"id":"sam"`), []byte(`"id":"ram"`), 1), 0o600))
	code, out, faults = run(t, "", "audit", "verify", "-d", dir, "-k", keyFile, "--json")
	require.Equal(t, cli.ExitTampered, code)
	require.Contains(t, faults, "audit-000002.jsonl:1: record 11: the hash does not match")
	require.NoError(t, json.Unmarshal([]byte(out), &said))
	require.EqualValues(t, 11, said["bad_seq"])

	require.NoError(t, os.Remove(path))
	require.NoError(t, os.Remove(filepath.Join(dir, "audit-000003.jsonl")))
	require.NoError(t, os.Remove(filepath.Join(dir, "audit-000002.checkpoint.json")))
	code, _, faults = run(t, "", "audit", "verify", "-d", dir, "-k", keyFile, "--witness", witness)
	require.Equal(t, cli.ExitTampered, code)
	require.Contains(t, faults, "record 20 was seen outside: the end was cut off")
}

func TestTailFollows(t *testing.T) {
	t.Parallel()
	dir, _, _ := writeLog(t)
	log, err := audit.Open(dir, &audit.Options{Key: key(), SegmentAge: -1})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	out := &lineCatcher{lines: make(chan string, 100)}
	ended := make(chan int)
	go func() {
		ended <- cli.Run(ctx, []string{"audit", "tail", "-d", dir, "-n", "2", "-f", "--json", "--filter", "call_id.startsWith('call')"}, cli.Streams{Out: out})
	}()
	seq := func() uint64 {
		r, err := audit.ParseRecord([]byte(<-out.lines))
		require.NoError(t, err)
		return r.Seq
	}
	require.EqualValues(t, 23, seq())
	require.EqualValues(t, 24, seq())
	require.NoError(t, log.Append(t.Context(), audit.Record{Kind: audit.KindOutcome, CallID: "other"}))
	require.NoError(t, log.Append(t.Context(), audit.Record{Kind: audit.KindOutcome, CallID: "call-new"}))
	require.EqualValues(t, 26, seq())
	stop()
	require.Equal(t, cli.ExitOK, <-ended)
	require.NoError(t, log.Close())
}

type lineCatcher struct{ lines chan string }

func (l *lineCatcher) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		l.lines <- strings.TrimSuffix(line, "\n")
	}
	return len(p), nil
}
