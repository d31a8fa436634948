package audit_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// TestRecords: what was appended is read again, in order, while the log is open as well, and a line that is no record has its place told.
func TestRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	for _, id := range []string{"a", "b", "c"} {
		require.NoError(t, log.Append(t.Context(), audit.Record{Kind: audit.KindOutcome, CallID: id, User: audit.User{ID: "u", Attributes: []byte(`{"n":1}`)}}))
	}
	read := func(dir string) (ids []string, err error) {
		for r, err := range audit.Records(os.DirFS(dir)) {
			if err != nil {
				return ids, err
			}
			if r.Kind == audit.KindOutcome {
				ids = append(ids, r.CallID)
				require.JSONEq(t, `{"n":1}`, string(r.User.Attributes))
			}
		}
		return ids, nil
	}
	ids, err := read(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c"}, ids)
	for _, err := range audit.Records(os.DirFS(dir)) {
		require.NoError(t, err)
		break // whoever has seen enough may stop
	}
	require.NoError(t, log.Close())

	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	var name string
	var data []byte
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && len(text) > len(data) {
			name, data = filepath.Base(file), text
		}
	}
	torn := fstest.MapFS{name: {Data: append(data, []byte(`{"seq":9,"kind":"outc`)...)}}
	n := 0
	for _, err := range audit.Records(torn) {
		require.NoError(t, err, "a line that is being written is none yet")
		n++
	}
	require.GreaterOrEqual(t, n, 3)
	broken := fstest.MapFS{name: {Data: append(data, []byte("{}x\n")...)}}
	var last error
	for _, err := range audit.Records(broken) {
		last = err
	}
	require.ErrorContains(t, last, "audit: "+name+":")
	for _, err := range audit.Records(os.DirFS(filepath.Join(dir, "none"))) {
		require.ErrorContains(t, err, "read the log directory")
	}
}
