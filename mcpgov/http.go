package mcpgov

import (
	"context"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
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
	h := s.vetted(s.eras(opts))
	if opts.Verify != nil {
		h = auth.RequireBearerToken(s.verifier(opts.Verify), &auth.RequireBearerTokenOptions{
			Scopes:              opts.Scopes,
			ResourceMetadataURL: opts.ResourceMetadataURL, ClockSkew: opts.ClockSkew,
		})(h)
	}
	s.serving(context.Background(), false)
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
