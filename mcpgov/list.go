package mcpgov

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/policy"
)

// listTools walks the shorter path of lists: open, identify, filter, seal. What it shows is what some arguments
// could admit for this caller; the same rules decide as for a call.
func (s *Server) listTools(ctx context.Context, method string, req mcp.Request, next mcp.MethodHandler) (mcp.Result, error) {
	markGoverned(ctx)
	t := &target{kind: "list", name: "tools", readOnly: true, timeout: noLimit, level: audit.LevelBasic}
	o := s.open(ctx, t, s.incoming(ctx, req, nil))
	shown, err := s.filterTools(o, method, req, next)
	if failure := s.writeOutcome(o.call, err); failure != nil {
		err = refuse(AuditFailed, failure)
	}
	if err != nil {
		code := CodeOf(err).info()
		return nil, &jsonrpc.Error{Code: code.jsonrpc, Message: code.message}
	}
	return shown, nil
}

func (s *Server) filterTools(o opened, method string, req mcp.Request, next mcp.MethodHandler) (mcp.Result, error) {
	caller, err := s.who(o.ctx, &o.raw)
	if err != nil {
		return nil, err
	}
	o.caller = caller
	o.noteCaller()
	if !s.rates.allow(rateKey(caller, &o.raw), o.begun) {
		return nil, refuse(Limited, errRate)
	}
	res, err := next(o.ctx, method, req)
	if err != nil {
		return nil, refuse(InvalidInput, err)
	}
	all, ok := res.(*mcp.ListToolsResult)
	if !ok {
		return nil, refuse(Failed, errNoList)
	}
	shown := *all // the SDK's list shares its tools with the server: filter a copy
	shown.Tools = []*mcp.Tool{}
	for _, tool := range all.Tools {
		t, ok := s.targets[tool.Name]
		if !ok || t.name != tool.Name {
			continue // old names are answered but not listed
		}
		if s.readOnly && !t.readOnly {
			continue
		}
		decision, err := s.visible(o.call, t)
		if err != nil {
			s.noteHidden(o.call, t, err)
		}
		if err == nil && decision.Effect != policy.Deny {
			shown.Tools = append(shown.Tools, tool)
		}
	}
	return &shown, nil
}

// noteHidden says where a rule failed while a list was made: nobody calls what he is not shown, so no call will.
func (s *Server) noteHidden(c *call, t *target, err error) {
	e := policyFailure(err)
	note := fmt.Sprintf("%s hidden: rule %s failed: %s", t.name, e.rule, errorText(err))
	c.draft.Note = clipTo(joinNote(c.draft.Note, note), maxRecordedCause)
	s.logger.Warn("a rule failed while tools were listed", slog.String("call_id", c.id), slog.String("target", t.name),
		slog.String("rule", e.rule), slog.Any("error", err))
}
