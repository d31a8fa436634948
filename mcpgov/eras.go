package mcpgov

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// This file refuses what the SDK would refuse for its protocol era before any code of ours sees it, so that it is recorded.

// eraFacts are what a request says in _meta of the protocol it speaks.
type eraFacts struct{ version, client, capabilities []byte }

// stateless reports whether a request speaks the protocol without sessions.
func (f eraFacts) stateless() (version string, yes bool) {
	if len(f.version) == 0 || json.Unmarshal(f.version, &version) != nil {
		return "", false
	}
	return version, version >= statelessEra
}

// inEra refuses a request that does not fit the protocol era it speaks, and says whether it brings with it what a session would know.
func (e *envelope) inEra() (stateless bool) {
	if e.refusal != nil || e.id == nil || e.response {
		return false
	}
	var facts eraFacts
	if len(e.meta) > 0 && e.meta[0] == '{' {
		if err := strictjson.Members(e.meta, func(name string, value []byte) {
			switch name {
			case mcp.MetaKeyProtocolVersion:
				facts.version = value
			case mcp.MetaKeyClientInfo:
				facts.client = value
			case mcp.MetaKeyClientCapabilities:
				facts.capabilities = value
			}
		}); err != nil {
			e.refuse(jsonrpc.CodeInvalidParams, fmt.Errorf("params._meta: %w", err))
			return false
		}
	}
	version, stateless := facts.stateless()
	if !stateless {
		if e.method == "server/discover" {
			e.refuse(jsonrpc.CodeMethodNotFound, fmt.Errorf("%q is only supported in protocol version >= %s", e.method, statelessEra))
		}
		return false
	}
	supported := mcp.SupportedProtocolVersions()
	switch {
	case facts.client != nil && (facts.client[0] != '{' || json.Unmarshal(facts.client, new(mcp.Implementation)) != nil):
		e.refuse(jsonrpc.CodeInvalidParams, fmt.Errorf("invalid _meta field %q", mcp.MetaKeyClientInfo))
	case facts.capabilities == nil || facts.capabilities[0] != '{' || json.Unmarshal(facts.capabilities, new(mcp.ClientCapabilities)) != nil:
		e.refuse(jsonrpc.CodeInvalidParams, fmt.Errorf("missing or invalid _meta field %q", mcp.MetaKeyClientCapabilities))
	case !slices.Contains(supported, version):
		e.refuse(mcp.CodeUnsupportedProtocolVersion, errors.New("unsupported protocol version"))
		e.data = mcp.UnsupportedProtocolVersionData{Supported: supported, Requested: clip(version)}
	case slices.Contains([]string{"initialize", "ping", "resources/subscribe", "resources/unsubscribe"}, e.method):
		e.refuse(jsonrpc.CodeMethodNotFound, fmt.Errorf("%q is not supported in the new protocol", e.method))
	}
	return e.refusal == nil
}

// needsSession refuses a request of the session era that comes before there is a session.
func (e *envelope) needsSession() {
	if e.refusal != nil || e.id == nil || e.response {
		return
	}
	switch e.method {
	case "initialize", "ping", "resources/subscribe", "resources/unsubscribe": // the SDK lets them through, and so are they recorded
	default:
		e.refuse(jsonrpc.CodeInvalidRequest, fmt.Errorf("method %q is invalid during session initialization: send initialize first", e.method))
	}
}

// turn is what a connection knows of the protocol a client speaks.
type turn struct {
	greeted bool   // the client has said which one
	method  string // with meta, of the last request without a session: clients say the same of themselves each time
	meta    []byte
}

// mostMeta bounds what is kept of a client.
const mostMeta = 4 << 10

// take refuses what does not fit the protocol era it speaks, or comes before there is a session.
func (t *turn) take(e *envelope) {
	if e.refusal == nil && e.id != nil && len(e.meta) > 0 && e.method == t.method && bytes.Equal(e.meta, t.meta) {
		return
	}
	stateless := e.inEra()
	if !t.greeted && !stateless {
		e.needsSession()
	}
	t.greeted = t.greeted || stateless || e.refusal == nil && e.method == "initialize"
	if stateless && len(e.meta) <= mostMeta {
		t.method, t.meta = e.method, append(t.meta[:0], e.meta...)
	}
}
