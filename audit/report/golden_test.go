package report_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit/report"
)

func markdown(t testing.TB, r *report.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, r.WriteMarkdown(&b))
	return b.Bytes()
}

// The whole reports on one log in which everything happens.
func TestGoldens(t *testing.T) {
	t.Parallel()
	for _, profile := range report.Profiles() {
		r := busyWorld().make(t, profile)
		golden(t, filepath.Join("testdata", string(profile)+".md"), markdown(t, r))
		golden(t, filepath.Join("testdata", string(profile)+".json"), encoded(t, r))
	}
	w := busyWorld()
	w.opts.Subject = "subject99"
	r := w.make(t, report.GDPR)
	golden(t, filepath.Join("testdata", "gdpr-subject.md"), markdown(t, r))
	golden(t, filepath.Join("testdata", "gdpr-subject.json"), encoded(t, r))
}

// Equal logs give equal bytes, whatever order maps are walked in.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	w := busyWorld()
	text, object := markdown(t, w.make(t, report.HIPAA)), encoded(t, w.make(t, report.HIPAA))
	for range 20 {
		r := w.make(t, report.HIPAA)
		require.Equal(t, string(text), string(markdown(t, r)))
		require.Equal(t, string(object), string(encoded(t, r)))
	}
}
