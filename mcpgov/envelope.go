package mcpgov

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// Some messages the SDK refuses before any of our code sees them: those that are no JSON, name a method it does
// not know, or have params it cannot read. They are looked at as they come in, so that they leave a record, too.

// sdkMethods are the methods whose messages reach the guard, which records them.
func sdkMethods() []string {
	return []string{
		"initialize", "ping", "server/discover", "tools/list", "tools/call", "prompts/list", "prompts/get", "resources/list",
		"resources/read", "resources/templates/list", "resources/subscribe", "resources/unsubscribe", "subscriptions/listen",
		"completion/complete", "logging/setLevel", "notifications/initialized", "notifications/cancelled",
		"notifications/progress", "notifications/roots/list_changed",
	}
}

// envelope is what one message is, as far as it can be told without reading its arguments.
type envelope struct {
	method string
	broken error // it is no message: not JSON, or ambiguous
	doomed error // it is one that the SDK will refuse
}

// readEnvelope looks at a message, not into the values it carries: those are read once, later, by their schema.
func readEnvelope(raw []byte) (e envelope) {
	var method, params []byte
	e.broken = strictjson.Members(raw, func(name string, value []byte) {
		switch name {
		case "method":
			method = value
		case "params":
			params = value
		}
	})
	switch {
	case e.broken != nil || method == nil: // a response has no method
		return e
	case json.Unmarshal(method, &e.method) != nil:
		e.broken = errors.New("method is no text")
	case !slices.Contains(sdkMethods(), e.method):
		e.doomed = errors.New("the method is not known")
	case params != nil && string(params) != "null":
		e.readParams(params)
	case e.method == "tools/call":
		e.doomed = errors.New("params are missing")
	}
	return e
}

// readParams looks at those members of params that the SDK reads before any handler.
func (e *envelope) readParams(params []byte) {
	named := e.method != "tools/call"
	err := strictjson.Members(params, func(name string, value []byte) {
		switch {
		case name == "name" && value[0] == '"':
			named = true
		case name == "cursor" && value[0] != '"' && value[0] != 'n':
			e.doomed = errors.New("params.cursor is no text")
		case name == "_meta" && value[0] != '{' && value[0] != 'n':
			e.doomed = errors.New("params._meta is no object")
		}
	})
	switch {
	case err != nil:
		e.broken = fmt.Errorf("params: %w", err)
	case !named && e.doomed == nil:
		e.doomed = errors.New("params.name is no text")
	}
}

// recordEnvelope records a message that no governed stage will see.
func (s *Server) recordEnvelope(client audit.Client, e envelope) error {
	cause, code := e.broken, InvalidInput
	if cause == nil {
		cause = e.doomed
	}
	return s.write(context.Background(), &audit.Record{
		Kind: audit.KindOutcome, CallID: newCallID(), Time: time.Now(), Server: s.identity, Client: client,
		Target: audit.Target{Kind: "server", Name: clip(e.method), ReadOnly: true}, Level: audit.LevelBasic,
		Decision: "deny", Outcome: string(code), Category: string(code.Category()), Cause: clip(cause.Error()),
	})
}

// watched puts the look at incoming lines in front of a stdio transport; others come as they are.
func (s *Server) watched(t mcp.Transport) mcp.Transport {
	switch t := t.(type) {
	case *mcp.StdioTransport:
		return &mcp.IOTransport{Reader: s.lines(os.Stdin), Writer: keepOpen{os.Stdout}, MaxLineLength: t.MaxLineLength}
	case *mcp.IOTransport:
		return &mcp.IOTransport{Reader: s.lines(t.Reader), Writer: t.Writer, MaxLineLength: t.MaxLineLength}
	}
	return t
}

func (s *Server) lines(r io.ReadCloser) io.ReadCloser {
	return &lineWatch{ReadCloser: r, seen: func(line []byte) {
		if e := readEnvelope(line); e.broken != nil || e.doomed != nil {
			// The SDK answers the message; a sink that fails here was logged by write.
			_ = s.recordEnvelope(audit.Client{Transport: "stdio"}, e)
		}
	}}
}

// lineWatch shows each line it has passed on. A line longer than the SDK takes is not shown: the connection ends.
type lineWatch struct {
	io.ReadCloser
	seen    func(line []byte)
	partial []byte
	tooLong bool
}

// Read reads from below.
func (w *lineWatch) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte{'\n'})
		rest = after
		if w.tooLong = w.tooLong || len(w.partial)+len(line) > mcp.DefaultMaxLineLength; w.tooLong {
			w.partial = nil
		} else {
			w.partial = append(w.partial, line...)
		}
		if ended {
			if full := bytes.TrimSpace(w.partial); len(full) > 0 && full[0] != '[' { // elements of a batch pass the guard
				w.seen(full)
			}
			w.partial, w.tooLong = w.partial[:0], false
		}
	}
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}

// keepOpen is a writer that closing a connection leaves open, as the SDK does with standard output.
type keepOpen struct{ io.Writer }

func (keepOpen) Close() error { return nil }
