package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// explorer is a governed server over one database, with what it has to close.
type explorer struct {
	server   *mcpgov.Server
	sql      *freesql.Explorer
	database *duckdb.Database // nil with workers: they open the file themselves
	log      *audit.Log
}

// open opens the log and the database, and makes the server.
func open(ctx context.Context, s settings, logger *slog.Logger) (_ *explorer, err error) {
	e := &explorer{}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close(context.WithoutCancel(ctx)))
		}
	}()
	if e.log, err = audit.Open(s.auditDir, &audit.Options{Logger: logger}); err != nil {
		return nil, fmt.Errorf("the audit log: %w", err)
	}
	opts := freesql.Options{
		System: "explorer", Mode: freesql.ReadOnly, AllowedSchemas: s.schemas, MaxRows: s.maxRows,
		Timeout: s.timeout, Concurrent: s.concurrent, Logger: logger, DebugErrors: s.debug,
	}
	if s.worker {
		opts.Worker = &freesql.Worker{Path: s.database, MemoryBytes: s.memoryMiB << 20}
	} else {
		if e.database, err = duckdb.Open(ctx, duckdb.Options{Path: s.database, Schemas: s.schemas, MemoryBytes: s.memoryMiB << 20, Logger: logger}); err != nil {
			return nil, err
		}
		opts.Database = e.database
	}
	if e.sql, err = freesql.Open(ctx, opts); err != nil {
		return nil, err
	}
	// Whoever gets here may ask. A real server's rules name roles, and its Options.Rights say what each caller may read.
	rules := &policy.Set{Blocks: []policy.Block{
		{Tools: []string{"query", "list_tables", "describe_table"}, Input: []policy.Rule{{Condition: "true", Action: policy.ActionAllow}}},
		{Resources: []string{"database://*"}, Input: []policy.Rule{{Condition: "true", Action: policy.ActionAllow}}},
	}}
	e.server, err = mcpgov.New(mcpgov.Config{
		Name: "sqlexplorer", Version: "1.0.0", Title: "SQL explorer", Policy: rules, Audit: e.log, Identify: identify, Logger: logger,
		Instructions: "Read-only SQL over a DuckDB database. See list_tables and describe_table first; then query with one SELECT.",
	}, e.sql.Features()...)
	return e, err
}

// identify tells who calls: the owner of the token, or nobody in particular.
func identify(_ context.Context, c mcpgov.Credentials) (mcpgov.Caller, error) {
	if c.Token != nil {
		return mcpgov.Caller{User: mcpgov.User{ID: c.Token.UserID}}, nil
	}
	return mcpgov.Caller{User: mcpgov.User{Anonymous: true}}, nil
}

// close closes what was opened, the last first.
func (e *explorer) close(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if e.server != nil {
		err = e.server.Close(ctx)
	}
	if e.sql != nil {
		err = errors.Join(err, e.sql.Close(ctx))
	}
	if e.database != nil {
		err = errors.Join(err, e.database.Close())
	}
	if e.log != nil {
		err = errors.Join(err, e.log.Close())
	}
	return err
}

// serveStdio serves the client that started the program, until it leaves.
func (e *explorer) serveStdio(ctx context.Context) error {
	if err := e.server.Run(ctx, &mcp.StdioTransport{}); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// serveHTTP serves until ctx ends, and lets the calls under way finish.
func (e *explorer) serveHTTP(ctx context.Context, address, token string, logger *slog.Logger) error {
	options := &mcpgov.HTTPOptions{}
	if token != "" {
		options.Verify = verifier(token)
	}
	handler, err := e.server.Handler(options)
	if err != nil {
		return err
	}
	socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	if own, ok := socket.Addr().(*net.TCPAddr); token == "" && (!ok || !own.IP.IsLoopback()) {
		return errors.Join(errors.New("without SQLEXPLORER_TOKEN only this machine is served: write -http 127.0.0.1:PORT"), socket.Close())
	}
	logger.Info("listening", slog.String("url", "http://"+socket.Addr().String()+"/mcp"), slog.Bool("token", token != ""))
	web := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(socket) }()
	select {
	case err = <-ended:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err = web.Shutdown(patience); err != nil { // event streams do not end by themselves
		err = web.Close()
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// verifier knows one token. In its place belongs what checks the signature, issuer, audience and expiry of a token.
func verifier(secret string) auth.TokenVerifier {
	return func(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
		if subtle.ConstantTimeCompare([]byte(token), []byte(secret)) != 1 {
			return nil, auth.ErrInvalidToken
		}
		return &auth.TokenInfo{UserID: "token", Expiration: time.Now().Add(time.Hour)}, nil
	}
}
