package forward_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
)

// buffered are quick options with a buffer and a logger.
func buffered(dir string) (*forward.HTTPOptions, *log) {
	l := &log{}
	o := quick()
	o.Buffer = dir
	o.Logger = slog.New(slog.NewTextHandler(l, nil))
	return o, l
}

// log is where a logger writes; safe for concurrent use.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// callIDs are the calls of lines, in order.
func callIDs(t *testing.T, lines []string) []string {
	t.Helper()
	ids := make([]string, 0, len(lines))
	for _, line := range lines {
		r, err := audit.ParseRecord([]byte(line))
		require.NoError(t, err)
		ids = append(ids, r.CallID)
	}
	return ids
}

// ids are the calls of numbered records from one to another.
func ids(from, to int) []string {
	var all []string
	for n := from; n < to; n++ {
		all = append(all, numbered(n).CallID)
	}
	return all
}

func TestBufferShipsInOrder(t *testing.T) {
	t.Parallel()
	c := newCollector(t, nil)
	dir := t.TempDir()
	o, _ := buffered(dir)
	o.MaxBatch = 1000 // a few records
	o.BufferLog = &audit.Options{Key: []byte("32 random bytes, kept elsewhere.")}
	s := open(t, c.URL, o)
	for n := range 100 {
		require.NoError(t, s.Append(within(t), numbered(n)))
	}
	require.NoError(t, s.Flush(within(t)))
	require.Equal(t, ids(0, 100), callIDs(t, c.taken()))
	require.Greater(t, c.count(), 10)
	require.Equal(t, forward.Lag{}, s.Lag())
	require.NoError(t, s.Close())
	summary, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: o.BufferLog.Key})
	require.NoError(t, err, "the buffer is a log")
	require.EqualValues(t, 100, summary.Records)
	require.ErrorContains(t, s.Append(within(t), numbered(100)), "closed")
}

// TestBufferOutage: with the collector away Append succeeds; after a restart, and when it is back, all arrive in order.
func TestBufferOutage(t *testing.T) {
	t.Parallel()
	c := newCollector(t, status(http.StatusServiceUnavailable))
	dir := t.TempDir()
	o, said := buffered(dir)
	s, err := forward.HTTP(c.URL, forward.JSON(), o)
	require.NoError(t, err)
	for n := range 20 {
		require.NoError(t, s.Append(within(t), numbered(n)))
	}
	c.await(t, 2)
	for s.Lag().Err == nil {
		waitALittle(t)
	}
	lag := s.Lag()
	require.EqualValues(t, 20, lag.Records)
	require.Positive(t, lag.Bytes)
	require.Positive(t, lag.Age)
	require.ErrorContains(t, lag.Err, "503")
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err = s.Flush(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "lacks 20 records")
	require.ErrorContains(t, err, "503")
	require.NoError(t, s.Close())
	require.Equal(t, 1, strings.Count(said.String(), "cannot be forwarded"), "the logger is not flooded")

	for _, code := range []int{401, 404, 301} { // faults of configuration are waited for like outages
		c.say(status(code))
		before := c.count()
		s = open(t, c.URL, o)
		require.NoError(t, s.Append(within(t), numbered(20+code)))
		c.await(t, before+3)
		require.NoError(t, s.Close())
	}
	c.say(nil)
	o, said = buffered(dir)
	s = open(t, c.URL, o)
	require.NoError(t, s.Flush(within(t)))
	require.Equal(t, append(ids(0, 20), ids(421, 422)[0], ids(424, 425)[0], ids(321, 322)[0]), callIDs(t, c.taken()))
	require.Empty(t, said.String())
}

func TestBufferRecovers(t *testing.T) {
	t.Parallel()
	c := newCollector(t, func(n int, w http.ResponseWriter, _ *http.Request, _ string) bool {
		if n < 3 {
			w.WriteHeader(http.StatusBadGateway)
		}
		return n >= 3
	})
	o, said := buffered(t.TempDir())
	s := open(t, c.URL, o)
	require.NoError(t, s.Append(within(t), numbered(1)))
	require.NoError(t, s.Flush(within(t)))
	require.NoError(t, s.Close())
	require.Equal(t, []string{numbered(1).CallID}, callIDs(t, c.taken()))
	require.Contains(t, said.String(), "cannot be forwarded")
	require.Contains(t, said.String(), "forwarded again")
	require.NoError(t, s.Lag().Err)
}

// TestBufferSentAndNotNoted: what was sent when the process died before it could note it is sent again.
func TestBufferSentAndNotNoted(t *testing.T) {
	t.Parallel()
	dir, image := t.TempDir(), t.TempDir()
	c := newCollector(t, nil)
	o, _ := buffered(dir)
	s := open(t, c.URL, o)
	require.NoError(t, s.Append(within(t), numbered(0)))
	require.NoError(t, s.Flush(within(t)))
	c.say(func(int, http.ResponseWriter, *http.Request, string) bool {
		// The collector has the record, and the process has not heard of it: this is the disk that a crash would leave.
		if os.RemoveAll(image) == nil {
			_ = os.CopyFS(image, os.DirFS(dir))
		}
		return true
	})
	require.NoError(t, s.Append(within(t), numbered(1)))
	require.NoError(t, s.Flush(within(t)))
	require.NoError(t, s.Close())

	c.say(nil)
	o, _ = buffered(image)
	s = open(t, c.URL, o)
	require.NoError(t, s.Append(within(t), numbered(2)))
	require.NoError(t, s.Flush(within(t)))
	require.Equal(t, []string{"call-000000", "call-000001", "call-000001", "call-000002"}, callIDs(t, c.taken()))
}

// TestBufferIsBounded: a buffer that is full refuses, and takes records again when the collector is back.
func TestBufferIsBounded(t *testing.T) {
	t.Parallel()
	c := newCollector(t, status(http.StatusServiceUnavailable))
	o, _ := buffered(t.TempDir())
	o.MaxBuffer = 2000
	s := open(t, c.URL, o)
	n := 0
	var err error
	for ; n < 100; n++ {
		if err = s.Append(within(t), numbered(n)); err != nil {
			break
		}
	}
	require.ErrorContains(t, err, "the buffer is full")
	require.Greater(t, n, 3)
	require.GreaterOrEqual(t, s.Lag().Bytes, int64(2000))
	c.say(nil)
	require.NoError(t, s.Flush(within(t)))
	require.NoError(t, s.Append(within(t), numbered(n)))
	require.NoError(t, s.Flush(within(t)))
	require.Equal(t, ids(0, n+1), callIDs(t, c.taken()), "what was refused was not written")
}

// TestBufferSetsAside: what the collector refuses, while it takes others, does not hold up the rest and is not lost.
func TestBufferSetsAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := newCollector(t, status(http.StatusBadRequest))
	o, said := buffered(dir)
	s := open(t, c.URL, o)
	for n := range 10 {
		require.NoError(t, s.Append(within(t), numbered(n)))
	}
	c.await(t, 50)
	require.ErrorContains(t, s.Lag().Err, "refuses every record")
	require.Zero(t, s.Lag().Refused, "a collector that takes nothing is out of order")
	require.NoFileExists(t, filepath.Join(dir, "forward.refused.jsonl"))

	c.say(func(_ int, w http.ResponseWriter, _ *http.Request, body string) bool {
		if strings.Contains(body, "call-000003") || strings.Contains(body, "call-000007") {
			w.WriteHeader(http.StatusBadRequest)
			return false
		}
		return true
	})
	require.NoError(t, s.Append(within(t), numbered(10)))
	require.NoError(t, s.Flush(within(t)))
	require.EqualValues(t, 2, s.Lag().Refused)
	require.NoError(t, s.Close())
	aside, err := os.ReadFile(filepath.Join(dir, "forward.refused.jsonl"))
	require.NoError(t, err)
	require.Equal(t, []string{"call-000003", "call-000007"}, callIDs(t, strings.Split(strings.TrimSpace(string(aside)), "\n")))
	arrived := map[string]bool{}
	for _, id := range callIDs(t, c.taken()) {
		arrived[id] = true
	}
	require.Len(t, arrived, 9)
	require.Equal(t, 2, strings.Count(said.String(), "level=ERROR"))

	o, _ = buffered(dir)
	s = open(t, c.URL, o)
	require.EqualValues(t, 2, s.Lag().Refused, "the count survives a restart")
}

// TestBufferWithoutForm: a record that the encoding cannot write is set aside as well.
func TestBufferWithoutForm(t *testing.T) {
	t.Parallel()
	c := newCollector(t, nil)
	dir := t.TempDir()
	o, _ := buffered(dir)
	enc := forward.JSON()
	enc.Append = func(dst []byte, r *audit.Record) ([]byte, error) {
		switch r.CallID {
		case "call-000002":
			panic("no form either")
		case "call-000001":
			return dst, fmt.Errorf("no form")
		}
		return r.AppendJSON(dst)
	}
	s, err := forward.HTTP(c.URL, enc, o)
	require.NoError(t, err)
	for n := range 4 {
		require.NoError(t, s.Append(within(t), numbered(n)))
	}
	require.NoError(t, s.Flush(within(t)))
	require.NoError(t, s.Close())
	require.Equal(t, []string{"call-000000", "call-000003"}, callIDs(t, c.taken()))
	require.EqualValues(t, 2, s.Lag().Refused)
}

// TestBufferManyCallers: whatever Append took arrives once, and in the order of the log, while the collector comes and goes.
func TestBufferManyCallers(t *testing.T) {
	t.Parallel()
	c := newCollector(t, func(n int, w http.ResponseWriter, _ *http.Request, _ string) bool {
		if n%3 == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
		return n%3 != 1
	})
	o, _ := buffered(t.TempDir())
	o.MaxBatch = 20_000
	s := open(t, c.URL, o)
	var all sync.WaitGroup
	for caller := range 32 {
		all.Go(func() {
			for n := range 20 {
				require.NoError(t, s.Append(within(t), numbered(caller*20+n)))
			}
		})
	}
	all.Wait()
	require.NoError(t, s.Flush(within(t)))
	got := c.taken()
	require.Len(t, got, 640)
	for i, line := range got {
		r, err := audit.ParseRecord([]byte(line))
		require.NoError(t, err)
		require.EqualValues(t, i+1, r.Seq)
	}
}

// TestBufferThatWasChanged: a directory that is not what it was is not shipped.
func TestBufferThatWasChanged(t *testing.T) {
	t.Parallel()
	c := newCollector(t, nil)
	dir := t.TempDir()
	o, _ := buffered(dir)
	s := open(t, c.URL, o)
	require.NoError(t, s.Append(within(t), numbered(0)))
	require.NoError(t, s.Flush(within(t)))
	_, err := forward.HTTP(c.URL, forward.JSON(), o)
	require.ErrorContains(t, err, "another writer")
	require.NoError(t, s.Close())

	note := filepath.Join(dir, "forward.json")
	kept, err := os.ReadFile(note)
	require.NoError(t, err)
	for text, want := range map[string]string{
		"{":       "not a note",
		`{"v":2}`: "not a note",
		`{"v":1,"segment":1,"offset":10,"seq":9}`:          "not the log it was",
		`{"v":1,"segment":1,"offset":99999,"seq":1}`:       "shorter",
		`{"v":1,"segment":2,"offset":0,"seq":1}`:           "audit-000002.jsonl",
		`{"v":1,"segment":-1,"offset":0,"seq":1}`:          "not a note",
		strings.Replace(string(kept), `"v":1`, `"v":0`, 1): "not a note",
	} {
		require.NoError(t, os.WriteFile(note, []byte(text), 0o600))
		_, err := forward.HTTP(c.URL, forward.JSON(), o)
		require.ErrorContains(t, err, want, text)
	}
	require.NoError(t, os.Remove(note))
	s = open(t, c.URL, o)
	require.NoError(t, s.Flush(within(t)))
	require.Len(t, c.taken(), 2, "without a note all is sent again")
}

// TestBufferSingle: one record to a request, in order, also over an end in the middle.
func TestBufferSingle(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	c := newCollector(t, func(_ int, w http.ResponseWriter, _ *http.Request, _ string) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return false
	})
	o, _ := buffered(t.TempDir())
	enc := forward.JSON()
	enc.Single = true
	s, err := forward.HTTP(c.URL, enc, o)
	require.NoError(t, err)
	for n := range 10 {
		require.NoError(t, s.Append(within(t), numbered(n)))
	}
	c.await(t, 3)
	taken := 0
	c.say(func(_ int, _ http.ResponseWriter, _ *http.Request, _ string) bool {
		if taken++; taken == 4 { // one request at a time
			<-hold
		}
		return true
	})
	for len(c.taken()) < 3 {
		waitALittle(t)
	}
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	for s.Append(within(t), numbered(99)) == nil { // until it is closing
		waitALittle(t)
	}
	close(hold)
	require.NoError(t, <-closed)
	require.Less(t, len(c.taken()), 10, "it does not send the rest before it ends")

	s, err = forward.HTTP(c.URL, enc, o)
	require.NoError(t, err)
	require.NoError(t, s.Flush(within(t)))
	require.NoError(t, s.Close())
	got := callIDs(t, c.taken())
	require.GreaterOrEqual(t, len(got), 10)
	require.Equal(t, ids(0, 10), got[:10])
	for _, request := range got[10:] {
		require.Equal(t, numbered(99).CallID, request)
	}
}
