package mcpgov

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"github.com/mcpgov/go-sdk/audit"
)

// vetted looks at each body before the SDK reads it: what is refused is answered and recorded here, whatever status the
// SDK would have hidden it behind.
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
		e := readEnvelope(body.Bytes())
		if r.Header.Get("Mcp-Protocol-Version") < statelessEra { // else the SDK answers with a status that is recorded
			if !e.inEra() && r.Header.Get("Mcp-Session-Id") == "" {
				e.needsSession()
			}
		}
		if e.refusal != nil {
			s.refuseEnvelope(w, r, e)
			return
		}
		r.Body = io.NopCloser(&body)
		next.ServeHTTP(w, r)
	})
}

func (s *Server) refuseEnvelope(w http.ResponseWriter, r *http.Request, e envelope) {
	markGoverned(r.Context())
	if s.recordEnvelope(audit.Client{Transport: "http", RemoteIP: r.Header.Get(remoteIPHeader)}, e) != nil {
		e.refuse(AuditFailed.info().jsonrpc, errors.New(AuditFailed.info().message))
	}
	status := http.StatusBadRequest
	switch stateless := r.Header.Get("Mcp-Protocol-Version") >= statelessEra; {
	case e.id != nil && !stateless && e.code != jsonrpc.CodeParseError: // the session era knows JSON-RPC errors as successes of HTTP
		status = http.StatusOK
	case stateless && e.code == jsonrpc.CodeMethodNotFound: // to the session era 404 means that its session is gone
		status = http.StatusNotFound
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that is gone does not hear why.
	_, _ = w.Write(e.answer())
}
