package freesql_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// children are the processes that a process has started.
func children(t testing.TB, parent int) (pids []int) {
	t.Helper()
	entries, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(t, err)
	for _, entry := range entries {
		text, err := os.ReadFile(entry)
		if err != nil {
			continue // gone
		}
		_, after, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(after)
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pid, err := strconv.Atoi(strings.Split(entry, "/")[2])
			require.NoError(t, err)
			pids = append(pids, pid)
		}
	}
	return pids
}

// workersOn are the worker processes of this one that have a file open.
func workersOn(t testing.TB, path string) (pids []int) {
	t.Helper()
	for _, pid := range children(t, os.Getpid()) {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, file := range files {
			if target, _ := os.Readlink(file); target == path {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}

// A worker is killed at the deadline and replaced, and so is one that takes too much memory; none of them is left behind.
func TestWorkersAreReplaced(t *testing.T) {
	t.Parallel()
	x := explore(t, true, func(o *freesql.Options) { o.Timeout = time.Second; o.Worker.MemoryBytes = 300 << 20 })
	all := func() bool { return len(workersOn(t, x.path)) == 3 } // two that run statements, and one to spare
	until(t, "all workers run", all)
	before := workersOn(t, x.path)
	x.query("SELECT count(*) FROM range(3000000) a, range(3000000) b, range(3000000) c").Ended(mcpgov.Timeout)
	x.query("SELECT list(a.customer || b.customer || a.id) FROM sales.orders a, sales.orders b") // too large: dies or times out
	until(t, "others are served", func() bool { return x.query("SELECT 1 AS one").Code() == mcpgov.OK })
	until(t, "all workers run again", all)
	require.GreaterOrEqual(t, x.explorer.Stats().Replaced, 1)
	for _, pid := range before {
		require.NotEqual(t, "Z", stateOf(pid), "a zombie is left")
	}
	// One that dies by itself while nobody asks is replaced, too.
	idle := workersOn(t, x.path)
	for _, pid := range idle {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	until(t, "all are replaced", func() bool {
		now := workersOn(t, x.path)
		return len(now) == 3 && !slices.ContainsFunc(now, func(pid int) bool { return slices.Contains(idle, pid) })
	})
	until(t, "others are served", func() bool { return x.query("SELECT 1 AS one").Code() == mcpgov.OK })
}

func stateOf(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(text), ") ")
	return after[:1]
}

// A worker knows nothing of the server's environment and files, and can write none.
func TestWorkersAreBare(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte(canary), 0o600))
	open, err := syscall.Open(secret, syscall.O_RDONLY, 0) // without close-on-exec, as a C library opens files
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Close(open)) })
	t.Setenv("FREESQL_SECRET", canary)
	x := explore(t, true, nil)
	for _, pid := range workersOn(t, x.path) {
		environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		require.NoError(t, err)
		require.NotContains(t, string(environment), canary)
		files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		require.NoError(t, err)
		for _, file := range files {
			target, _ := os.Readlink(file)
			require.NotEqual(t, secret, target)
		}
		limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
		require.NoError(t, err)
		for line := range strings.Lines(string(limits)) {
			for _, limit := range []string{"Max file size", "Max core file size"} {
				if after, found := strings.CutPrefix(line, limit); found {
					require.Equal(t, []string{"0", "0"}, strings.Fields(after)[:2], line)
				}
			}
		}
	}
}

// While hostile statements run, the memory of every worker stays within its bound and others are served.
func TestWorkersUnderAttack(t *testing.T) { // alone: it keeps all processors busy
	const bound = 400 << 20
	x := explore(t, true, func(o *freesql.Options) {
		o.Timeout, o.Concurrent, o.Worker.MemoryBytes = 2*time.Second, 3, bound
	})
	ctx, cancel := context.WithCancel(t.Context())
	var attackers sync.WaitGroup
	for i := range 2 {
		attackers.Go(func() {
			mallory := x.harness.As(mcpgov.User{ID: "mallory" + strconv.Itoa(i)})
			for n := i; ctx.Err() == nil; n++ {
				mallory.Call("query", map[string]any{"sql": hungry[n%len(hungry)]})
			}
		})
	}
	var most int64
	for range 15 {
		until(t, "others are served", func() bool { return x.query("SELECT count(*) FROM sales.orders").Code() == mcpgov.OK })
		for _, pid := range workersOn(t, x.path) {
			if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)); err == nil {
				var size, pages int64
				_, err := fmt.Sscan(string(text), &size, &pages)
				require.NoError(t, err)
				most = max(most, pages*int64(os.Getpagesize()))
			}
		}
		<-time.NewTimer(300 * time.Millisecond).C
	}
	cancel()
	attackers.Wait()
	t.Logf("the largest worker held %d MiB of %d", most>>20, bound>>20)
	require.LessOrEqual(t, most, int64(bound))
}

// When the server is killed, its workers die with it.
func TestWorkersDieWithTheServer(t *testing.T) {
	if path := os.Getenv("FREESQL_TEST_SERVE"); path != "" { // the server that the test below kills
		explorer, err := freesql.Open(t.Context(), freesql.Options{
			System: "warehouse", AllowedSchemas: []string{"sales"}, Concurrent: 2, Worker: &freesql.Worker{Path: path},
		})
		require.NoError(t, err)
		_, _ = fmt.Println("READY")
		_, _ = os.Stdin.Read(make([]byte, 1)) // never comes
		require.NoError(t, explorer.Close(t.Context()))
		return
	}
	t.Parallel()
	server := exec.Command(os.Args[0], "-test.run", "^TestWorkersDieWithTheServer$")
	server.Env = append(os.Environ(), "FREESQL_TEST_SERVE="+warehouse(t))
	stdin, err := server.StdinPipe()
	require.NoError(t, err)
	defer func() { _ = stdin.Close() }()
	stdout, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	ready := make([]byte, 5)
	_, err = stdout.Read(ready)
	require.NoError(t, err)
	var workers []int
	until(t, "all workers run", func() bool { workers = children(t, server.Process.Pid); return len(workers) == 3 })
	require.NoError(t, server.Process.Kill())
	_ = server.Wait()
	until(t, "the workers are gone", func() bool {
		for _, pid := range workers {
			if state := stateOf(pid); state != "" && state != "Z" { // whoever inherits them reaps them
				return false
			}
		}
		return true
	})
}

// Workers live on when threads of the server end, as they do with goroutines that are locked to them.
func TestWorkersOutliveThreads(t *testing.T) { // alone: what other tests start would die
	x := explore(t, true, nil)
	before := workersOn(t, x.path)
	require.NotEmpty(t, before)
	end := make(chan struct{})
	var locked, ended sync.WaitGroup
	for range 100 { // more than the server has: each gets one, and takes it along
		locked.Add(1)
		ended.Go(func() {
			runtime.LockOSThread()
			locked.Done()
			<-end
		})
	}
	locked.Wait()
	close(end)
	ended.Wait()
	for range 20 {
		require.Equal(t, mcpgov.OK, x.query("SELECT 1 AS one").Code())
		<-time.NewTimer(10 * time.Millisecond).C
	}
	require.Zero(t, x.explorer.Stats().Replaced)
	require.ElementsMatch(t, before, workersOn(t, x.path))
}
