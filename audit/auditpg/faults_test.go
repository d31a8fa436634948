package auditpg_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
)

// sixteen appends records at once and returns their errors.
func sixteen(t *testing.T, sink *auditpg.Sink) <-chan []error {
	t.Helper()
	done := make(chan []error, 1)
	go func() {
		errs := make([]error, 16)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = sink.Append(t.Context(), audit.Record{CallID: fmt.Sprint("call ", i)}) })
		}
		all.Wait()
		done <- errs
	}()
	return done
}

// requireOnce checks that all sixteen were acknowledged, and are there once.
func requireOnce(t *testing.T, errs []error, opts *auditpg.Options) {
	t.Helper()
	for _, err := range errs {
		require.NoError(t, err)
	}
	times := map[string]int{}
	for _, r := range everything(t, database(t), opts) {
		times[r.CallID]++
	}
	require.Len(t, times, 16)
	for id, n := range times {
		require.Equal(t, 1, n, id)
	}
}

// TestCommitAnswerLost: the server commits, and the connection breaks before it can say so. The records are neither lost nor doubled, and their
// callers hear that they are there.
func TestCommitAnswerLost(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t)}
	p := newProxy(t, database(t))
	sink := opened(t, p.dsn+" default_query_exec_mode=exec", opts) // in which COMMIT is sent as such each time
	p.set(func() { p.deaf = "COMMIT" })
	done := sixteen(t, sink)
	until(t, connected(t, database(t)), "SELECT count(*) > 0 FROM "+opts.Schema+".mcpgov_audit")
	p.set(func() { p.deaf, p.heard = "", false })
	p.cut()
	requireOnce(t, <-done, opts)
}

// TestCommitLost: the connection breaks before the server sees the records.
func TestCommitLost(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t)}
	p := newProxy(t, database(t))
	sink := opened(t, p.dsn, opts)
	release := p.stall()
	done := sixteen(t, sink)
	p.cut()
	release()
	requireOnce(t, <-done, opts)
}

// TestCommitLate: the connection breaks while the server is still at it, and it commits after the sink has begun to write the records again.
func TestCommitLate(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t), Timeout: 20 * time.Second}
	p := newProxy(t, database(t))
	p.set(func() { p.uncancelled = true })
	sink := opened(t, p.dsn+" default_query_exec_mode=exec", opts)
	lock, err := connected(t, database(t)).Begin(t.Context())
	require.NoError(t, err)
	_, err = lock.Exec(t.Context(), "LOCK TABLE "+opts.Schema+".mcpgov_audit IN SHARE MODE")
	require.NoError(t, err)
	const waiting = `SELECT count(*) = $2 FROM pg_locks WHERE NOT granted AND relation = $1::regclass`
	watch := connected(t, database(t))
	done := sixteen(t, sink)
	until(t, watch, waiting, opts.Schema+".mcpgov_audit", 1)
	p.cut()
	until(t, watch, waiting, opts.Schema+".mcpgov_audit", 2) // both attempts are at it
	require.NoError(t, lock.Rollback(t.Context()))
	requireOnce(t, <-done, opts)
}

// TestBackendKilled: connections that the server ends, idle or busy, cost nobody anything but time, unless it happens twice to one batch.
func TestBackendKilled(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t)}
	sink := opened(t, database(t)+" application_name="+opts.Schema, opts)
	killer := connected(t, database(t))
	kill := func() {
		_, err := killer.Exec(t.Context(), "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1", opts.Schema)
		require.NoError(t, err)
	}
	for i := range 3 {
		require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: fmt.Sprint("idle ", i)}))
		kill()
	}
	callers := gather(t, 32, sink)
	for range 10 {
		callers.progress(t, 100)
		kill()
	}
	callers.progress(t, 100)
	callers.check(t, database(t), opts)
}

// TestDeadConnection: a connection on which nothing comes back keeps callers no longer than they wait, and the sink gets itself a new one.
func TestDeadConnection(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t), Timeout: time.Minute} // what follows does not wait for it
	p := newProxy(t, database(t))
	sink := opened(t, p.dsn, opts)
	require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: "before"}))
	p.die()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := sink.Append(ctx, audit.Record{CallID: "meanwhile"})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "it may still be written")
	require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: "afterwards"}))
	// And while many append: whoever is in the batch that the connection swallows is refused when his time is up.
	callers := gather(t, 32, sink)
	callers.progress(t, 100)
	p.die()
	callers.trouble(t, 1)
	callers.progress(t, 1000)
	callers.check(t, database(t), opts)
}

// TestTimeout: without a context that ends, Options.Timeout bounds each of the two attempts.
func TestTimeout(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t), Timeout: 100 * time.Millisecond}
	p := newProxy(t, database(t))
	sink := opened(t, p.dsn, opts)
	release := p.stall()
	err := sink.Append(t.Context(), audit.Record{CallID: "lost"})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	release()
	require.Eventually(t, func() bool { return sink.Append(t.Context(), audit.Record{CallID: "after"}) == nil }, 10*time.Second, time.Millisecond)
}

// TestSwallowedRows: a table that takes rows and does not keep them is found out.
func TestSwallowedRows(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t)}
	sink := opened(t, database(t), opts)
	execute(t, `CREATE FUNCTION `+opts.Schema+`.swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NEW.call_id = 'unwanted' THEN RETURN NULL; END IF; RETURN NEW; END $$;
		CREATE TRIGGER swallow BEFORE INSERT ON `+opts.Schema+`.mcpgov_audit FOR EACH ROW EXECUTE FUNCTION `+opts.Schema+`.swallow()`)
	require.ErrorContains(t, sink.Append(t.Context(), audit.Record{CallID: "unwanted"}), "the table took 0 rows of 1: does a trigger or rule keep rows out?")
	require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: "wanted"}))
	require.Equal(t, 1, count(t, opts))
}

// TestCommitFails: what the server refuses only at COMMIT is refused.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	opts := &auditpg.Options{Schema: ownSchema(t)}
	sink := opened(t, database(t), opts)
	execute(t, `CREATE FUNCTION `+opts.Schema+`.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NEW.call_id = 'unwanted' THEN RAISE 'not this one'; END IF; RETURN NULL; END $$;
		CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON `+opts.Schema+`.mcpgov_audit DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION `+opts.Schema+`.refuse()`)
	require.ErrorContains(t, sink.Append(t.Context(), audit.Record{CallID: "unwanted"}), "auditpg: write 1 records: ERROR: not this one")
	require.NoError(t, sink.Append(t.Context(), audit.Record{CallID: "wanted"}))
	require.Equal(t, 1, count(t, opts))
}

// TestSynchronous: a role that does not wait for the disk does so for records, and one that waits for more still does.
func TestSynchronous(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{"off": "on", "local": "on", "remote_write": "on", "on": "on", "remote_apply": "remote_apply"} {
		opts := &auditpg.Options{Schema: ownSchema(t)}
		sink := opened(t, database(t)+" options='-c synchronous_commit="+setting+"'", opts)
		execute(t, `CREATE TABLE `+opts.Schema+`.seen (setting text);
			CREATE FUNCTION `+opts.Schema+`.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				INSERT INTO `+opts.Schema+`.seen VALUES (current_setting('synchronous_commit') || ' ' || current_setting('statement_timeout'));
				RETURN NULL; END $$;
			CREATE CONSTRAINT TRIGGER look AFTER INSERT ON `+opts.Schema+`.mcpgov_audit DEFERRABLE INITIALLY DEFERRED
				FOR EACH ROW EXECUTE FUNCTION `+opts.Schema+`.look()`)
		require.NoError(t, sink.Append(t.Context(), audit.Record{}))
		var seen string
		require.NoError(t, connected(t, database(t)).QueryRow(t.Context(), "SELECT setting FROM "+opts.Schema+".seen").Scan(&seen))
		require.Equal(t, want+" 0", seen, "at the time of COMMIT, with %s", setting)
	}
}
