package mcpgov

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/policy"
)

// This file turns the SDK's requests into ours and our replies into the SDK's: the only place that knows both.

// statelessEra is the first protocol version without sessions. Its results must say that they are complete.
const statelessEra = "2026-07-28"

// maxClientText bounds what a client says of itself in a record, in bytes.
const maxClientText = 128

// toolResult puts a reply into the words of tools/call. Refusals are results a model can read, not protocol
// errors; only what is hidden answers as what does not exist.
func toolResult(r reply, name string) (*mcp.CallToolResult, error) {
	switch {
	case r.concealed:
		return nil, unknownTool(name)
	case r.code != OK:
		return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: r.refusal()}}}, nil
	case r.structured == nil:
		return &mcp.CallToolResult{Meta: r.meta(), Content: append([]mcp.Content{}, r.content...)}, nil
	}
	text := &mcp.TextContent{Text: string(r.structured)}
	result := &mcp.CallToolResult{
		StructuredContent: json.RawMessage(r.structured),
		Content:           append([]mcp.Content{text}, r.content...),
	}
	result.Meta = r.meta()
	return result, nil
}

// refusal is the JSON text of a call that did not succeed.
func (r reply) refusal() string {
	text, err := json.Marshal(struct {
		Code      Code     `json:"code"`
		Category  Category `json:"category"`
		Message   string   `json:"message"`
		Retryable bool     `json:"retryable,omitempty"`
		CallID    string   `json:"call_id"`
	}{r.code, r.category, r.message, r.retryable, r.callID})
	if err != nil {
		return fmt.Sprintf(`{"code":%q}`, r.code)
	}
	return string(text)
}

// unknownTool is the SDK's own answer, to the byte, so that what is hidden and what does not exist are alike.
func unknownTool(name string) error {
	return &jsonrpc.Error{Code: Unknown.info().jsonrpc, Message: fmt.Sprintf("unknown tool %q", name)}
}

// incoming gathers what the path needs of a request. Identity comes from what the transport verified; a
// request's _meta and arguments say nothing about who calls.
func (s *Server) incoming(ctx context.Context, req mcp.Request, params mcp.RequestParams) incoming {
	var raw incoming
	if extra := req.GetExtra(); extra != nil {
		raw.credentials = Credentials{
			Transport: "http", Token: extra.TokenInfo, Header: extra.Header,
			RemoteIP: extra.Header.Get(remoteIPHeader),
		}
		raw.headers = s.chosenHeaders(extra.Header)
	} else {
		raw.credentials.Transport, _ = ctx.Value(transportKey{}).(string)
		raw.connection, _ = ctx.Value(connectionKey{}).(*Caller)
	}
	raw.client = clientOf(req, raw.credentials)
	if params == nil {
		return raw
	}
	meta := params.GetMeta()
	raw.traceparent, _ = meta["traceparent"].(string)
	session, ok := req.GetSession().(*mcp.ServerSession)
	if token := params.GetProgressToken(); token != nil && ok {
		raw.notify = func(ctx context.Context, done, total float64, message string) {
			// A client that cannot be reached learns nothing of its progress; the call itself goes on.
			_ = session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: token, Progress: done, Total: total, Message: s.cleanText(message)})
		}
	}
	return raw
}

// clientOf is what the client says of itself: recorded, never trusted. The stateless protocol says it with every
// request; reading it here instead of through the SDK spares a round of JSON.
func clientOf(req mcp.Request, c Credentials) audit.Client {
	client := audit.Client{Transport: c.Transport, RemoteIP: c.RemoteIP}
	// Clients of the older protocol may leave params out of a list; the SDK hands them on as a typed nil.
	if params := req.GetParams(); params != nil && !reflect.ValueOf(params).IsNil() {
		meta := params.GetMeta()
		if version, ok := meta[mcp.MetaKeyProtocolVersion].(string); ok {
			client.Protocol = clip(version)
			info, _ := meta[mcp.MetaKeyClientInfo].(map[string]any)
			name, _ := info["name"].(string)
			number, _ := info["version"].(string)
			client.Name, client.Version = clip(name), clip(number)
			return client
		}
	}
	session, ok := req.GetSession().(*mcp.ServerSession)
	if !ok {
		return client
	}
	if p := session.InitializeParams(); p != nil {
		client.Protocol = clip(p.ProtocolVersion)
		if p.ClientInfo != nil {
			client.Name, client.Version = clip(p.ClientInfo.Name), clip(p.ClientInfo.Version)
		}
	}
	return client
}

func clip(text string) string { return clipTo(text, maxClientText) }

// clipTo cuts text to about size bytes, between characters.
func clipTo(text string, size int) string {
	if len(text) <= size {
		return text
	}
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size] + "..."
}

// origin is what rules see as request.
func (raw *incoming) origin() policy.Origin {
	return policy.Origin{
		Transport: raw.credentials.Transport, Client: raw.client.Name, RemoteIP: raw.credentials.RemoteIP,
		Purpose: raw.purpose, Headers: raw.headers,
	}
}

// chosenHeaders are the headers rules may see, by lower-case name.
func (s *Server) chosenHeaders(all http.Header) map[string]string {
	if len(s.ruleHeaders) == 0 {
		return nil
	}
	chosen := make(map[string]string, len(s.ruleHeaders))
	for _, name := range s.ruleHeaders {
		if value := all.Get(name); value != "" {
			chosen[strings.ToLower(name)] = value
		}
	}
	return chosen
}
