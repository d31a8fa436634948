package mcpgov

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
)

// HTTPOptions say how a server is reached over HTTP. The zero value serves everyone the Identifier lets in,
// without tokens.
type HTTPOptions struct {
	// Verify checks bearer tokens: it must verify signature, issuer, audience and expiry, set
	// [auth.TokenInfo].UserID (sessions are bound to it) and Expiration, and wrap [auth.ErrInvalidToken] for a
	// token that is no good. With it, a request without a good token gets 401 and leaves a record. nil: no token is asked for.
	Verify auth.TokenVerifier
	// Scopes every token must carry; a token without them gets 403. nil: none.
	Scopes []string
	// ResourceMetadataURL is where clients learn how to get a token (RFC 9728); it stands in every 401. "": nowhere.
	ResourceMetadataURL string
	// ClockSkew is how much a token may be past its expiry. 0: not at all.
	ClockSkew time.Duration
	// TrustedOrigins are the origins (such as "https://app.example") whose browser pages may call the server.
	// nil: none but its own.
	TrustedOrigins []string
	// JSONResponse answers with application/json instead of an event stream: faster, but progress does not reach
	// clients of the stateless protocol.
	JSONResponse bool
}

// remoteIPHeader carries the peer's address from our wrapper to the path; what a client sends under this name is
// overwritten.
const remoteIPHeader = "Mcpgov-Remote-Ip"

// Handler serves MCP over HTTP on one URL, for clients of both protocol eras: those that send no session id and
// speak 2026-07-28 or later are served without state, all others with sessions. Both go through the same checks.
//
// Cross-origin requests and, on loopback addresses, foreign Host headers are refused with 403 (DNS rebinding),
// bodies past [Limits].RequestBytes with 413, idle sessions end after [Limits].SessionTimeout. Whatever is
// refused before MCP begins leaves a record, too.
func (s *Server) Handler(opts *HTTPOptions) (http.Handler, error) {
	if opts == nil {
		opts = &HTTPOptions{}
	}
	crossOrigin := http.NewCrossOriginProtection()
	for _, origin := range opts.TrustedOrigins {
		if err := crossOrigin.AddTrustedOrigin(origin); err != nil {
			return nil, err //nolint:wrapcheck // names the origin and the fault
		}
	}
	h := s.eras(opts)
	if opts.Verify != nil {
		h = auth.RequireBearerToken(opts.Verify, &auth.RequireBearerTokenOptions{
			Scopes:              opts.Scopes,
			ResourceMetadataURL: opts.ResourceMetadataURL, ClockSkew: opts.ClockSkew,
		})(h)
	}
	return s.recorded(crossOrigin.Handler(h)), nil
}

// eras routes by what the client speaks. The header is the client's choice, so both ways lead to the same server.
func (s *Server) eras(opts *HTTPOptions) http.Handler {
	one := func(*http.Request) *mcp.Server { return s.sdk }
	stateless := mcp.NewStreamableHTTPHandler(one, &mcp.StreamableHTTPOptions{
		Stateless: true, JSONResponse: opts.JSONResponse,
		MaxRequestBodyBytes: s.limits.RequestBytes, PropagateRequestCancellation: true,
	})
	sessions := mcp.NewStreamableHTTPHandler(one, &mcp.StreamableHTTPOptions{
		JSONResponse:        opts.JSONResponse,
		MaxRequestBodyBytes: s.limits.RequestBytes, SessionTimeout: s.limits.SessionTimeout,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Mcp-Session-Id") == "" && r.Header.Get("Mcp-Protocol-Version") >= statelessEra {
			stateless.ServeHTTP(w, r)
			return
		}
		sessions.ServeHTTP(w, r)
	})
}

type governedKey struct{} // *atomic.Bool: some stage of ours has recorded this HTTP request

// markGoverned notes that a request left a record of its own.
func markGoverned(ctx context.Context) {
	if governed, ok := ctx.Value(governedKey{}).(*atomic.Bool); ok {
		governed.Store(true)
	}
}

// recorded records every request that was refused before a governed stage saw it: bad tokens, foreign origins,
// bodies too large, malformed messages.
func (s *Server) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			peer = r.RemoteAddr
		}
		r.Header.Set(remoteIPHeader, peer)
		var governed atomic.Bool
		status := &statusWriter{ResponseWriter: w}
		// A user somebody put into the request's context is not a verified one.
		ctx := context.WithValue(context.WithValue(r.Context(), connectionKey{}, nil), governedKey{}, &governed)
		next.ServeHTTP(status, r.WithContext(ctx))
		if status.code >= http.StatusBadRequest && !governed.Load() {
			s.recordRefusedRequest(r, status.code, peer)
		}
	})
}

func (s *Server) recordRefusedRequest(r *http.Request, status int, peer string) {
	code := InvalidInput
	switch status {
	case http.StatusUnauthorized:
		code = Unauthenticated
	case http.StatusForbidden:
		code = Denied
	}
	record := audit.Record{
		Kind: audit.KindOutcome, CallID: newCallID(), Time: time.Now(), Server: s.identity,
		Client: audit.Client{Transport: "http", RemoteIP: peer, Protocol: clip(r.Header.Get("Mcp-Protocol-Version"))},
		Target: audit.Target{Kind: "server", Name: clip(joinNote(r.Method, r.Header.Get("Mcp-Method"))), ReadOnly: true},
		Level:  audit.LevelBasic, Outcome: string(code), Category: string(code.Category()), Decision: "deny",
		Cause: "refused before any tool with HTTP status " + http.StatusText(status),
	}
	// The refusal has gone out and withholds nothing: a sink that fails here is logged by write.
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

func lowerHeader(name string) string { return strings.ToLower(name) }
