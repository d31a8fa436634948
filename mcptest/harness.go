package mcptest

import (
	"cmp"
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
// and cleans up with it.
//
// A harness and its clients may be used from many goroutines at once, but what fails there ends the test with
// FailNow, which testing allows in the test's own goroutine only. So connect with As in the test, and in other
// goroutines call, read the Result's Code, Text and Raw, and report with Error; or collect the Results and check them
// in the test.
type Harness struct {
	tb       testing.TB
	srv      *mcpgov.Server
	era      Era
	manifest func() mcpgov.Manifest // read once: it does not change
}

// New returns a harness for srv in the newest era. A nil server fails the test.
func New(tb testing.TB, srv *mcpgov.Server) *Harness {
	tb.Helper()
	if srv == nil {
		tb.Fatal("mcptest.New: the server is nil: check the error of mcpgov.New first")
	}
	return &Harness{tb: tb, srv: srv, era: Stateless, manifest: sync.OnceValue(srv.Manifest)}
}

// In returns a harness for the same server whose clients speak era; "" is the newest.
func (h *Harness) In(era Era) *Harness {
	return &Harness{tb: h.tb, srv: h.srv, era: cmp.Or(era, Stateless), manifest: h.manifest}
}

// EachEra runs f once for each era, as subtests named after them.
func EachEra(t *testing.T, srv *mcpgov.Server, f func(t *testing.T, h *Harness)) {
	t.Helper()
	for _, era := range []Era{Stateless, Sessions} {
		t.Run(string(era), func(t *testing.T) { f(t, New(t, srv).In(era)) })
	}
}

// As returns a client whose connection belongs to u: the host vouches for it, as a host does for a stdio
// connection, and the server's Identifier is not asked. A user who has no ID and is not Anonymous fails the test: a
// server would refuse every call of theirs.
func (h *Harness) As(u mcpgov.User) *Client {
	h.tb.Helper()
	if u.ID == "" && !u.Anonymous {
		h.tb.Fatal("As: the user has no ID and is not Anonymous")
	}
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

// tool returns the tool as the server advertises it, whoever may see it; nil for an unknown name.
func (h *Harness) tool(name string) *mcp.Tool {
	for _, tool := range h.manifest().Tools {
		aliases, _ := tool.Meta["mcpgov/aliases"].([]string)
		if tool.Name == name || slices.Contains(aliases, name) {
			return tool
		}
	}
	return nil
}

// contract returns what the result's tool may return.
func (r *Result) contract() contract {
	tool := r.h.tool(r.tool)
	if tool == nil || tool.OutputSchema == nil {
		return newContract(true)
	}
	return newContract(tool.OutputSchema)
}
