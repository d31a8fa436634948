package mcpgov

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
)

type transportKey struct{} // the name of a connection's transport

// Run serves one connection, usually standard input and output, until the client leaves or ctx ends.
//
//	err := srv.Run(ctx, &mcp.StdioTransport{})
//
// Nothing but the protocol may be written to standard output meanwhile; logs go to standard error. If ctx carries
// a user ([WithUser]), every call of the connection is that user's.
func (s *Server) Run(ctx context.Context, t mcp.Transport) error {
	if err := s.sdk.Run(connectionContext(ctx, t), s.guarded(t)); err != nil {
		return fmt.Errorf("serving %q: %w", s.plan.config.Name, err)
	}
	return nil
}

// Connect serves one connection in the background, for example one end of [mcp.NewInMemoryTransports], and
// returns its session, with which the host can wait for its end or close it. See [Server.Run] for ctx.
func (s *Server) Connect(ctx context.Context, t mcp.Transport) (*mcp.ServerSession, error) {
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
		Capabilities: s.governance(&mcp.ServerCapabilities{Tools: &mcp.ToolCapabilities{ListChanged: true}}),
		PageSize:     len(s.targets) + 1, // one page: a cursor of the SDK's names the last tool, hidden or not
		SetCacheable: func(_ context.Context, _ mcp.Request, c *mcp.Cacheable) { c.CacheScope = "private" },
	})
	s.advertise(s.current.Load())
	s.sdk.AddReceivingMiddleware(s.guard)
}

// advertise shows the tools as they are under an edition. Clients hear that the list has changed.
func (s *Server) advertise(e *edition) {
	for _, p := range s.plan.parts {
		for _, name := range append([]string{p.spec.Name}, p.spec.Aliases...) {
			tool := p.advertised(e)
			tool.Name = name
			s.sdk.AddTool(tool, s.toolHandler(name, p.target))
		}
	}
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

// advertised is the tool as clients see it under an edition.
func (p *part) advertised(e *edition) *mcp.Tool {
	spec := p.spec
	destructive, openWorld := spec.Destructive, spec.OpenWorld
	tool := &mcp.Tool{
		Name: spec.Name, Title: spec.Title, Description: spec.Description, InputSchema: p.inputSchema,
		Annotations: &mcp.ToolAnnotations{
			ReadOnlyHint: spec.ReadOnly, IdempotentHint: spec.Idempotent,
			DestructiveHint: &destructive, OpenWorldHint: &openWorld,
		},
	}
	if output := p.outputSchema(e); output != nil {
		tool.OutputSchema = output
	}
	if d := spec.Deprecated; d != nil {
		tool.Description += d.notice()
	}
	meta := mcp.Meta{}
	if len(spec.Tags) > 0 {
		meta["mcpgov/tags"] = slices.Clone(spec.Tags)
	}
	if len(spec.Aliases) > 0 {
		meta["mcpgov/aliases"] = slices.Clone(spec.Aliases)
	}
	if len(spec.Errors) > 0 {
		meta["mcpgov/errors"] = advertisedErrors(spec.Errors)
	}
	if len(meta) > 0 {
		tool.Meta = meta
	}
	return tool
}

func advertisedErrors(declared []ErrorSpec) json.RawMessage {
	type row struct {
		Code      Code   `json:"code"`
		Meaning   string `json:"meaning"`
		Retryable bool   `json:"retryable"`
	}
	rows := make([]row, len(declared))
	for i, e := range declared {
		rows[i] = row(e)
	}
	encoded, err := json.Marshal(rows)
	if err != nil {
		return json.RawMessage("[]")
	}
	return encoded
}

func (d *Deprecation) notice() string {
	var b strings.Builder
	b.WriteString("\n\nDeprecated")
	if d.Since != "" {
		b.WriteString(" since " + d.Since)
	}
	if d.Until != "" {
		b.WriteString(", until " + d.Until)
	}
	if d.Use != "" {
		b.WriteString("; use " + d.Use + " instead")
	}
	return b.String() + "."
}
