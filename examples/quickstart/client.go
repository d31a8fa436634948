package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// bearer sends a persona's token with every request.
type bearer struct {
	token string
	next  *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.next.RoundTrip(r)
}

// client is an ordinary MCP client: nothing in it knows of the policy.
type client struct {
	*mcp.ClientSession
	web *http.Transport
}

func connect(ctx context.Context, url string, who persona) (*client, error) {
	web := &http.Transport{}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "quickstart", Version: "1.0.0"}, nil).Connect(ctx,
		&mcp.StreamableClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: bearer{who.token(), web}}, DisableStandaloneSSE: true},
		&mcp.ClientSessionOptions{ProtocolVersion: who.protocol})
	if err != nil {
		return nil, fmt.Errorf("connecting as %s: %w", who.user.ID, err)
	}
	return &client{session, web}, nil
}

func (c *client) close() error {
	err := c.Close()
	c.web.CloseIdleConnections()
	return err
}

// answer is what a caller got.
type answer struct {
	code   mcpgov.Code
	told   string         // the text of an error, or of a result without members
	result map[string]any // the members of a result
	bytes  string         // everything, as JSON
}

// call calls a tool and reads how it ended, as a model's host would.
func (c *client) call(ctx context.Context, tool string, args map[string]any) (answer, error) {
	result, err := c.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: args})
	if refused, ok := errors.AsType[*jsonrpc.Error](err); ok && refused.Code == jsonrpc.CodeInvalidParams {
		return answer{code: mcpgov.Unknown, told: refused.Message, bytes: refused.Error()}, nil
	}
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", tool, err)
	}
	everything, err := json.Marshal(result)
	if err != nil {
		return answer{}, err
	}
	a := answer{code: mcpgov.OK, told: textOf(result), bytes: string(everything)}
	if !result.IsError {
		a.result, _ = result.StructuredContent.(map[string]any)
		return a, nil
	}
	var refusal struct {
		Code    mcpgov.Code `json:"code"`
		Message string      `json:"message"`
	}
	if err := json.Unmarshal([]byte(a.told), &refusal); err != nil {
		return answer{}, fmt.Errorf("%s ended with an error that is no refusal of mcpgov: %s", tool, a.told)
	}
	a.code, a.told = refusal.Code, refusal.Message
	return a, nil
}

func textOf(result *mcp.CallToolResult) string {
	var texts []string
	for _, block := range result.Content {
		if text, ok := block.(*mcp.TextContent); ok {
			texts = append(texts, text.Text)
		}
	}
	return strings.Join(texts, " ")
}

// tools returns the names of the tools this caller is shown.
func (c *client) tools(ctx context.Context) ([]string, error) {
	var names []string
	for tool, err := range c.Tools(ctx, nil) {
		if err != nil {
			return nil, err
		}
		names = append(names, tool.Name)
	}
	return names, nil
}

// knockWithoutToken sends a request that proves nobody, and returns the status of the answer.
func knockWithoutToken(ctx context.Context, url string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	web := &http.Transport{}
	defer web.CloseIdleConnections()
	response, err := (&http.Client{Transport: web}).Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}
