package mcptest

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// Era is a generation of the protocol. The zero Era is the newest.
type Era string

// The two eras servers have to serve.
const (
	Stateless Era = "2026-07-28" // every request stands alone
	Sessions  Era = "2025-11-25" // initialize, then a session
)

// Harness drives one server in memory, through real protocol messages and a real client. It belongs to one test
// and cleans up with it; its methods may be called from many goroutines.
type Harness struct {
	tb  testing.TB
	srv *mcpgov.Server
	era Era
}

// New returns a harness for srv in the newest era. A nil server fails the test.
func New(tb testing.TB, srv *mcpgov.Server) *Harness {
	tb.Helper()
	if srv == nil {
		tb.Fatal("mcptest.New: the server is nil: check the error of mcpgov.New first")
	}
	return &Harness{tb: tb, srv: srv, era: Stateless}
}

// In returns a harness for the same server whose clients speak era.
func (h *Harness) In(era Era) *Harness {
	return &Harness{tb: h.tb, srv: h.srv, era: era}
}

// EachEra runs f once for each era, as subtests named after them.
func EachEra(t *testing.T, srv *mcpgov.Server, f func(t *testing.T, h *Harness)) {
	t.Helper()
	for _, era := range []Era{Stateless, Sessions} {
		t.Run(string(era), func(t *testing.T) { f(t, New(t, srv).In(era)) })
	}
}

// As returns a client whose connection belongs to u: the host vouches for it, as a host does for a stdio
// connection, and the server's Identifier is not asked.
func (h *Harness) As(u mcpgov.User) *Client {
	h.tb.Helper()
	return h.connect(mcpgov.WithUser(h.tb.Context(), u), u.ID)
}

// Client returns a client nobody vouches for: the server's Identifier is asked who calls.
func (h *Harness) Client() *Client {
	h.tb.Helper()
	return h.connect(h.tb.Context(), "")
}

func (h *Harness) connect(ctx context.Context, who string) *Client {
	h.tb.Helper()
	ctx = context.WithoutCancel(ctx) // the test's context ends before its cleanups: the connection must not
	serverEnd, clientEnd := mcp.NewInMemoryTransports()
	server, err := h.srv.Connect(ctx, serverEnd)
	if err != nil {
		h.tb.Fatalf("mcptest: connecting the server: %v", err)
	}
	wire := &wiretap{inner: clientEnd}
	client := mcp.NewClient(&mcp.Implementation{Name: "mcptest", Version: "1"}, nil)
	session, err := client.Connect(ctx, wire, &mcp.ClientSessionOptions{ProtocolVersion: string(h.era)})
	if err != nil {
		h.tb.Fatalf("mcptest: connecting the client: %v", err)
	}
	if got := session.InitializeResult().ProtocolVersion; got != string(h.era) {
		h.tb.Fatalf("mcptest: the server speaks %s, the test asked for %s", got, h.era)
	}
	h.tb.Cleanup(func() {
		// Closing twice, or after the server went first, is no fault of the test.
		_ = session.Close()
		_ = server.Wait()
	})
	return &Client{h: h, who: who, session: session, wire: wire, calls: &sync.Mutex{}}
}

// hasTool reports whether the server has the tool, whoever may see it.
func (h *Harness) hasTool(name string) bool {
	for _, tool := range h.srv.Manifest().Tools {
		aliases, _ := tool.Meta["mcpgov/aliases"].([]string)
		if tool.Name == name || slices.Contains(aliases, name) {
			return true
		}
	}
	return false
}
