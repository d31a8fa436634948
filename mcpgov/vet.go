package mcpgov

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"github.com/mcpgov/go-sdk/audit"
)

// vetted refuses bodies that are no message, or an ambiguous one, before the SDK picks one of its meanings, and
// records those the SDK will refuse with a status that does not show it.
func (s *Server) vetted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		var body bytes.Buffer
		body.Grow(int(min(max(r.ContentLength, 0), 64<<10, s.limits.RequestBytes)) + bytes.MinRead)
		_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, s.limits.RequestBytes))
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			http.Error(w, fmt.Sprintf("the body has more than %d bytes", tooLarge.Limit), http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil {
			http.Error(w, "the body could not be read", http.StatusBadRequest)
			return
		}
		if trimmed := bytes.TrimSpace(body.Bytes()); len(trimmed) == 0 || trimmed[0] != '[' { // elements of a batch pass the guard
			e := readEnvelope(body.Bytes())
			if p, ok := r.Context().Value(passageKey{}).(*passage); ok && (e.broken != nil || e.doomed != nil) {
				p.governed.Store(true)
				// The refusal withholds nothing: a sink that fails here was logged by write.
				_ = s.recordEnvelope(audit.Client{Transport: "http", RemoteIP: r.Header.Get(remoteIPHeader)}, e)
			}
			if e.broken != nil {
				refuseEnvelope(w, e.broken)
				return
			}
		}
		r.Body = io.NopCloser(&body)
		next.ServeHTTP(w, r)
	})
}

// refuseEnvelope answers a body that has no id to answer to.
func refuseEnvelope(w http.ResponseWriter, why error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	refusal := map[string]any{"jsonrpc": "2.0", "id": nil, "error": map[string]any{"code": jsonrpc.CodeParseError, "message": why.Error()}}
	// A client that is gone does not hear why.
	_ = json.NewEncoder(w).Encode(refusal)
}
