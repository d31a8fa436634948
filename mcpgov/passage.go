package mcpgov

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// passage is the way of one HTTP request to a governed stage.
type passage struct {
	governed atomic.Bool // some stage of ours has recorded the request
	cause    string      // why it was refused before, for the record
}

type passageKey struct{} // *passage

// markGoverned notes that a request left a record of its own.
func markGoverned(ctx context.Context) {
	if p, ok := ctx.Value(passageKey{}).(*passage); ok {
		p.governed.Store(true)
	}
}

// recorded records every request that was refused before a governed stage saw it: bad tokens, foreign origins,
// bodies too large, malformed messages, and verifiers that panic.
func (s *Server) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			peer = r.RemoteAddr
		}
		r.Header.Set(remoteIPHeader, peer)
		p := &passage{}
		status := &statusWriter{ResponseWriter: w}
		// A user somebody put into the request's context is not a verified one.
		ctx := context.WithValue(context.WithValue(r.Context(), connectionKey{}, nil), passageKey{}, p)
		next.ServeHTTP(status, r.WithContext(ctx))
		if status.code >= http.StatusBadRequest && !p.governed.Load() {
			if p.cause == "" && status.code == http.StatusUnauthorized {
				p.cause = "there was no bearer token, or one that has expired"
			}
			s.recordRefusedRequest(r, status.code, peer, p.cause)
		}
	})
}

func (s *Server) recordRefusedRequest(r *http.Request, status int, peer, cause string) {
	code := InvalidInput
	switch {
	case status == http.StatusUnauthorized:
		code = Unauthenticated
	case status == http.StatusForbidden:
		code = Denied
	case status >= http.StatusInternalServerError:
		code = Failed
	}
	record := &audit.Record{
		Kind: audit.KindOutcome, CallID: newCallID(), Time: time.Now(), Server: s.current.Load().identity,
		Client: audit.Client{Transport: "http", RemoteIP: peer, Protocol: clip(r.Header.Get("Mcp-Protocol-Version"))},
		Target: audit.Target{Kind: "server", Name: clip(joinNote(r.Method, r.Header.Get("Mcp-Method"))), ReadOnly: true},
		Level:  audit.LevelBasic, Outcome: string(code), Category: string(code.Category()), Decision: "deny",
		Cause: joinNote("refused before any tool with HTTP status "+strconv.Itoa(status), clipTo(cause, maxRecordedCause)),
	}
	// The refusal has gone out and withholds nothing: a sink that fails here was logged by write.
	_ = s.write(r.Context(), record)
}

// statusWriter remembers the status of a response; Unwrap keeps flushing and deadlines working.
type statusWriter struct {
	http.ResponseWriter
	code int
}

func (w *statusWriter) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap gives http.ResponseController the writer below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush passes on, for event streams that ask for http.Flusher directly.
func (w *statusWriter) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}
