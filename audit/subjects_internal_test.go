package audit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Another process erases a person, and he comes up again there: the key that this one had read is not used any more.
func TestErasedElsewhere(t *testing.T) {
	t.Parallel()
	dir, master := t.TempDir(), []byte(strings.Repeat("m", minKey))
	here, err := OpenSubjects(dir, master)
	require.NoError(t, err)
	there, err := OpenSubjects(dir, master)
	require.NoError(t, err)
	old, err := here.SubjectKey(t.Context(), "anna", true)
	require.NoError(t, err)
	for range 20 {
		require.NoError(t, there.Erase("anna"))
		renewed, err := there.SubjectKey(t.Context(), "anna", true)
		require.NoError(t, err)
		require.NotEqual(t, old, renewed)
		old, err = here.SubjectKey(t.Context(), "anna", true)
		require.NoError(t, err)
		require.Equal(t, renewed, old)
	}
}

// A crash may leave the draft of a key behind, beside its file or without one. Erasing the person erases it too, and nobody else's.
func TestDraftsAreErased(t *testing.T) {
	t.Parallel()
	s, err := OpenSubjects(t.TempDir(), []byte(strings.Repeat("m", minKey)))
	require.NoError(t, err)
	_, err = s.SubjectKey(t.Context(), "anna", true)
	require.NoError(t, err)
	v, name := s.place("anna")
	draft := filepath.Join(v.dir, "DRAFT")
	require.NoError(t, os.Link(filepath.Join(v.dir, name), draft))
	alien := filepath.Join(v.dir, "ALIEN")
	require.NoError(t, os.WriteFile(alien, s.sealer.Seal(nil, nil, make([]byte, subjectKeySize), []byte("another")), 0o600))
	require.NoError(t, s.Erase("anna"))
	require.NoFileExists(t, draft)
	require.FileExists(t, alien)
	require.ErrorIs(t, s.Erase("anna"), ErrNoSubject)
}

func TestErasedMeanwhile(t *testing.T) {
	t.Parallel()
	s, err := OpenSubjects(t.TempDir(), []byte(strings.Repeat("m", minKey)))
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if _, err := s.SubjectKey(context.Background(), "anna", true); err != nil && !errors.Is(err, ErrNoSubject) {
					t.Error(err)
				}
				if err := s.Erase("anna"); err != nil && !errors.Is(err, ErrNoSubject) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
