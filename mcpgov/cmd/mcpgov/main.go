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
	signal.Ignore(syscall.SIGPIPE) // a reader that has enough is an error like others: temporary files are removed before the end
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	code := cli.Run(ctx, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
