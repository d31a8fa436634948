package audit_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// A log whose file is taken away refuses: what goes into a file without a name is in no log. It is back as soon as the file is, and puts it
// back itself if nobody does.
func TestSegmentTakenAway(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("an open file keeps its name there")
	}
	for name, c := range map[string]struct {
		harm, repair func(t *testing.T, path string)
		refused      int // appends
		note         string
	}{
		"deleted": {func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Remove(path))
		}, nil, 1, "it was copied back from the open file"},
		"rotated away": {func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Rename(path, path+".old"))
		}, nil, 1, "it was copied back from the open file"},
		"moved and moved back": {func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Rename(path, path+".old"))
			require.NoError(t, os.Mkdir(path, 0o700))
		}, func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Rename(path+".old", path))
		}, 3, ""},
		"replaced by a copy": {func(t *testing.T, path string) {
			t.Helper()
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path+".new", data, 0o600))
			require.NoError(t, os.Rename(path+".new", path))
		}, nil, 1, "a copy of it stands there now"},
		"replaced by something else": {func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.WriteFile(path, []byte("mine\n"), 0o600))
		}, func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.Remove(path))
		}, 3, "it was copied back from the open file"},
		"whole directory moved": {func(t *testing.T, path string) {
			t.Helper()
			dir := filepath.Dir(path)
			require.NoError(t, os.Rename(dir, dir+".old"))
		}, func(t *testing.T, path string) {
			t.Helper()
			dir := filepath.Dir(path)
			require.NoError(t, os.Rename(dir+".old", dir))
		}, 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "log")
			log := openLog(t, dir, &audit.Options{Key: testKey("k")})
			require.NoError(t, log.Append(t.Context(), audit.Record{CallID: "before"}))
			c.harm(t, filepath.Join(dir, segment))
			for range c.refused {
				require.ErrorContains(t, log.Append(t.Context(), audit.Record{CallID: "refused"}), "the segment being written was removed or replaced")
			}
			if c.repair != nil {
				c.repair(t, filepath.Join(dir, segment))
			}
			require.NoError(t, log.Append(t.Context(), audit.Record{CallID: "after"}))
			require.NoError(t, log.Seal(t.Context()))
			require.NoError(t, log.Close())
			_, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: testKey("k")})
			require.NoError(t, err)
			var calls []string
			for _, r := range records(t, dir) {
				if r.Kind == audit.KindEvent {
					require.Contains(t, r.Note, c.note)
					continue
				}
				calls = append(calls, r.CallID)
			}
			require.Equal(t, []string{"before", "after"}, calls)
			info, err := os.Stat(filepath.Join(dir, segment))
			require.NoError(t, err)
			require.EqualValues(t, 0o600, info.Mode().Perm())
		})
	}
}
