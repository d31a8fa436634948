package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// serveStdio serves the one client that started the program. There are no tokens on a pipe: the host vouches for its user.
func serveStdio(ctx context.Context, who persona, dir string, logger *slog.Logger) (err error) {
	log, srv, err := governed(dir, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	logger.Info("serving standard input and output", slog.String("as", who.user.ID), slog.String("role", who.user.Role), slog.String("audit_log", dir))
	if err := srv.Run(mcpgov.WithUser(ctx, who.user), &mcp.StdioTransport{}); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// serveHTTP serves until ctx ends, and lets the calls under way finish.
func serveHTTP(ctx context.Context, address, dir string, logger *slog.Logger) (err error) {
	log, srv, err := governed(dir, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	web, err := listen(ctx, address, srv)
	if err != nil {
		return err
	}
	logger.Info("serving HTTP", slog.String("url", web.url), slog.String("tokens", "demo-token-sam, demo-token-mia, demo-token-carla"),
		slog.String("audit_log", dir))
	select {
	case <-ctx.Done():
	case err = <-web.failed:
	}
	logger.Info("shutting down")
	return errors.Join(err, web.close(context.WithoutCancel(ctx)))
}

// governed opens the audit log in dir and makes the server that writes to it.
func governed(dir string, logger *slog.Logger) (*trail, *mcpgov.Server, error) {
	s, err := openStore()
	if err != nil {
		return nil, nil, err
	}
	log, err := openTrail(dir, logger)
	if err != nil {
		return nil, nil, err
	}
	srv, err := newServer(s, log, log.key, logger)
	if err != nil {
		return nil, nil, errors.Join(err, log.Close())
	}
	return log, srv, nil
}

// website is a governed server on a listening socket.
type website struct {
	url    string
	failed <-chan error // gets one error, nil after close
	server *http.Server
	crm    *mcpgov.Server
}

func listen(ctx context.Context, address string, srv *mcpgov.Server) (*website, error) {
	handler, err := srv.Handler(&mcpgov.HTTPOptions{Verify: verifyToken})
	if err != nil {
		return nil, err
	}
	socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	failed := make(chan error, 1)
	web := &website{
		url: "http://" + socket.Addr().String() + "/mcp", failed: failed, crm: srv,
		server: &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second},
	}
	go func() {
		if err := web.server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
		close(failed)
	}()
	return web, nil
}

// close waits up to five seconds for requests under way. Event streams that clients hold open would never end by themselves, and are cut.
func (w *website) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := w.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = w.server.Close()
	}
	return errors.Join(err, <-w.failed, w.crm.Close(ctx)) // the log says when the server stopped
}
