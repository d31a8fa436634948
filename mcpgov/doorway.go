package mcpgov

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
)

// This is the door of connections that are no stream of ours, such as those in memory and those of a host's own transport: messages come
// decoded, and what is refused is answered and recorded before the SDK sees it. A batch, which a connection in memory reads in any version
// when its session is not told to it, comes message by message as well.

// doorway puts the door in front of a transport.
type doorway struct {
	mcp.Transport
	server *Server
	name   string // of the transport, in records
	vetted bool   // each message was looked at before: only what a connection knows is left to see
}

// Connect connects the transport.
func (d *doorway) Connect(ctx context.Context) (mcp.Connection, error) {
	if d.Transport == nil {
		return nil, errors.New("the transport is nil; name one, such as &mcp.StdioTransport{}")
	}
	connection, err := d.Transport.Connect(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // the host's own words
	}
	return &doorConnection{Connection: connection, doorway: d, asked: map[jsonrpc.ID]string{}, closed: make(chan struct{})}, nil
}

// SupportsProtocolVersion passes on what the transport says of itself.
func (d *doorway) SupportsProtocolVersion(version string) bool {
	t, limited := d.Transport.(mcp.ProtocolVersionSupporter)
	return !limited || t.SupportsProtocolVersion(version)
}

type doorConnection struct {
	mcp.Connection
	doorway *doorway
	era     turn
	mu      sync.Mutex
	asked   map[jsonrpc.ID]string  // the methods of requests without an answer yet
	answers chan *jsonrpc.Response // of ours, on their way; nil before the first
	closing sync.Once
	closed  chan struct{}
}

// Read reads the next message that may pass.
func (d *doorConnection) Read(ctx context.Context) (jsonrpc.Message, error) {
	for {
		message, err := d.Connection.Read(ctx)
		if err != nil {
			d.ended(ctx, err)
			return nil, err //nolint:wrapcheck // io.EOF has to stay what it is
		}
		var id jsonrpc.ID
		var e envelope
		switch m := message.(type) {
		case *jsonrpc.Request:
			if e = d.look(m); e.id != nil {
				id = m.ID
			}
		case *jsonrpc.Response:
			id = m.ID
			if len(m.Result) == 0 && m.Error == nil && !d.doorway.vetted {
				e.refuse(jsonrpc.CodeInvalidRequest, errors.New("this is neither request, notification nor response"))
			}
		}
		if e.refusal == nil {
			return message, nil
		}
		d.refuse(ctx, id, e)
	}
}

// look judges a request or notification.
func (d *doorConnection) look(r *jsonrpc.Request) (e envelope) {
	e.method = r.Method
	if r.IsCall() {
		e.id = json.RawMessage{} // that there is one is all that counts here
	}
	if !d.doorway.vetted {
		if garbled(r.Method) {
			e.refuse(jsonrpc.CodeInvalidRequest, errors.New("method is no text"))
		} else {
			e.readParams(r.Params)
		}
		d.era.take(&e)
	}
	if e.refusal == nil && r.IsCall() && !d.ask(r) {
		e.refuse(jsonrpc.CodeInvalidRequest, errors.New("a request with this id is still being answered; give each an id of its own"))
		e.id = nil // the client would take it for the answer to the other
	}
	return e
}

// ask notes a request; false: one with its id has no answer yet.
func (d *doorConnection) ask(r *jsonrpc.Request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, taken := d.asked[r.ID]; taken {
		return false
	}
	d.asked[r.ID] = r.Method
	return true
}

// Write writes a message of the SDK.
func (d *doorConnection) Write(ctx context.Context, message jsonrpc.Message) error {
	if response, ok := message.(*jsonrpc.Response); ok {
		d.mu.Lock()
		method := d.asked[response.ID]
		delete(d.asked, response.ID)
		d.mu.Unlock()
		d.recordWithdrawn(method, response)
	}
	return d.Connection.Write(ctx, message) //nolint:wrapcheck // a pass-through
}

// refuse records a message, and answers it if it wants an answer.
func (d *doorConnection) refuse(ctx context.Context, id jsonrpc.ID, e envelope) {
	if d.doorway.server.recordEnvelope(audit.Client{Transport: d.doorway.name}, e) != nil {
		e.refuse(AuditFailed.info().jsonrpc, errors.New(AuditFailed.info().message))
	}
	if !id.IsValid() {
		return
	}
	refusal := &jsonrpc.Error{Code: e.code, Message: e.refusal.Error()}
	if e.data != nil {
		refusal.Data, _ = json.Marshal(e.data) // of plain texts: it cannot fail
	}
	if d.answers == nil {
		d.answers = make(chan *jsonrpc.Response, mostAnswers)
		go d.answer(context.WithoutCancel(ctx), d.answers)
	}
	select {
	case d.answers <- &jsonrpc.Response{ID: id, Error: refusal}:
	case <-d.closed:
	}
}

// mostAnswers is how many refusals a client may leave unread before no more is read of it.
const mostAnswers = 64

// answer writes our answers until the connection is closed. Reading must not wait for a client that does not read.
func (d *doorConnection) answer(ctx context.Context, answers <-chan *jsonrpc.Response) {
	for {
		select {
		case a := <-answers:
			if d.Connection.Write(ctx, a) != nil {
				_ = d.Close() // as the SDK would
				return
			}
		case <-d.closed:
			return
		}
	}
}

// ended records a connection that ends because what came is no message: where the next begins cannot be told.
func (d *doorConnection) ended(ctx context.Context, err error) {
	if d.doorway.vetted || ctx.Err() != nil || isEnd(err) {
		return
	}
	select {
	case <-d.closed:
		return
	default:
	}
	var e envelope
	e.refuse(jsonrpc.CodeParseError, errors.New("this is no message of JSON-RPC; the connection ends")) // the error may quote what nobody has masked
	_ = d.doorway.server.recordEnvelope(audit.Client{Transport: d.doorway.name}, e)                     // nothing is left to be withheld
}

// isEnd reports whether an error is of the connection, not of a message.
func isEnd(err error) bool {
	for _, end := range []error{io.EOF, io.ErrClosedPipe, net.ErrClosed, os.ErrClosed, mcp.ErrConnectionClosed, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return true
		}
	}
	_, network := errors.AsType[net.Error](err)
	return network
}

// Close closes the connection.
func (d *doorConnection) Close() error {
	d.closing.Do(func() { close(d.closed) })
	return d.Connection.Close() //nolint:wrapcheck // a pass-through
}
