package mcpgov

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
)

// This is the door of a stdio connection: each message is looked at before the SDK reads it, and what is refused is
// answered and recorded here. HTTP has its own in vet.go, all other transports have that of doorway.go.

// guarded puts the door in front of a transport.
func (s *Server) guarded(t mcp.Transport) mcp.Transport {
	switch t := t.(type) {
	case *mcp.StdioTransport:
		return s.door(os.Stdin, keepOpen{os.Stdout}, t.MaxLineLength)
	case *mcp.IOTransport:
		return s.door(t.Reader, t.Writer, t.MaxLineLength)
	case *mcp.LoggingTransport:
		return &mcp.LoggingTransport{Transport: s.guarded(t.Transport), Writer: t.Writer}
	}
	return &doorway{Transport: t, server: s, name: transportName(t)}
}

func (s *Server) door(r io.ReadCloser, w io.WriteCloser, most int) mcp.Transport {
	if most == 0 {
		most = mcp.DefaultMaxLineLength
	}
	out := &oneAtATime{WriteCloser: w}
	source := &capped{source: r, most: int64(most)}
	reader := &doorReader{Closer: r, server: s, out: out, source: source, messages: json.NewDecoder(source)}
	return &doorway{Transport: &mcp.IOTransport{Reader: reader, Writer: out, MaxLineLength: most}, server: s, name: "stdio", vetted: true}
}

// doorReader hands on, one a line, the messages that may pass.
type doorReader struct {
	io.Closer
	server   *Server
	out      io.Writer
	source   *capped
	messages *json.Decoder
	line     []byte // what is left of the message being handed on
	era      turn
}

// Read reads from messages that may pass.
func (d *doorReader) Read(p []byte) (int, error) {
	for len(d.line) == 0 {
		d.source.next()
		var message json.RawMessage
		err := d.messages.Decode(&message)
		var e envelope
		_, malformed := errors.AsType[*json.SyntaxError](err)
		switch {
		case errors.Is(err, errTooLong), err == nil && d.source.most > 0 && int64(len(message)) > d.source.most:
			err = errTooLong
			e.refuse(jsonrpc.CodeParseError, errTooLong)
		case malformed, errors.Is(err, io.ErrUnexpectedEOF):
			e.refuse(jsonrpc.CodeParseError, errors.New("this is no JSON; the connection ends, because where the next message begins cannot be told"))
		case err != nil: // the connection's end, not a message's fault
			return 0, err //nolint:wrapcheck // io.EOF has to stay what it is
		default:
			e = readEnvelope(message)
			d.era.take(&e)
		}
		if e.refusal == nil {
			d.line = append(message, '\n')
			break
		}
		if d.server.recordEnvelope(audit.Client{Transport: "stdio"}, e) != nil {
			e.refuse(AuditFailed.info().jsonrpc, errors.New(AuditFailed.info().message))
		}
		if !e.response && (e.id != nil || e.method == "") { // neither an answer nor a notification wants one
			if _, failed := d.out.Write(append(e.answer(), '\n')); failed != nil {
				return 0, io.EOF
			}
		}
		if err != nil {
			return 0, io.EOF
		}
	}
	n := copy(p, d.line)
	d.line = d.line[n:]
	return n, nil
}

// capped bounds what one message may be read from.
type capped struct {
	source     io.Reader
	most, left int64
}

var errTooLong = errors.New("the message is too long")

func (c *capped) next() { c.left = c.most }

// Read reads from below.
func (c *capped) Read(p []byte) (int, error) {
	if c.most > 0 && c.left <= 0 {
		return 0, errTooLong
	}
	n, err := c.source.Read(p)
	c.left -= int64(n)
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}

// oneAtATime keeps our answers and the SDK's apart.
type oneAtATime struct {
	io.WriteCloser
	mu sync.Mutex
}

// Write writes the whole of p.
func (w *oneAtATime) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.WriteCloser.Write(p) //nolint:wrapcheck // a pass-through
}

// keepOpen is a writer that closing a connection leaves open, as the SDK does with standard output.
type keepOpen struct{ io.Writer }

func (keepOpen) Close() error { return nil }

// recordEnvelope records a message that no governed stage will see.
func (s *Server) recordEnvelope(client audit.Client, e envelope) error {
	code := InvalidInput
	if e.code == jsonrpc.CodeMethodNotFound {
		code = Unknown
	}
	return s.write(context.Background(), &audit.Record{
		Kind: audit.KindOutcome, CallID: newCallID(), Time: time.Now(), Server: s.current.Load().identity, Client: client,
		Target: audit.Target{Kind: "server", Name: clip(e.method), ReadOnly: true}, Level: audit.LevelBasic,
		Decision: "deny", Outcome: string(code), Category: string(code.Category()), Cause: clipTo(e.refusal.Error(), 2*maxClientText),
	})
}
