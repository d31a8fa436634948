package mcpgov

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// answerer answers one method; next is the SDK's own answer. Every answer leaves its record.
type answerer func(ctx context.Context, req mcp.Request, next mcp.MethodHandler) (mcp.Result, error)

// answerers are the methods this server answers itself, by what it has to serve.
func (s *Server) answerers() map[string]answerer {
	all := map[string]answerer{"tools/call": s.callTool, "tools/list": s.list(toolList), "subscriptions/listen": s.listen}
	if len(s.targets.resources)+len(s.targets.templates) > 0 {
		all["resources/list"], all["resources/templates/list"] = s.list(resourceList), s.list(templateList)
		all["resources/read"] = s.readResource
		all["resources/subscribe"], all["resources/unsubscribe"] = s.subscribe, s.unsubscribe
	}
	if len(s.targets.prompts) > 0 {
		all["prompts/list"], all["prompts/get"] = s.list(promptList), s.getPrompt
	}
	for _, p := range s.plan.parts {
		if len(p.completers()) > 0 {
			all["completion/complete"] = s.complete
		}
	}
	return all
}

// callTool is tools/call. Names that are no tool take the same path as all others: they count against the caller's limits, and leave a record.
func (s *Server) callTool(ctx context.Context, req mcp.Request, _ mcp.MethodHandler) (mcp.Result, error) {
	params, ok := req.GetParams().(*mcp.CallToolParamsRaw)
	if !ok || params == nil {
		return nil, s.incomplete(ctx, req, "tools/call", "name")
	}
	raw := s.incoming(ctx, req, params)
	t := s.targets.tools[params.Name]
	switch {
	case t == nil:
		t = stranger(kindTool, params.Name)
	case t.name != params.Name:
		raw.alias = params.Name
	}
	raw.arguments = params.Arguments
	result, err := toolResult(s.govern(ctx, t, raw), params.Name)
	if err != nil {
		return nil, err
	}
	return outgoingResult(result, raw), nil
}

// readResource is resources/read: the URI names the target and holds its arguments.
func (s *Server) readResource(ctx context.Context, req mcp.Request, _ mcp.MethodHandler) (mcp.Result, error) {
	params, ok := req.GetParams().(*mcp.ReadResourceParams)
	if !ok || params == nil {
		return nil, s.incomplete(ctx, req, "resources/read", "uri")
	}
	raw := s.incoming(ctx, req, params)
	t, variables := s.targets.resource(params.URI)
	if t == nil {
		t = s.strangeURI(kindResource, params.URI)
	} else {
		raw.arguments = s.targets.parts[t].texts.document(variables)
	}
	r := s.govern(ctx, t, raw)
	switch {
	case r.concealed:
		return nil, unknownResource(params.URI)
	case r.code != OK:
		return nil, r.protocolError()
	}
	result := &resourceResult{Contents: []*mcp.ResourceContents{s.targets.parts[t].content(params.URI, r.structured)}}
	result.CacheScope = "private"
	result.ResultType = resultType(raw)
	result.Meta = r.meta()
	return result, nil
}

// getPrompt is prompts/get.
func (s *Server) getPrompt(ctx context.Context, req mcp.Request, _ mcp.MethodHandler) (mcp.Result, error) {
	params, ok := req.GetParams().(*mcp.GetPromptParams)
	if !ok || params == nil {
		return nil, s.incomplete(ctx, req, "prompts/get", "name")
	}
	raw := s.incoming(ctx, req, params)
	t := s.targets.prompts[params.Name]
	if t == nil {
		t = stranger(kindPrompt, params.Name)
	} else {
		raw.arguments = s.targets.parts[t].texts.document(params.Arguments)
	}
	r := s.govern(ctx, t, raw)
	switch {
	case r.concealed:
		return nil, unknownPrompt(params.Name)
	case r.code != OK:
		return nil, r.protocolError()
	}
	result := &promptResult{Messages: []*mcp.PromptMessage{}, ResultType: resultType(raw)}
	result.Meta = r.meta()
	roles := s.targets.parts[t].roles
	for i, content := range r.content {
		role := mcp.Role("user")
		if i < len(roles) {
			role = roles[i]
		}
		result.Messages = append(result.Messages, &mcp.PromptMessage{Role: role, Content: content})
	}
	return result, nil
}

// resourceResult is what resources/read answers; see outgoing for why it is no type of the SDK's.
type resourceResult struct {
	mcp.ResultBase
	mcp.Cacheable

	Contents   []*mcp.ResourceContents `json:"contents"`
	ResultType string                  `json:"resultType,omitempty"`
}

// promptResult is what prompts/get answers.
type promptResult struct {
	mcp.ResultBase

	Messages   []*mcp.PromptMessage `json:"messages"`
	ResultType string               `json:"resultType,omitempty"`
}

// resultType marks results complete for clients of the stateless era, whose protocol demands it.
func resultType(raw incoming) string {
	if raw.client.Protocol >= statelessEra {
		return "complete"
	}
	return ""
}

// meta is what a result tells of itself beside its content.
func (r reply) meta() mcp.Meta {
	var meta mcp.Meta
	if len(r.truncated) > 0 {
		meta = mcp.Meta{"mcpgov/truncated": r.truncated}
	}
	if r.untrusted {
		if meta == nil {
			meta = mcp.Meta{}
		}
		meta[untrustedKey] = true
	}
	return r.origin.into(meta)
}

// protocolError is a refusal in the words of methods whose results have no place for one.
func (r reply) protocolError() error {
	return &jsonrpc.Error{Code: r.code.info().jsonrpc, Message: r.message, Data: json.RawMessage(r.refusal())}
}

// unknownResource answers for what is hidden and for what does not exist.
func unknownResource(uri string) error {
	data, err := json.Marshal(map[string]string{"uri": uri})
	if err != nil {
		data = nil
	}
	return &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: "Resource not found", Data: data}
}

// unknownPrompt answers for what is hidden and for what does not exist.
func unknownPrompt(name string) error {
	return &jsonrpc.Error{Code: Unknown.info().jsonrpc, Message: fmt.Sprintf("unknown prompt %q", name)}
}

// incomplete refuses a request without params, or without a member nothing can be done without, and records it.
func (s *Server) incomplete(ctx context.Context, req mcp.Request, method, member string) error {
	refusal := missingParams(method, member)
	if failure := s.witness(ctx, method, req, &Error{Code: InvalidInput, cause: refusal, own: true}); failure != nil {
		return failure
	}
	return refusal
}

func missingParams(method, member string) error {
	return &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: fmt.Sprintf("%s needs params with a %s", method, member)}
}
