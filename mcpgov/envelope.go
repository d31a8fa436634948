package mcpgov

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// envelope is what one message is, as far as it can be told without reading the arguments it carries: those are read
// once, later, by their schema.
type envelope struct {
	id       json.RawMessage // nil for a notification
	method   string
	response bool   // it answers, and so is never answered
	meta     []byte // params._meta, as it was sent
	code     int64  // of the refusal
	data     any    // of the refusal; nil for none
	refusal  error  // why the message goes no further; nil: the SDK can read it
}

// readEnvelope reads the envelope of one message. It refuses what is no message or an ambiguous one, what names a method
// that is not served, and params the SDK could not read: so each of them is answered, and recorded, in one place.
func readEnvelope(raw []byte) (e envelope) {
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '[' {
		e.refuse(jsonrpc.CodeInvalidRequest, errors.New("batches are not served: send one message"))
		return e
	}
	var version, method, params, failure []byte
	answers := false
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
		case "result":
			answers = true
		case "error":
			answers, failure = true, value
		}
	})
	if err == nil && e.id != nil && !usableID(e.id) && (method != nil || string(e.id) != "null") {
		e.id, err = nil, errors.New("id is neither a text nor a whole number of 64 bits")
	}
	switch {
	case err != nil:
		e.refuse(jsonrpc.CodeParseError, err)
	case string(version) != `"2.0"`:
		e.refuse(jsonrpc.CodeInvalidRequest, errors.New(`write "jsonrpc": "2.0"`))
	case method == nil && !answers:
		e.refuse(jsonrpc.CodeInvalidRequest, errors.New("this is neither request, notification nor response"))
	case failure != nil && (method != nil || json.Unmarshal(failure, new(jsonrpc.Error)) != nil):
		e.refuse(jsonrpc.CodeInvalidRequest, errors.New("error is not that of a response"))
	case method == nil:
	case json.Unmarshal(method, &e.method) != nil || garbled(e.method):
		e.method = ""
		e.refuse(jsonrpc.CodeInvalidRequest, errors.New("method is no text"))
	default:
		e.readParams(params)
	}
	e.response = method == nil && answers
	return e
}

// usableID reports whether both sides mean the same by an id.
func usableID(id []byte) bool {
	if id[0] != '"' {
		_, err := strconv.ParseInt(string(id), 10, 64)
		return err == nil
	}
	var text string
	return json.Unmarshal(id, &text) == nil && !garbled(text)
}

// garbled reports whether a text lost something when it was read: it would name something else from then on.
func garbled(text string) bool { return strings.ContainsRune(text, utf8.RuneError) }

func (e *envelope) refuse(code int64, why error) { e.code, e.data, e.refusal = code, nil, why }

// kind is what the SDK reads a method's params into, and what else it asks for.
type kind struct {
	params       any
	notification bool
	needsParams  bool
}

// served are the methods that are let through.
func served(method string) (kind, bool) {
	switch method {
	case "tools/call":
		return kind{params: new(mcp.CallToolParamsRaw), needsParams: true}, true
	case "tools/list":
		return kind{params: new(mcp.ListToolsParams)}, true
	case "resources/list":
		return kind{params: new(mcp.ListResourcesParams)}, true
	case "resources/templates/list":
		return kind{params: new(mcp.ListResourceTemplatesParams)}, true
	case "resources/read":
		return kind{params: new(mcp.ReadResourceParams), needsParams: true}, true
	case "resources/subscribe":
		return kind{params: new(mcp.SubscribeParams), needsParams: true}, true
	case "resources/unsubscribe":
		return kind{params: new(mcp.UnsubscribeParams), needsParams: true}, true
	case "subscriptions/listen":
		return kind{params: new(mcp.SubscriptionsListenParams), needsParams: true}, true
	case "prompts/list":
		return kind{params: new(mcp.ListPromptsParams)}, true
	case "prompts/get":
		return kind{params: new(mcp.GetPromptParams), needsParams: true}, true
	case "completion/complete":
		return kind{params: new(mcp.CompleteParams), needsParams: true}, true
	case "initialize":
		return kind{params: new(mcp.InitializeParams), needsParams: true}, true
	case "server/discover":
		return kind{params: new(mcp.DiscoverParams)}, true
	case "ping":
		return kind{params: new(mcp.PingParams)}, true
	case "notifications/initialized":
		return kind{params: new(mcp.InitializedParams), notification: true}, true
	case "notifications/cancelled":
		return kind{params: new(mcp.CancelledParams), notification: true}, true
	case "notifications/progress":
		return kind{params: new(mcp.ProgressNotificationParams), notification: true}, true
	case "notifications/roots/list_changed":
		return kind{params: new(mcp.RootsListChangedParams), notification: true}, true //nolint:staticcheck // deprecated, and still sent by clients of the session era
	}
	return kind{}, false
}

func (e *envelope) readParams(params []byte) {
	k, ok := served(e.method)
	switch {
	case !ok:
		e.refuse(jsonrpc.CodeMethodNotFound, fmt.Errorf("method %q is not served", clip(e.method)))
		return
	case k.notification != (e.id == nil):
		e.refuse(jsonrpc.CodeInvalidRequest, errors.New("a request has an id, and a notification has none"))
		return
	case len(params) == 0 || string(params) == "null":
		if k.needsParams {
			e.refuse(jsonrpc.CodeInvalidParams, errors.New("params are missing"))
		}
		return
	}
	call := e.method == "tools/call"
	named, plain := !call, call
	err := strictjson.Members(params, func(name string, value []byte) {
		switch name {
		case "name":
			var text string
			named = named || json.Unmarshal(value, &text) == nil && value[0] == '"' && !garbled(text)
		case "arguments":
		case "_meta":
			e.meta = value
			plain = plain && value[0] == '{' && !hugeNumbers(value)
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
	case json.Unmarshal(params, k.params) != nil:
		e.refuse(jsonrpc.CodeInvalidParams, fmt.Errorf("params are not those of %s", e.method))
	}
}

// hugeNumbers reports whether there may be numbers no float64 holds; what only looks like one is read to be sure.
func hugeNumbers(value []byte) bool {
	digits := 0
	for _, c := range value {
		switch {
		case c >= '0' && c <= '9':
			if digits++; digits > 300 {
				return true
			}
		case digits > 0 && (c == 'e' || c == 'E'):
			return true
		default:
			digits = 0
		}
	}
	return false
}

// answer is the JSON-RPC error for a refused message.
func (e *envelope) answer() []byte {
	id := e.id
	if id == nil {
		id = json.RawMessage("null")
	}
	refusal := map[string]any{"code": e.code, "message": e.refusal.Error()}
	if e.data != nil {
		refusal["data"] = e.data
	}
	answer, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "error": refusal})
	if err != nil {
		return []byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"internal error"}}`)
	}
	return answer
}
