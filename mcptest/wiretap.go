package mcptest

import (
	"bytes"
	"context"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// wiretap keeps every message the client reads: what a test compares is what really left the server, before any
// client has decoded it.
type wiretap struct {
	inner mcp.Transport
	mu    sync.Mutex
	seen  bytes.Buffer
}

// Connect connects the transport below.
func (w *wiretap) Connect(ctx context.Context) (mcp.Connection, error) {
	conn, err := w.inner.Connect(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // a pass-through
	}
	return &tappedConn{conn, w}, nil
}

func (w *wiretap) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen.Reset()
}

func (w *wiretap) bytes() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bytes.Clone(w.seen.Bytes())
}

type tappedConn struct {
	mcp.Connection
	tap *wiretap
}

// Read reads a message and keeps a copy.
func (c *tappedConn) Read(ctx context.Context) (jsonrpc.Message, error) {
	msg, err := c.Connection.Read(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // a pass-through
	}
	if encoded, err := jsonrpc.EncodeMessage(msg); err == nil {
		c.tap.mu.Lock()
		c.tap.seen.Write(encoded)
		c.tap.seen.WriteByte('\n')
		c.tap.mu.Unlock()
	}
	return msg, nil
}
