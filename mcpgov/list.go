package mcpgov

import (
	"context"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
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
	shown.Tools = slices.DeleteFunc(slices.Clone(all.Tools), func(tool *mcp.Tool) bool { return !s.lists(o, tool.Name) })
	if shown.Tools == nil {
		shown.Tools = []*mcp.Tool{}
	}
	return &shown, nil
}

// lists reports whether the caller may see the tool in a list. Old names are answered but not listed.
func (s *Server) lists(o opened, name string) bool {
	t, ok := s.targets[name]
	if !ok || t.name != name {
		return false
	}
	visible, err := s.visible(o.ctx, t, o.caller, &o.raw, o.begun)
	return err == nil && visible
}
