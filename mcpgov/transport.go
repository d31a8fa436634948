package mcpgov

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
)

type transportKey struct{} // the name of a connection's transport

// Run serves one connection, usually standard input and output, until the client leaves or ctx ends.
//
//	err := srv.Run(ctx, &mcp.StdioTransport{})
//
// Nothing but the protocol may be written to standard output meanwhile; logs go to standard error. If ctx carries
// a user ([WithUser]), every call of the connection is that user's. Whatever transport t is, a message that is refused before MCP
// begins leaves a record, too.
func (s *Server) Run(ctx context.Context, t mcp.Transport) error {
	s.serving(ctx, true)
	defer s.ran(context.WithoutCancel(ctx))
	if err := s.sdk.Run(connectionContext(ctx, t), s.guarded(t)); err != nil {
		return fmt.Errorf("serving %q: %w", s.plan.config.Name, err)
	}
	return nil
}

// Connect serves one connection in the background, for example one end of [mcp.NewInMemoryTransports], and
// returns its session, with which the host can wait for its end or close it. See [Server.Run] for ctx.
func (s *Server) Connect(ctx context.Context, t mcp.Transport) (*mcp.ServerSession, error) {
	s.serving(ctx, false)
	session, err := s.sdk.Connect(connectionContext(ctx, t), s.guarded(t), nil)
	if err != nil {
		return nil, fmt.Errorf("connecting to %q: %w", s.plan.config.Name, err)
	}
	return session, nil
}

func connectionContext(ctx context.Context, t mcp.Transport) context.Context {
	return withConnection(context.WithValue(ctx, transportKey{}, transportName(t)))
}

// transportName is what rules and records call a connection's transport.
func transportName(t mcp.Transport) string {
	switch t := t.(type) {
	case *mcp.StdioTransport, *mcp.IOTransport:
		return "stdio"
	case *mcp.InMemoryTransport:
		return "memory"
	case *mcp.LoggingTransport:
		return transportName(t.Transport)
	}
	return "custom"
}

// serve builds the SDK's server: every tool behind the path, one middleware before everything.
func (s *Server) serve(config Config) {
	s.sdk = mcp.NewServer(&mcp.Implementation{Name: config.Name, Title: config.Title, Version: config.Version}, &mcp.ServerOptions{
		Instructions: config.Instructions,
		Logger:       slog.New(onlyWarnings{s.logger.Handler()}),
		Capabilities: s.governance(s.capabilities()),
		SetCacheable: func(_ context.Context, _ mcp.Request, c *mcp.Cacheable) { c.CacheScope = "private" },
		// Whoever comes here was let through by the guard, URI by URI.
		SubscribeHandler:   func(context.Context, *mcp.SubscribeRequest) error { return nil },
		UnsubscribeHandler: func(context.Context, *mcp.UnsubscribeRequest) error { return nil },
	})
	s.advertise(s.current.Load())
	s.sdk.AddReceivingMiddleware(s.guard)
	s.sdk.AddSendingMiddleware(s.announce)
}

// capabilities are what the server can do, by what it has to serve.
func (s *Server) capabilities() *mcp.ServerCapabilities {
	c := &mcp.ServerCapabilities{}
	if len(s.targets.tools) > 0 {
		c.Tools = &mcp.ToolCapabilities{ListChanged: true}
	}
	if s.answers["resources/read"] != nil {
		c.Resources = &mcp.ResourceCapabilities{ListChanged: true, Subscribe: true}
	}
	if s.answers["prompts/get"] != nil {
		c.Prompts = &mcp.PromptCapabilities{ListChanged: true}
	}
	if s.answers["completion/complete"] != nil {
		c.Completions = &mcp.CompletionCapabilities{}
	}
	return c
}

// advertise gives the SDK the features as they are under an edition, and has it tell its sessions that the lists have changed; which of
// them hear it, announce decides. Calls are answered by the guard and never by the SDK: what it has in their place knows nothing.
func (s *Server) advertise(e *edition) {
	for _, p := range s.plan.parts {
		switch feature := p.advertise(e).(type) {
		case *mcp.Tool:
			s.sdk.AddTool(feature, func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) { return nil, internalError() })
		case *mcp.Resource:
			s.sdk.AddResource(feature, unanswered)
		case *mcp.ResourceTemplate:
			s.sdk.AddResourceTemplate(feature, unanswered)
		case *mcp.Prompt:
			s.sdk.AddPrompt(feature, func(context.Context, *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
				return nil, internalError()
			})
		}
	}
}

func unanswered(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
	return nil, internalError()
}

// recordingMode is what clients are told of how calls are recorded, who may want to hold the server to it.
func recordingMode(config Config) string {
	switch {
	case config.Audit == audit.Discard():
		return "none"
	case config.BestEffortAudit:
		return "best_effort"
	}
	return "strict"
}
