package mcpgov

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// envelope is what one message is, as far as it can be told without reading the arguments it carries: those are read
// once, later, by their schema.
type envelope struct {
	id      json.RawMessage // nil for a notification
	method  string
	code    int64 // of the refusal
	refusal error // why the message goes no further; nil: the SDK can read it
}

// readEnvelope reads the envelope of one message. It refuses what is no message or an ambiguous one, what names a method
// that is not served, and params the SDK could not read: so each of them is answered, and recorded, in one place.
func readEnvelope(raw []byte) (e envelope) {
	var version, method, params []byte
	err := strictjson.Members(raw, func(name string, value []byte) {
		switch name {
		case "jsonrpc":
			version = value
		case "id":
			e.id = value
		case "method":
			method = value
		case "params":
			params = value
		}
	})
	if len(e.id) > 0 && e.id[0] != '"' && e.id[0] != '-' && (e.id[0] < '0' || e.id[0] > '9') {
		e.id, err = nil, errors.Join(err, errors.New("id is neither text nor number"))
	}
	switch {
	case err != nil:
		e.refuse(jsonrpc.CodeParseError, err)
	case string(version) != `"2.0"`:
		e.refuse(jsonrpc.CodeInvalidRequest, errors.New(`write "jsonrpc": "2.0"`))
	case method == nil: // a response
	case json.Unmarshal(method, &e.method) != nil:
		e.refuse(jsonrpc.CodeInvalidRequest, errors.New("method is no text"))
	default:
		e.readParams(params)
	}
	return e
}

func (e *envelope) refuse(code int64, why error) { e.code, e.refusal = code, why }

// served are the methods that are let through, and what the SDK reads their params into.
func served(method string) (params any, ok bool) {
	switch method {
	case "tools/call":
		return new(mcp.CallToolParamsRaw), true
	case "tools/list":
		return new(mcp.ListToolsParams), true
	case "initialize":
		return new(mcp.InitializeParams), true
	case "server/discover":
		return new(mcp.DiscoverParams), true
	case "ping":
		return new(mcp.PingParams), true
	case "notifications/initialized":
		return new(mcp.InitializedParams), true
	case "notifications/cancelled":
		return new(mcp.CancelledParams), true
	case "notifications/progress":
		return new(mcp.ProgressNotificationParams), true
	case "notifications/roots/list_changed":
		return new(mcp.RootsListChangedParams), true //nolint:staticcheck // deprecated, and still sent by clients of the session era
	}
	return nil, false
}

func (e *envelope) readParams(params []byte) {
	into, ok := served(e.method)
	if !ok {
		e.refuse(jsonrpc.CodeMethodNotFound, fmt.Errorf("method %q is not served", clip(e.method)))
		return
	}
	if len(params) == 0 || string(params) == "null" {
		if e.method == "tools/call" {
			e.refuse(jsonrpc.CodeInvalidParams, errors.New("params are missing"))
		}
		return
	}
	named, plain := e.method != "tools/call", e.method == "tools/call"
	err := strictjson.Members(params, func(name string, value []byte) {
		switch name {
		case "name":
			named = named || value[0] == '"'
		case "arguments":
		case "_meta":
			plain = plain && value[0] == '{'
		default:
			plain = false
		}
	})
	switch {
	case err != nil:
		e.refuse(jsonrpc.CodeInvalidParams, fmt.Errorf("params: %w", err))
	case !named:
		e.refuse(jsonrpc.CodeInvalidParams, errors.New("params.name is no text"))
	case plain: // the usual call: nothing in it the SDK could stumble over
	case json.Unmarshal(params, into) != nil:
		e.refuse(jsonrpc.CodeInvalidParams, fmt.Errorf("params are not those of %s", e.method))
	}
}

// answer is the JSON-RPC error for a refused message.
func (e *envelope) answer() []byte {
	id := e.id
	if id == nil {
		id = json.RawMessage("null")
	}
	answer, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": e.code, "message": e.refusal.Error()}})
	if err != nil {
		return []byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"internal error"}}`)
	}
	return answer
}

// readEnvelopes reads a message, or the messages of a batch, and returns the first that is refused, or else the first.
func readEnvelopes(raw []byte) envelope {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '[' {
		return readEnvelope(raw)
	}
	var batch []json.RawMessage
	if err := json.Unmarshal(raw, &batch); err != nil || len(batch) == 0 {
		var e envelope
		e.refuse(jsonrpc.CodeParseError, errors.New("the batch is empty or no JSON"))
		return e
	}
	for _, message := range batch {
		if e := readEnvelope(message); e.refusal != nil {
			return e
		}
	}
	return readEnvelope(batch[0])
}
