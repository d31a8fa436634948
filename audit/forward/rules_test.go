package forward_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
)

// TestSinkRules holds every sink of the package to the rules of audit.Sink.
func TestSinkRules(t *testing.T) {
	t.Parallel()
	c := newCollector(t, nil)
	file, err := os.Create(filepath.Join(t.TempDir(), "records"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	o, _ := buffered(t.TempDir())
	logs, err := forward.OTLP(newCollector(t, partial("nothing")).URL, quick())
	require.NoError(t, err)
	t.Cleanup(func() { _ = logs.Close() })
	for name, sink := range map[string]audit.Sink{
		"writer":   forward.Writer(file, forward.OCSF(nil)),
		"HTTP":     open(t, c.URL, quick()),
		"buffered": open(t, c.URL, o),
		"OTLP":     logs,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Records are not changed, and not kept: the caller uses their memory again.
			r, same := full(), full()
			require.NoError(t, sink.Append(within(t), r))
			require.True(t, reflect.DeepEqual(r, same))
			for i := range r.Arguments {
				r.Arguments[i] = 'x'
			}
			// It is safe for concurrent use, also of one record.
			var all sync.WaitGroup
			for range 16 {
				all.Go(func() { require.NoError(t, sink.Append(within(t), same)) })
			}
			all.Wait()
			// A record that has no form is an error, and so is a context that has ended.
			require.Error(t, sink.Append(within(t), audit.Record{Arguments: json.RawMessage("{")}))
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, sink.Append(ended, same), context.Canceled)
			// And after all that it goes on.
			require.NoError(t, sink.Append(within(t), same))
		})
	}
}
