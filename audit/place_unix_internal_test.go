//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package audit

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Nothing outside the directory is written through a link that somebody has put into it.
func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{segmentName(1), segmentName(2), checkpointName(1), checkpointName(1) + ".tmp", "restored.tmp.tmp"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outside := filepath.Join(t.TempDir(), "precious")
			require.NoError(t, os.WriteFile(outside, nil, 0o600))
			dir := t.TempDir()
			if name != segmentName(1) {
				require.NoError(t, os.WriteFile(outside, []byte("precious"), 0o600))
			}
			before, err := os.ReadFile(outside)
			require.NoError(t, err)
			if name != checkpointName(1) { // which Open reads
				require.NoError(t, os.Symlink(outside, filepath.Join(dir, name)))
			}
			l, err := Open(dir, nil)
			if err == nil {
				if name == checkpointName(1) {
					require.NoError(t, os.Symlink(outside, filepath.Join(dir, name)))
				}
				_ = l.Append(t.Context(), Record{})
				_ = os.Remove(filepath.Join(dir, segmentName(1)))
				_ = l.Append(t.Context(), Record{})
				_ = l.Append(t.Context(), Record{})
				_ = l.Seal(t.Context())
				_ = l.Append(t.Context(), Record{})
				require.NoError(t, l.Close())
			}
			after, err := os.ReadFile(outside)
			require.NoError(t, err)
			require.Equal(t, before, after)
		})
	}
}

// A file that stands where the next segment is to begin is somebody's: it is not emptied.
func TestNextSegmentIsTaken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := Open(dir, nil)
	require.NoError(t, err)
	require.NoError(t, l.Append(t.Context(), Record{CallID: "1"}))
	next := filepath.Join(dir, segmentName(2))
	require.NoError(t, os.WriteFile(next, []byte("mine\n"), 0o600))
	require.ErrorContains(t, l.Seal(t.Context()), segmentName(2)+" stands there already and is not empty: move it away")
	require.Error(t, l.Append(t.Context(), Record{CallID: "refused"}))
	there, err := os.ReadFile(next)
	require.NoError(t, err)
	require.Equal(t, "mine\n", string(there))
	require.NoError(t, os.Remove(next))
	require.NoError(t, l.Append(t.Context(), Record{CallID: "2"}))
	require.NoError(t, l.Close())
	_, err = Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
}

// The lock file is deleted or replaced while the log is open: a second writer is kept out all the same.
func TestLockFileTakenAway(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(t *testing.T, path string){
		"deleted": func(t *testing.T, path string) { t.Helper(); require.NoError(t, os.Remove(path)) },
		"replaced": func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.WriteFile(path, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			l, err := Open(dir, nil)
			require.NoError(t, err)
			require.NoError(t, l.Append(t.Context(), Record{CallID: "1"}))
			harm(t, filepath.Join(dir, lockName))
			_, err = Open(dir, nil)
			require.ErrorIs(t, err, errLocked)
			require.NoError(t, l.Append(t.Context(), Record{CallID: "2"}))
			_, err = Open(dir, nil)
			require.ErrorIs(t, err, errLocked)
			require.NoError(t, l.Close())
			l, err = Open(dir, nil)
			require.NoError(t, err)
			require.NoError(t, l.Close())
		})
	}
}

// The directory is moved away and another log begun in its place: the first writer finds it taken, and writes nothing into it.
func TestDirectoryTakenByAnother(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "log")
	first, err := Open(dir, nil)
	require.NoError(t, err)
	require.NoError(t, first.Append(t.Context(), Record{CallID: "first"}))
	require.NoError(t, os.Rename(dir, dir+".old"))
	second, err := Open(dir, nil)
	require.NoError(t, err)
	require.NoError(t, second.Append(t.Context(), Record{CallID: "second"}))
	require.NoError(t, second.Seal(t.Context()))
	require.NoError(t, os.Remove(filepath.Join(dir, segmentName(1)))) // even so
	require.Error(t, first.Append(t.Context(), Record{CallID: "refused"}))
	for range 3 {
		require.ErrorIs(t, first.Append(t.Context(), Record{CallID: "refused"}), errLocked)
	}
	_, err = os.Stat(filepath.Join(dir, segmentName(1)))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, second.Close())
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, first.Append(t.Context(), Record{CallID: "again"}), "the place is free: the segment is put there")
	_, err = Open(dir, nil)
	require.ErrorIs(t, err, errLocked, "and is locked")
	require.NoError(t, first.Close())
	_, err = Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
}

// Where a directory cannot be locked, a second writer may get in once the lock file is gone. The first finds out, and writes over nothing.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := Open(dir, nil)
	require.NoError(t, err)
	require.NoError(t, first.Append(t.Context(), Record{CallID: "1"}))
	require.NoError(t, first.lock.folder.Close())
	first.lock.folder = nil
	require.NoError(t, os.Remove(filepath.Join(dir, lockName)))
	second, err := Open(dir, nil)
	require.NoError(t, err)
	require.ErrorIs(t, first.Append(t.Context(), Record{CallID: "refused"}), errLocked)
	require.NoError(t, second.Append(t.Context(), Record{CallID: "2"}))
	require.NoError(t, second.Close())
	for range 3 {
		require.ErrorContains(t, first.Append(t.Context(), Record{CallID: "refused"}), "another writer has been at work: open the log again")
	}
	require.NoError(t, first.Close())
	sum, err := Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
	require.EqualValues(t, 2, sum.Records)
}
