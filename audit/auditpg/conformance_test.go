package auditpg_test

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestConformance holds the sink to every promise of audit.Sink, in the ways of talking to the server that pgx has: with prepared statements,
// without (behind a pooler), and with the simple protocol.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"cache_statement", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			mcptest.TestSink(t, func(t *testing.T) mcptest.SinkTest {
				t.Helper()
				proxy := newProxy(t, database(t))
				opts := &auditpg.Options{Schema: ownSchema(t)}
				reader := opened(t, database(t), opts)
				open := func() (audit.Sink, error) {
					return auditpg.Open(t.Context(), proxy.dsn+" default_query_exec_mode="+mode, opts)
				}
				sink, err := open()
				require.NoError(t, err)
				return mcptest.SinkTest{
					Sink: sink, Reopen: open, Stall: proxy.stall, Patience: 5 * time.Second,
					Read: func() iter.Seq2[audit.Record, error] { return reader.Records(t.Context(), nil) },
				}
			})
		})
	}
}
