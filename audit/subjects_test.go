package audit_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

func TestSubjectKeys(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "people")
	_, err := audit.OpenSubjects(dir, []byte("short"))
	require.ErrorContains(t, err, "the master key has 5 bytes; give 32")
	people, err := audit.OpenSubjects(dir, testKey("master"))
	require.NoError(t, err)
	_, err = people.Find("ann")
	require.ErrorIs(t, err, audit.ErrNoSubject)
	require.ErrorIs(t, people.Erase("ann"), audit.ErrNoSubject)
	ann, err := people.SubjectKey(t.Context(), "ann", true)
	require.NoError(t, err)
	require.Len(t, ann, 32)
	bob, err := people.SubjectKey(t.Context(), "../../bob", true)
	require.NoError(t, err)
	require.NotEqual(t, ann, bob)

	other, err := audit.OpenSubjects(dir, testKey("master"))
	require.NoError(t, err)
	same, err := other.SubjectKey(t.Context(), "ann", true)
	require.NoError(t, err)
	require.Equal(t, ann, same, "another process sees the same key")
	wrong, err := audit.OpenSubjects(dir, testKey("another master"))
	require.NoError(t, err)
	_, err = wrong.Find("ann")
	require.ErrorIs(t, err, audit.ErrNoSubject, "without the master key not even the names can be found")

	require.NoError(t, other.Erase("ann"))
	_, err = people.Find("ann")
	require.ErrorIs(t, err, audit.ErrNoSubject, "erased by another process, whatever is remembered here")
	again, err := people.SubjectKey(t.Context(), "ann", true)
	require.NoError(t, err)
	require.NotEqual(t, ann, again)

	var files [][]byte
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		require.NoError(t, err)
		if runtime.GOOS != "windows" {
			require.EqualValues(t, 0o600, info.Mode().Perm())
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.False(t, bytes.Contains(text, again) || bytes.Contains(text, bob), "keys are encrypted")
		require.NotContains(t, path, "ann")
		files = append(files, text)
		text[len(text)-1] ^= 1
		return os.WriteFile(path, text, 0o600)
	}))
	require.Len(t, files, 2)
	fresh, err := audit.OpenSubjects(dir, testKey("master"))
	require.NoError(t, err)
	_, err = fresh.SubjectKey(t.Context(), "ann", true)
	require.ErrorContains(t, err, "was changed, or written under another master key")
}

// Whoever asks first, all get the same key.
func TestSubjectKeysAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys := make([][]byte, 32)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			people, err := audit.OpenSubjects(dir, testKey("master"))
			if err == nil {
				keys[i], err = people.SubjectKey(t.Context(), "ann", true)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, k := range keys {
		require.Equal(t, keys[0], k)
	}
}

func TestDigests(t *testing.T) {
	t.Parallel()
	a, b := testKey("a"), testKey("b")
	require.NotEqual(t, audit.SubjectDigest(a, "ann"), audit.SubjectDigest(b, "ann"))
	require.Len(t, audit.SubjectDigest(a, "ann"), 32)
	x, err := audit.DocumentDigest(a, []byte(`{"b":1,"a":2}`))
	require.NoError(t, err)
	y, err := audit.DocumentDigest(a, []byte(` { "a": 2, "b": 1.0 } `))
	require.NoError(t, err)
	require.Equal(t, x, y)
	_, err = audit.DocumentDigest(a, []byte("{"))
	require.Error(t, err)
	require.NotEqual(t, audit.CombinedKey(a, b), audit.CombinedKey(a))
	require.NotEqual(t, audit.CombinedKey(a), a)
}
