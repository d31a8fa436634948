package watch_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcpgov/watch"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

func policyFor(role string) []byte {
	return []byte(`{"mcpgov": 1, "policies": [{"tools": ["*"], "input": [{"condition": "user.role == '` + role + `'", "action": "allow"}]}]}`)
}

func server(t *testing.T) *mcpgov.Server {
	t.Helper()
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "watched", Version: "1", Policy: policy.AllowAll(), Audit: &mcptest.Recorder{}, Identify: mcpgov.Anonymous(), Logger: slog.New(slog.DiscardHandler),
	}, mcpgov.Tool(mcpgov.ToolSpec{Name: "t", Description: "d", ReadOnly: true}, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }))
	require.NoError(t, err)
	return srv
}

// TestPolicy: a policy that changes is in force soon, whatever way its file changes, and one with faults is not.
func TestPolicy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "policy.json")
	require.NoError(t, os.WriteFile(file, policyFor("nobody"), 0o600))
	srv := server(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended, told := make(chan error, 1), make(chan error, 10)
	go func() { ended <- watch.Policy(ctx, srv, dir, []string{"*.json"}, func(err error) { told <- err }) }()

	allowed := func(role string) bool {
		v, err := srv.Explain(t.Context(), mcpgov.Question{Tool: "t", Caller: mcpgov.Caller{User: mcpgov.User{ID: "u", Role: role}}})
		require.NoError(t, err)
		return v.Listed
	}
	wait := func() error {
		select {
		case err := <-told:
			return err
		case <-time.After(20 * time.Second):
			require.Fail(t, "nothing was reloaded")
			return nil
		}
	}
	// The watcher may not be up yet: write until it is.
	require.Eventually(t, func() bool {
		require.NoError(t, os.WriteFile(file, policyFor("a"+time.Now().Format("150405")), 0o600))
		select {
		case err := <-told:
			return err == nil
		case <-time.After(time.Second):
			return false
		}
	}, 20*time.Second, time.Millisecond)

	require.NoError(t, os.WriteFile(file, policyFor("first"), 0o600))
	require.NoError(t, wait())
	require.True(t, allowed("first"))

	// As editors do it.
	require.NoError(t, os.WriteFile(file+"~", policyFor("second"), 0o600))
	require.NoError(t, os.Rename(file+"~", file))
	require.NoError(t, wait())
	require.True(t, allowed("second"))
	require.False(t, allowed("first"))

	require.NoError(t, os.WriteFile(file, []byte(`{"mcpgov": 1, "policies": [{"tools": ["x"], "input": [{"condition": "true", "action": "allow"}]}]}`), 0o600))
	require.ErrorContains(t, wait(), `tools: "x" selects nothing`)
	require.NoError(t, os.WriteFile(file, []byte(`{`), 0o600))
	require.ErrorContains(t, wait(), "reading the policy in")
	require.True(t, allowed("second"), "the old one stays")

	// As Kubernetes does it: a link to a folder is swapped for a link to another.
	require.NoError(t, os.Mkdir(filepath.Join(dir, "v1"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "v1", "policy.json"), policyFor("third"), 0o600))
	require.NoError(t, os.Symlink("v1", filepath.Join(dir, "..data")))
	require.NoError(t, os.Symlink("..data/policy.json", file+".new"))
	require.NoError(t, os.Rename(file+".new", file))
	require.NoError(t, wait())
	require.True(t, allowed("third"))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "v2"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "v2", "policy.json"), policyFor("fourth"), 0o600))
	require.NoError(t, os.Symlink("v2", filepath.Join(dir, "..new")))
	require.NoError(t, os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
	require.NoError(t, wait())
	require.True(t, allowed("fourth"))

	cancel()
	require.NoError(t, <-ended)
	require.Empty(t, told)
}

func TestNoFolder(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, watch.Policy(t.Context(), server(t), filepath.Join(t.TempDir(), "none"), []string{"*"}, nil), "watching")
}
