package crash_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

const callers = 64

// life is one child.
type life struct{ url string }

// stage is where callers find the child that serves.
type stage struct {
	mu      sync.Mutex
	current *life
	changed chan struct{}
}

func (s *stage) set(l *life) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = l
	close(s.changed)
	s.changed = make(chan struct{})
}

// after returns the life after that one; nil: there is none any more.
func (s *stage) after(l *life) *life {
	for {
		s.mu.Lock()
		current, changed := s.current, s.changed
		s.mu.Unlock()
		if current != l {
			return current
		}
		<-changed
	}
}

func TestKilledServersLogTheTruth(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGKILL")
	}
	kills, perLife := 12, 150
	if n, err := strconv.Atoi(os.Getenv("MCPGOV_CRASH")); err == nil {
		kills, perLife = n, 620
	}
	dir := t.TempDir()
	logDir, notesPath := filepath.Join(dir, "log"), filepath.Join(dir, "notes")
	known := newNotes(t, notesPath)
	ledger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ref, err := io.ReadAll(r.Body)
		if err != nil || known.add("executed "+string(ref)) != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(ledger.Close)

	begun := time.Now()
	seed := rand.Uint64()
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	board := &stage{changed: make(chan struct{})}
	var answered, target atomic.Int64
	reached := make(chan struct{}, 1)
	var crowd sync.WaitGroup
	for c := range callers {
		crowd.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			now := board.after(nil)
			for n := 0; now != nil; n++ {
				tool := []string{"pay", "look"}[n%2]
				ref := fmt.Sprintf("%s-%d-%d", tool, c, n)
				if !call(client, now.url, tool, ref) {
					now = board.after(now)
					continue
				}
				if err := known.add("answered " + ref); err != nil {
					t.Error(err)
					return
				}
				if answered.Add(1) == target.Load() {
					reached <- struct{}{}
				}
			}
		})
	}
	for k := range kills {
		if k%10 == 9 { // some are killed while they begin
			child, _ := start(t, logDir, ledger.URL)
			timer := time.NewTimer(time.Duration(random.IntN(40)) * time.Millisecond)
			<-timer.C
			require.NoError(t, child.Process.Kill())
			_ = child.Wait()
			continue
		}
		child, url := start(t, logDir, ledger.URL)
		target.Store(answered.Load() + 1 + int64(random.IntN(2*perLife)))
		board.set(&life{url: url()})
		select {
		case <-reached:
		case <-time.After(time.Minute):
			t.Fatal("the child does not answer")
		}
		require.NoError(t, child.Process.Kill())
		_ = child.Wait()
	}
	board.set(nil)
	crowd.Wait()
	took := time.Since(begun)
	check(t, logDir, read(t, notesPath), kills)
	t.Logf("%d kills, %d calls answered by %d callers in %s: 0 without an outcome, 0 writes without an intent", kills, answered.Load(), callers, took.Round(time.Millisecond))
}

// start starts a child; url waits until it serves.
func start(t *testing.T, dir, ledger string) (child *exec.Cmd, url func() string) {
	t.Helper()
	child = exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir, childLedger+"="+ledger)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	return child, func() string {
		line, err := bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err, "the child did not come up")
		return strings.TrimSpace(line)
	}
}

// check opens the log once more, as the next process would, and holds it to the notes.
func check(t *testing.T, dir string, noted map[string][]string, kills int) {
	t.Helper()
	log, err := audit.Open(dir, logOptions())
	require.NoError(t, err)
	require.NoError(t, log.Close())
	sum, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: logOptions().Key})
	require.NoError(t, err, "0 broken lines")
	require.Empty(t, sum.Unfinished, "every call has an end")
	intents, outcomes, unknown := map[string]int{}, map[string]int{}, 0
	for r, err := range audit.Records(os.DirFS(dir)) {
		require.NoError(t, err)
		if r.Target.Kind != "tool" {
			continue
		}
		var in transfer
		require.NoError(t, json.Unmarshal(r.Arguments, &in))
		switch {
		case r.Kind == audit.KindIntent:
			intents[in.Ref]++
		case r.Outcome == "ok":
			outcomes[in.Ref]++
		case r.Outcome == audit.OutcomeUnknown:
			unknown++
		}
	}
	for _, ref := range noted["answered"] {
		require.Equal(t, 1, outcomes[ref], "%s was answered", ref)
	}
	for _, ref := range noted["executed"] {
		require.Equal(t, 1, intents[ref], "%s was executed", ref)
	}
	require.NotEmpty(t, noted["answered"])
	require.NotEmpty(t, noted["executed"])
	t.Logf("%d records in %d segments, %d calls of unknown outcome, %d writes executed, %d kills", sum.Records, sum.Segments, unknown, len(noted["executed"]), kills)
}
