package mcpgov

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
)

// guard is the one receiving middleware: every decoded message passes it. It answers whatever reaches a target or shows one itself, so that
// no method reaches the SDK that nobody thought of.
func (s *Server) guard(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (res mcp.Result, err error) {
		defer func() {
			if p := recover(); p != nil {
				s.logger.Error("panic outside a handler", slog.String("method", clip(method)), slog.Any("error", panicError(p)))
				res, err = nil, internalError()
			}
			err = markSeen(err)
		}()
		switch method {
		case "initialize", "server/discover":
			return s.greet(ctx, method, req, next)
		case "ping":
			return next(ctx, method, req) // says nothing but that the server lives
		}
		if strings.HasPrefix(method, "notifications/") {
			return next(ctx, method, req)
		}
		if answer := s.answers[method]; answer != nil {
			markGoverned(ctx)
			return answer(ctx, req, next)
		}
		return nil, s.refuseMethod(ctx, method, req)
	}
}

// greet lets a client learn who the server is, and records that it did.
func (s *Server) greet(ctx context.Context, method string, req mcp.Request, next mcp.MethodHandler) (mcp.Result, error) {
	markGoverned(ctx)
	res, err := next(ctx, method, req)
	if failure := s.witness(ctx, method, req, err); failure != nil {
		return nil, failure
	}
	if err != nil {
		return nil, err
	}
	return s.contractNow(res), nil
}

// refuseMethod answers a method this server does not serve, and records it.
func (s *Server) refuseMethod(ctx context.Context, method string, req mcp.Request) error {
	markGoverned(ctx)
	refusal := &jsonrpc.Error{Code: jsonrpc.CodeMethodNotFound, Message: fmt.Sprintf("method %q is not served", clip(method))}
	if failure := s.witness(ctx, method, req, &Error{Code: Unknown, cause: refusal, own: true}); failure != nil {
		return failure
	}
	return refusal
}

// witness records a request that reaches no target. Nobody is identified for it: it gives nothing away.
func (s *Server) witness(ctx context.Context, method string, req mcp.Request, err error) error {
	t := &target{kind: "server", name: clip(method), readOnly: true, timeout: noLimit, level: audit.LevelBasic}
	o := s.open(ctx, t, s.incoming(ctx, req, nil))
	if failure := s.writeOutcome(o.call, err); failure != nil {
		return &jsonrpc.Error{Code: AuditFailed.info().jsonrpc, Message: AuditFailed.info().message}
	}
	return nil
}

func internalError() error {
	return &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: "internal error"}
}
