package forward_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
)

// collector is a server that keeps what it is sent, or answers otherwise.
type collector struct {
	*httptest.Server

	mu       sync.Mutex
	bodies   []string
	requests []*http.Request
	answer   func(n int, w http.ResponseWriter, r *http.Request, body string) bool // false: not taken, and answered
	arrived  chan struct{}                                                         // closed and replaced with each request
}

// newCollector starts a server. Nil answer: it takes everything.
func newCollector(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request, body string) bool) *collector {
	t.Helper()
	c := &collector{answer: answer, arrived: make(chan struct{})}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err == nil {
			raw, err = io.ReadAll(z)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
	}
	c.mu.Lock()
	n := len(c.requests)
	c.requests = append(c.requests, r)
	close(c.arrived)
	c.arrived = make(chan struct{})
	answer := c.answer
	c.mu.Unlock()
	if answer != nil && !answer(n, w, r, string(raw)) {
		return
	}
	c.mu.Lock()
	c.bodies = append(c.bodies, string(raw))
	c.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

// say changes how the server answers.
func (c *collector) say(answer func(n int, w http.ResponseWriter, r *http.Request, body string) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
}

// taken returns the lines of all bodies that were taken.
func (c *collector) taken() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, body := range c.bodies {
		all = append(all, strings.Split(strings.TrimSuffix(body, "\n"), "\n")...)
	}
	return all
}

// count is how many requests came.
func (c *collector) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.requests)
}

// await waits until n requests have come.
func (c *collector) await(t *testing.T, n int) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		c.mu.Lock()
		count, arrived := len(c.requests), c.arrived
		c.mu.Unlock()
		if count >= n {
			return
		}
		select {
		case <-arrived:
		case <-deadline:
			require.FailNow(t, "the requests did not come")
		}
	}
}

// status answers with a status.
func status(code int) func(int, http.ResponseWriter, *http.Request, string) bool {
	return func(_ int, w http.ResponseWriter, _ *http.Request, _ string) bool {
		w.WriteHeader(code)
		return false
	}
}

// quick are options that do not make a test wait.
func quick() *forward.HTTPOptions {
	return &forward.HTTPOptions{MinBackoff: time.Millisecond, MaxBackoff: 5 * time.Millisecond, MaxElapsed: 5 * time.Second, Timeout: 5 * time.Second}
}

// open makes a sink and closes it with the test.
func open(t *testing.T, address string, o *forward.HTTPOptions) *forward.Sink {
	t.Helper()
	s, err := forward.HTTP(address, forward.JSON(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// numbered is the record of a call with that number.
func numbered(n int) audit.Record {
	return audit.Record{Kind: audit.KindOutcome, CallID: fmt.Sprintf("call-%06d", n), Outcome: "ok", Time: time.Now()}
}

// within is a context for one test.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
