package audit

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

type takes func(ctx context.Context, c Checkpoint) error

func (f takes) TakeCheckpoint(ctx context.Context, c Checkpoint) error { return f(ctx, c) }

// A sink that is slow, or hangs as long as it may, delays Close by a few seconds in all, however many checkpoints wait for it.
func TestCloseDoesNotWaitForSlowSinks(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]time.Duration{"slow": 4 * time.Second, "hangs": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				taken := 0
				sink := takes(func(ctx context.Context, _ Checkpoint) error {
					select {
					case <-time.After(wait):
						taken++
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				})
				l := openOn(t, newVolume(), &Options{Checkpoints: sink})
				for range 50 {
					require.NoError(t, l.Seal(t.Context()))
				}
				synctest.Wait()
				begin := time.Now()
				require.NoError(t, l.Close())
				require.LessOrEqual(t, time.Since(begin), courierLast)
				require.LessOrEqual(t, taken, 1)
			})
		})
	}
}

// What a failed write left in a file that can only be added to does not spoil it.
func TestCheckpointFileWithATornLine(t *testing.T) {
	t.Parallel()
	_, all := sealedThrice(t)
	path := filepath.Join(t.TempDir(), "witness")
	file := CheckpointFile(path)
	require.NoError(t, file.TakeCheckpoint(t.Context(), all[0]))
	line, err := all[1].line()
	require.NoError(t, err)
	read := func() ([]Checkpoint, error) {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		return ReadCheckpoints(bytes.NewReader(data))
	}
	for _, torn := range []int{50, 1, len(line)} {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		require.NoError(t, err)
		_, err = f.Write(line[:torn])
		require.NoError(t, err)
		require.NoError(t, f.Close())
		got, err := read()
		require.NoError(t, err, "the end is missing")
		require.Equal(t, all[0], got[0])
		require.NoError(t, file.TakeCheckpoint(t.Context(), all[1]))
		got, err = read()
		require.NoError(t, err, "and is repeated")
		require.Equal(t, all[1], got[len(got)-1])
	}
	require.NoError(t, file.TakeCheckpoint(t.Context(), all[2]))
	got, err := read()
	require.NoError(t, err)
	require.Len(t, got, 6, "three were written twice")

	good, err := os.ReadFile(path)
	require.NoError(t, err)
	first, rest, _ := strings.Cut(string(good), "\n")
	for name, bad := range map[string]string{
		"line edited":   strings.Replace(first, `"last":1`, `"last":x`, 1) + "\n" + rest,
		"line cut":      first[:100] + "\n" + rest,
		"blank line":    first + "\n\n" + rest,
		"last line cut": string(good) + "x",
	} {
		_, err = ReadCheckpoints(strings.NewReader(bad))
		require.Error(t, err, name)
	}
}
