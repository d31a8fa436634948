package mcptest

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// Client is one connection to the server. It makes one call at a time; use more clients for more at once.
type Client struct {
	h       *Harness
	who     string
	session *mcp.ClientSession
	wire    *wiretap
	calls   *sync.Mutex
}

// Session returns the SDK's client session, for what Client has no word for.
func (c *Client) Session() *mcp.ClientSession { return c.session }

// Tools returns the names of the tools this caller sees, of all pages, in the server's order.
func (c *Client) Tools() []string {
	c.h.tb.Helper()
	c.calls.Lock()
	defer c.calls.Unlock()
	names := []string{}
	for tool, err := range c.session.Tools(c.h.tb.Context(), nil) {
		if err != nil {
			c.h.tb.Fatalf("mcptest: tools/list as %q: %v", c.who, err)
		}
		names = append(names, tool.Name)
	}
	return names
}

// Call calls a tool and waits for its end. args is a struct, a map, or JSON as json.RawMessage, []byte or string,
// which is sent byte for byte; nil is {}. However the call ends, the Result says it; only arguments that cannot be
// written as JSON fail the test here.
func (c *Client) Call(tool string, args any) *Result {
	c.h.tb.Helper()
	return c.CallContext(c.h.tb.Context(), tool, args)
}

// CallContext is Call with a context of the test's own, for example to hang up.
func (c *Client) CallContext(ctx context.Context, tool string, args any) *Result {
	c.h.tb.Helper()
	raw, err := rawArguments(args)
	if err != nil {
		c.h.tb.Fatalf("mcptest: arguments of %s: %v", tool, err)
	}
	c.calls.Lock()
	defer c.calls.Unlock()
	c.wire.reset()
	answer, err := c.session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: raw})
	r := &Result{tb: c.h.tb, h: c.h, ctx: ctx, tool: tool, who: c.who, raw: answer, err: err, wire: c.wire.bytes()}
	r.hidden = err != nil && isUnknownTool(err) && c.h.tool(tool) != nil
	r.read()
	return r
}

func rawArguments(args any) (any, error) {
	switch a := args.(type) {
	case nil:
		return json.RawMessage("{}"), nil
	case json.RawMessage:
		return verbatim(a), nil
	case []byte:
		return verbatim(a), nil
	case string:
		return verbatim(a), nil
	}
	encoded, err := json.Marshal(args)
	return json.RawMessage(encoded), err
}

// verbatim is JSON that is sent as it stands.
type verbatim []byte

// MarshalJSON returns the bytes.
func (v verbatim) MarshalJSON() ([]byte, error) { return v, nil }

func isUnknownTool(err error) bool {
	var wire *jsonrpc.Error
	return errors.As(err, &wire) && wire.Code == jsonrpc.CodeInvalidParams && strings.HasPrefix(wire.Message, "unknown tool ")
}

// refusal is the text of a tool error as mcpgov writes it.
type refusal struct {
	Code      mcpgov.Code     `json:"code"`
	Category  mcpgov.Category `json:"category"`
	Message   string          `json:"message"`
	Retryable bool            `json:"retryable"`
	CallID    string          `json:"call_id"`
}
