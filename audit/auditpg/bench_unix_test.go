//go:build unix

package auditpg_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestBenchRestart: how soon after a server is there again the sink is in service.
func TestBenchRestart(t *testing.T) {
	measuring(t)
	server := ownServer(t)
	sink := opened(t, server.dsn, nil)
	callers := gather(t, 32, sink)
	for range 3 {
		callers.progress(t, 500)
		server.stop(t, syscall.SIGQUIT)
		callers.trouble(t, 100)
		server.start(t)
		begin := time.Now()
		callers.progress(t, 1)
		t.Logf("in service %v after the server", time.Since(begin))
		require.Less(t, time.Since(begin), time.Second)
	}
	callers.check(t, server.dsn, nil)
}
