//go:build unix

package auditpg_test

import (
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
)

// TestRestart: the server crashes, and is stopped in order, while 32 callers append. What was acknowledged is there, once, and the sink is in
// service again without being opened anew.
func TestRestart(t *testing.T) {
	t.Parallel()
	server := ownServer(t)
	sink := opened(t, server.dsn, nil)
	callers := gather(t, 32, sink)
	for _, how := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGINT, syscall.SIGQUIT} {
		callers.progress(t, 200)
		server.stop(t, how)
		callers.trouble(t, 100)
		server.start(t)
	}
	callers.progress(t, 200)
	callers.check(t, server.dsn, nil)
	require.NotContains(t, callers.fault.Error(), server.password)
	require.ErrorContains(t, callers.fault, "auditpg: write ")
}

// TestStandbyMissing: a server that waits for a standby which is not there has committed on its own disk only, and that is no success. Neither is
// the second attempt, which finds the record there.
func TestStandbyMissing(t *testing.T) {
	t.Parallel()
	server := ownServer(t)
	sink := opened(t, server.dsn, &auditpg.Options{Timeout: 300 * time.Millisecond})
	require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: "alone"}))
	server.execute(t, "ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()")
	until(t, connected(t, server.dsn), "SELECT current_setting('synchronous_standby_names') = 'standby'")
	err := sink.Append(t.Context(), audit.Record{CallID: "waits"})
	require.ErrorContains(t, err, "auditpg: write 1 records, they may be there or not")
	server.execute(t, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
	until(t, connected(t, server.dsn), "SELECT current_setting('synchronous_standby_names') = ''")
	require.Eventually(t, func() bool { return sink.Append(t.Context(), audit.Record{CallID: "after"}) == nil }, 10*time.Second, time.Millisecond)
}

// TestVolatileServer: a server that does not wait for its disk is refused, unless the program asks for it by name.
func TestVolatileServer(t *testing.T) {
	t.Parallel()
	server := ownServer(t, "-c", "fsync=off")
	_, err := auditpg.Open(t.Context(), server.dsn, nil)
	require.ErrorContains(t, err, "the server runs with fsync off, so records would not survive a power cut; switch it on, or set Options.Volatile in tests")
	require.NoError(t, opened(t, server.dsn, &auditpg.Options{Volatile: true}).Append(t.Context(), audit.Record{}))

	_, err = auditpg.Open(t.Context(), strings.ReplaceAll(server.dsn, "password=", "password=wrong"), nil)
	require.ErrorContains(t, err, `password authentication failed for user "postgres"`)
	require.NotContains(t, err.Error(), server.password)
}

// TestCloseWithoutServer: Close returns though the server is gone, and what waits is refused.
func TestCloseWithoutServer(t *testing.T) {
	t.Parallel()
	server := ownServer(t)
	sink, err := auditpg.Open(t.Context(), server.dsn, nil)
	require.NoError(t, err)
	callers := gather(t, 8, sink)
	callers.progress(t, 10)
	server.stop(t, syscall.SIGQUIT)
	require.NoError(t, sink.Close())
	require.NoError(t, sink.Close())
	callers.end()
	require.ErrorIs(t, sink.Append(t.Context(), audit.Record{}), fs.ErrClosed)
	for _, err := range sink.Records(t.Context(), nil) {
		require.Error(t, err)
	}
}

// TestPoisonedSequence: ids that are there already, as after a careless restore, are an error and no silence.
func TestPoisonedSequence(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t)}
	sink := opened(t, database(t), opts)
	require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: "1"}))
	execute(t, "ALTER TABLE "+opts.Schema+".mcpgov_audit ALTER id RESTART")
	err := sink.Append(t.Context(), audit.Record{CallID: "2"})
	require.ErrorContains(t, err, `duplicate key value violates unique constraint "mcpgov_audit_pkey"`)
	require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: "3"}), "the sequence goes on")
}
