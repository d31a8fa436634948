package mcpgov_test

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// smallDisk is a real file system of 1 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	at := t.TempDir()
	if os.Getuid() != 0 {
		t.Skip("mounting a file system takes root")
	}
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=1m,mode=0700"); err != nil {
		t.Skipf("no file system may be mounted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(at, syscall.MNT_DETACH)) })
	return at
}

// TestDiskThatFails: a governed server on a real log, on a real disk that is full, read-only, or loses the log's file.
func TestDiskThatFails(t *testing.T) {
	t.Parallel()
	t.Run("full", func(t *testing.T) {
		t.Parallel()
		disk := smallDisk(t)
		ballast := filepath.Join(disk, "ballast")
		disturbed(t, filepath.Join(disk, "log"), nil, func() {
			f, err := os.Create(ballast)
			require.NoError(t, err)
			for err == nil {
				_, err = f.Write(bytes.Repeat([]byte("x"), 4096))
			}
			require.ErrorIs(t, err, syscall.ENOSPC)
			require.NoError(t, f.Close())
		}, func() { require.NoError(t, os.Remove(ballast)) })
	})
	t.Run("read-only", func(t *testing.T) {
		t.Parallel()
		disk := smallDisk(t)
		dir := filepath.Join(disk, "log")
		require.NoError(t, os.Mkdir(dir, 0o700))
		// A file that is open for writing keeps its whole file system from becoming read-only. A directory can: the next segment finds it so.
		disturbed(t, dir, &audit.Options{SegmentBytes: 8 << 10}, func() {
			require.NoError(t, syscall.Mount(dir, dir, "", syscall.MS_BIND, ""))
			require.NoError(t, syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
		}, func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	})
	t.Run("deleted file", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(smallDisk(t), "log")
		segment := filepath.Join(dir, "audit-000001.jsonl")
		disturbed(t, dir, nil, func() {
			require.NoError(t, os.Remove(segment))
			require.NoError(t, os.Mkdir(segment, 0o700)) // else the log puts it back by itself
		}, func() { require.NoError(t, os.Remove(segment)) })
	})
	t.Run("moved directory", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(smallDisk(t), "log")
		disturbed(t, dir, nil, func() { require.NoError(t, os.Rename(dir, dir+".away")) }, func() { require.NoError(t, os.Rename(dir+".away", dir)) })
	})
}

// disturbed harms a log under load three times, and repairs it.
func disturbed(t *testing.T, dir string, opts *audit.Options, harm, repair func()) {
	t.Helper()
	log, err := audit.Open(dir, opts)
	require.NoError(t, err)
	l := newLedger(t, log, 8)
	require.Equal(t, 8*2*10, l.all(t, 10), "all is well")
	for range 3 {
		harm()
		for tries := 0; l.all(t, 4) > 0; tries++ {
			require.Less(t, tries, 100, "the harm is felt")
		}
		before := l.ran()
		require.Zero(t, l.all(t, 4), "nothing is served any more")
		require.Equal(t, before, l.ran(), "no handler that writes has run")
		repair()
		require.True(t, l.call(t, l.clients[0], "write"), "the first call after the repair is served")
		require.Equal(t, 8*2*5, l.all(t, 5), "and all others")
	}
	require.NoError(t, log.Close())
	_, err = audit.Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
	var records []audit.Record
	for r, err := range audit.Records(os.DirFS(dir)) {
		require.NoError(t, err)
		records = append(records, r)
	}
	l.agrees(t, records)
	require.Positive(t, l.refused)
}
