package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov/cli"
)

// smallDisk mounts a file system of so many KiB.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dk", size)); err != nil {
		t.Skip("no file system can be mounted here:", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, 0)) })
	return dir
}

// fill leaves no room on the file system of dir.
func fill(t *testing.T, dir string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "other-data")
	file, err := os.Create(path)
	require.NoError(t, err)
	for err == nil {
		_, err = file.Write(make([]byte, 4096))
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NoError(t, file.Close())
	return path
}

// manyRecords writes a log with a sealed segment.
func manyRecords(t *testing.T, dir string, n int) {
	t.Helper()
	log, err := audit.Open(dir, &audit.Options{Sync: audit.AsyncUnsafe})
	require.NoError(t, err)
	for i := range n {
		require.NoError(t, log.Append(t.Context(), audit.Record{
			Kind: audit.KindOutcome, CallID: fmt.Sprint("call-", i), Time: time.Unix(1_900_000_000+int64(i), 0), Outcome: "ok", Decision: "allow",
			User: audit.User{ID: fmt.Sprint("user-", i%97)}, Target: audit.Target{Kind: "tool", Name: "get_customer", ReadOnly: true},
		}))
	}
	require.NoError(t, log.Seal(t.Context()))
	require.NoError(t, log.Close())
}

func listed(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// A full disk is said to be full, and holds afterwards what it held before.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	manyRecords(t, dir, 3000)
	says := func(command ...string) {
		t.Helper()
		code, out, faults := run(t, "", append([]string{"audit", "-d", dir}, command...)...)
		require.Equal(t, cli.ExitFailed, code, command)
		require.Regexp(t, `(?i)no space left`, faults, command)
		require.Equal(t, 1, strings.Count(faults, "\n"), faults)
		require.Empty(t, out)
	}
	target := smallDisk(t, 64)
	occupied := fill(t, target)
	for _, format := range []string{"parquet", "csv", "jsonl", "duckdb"} {
		says("export", "--format", format, filepath.Join(target, "out"))
		require.Len(t, listed(t, target), 1, format)
	}
	says("report", "--profile", "gdpr", "-o", filepath.Join(target, "report.md"))
	require.Len(t, listed(t, target), 1)
	require.NoError(t, os.Remove(occupied))

	whole := t.TempDir()
	t.Setenv("TMPDIR", smallDisk(t, 8))
	for _, format := range []string{"parquet", "csv", "jsonl", "duckdb"} {
		says("export", "--format", format, filepath.Join(whole, "out"))
		require.Empty(t, listed(t, whole), format)
		require.Empty(t, listed(t, os.Getenv("TMPDIR")), format)
	}
}

// The same of compaction; and when there is room again, it goes on.
func TestFullDiskOfTheLog(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 4096)
	manyRecords(t, dir, 3000)
	before := listed(t, dir)
	occupied := fill(t, dir)
	code, _, faults := run(t, "", "audit", "compact", "-d", dir)
	require.Equal(t, cli.ExitFailed, code)
	require.Regexp(t, `(?i)no space left`, faults)
	require.NoError(t, os.Remove(occupied))
	require.Equal(t, before, listed(t, dir))
	code, _, faults = run(t, "", "audit", "compact", "-d", dir)
	require.Equal(t, cli.ExitOK, code, faults)
	require.Len(t, listed(t, dir), len(before)+1)
}
