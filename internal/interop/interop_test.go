package interop_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
)

// world is what the clients of one test run share: the packages they are made of and the servers they meet.
type world struct {
	folder string            // holds node_modules and the scripts
	binary string            // this test's own binary, a server on standard input and output
	urls   map[string]string // by transport: event streams, and plain JSON answers
	plan   string            // file
}

// eras says what each client must settle on.
var eras = map[string]string{"ts1": "2025-11-25", "ts2-legacy": "2025-11-25", "ts2-auto": "2026-07-28"}

// TestInterop drives the server with clients from npm. It asks for them by MCPGOV_INTEROP, because it needs a network and minutes.
func TestInterop(t *testing.T) {
	wanted := os.Getenv("MCPGOV_INTEROP")
	if wanted == "" {
		t.Skip("set MCPGOV_INTEROP to a folder for npm packages, or to 1 for a temporary one")
	}
	w := &world{folder: wanted}
	if wanted == "1" {
		w.folder = t.TempDir()
	}
	w.install(t)

	dir := filepath.Join(t.TempDir(), "audit")
	log, err := audit.Open(dir, &audit.Options{Sync: audit.AsyncUnsafe})
	require.NoError(t, err)
	srv, err := governedServer(log)
	require.NoError(t, err)
	// Registered before the web servers, so it runs after they are closed: no call of any client may have lost its end.
	t.Cleanup(func() {
		require.NoError(t, log.Close())
		summary, err := audit.Verify(os.DirFS(dir), nil)
		require.NoError(t, err)
		t.Logf("the log of all calls over HTTP verifies: %+v", summary)
	})
	w.binary, err = os.Executable()
	require.NoError(t, err)
	w.urls = map[string]string{
		"http":      serveHTTP(t, srv, mcpgov.HTTPOptions{Verify: verify}),
		"http-json": serveHTTP(t, srv, mcpgov.HTTPOptions{Verify: verify, JSONResponse: true}),
	}
	w.writePlan(t)

	for _, client := range []string{"ts1", "ts2-legacy", "ts2-auto"} {
		for _, transport := range []string{"stdio", "http", "http-json"} {
			t.Run(client+"/"+transport, func(t *testing.T) { w.walk(t, client, transport) })
		}
	}
	t.Run("inspector", w.inspect)
	t.Run("conformance", w.conform)
}

// install puts the packages that package-lock.json names into the folder, unless they are there, and copies the scripts beside them.
func (w *world) install(t *testing.T) {
	t.Helper()
	require.NoError(t, os.MkdirAll(w.folder, 0o755))
	var err error
	w.folder, err = filepath.Abs(w.folder)
	require.NoError(t, err)
	scripts, err := os.ReadDir("testdata/node")
	require.NoError(t, err)
	for _, script := range scripts {
		source, err := os.ReadFile(filepath.Join("testdata/node", script.Name()))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(w.folder, script.Name()), source, 0o644))
	}
	lock, err := os.ReadFile("testdata/node/package-lock.json")
	require.NoError(t, err)
	installed := filepath.Join(w.folder, "installed.json")
	if before, err := os.ReadFile(installed); err == nil && bytes.Equal(before, lock) {
		return
	}
	npm := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund")
	npm.Dir = w.folder
	out, err := npm.CombinedOutput()
	require.NoError(t, err, "npm ci in %s: %s", w.folder, out)
	require.NoError(t, os.WriteFile(installed, lock, 0o644))
}

// writePlan leaves the plan where the clients find it, with the ways to the servers.
func (w *world) writePlan(t *testing.T) {
	t.Helper()
	type stdio struct {
		Command  string `json:"command"`
		Variable string `json:"variable"`
	}
	w.plan = filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(w.plan, encode(t, struct {
		People []planned         `json:"people"`
		Stdio  stdio             `json:"stdio"`
		URLs   map[string]string `json:"urls"`
		Eras   map[string]string `json:"eras"`
	}{plan(t), stdio{w.binary, servesAs}, w.urls, eras}), 0o644))
}

// node prepares a command of the pinned Node.js, bounded in time, whose settings go to a folder of the test.
func (w *world) node(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	command := exec.CommandContext(ctx, filepath.Join(w.folder, "node_modules", ".bin", "node"), args...)
	command.Dir = w.folder
	command.Env = append(os.Environ(), "HOME="+t.TempDir())
	command.WaitDelay = 5 * time.Second
	return command
}

// walk has one client walk the plan over one transport.
func (w *world) walk(t *testing.T, client, transport string) {
	t.Helper()
	command := w.node(t, "clients.mjs", client, transport, w.plan)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	require.NoError(t, err, stderr.String())
	checks := 0
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); checks++ {
		var one struct{ Role, Check, Fault string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &one), lines.Text())
		if one.Fault != "" {
			t.Errorf("%s: %s: %s", one.Role, one.Check, one.Fault)
		}
	}
	want := 1 // the control
	for _, p := range plan(t) {
		want += 3 + len(p.Calls) // connect, list and close
	}
	require.Equal(t, want, checks, "checks made; %s", stderr.String())
	t.Logf("%d checks", checks)
}
