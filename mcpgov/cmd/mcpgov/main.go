// Command mcpgov asks and keeps the audit logs of governed MCP servers: see mcpgov audit --help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/mcpgov/go-sdk/mcpgov/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
