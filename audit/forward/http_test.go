package forward_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
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

func TestHTTPDelivers(t *testing.T) {
	t.Parallel()
	for _, gzip := range []bool{false, true} {
		c := newCollector(t, nil)
		o := quick()
		o.Gzip = gzip
		o.Headers = func() (http.Header, error) {
			return http.Header{"Authorization": {"Bearer t0ken"}, "X-Scope": {"audit"}}, nil
		}
		s := open(t, c.URL+"/in?source=crm", o)
		r := full()
		require.NoError(t, s.Append(within(t), r))
		line, err := r.AppendJSON(nil)
		require.NoError(t, err)
		require.Equal(t, []string{string(line)}, c.taken())
		got := c.requests[0]
		require.Equal(t, http.MethodPost, got.Method)
		require.Equal(t, "/in?source=crm", got.RequestURI)
		require.Equal(t, "application/x-ndjson", got.Header.Get("Content-Type"))
		require.Equal(t, "Bearer t0ken", got.Header.Get("Authorization"))
		require.Equal(t, "audit", got.Header.Get("X-Scope"))
		require.Equal(t, forward.Lag{}, s.Lag())
		require.NoError(t, s.Flush(within(t)))
	}
}

func TestHTTPOverTLS(t *testing.T) {
	t.Parallel()
	c := &collector{arrived: make(chan struct{})}
	c.Server = httptest.NewUnstartedServer(c)
	c.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // a client that hangs up is what is tested
	c.StartTLS()
	t.Cleanup(c.Close)
	o := quick()
	o.Client = c.Client() // trusts the server's certificate
	require.NoError(t, open(t, c.URL, o).Append(within(t), numbered(1)))

	o = quick()
	o.MaxElapsed = 20 * time.Millisecond
	err := open(t, c.URL, o).Append(within(t), numbered(2))
	require.ErrorContains(t, err, "certificate")
	require.Len(t, c.taken(), 1)
}

// TestHTTPSharesRequests: while a request is under way, callers gather for the next.
func TestHTTPSharesRequests(t *testing.T) {
	t.Parallel()
	const callers = 64
	release := make(chan struct{})
	c := newCollector(t, func(n int, _ http.ResponseWriter, _ *http.Request, _ string) bool {
		if n == 0 {
			<-release
		}
		return true
	})
	s := open(t, c.URL, quick())
	var all sync.WaitGroup
	errs := make([]error, callers)
	all.Go(func() { errs[0] = s.Append(within(t), numbered(0)) })
	c.await(t, 1)
	for i := 1; i < callers; i++ {
		all.Go(func() { errs[i] = s.Append(within(t), numbered(i)) })
	}
	for s.Lag().Records < callers {
		waitALittle(t)
	}
	require.Positive(t, s.Lag().Age)
	close(release)
	all.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Len(t, c.taken(), callers)
	require.Equal(t, 2, c.count(), "one request for the first, one for the rest")
	seen := map[string]bool{}
	for _, line := range c.taken() {
		seen[line] = true
	}
	require.Len(t, seen, callers)
}

// waitALittle lets other goroutines go on, where nothing tells of what is waited for.
func waitALittle(t *testing.T) {
	t.Helper()
	timer := time.NewTimer(time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}

func TestHTTPTriesAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []int{408, 425, 429, 500, 502, 503, 504} {
		c := newCollector(t, func(n int, w http.ResponseWriter, _ *http.Request, _ string) bool {
			if n < 2 {
				w.WriteHeader(code)
			}
			return n >= 2
		})
		require.NoError(t, open(t, c.URL, quick()).Append(within(t), numbered(1)), code)
		require.Equal(t, 3, c.count())
	}
}

func TestHTTPGivesUp(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 304, 400, 401, 403, 404, 405, 410, 413, 422} {
		c := newCollector(t, status(code))
		err := open(t, c.URL, quick()).Append(within(t), numbered(1))
		require.ErrorContains(t, err, fmt.Sprint(code), "status %d", code)
		require.Equal(t, 1, c.count(), "status %d is final", code)
	}
	c := newCollector(t, status(503))
	o := quick()
	o.MaxElapsed = 500 * time.Millisecond
	begun := time.Now()
	err := open(t, c.URL, o).Append(within(t), numbered(1))
	require.ErrorContains(t, err, "503")
	require.Less(t, time.Since(begun), 5*time.Second)
	require.Greater(t, c.count(), 1)
}

func TestHTTPHonoursRetryAfter(t *testing.T) {
	t.Parallel()
	for _, form := range []func() string{
		func() string { return "1" },
		func() string { return time.Now().Add(1900 * time.Millisecond).UTC().Format(http.TimeFormat) }, // whole seconds: cut
	} {
		c := newCollector(t, func(n int, w http.ResponseWriter, _ *http.Request, _ string) bool {
			if n == 0 {
				w.Header().Set("Retry-After", form())
				w.WriteHeader(http.StatusTooManyRequests)
			}
			return n > 0
		})
		begun := time.Now()
		require.NoError(t, open(t, c.URL, quick()).Append(within(t), numbered(1)))
		require.Greater(t, time.Since(begun), 500*time.Millisecond)
	}
	// More than there is time for: at once.
	c := newCollector(t, func(_ int, w http.ResponseWriter, _ *http.Request, _ string) bool {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusServiceUnavailable)
		return false
	})
	require.ErrorContains(t, open(t, c.URL, quick()).Append(within(t), numbered(1)), "503")
	require.Equal(t, 1, c.count())
}

// TestHTTPOneBadRecord: a record that the collector refuses fails alone.
func TestHTTPOneBadRecord(t *testing.T) {
	t.Parallel()
	for _, code := range []int{400, 413, 422} {
		hold := make(chan struct{})
		c := newCollector(t, func(n int, w http.ResponseWriter, _ *http.Request, body string) bool {
			if n == 0 {
				<-hold
			}
			if strings.Contains(body, "call-000005") {
				w.WriteHeader(code)
				return false
			}
			return true
		})
		s := open(t, c.URL, quick())
		var all sync.WaitGroup
		errs := make([]error, 32)
		for i := range errs {
			all.Go(func() { errs[i] = s.Append(within(t), numbered(i)) })
		}
		for s.Lag().Records < uint64(len(errs)) {
			waitALittle(t)
		}
		close(hold)
		all.Wait()
		for i, err := range errs {
			require.Equal(t, i == 5, err != nil, "record %d: %v", i, err)
		}
		require.Len(t, c.taken(), len(errs)-1)
	}
}

func TestHTTPRedirects(t *testing.T) {
	t.Parallel()
	elsewhere := newCollector(t, nil)
	redirect := func(to string, code int) *collector {
		return newCollector(t, func(_ int, w http.ResponseWriter, r *http.Request, _ string) bool {
			if r.URL.Path == "/there" {
				return true
			}
			http.Redirect(w, r, to, code)
			return false
		})
	}
	for _, code := range []int{301, 302, 303, 307, 308} {
		err := open(t, redirect(elsewhere.URL, code).URL, quick()).Append(within(t), numbered(1))
		require.ErrorContains(t, err, "redirects elsewhere", code)
	}
	require.Zero(t, elsewhere.count(), "neither records nor credentials went there")

	// On the same host, if the records go along.
	for _, code := range []int{307, 308} {
		c := redirect("/there", code)
		require.NoError(t, open(t, c.URL, quick()).Append(within(t), numbered(1)))
		require.Len(t, c.taken(), 1)
	}
	for _, code := range []int{301, 302, 303} { // a GET without the records, whose 200 would be no receipt
		require.Error(t, open(t, redirect("/there", code).URL, quick()).Append(within(t), numbered(1)))
	}
}

// TestHTTPBreaksOff: an answer that does not come to its end is no receipt, and a connection that hangs is given up.
func TestHTTPBreaksOff(t *testing.T) {
	t.Parallel()
	c := newCollector(t, func(n int, w http.ResponseWriter, r *http.Request, _ string) bool {
		switch n {
		case 0: // half an answer
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(http.StatusOK)
			_, _ = w.Write([]byte("{"))
			panic(http.ErrAbortHandler)
		case 1: // none
			panic(http.ErrAbortHandler)
		case 2: // half open: nothing comes
			<-r.Context().Done()
			return false
		}
		return true
	})
	o := quick()
	o.Timeout = 500 * time.Millisecond
	require.NoError(t, open(t, c.URL, o).Append(within(t), numbered(1)))
	require.Equal(t, 4, c.count())

	o = quick()
	o.Timeout, o.MaxElapsed = 50*time.Millisecond, 60*time.Millisecond
	c.say(func(_ int, _ http.ResponseWriter, r *http.Request, _ string) bool { <-r.Context().Done(); return false })
	require.ErrorContains(t, open(t, c.URL, o).Append(within(t), numbered(2)), "no answer within 50ms")
}

func TestHTTPDown(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	o := quick()
	o.MaxElapsed = 50 * time.Millisecond
	require.ErrorContains(t, open(t, "http://"+l.Addr().String(), o).Append(within(t), numbered(1)), "connection refused")
}

// TestHTTPCallersLeave: the end of a caller's context ends its wait, and the request when no caller is left.
func TestHTTPCallersLeave(t *testing.T) {
	t.Parallel()
	c := newCollector(t, func(n int, _ http.ResponseWriter, r *http.Request, _ string) bool {
		if n == 0 {
			<-r.Context().Done()
			return false
		}
		return true
	})
	o := quick()
	o.Timeout = time.Minute
	s := open(t, c.URL, o)
	ctx, cancel := context.WithCancelCause(t.Context())
	left := errors.New("the caller left")
	result := make(chan error, 1)
	go func() { result <- s.Append(ctx, numbered(1)) }()
	c.await(t, 1)
	cancel(left)
	require.ErrorIs(t, <-result, left)
	require.NoError(t, s.Append(within(t), numbered(2)), "who comes after is not kept waiting")
	require.ErrorIs(t, s.Append(ctx, numbered(3)), left)
	require.Len(t, c.taken(), 1)
}

func TestHTTPQueueIsBounded(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	c := newCollector(t, func(int, http.ResponseWriter, *http.Request, string) bool { <-release; return true })
	o := quick()
	o.MaxQueue = 300
	o.MaxBatch = 250
	s := open(t, c.URL, o)
	results := make(chan error, 8)
	for i := range 8 {
		go func() { results <- s.Append(within(t), numbered(i)) }()
	}
	c.await(t, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, s.Append(ctx, numbered(99)), "forward:")
	require.LessOrEqual(t, s.Lag().Bytes, int64(300))
	close(release)
	for range 8 {
		require.NoError(t, <-results)
	}
	large := numbered(100)
	large.Note = strings.Repeat("x", 1000)
	require.NoError(t, s.Append(within(t), large), "one record may be larger")
}

func TestHTTPClose(t *testing.T) {
	t.Parallel()
	c := newCollector(t, status(503))
	o := quick()
	o.MinBackoff, o.MaxBackoff, o.MaxElapsed = time.Hour, time.Hour, 24*time.Hour
	s, err := forward.HTTP(c.URL, forward.JSON(), o)
	require.NoError(t, err)
	result := make(chan error, 1)
	go func() { result <- s.Append(within(t), numbered(1)) }()
	c.await(t, 1)
	require.NoError(t, s.Close(), "it does not wait for an hour")
	require.ErrorContains(t, <-result, "503")
	require.ErrorIs(t, s.Append(within(t), numbered(2)), fs.ErrClosed)
	require.NoError(t, s.Close())
}

func TestHTTPSingle(t *testing.T) {
	t.Parallel()
	c := newCollector(t, nil)
	s, err := forward.HTTP(c.URL, forward.CloudEvents(&forward.CloudEventsOptions{Single: true}), quick())
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() { require.NoError(t, s.Append(within(t), numbered(i))) })
	}
	all.Wait()
	require.NoError(t, s.Close())
	require.Equal(t, 10, c.count())
	for i, body := range c.taken() {
		valid(t, schema(t, "cloudevents-1.0.schema.json"), body)
		require.Equal(t, "application/cloudevents+json", c.requests[i].Header.Get("Content-Type"))
	}
}

func TestZeroSinkRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []*forward.Sink{nil, {}} {
		require.Error(t, s.Append(within(t), audit.Record{}))
		require.NoError(t, s.Close())
		require.NoError(t, s.Flush(within(t)))
		require.Equal(t, forward.Lag{}, s.Lag())
	}
}
