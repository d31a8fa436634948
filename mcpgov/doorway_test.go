package mcpgov_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// hostTransport is one of a host's own.
type hostTransport struct{ mcp.Transport }

// unlike is a message as a client of the SDK would never send it.
func unlike(id any, method, params string) *jsonrpc.Request {
	name, _ := jsonrpc.MakeID(id)
	return &jsonrpc.Request{ID: name, Method: method, Params: json.RawMessage(params)}
}

const helloParams = `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}}`

// bareClient writes and reads messages as they are.
type bareClient struct {
	mcp.Connection
	t *testing.T
}

func (c *bareClient) send(messages ...*jsonrpc.Request) {
	c.t.Helper()
	for _, m := range messages {
		require.NoError(c.t, c.Write(c.t.Context(), m))
	}
}

// answer reads the next message, which answers.
func (c *bareClient) answer() *jsonrpc.Response {
	c.t.Helper()
	m, err := c.Read(c.t.Context())
	require.NoError(c.t, err)
	require.IsType(c.t, &jsonrpc.Response{}, m)
	return m.(*jsonrpc.Response)
}

// bareConnection connects a server in memory, as it is or as a host's own transport.
func bareConnection(t *testing.T, s *mcpgov.Server, custom bool) *bareClient {
	t.Helper()
	here, there := mcp.NewInMemoryTransports()
	var transport mcp.Transport = here
	if custom {
		transport = hostTransport{here}
	}
	_, err := s.Connect(mcpgov.WithUser(t.Context(), nobody), transport)
	require.NoError(t, err)
	connection, err := there.Connect(t.Context())
	require.NoError(t, err)
	return &bareClient{connection, t}
}

// since are the records of requests but the greeting.
func since(log *mcptest.Recorder) (rest []audit.Record) {
	for _, r := range log.Requests() {
		if r.Target.Name != "initialize" || r.Outcome != string(mcpgov.OK) {
			rest = append(rest, r)
		}
	}
	return rest
}

func reportingServer(t *testing.T, log *mcptest.Recorder, handler func(context.Context, askIn) (report, error)) *mcpgov.Server {
	t.Helper()
	if handler == nil {
		handler = func(context.Context, askIn) (report, error) { return report{}, nil }
	}
	config := crmConfig(t, log)
	config.Policy = rules(t, openRules)
	return newServer(t, config, reporting(handler))
}

// TestDoorOfConnections: what the SDK would refuse unseen leaves one record on every transport, is answered once if it wants an answer, and
// the connection lives.
func TestDoorOfConnections(t *testing.T) {
	for name, test := range map[string]struct {
		message *jsonrpc.Request
		early   bool // before there is a session
		code    int64
		outcome mcpgov.Code
	}{
		"a method nobody knows":         {message: unlike("x", "tools/steal", `{}`), code: jsonrpc.CodeMethodNotFound, outcome: mcpgov.Unknown},
		"a method of the SDK, unserved": {message: unlike("x", "logging/setLevel", `{"level":"info"}`), code: jsonrpc.CodeMethodNotFound, outcome: mcpgov.Unknown},
		"neither request nor response":  {message: unlike("x", "", ""), code: jsonrpc.CodeInvalidRequest, outcome: mcpgov.InvalidInput},
		"a notification nobody knows":   {message: unlike(nil, "notifications/foo", `{}`), outcome: mcpgov.Unknown},
		"a call without id":             {message: unlike(nil, "tools/call", `{"name":"report","arguments":{}}`), outcome: mcpgov.InvalidInput},
		"a notification with id":        {message: unlike("x", "notifications/initialized", `{}`), code: jsonrpc.CodeInvalidRequest, outcome: mcpgov.InvalidInput},
		"no params":                     {message: unlike("x", "tools/call", ""), code: jsonrpc.CodeInvalidParams, outcome: mcpgov.InvalidInput},
		"params that are a list":        {message: unlike("x", "tools/call", `[]`), code: jsonrpc.CodeInvalidParams, outcome: mcpgov.InvalidInput},
		"a name that is a number":       {message: unlike("x", "tools/call", `{"name":5}`), code: jsonrpc.CodeInvalidParams, outcome: mcpgov.InvalidInput},
		"a name twice":                  {message: unlike("x", "tools/call", `{"name":"ghost","name":"report"}`), code: jsonrpc.CodeInvalidParams, outcome: mcpgov.InvalidInput},
		"an era that lacks its facts": {
			message: unlike("x", "tools/list", `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}`),
			code:    jsonrpc.CodeInvalidParams, outcome: mcpgov.InvalidInput,
		},
		"a version nobody speaks": {
			message: unlike("x", "tools/list", `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2999-01-01","io.modelcontextprotocol/clientCapabilities":{}}}`),
			code:    mcp.CodeUnsupportedProtocolVersion, outcome: mcpgov.InvalidInput,
		},
		"a call before the session": {message: unlike("x", "tools/list", `{}`), early: true, code: jsonrpc.CodeInvalidRequest, outcome: mcpgov.InvalidInput},
	} {
		for _, custom := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, custom %t", name, custom), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					log := &mcptest.Recorder{}
					c := bareConnection(t, reportingServer(t, log, nil), custom)
					defer func() { _ = c.Close() }()
					if !test.early {
						c.send(unlike("hello", "initialize", helloParams))
						require.NoError(t, c.answer().Error)
					}
					c.send(test.message)
					if test.message.IsCall() {
						answer := c.answer()
						require.Equal(t, test.message.ID, answer.ID)
						refusal, ok := errors.AsType[*jsonrpc.Error](answer.Error)
						require.True(t, ok)
						require.Equal(t, test.code, refusal.Code)
						require.Equal(t, test.code == mcp.CodeUnsupportedProtocolVersion, len(refusal.Data) > 0)
					}
					c.send(unlike("alive", "ping", ""))
					require.Equal(t, "alive", c.answer().ID.Raw(), "one answer each")
					all := since(log)
					require.Len(t, all, 1)
					require.Equal(t, string(test.outcome), all[0].Outcome)
					require.Equal(t, map[bool]string{false: "memory", true: "custom"}[custom], all[0].Client.Transport)
					require.Equal(t, "server", all[0].Target.Kind)
				})
			})
		}
	}
}

// TestDoorRepeatedID: a request under the id of one that is being answered is recorded and left alone; afterwards the id is free.
func TestDoorRepeatedID(t *testing.T) {
	for _, transport := range []string{"memory", "custom", "stdio"} {
		t.Run(transport, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, goOn := &mcptest.Recorder{}, make(chan struct{})
				s := reportingServer(t, log, func(context.Context, askIn) (report, error) { <-goOn; return report{}, nil })
				c := &bareClient{t: t}
				if transport == "stdio" {
					in, toServer := io.Pipe()
					fromServer, out := io.Pipe()
					_, err := s.Connect(mcpgov.WithUser(t.Context(), nobody), &mcp.IOTransport{Reader: in, Writer: out})
					require.NoError(t, err)
					c.Connection, err = (&mcp.IOTransport{Reader: fromServer, Writer: toServer}).Connect(t.Context())
					require.NoError(t, err)
				} else {
					c = bareConnection(t, s, transport == "custom")
				}
				defer func() { _ = c.Close() }()
				c.send(unlike("hello", "initialize", helloParams))
				require.NoError(t, c.answer().Error)
				call := unlike("x", "tools/call", `{"name":"report","arguments":{}}`)
				c.send(call)
				synctest.Wait()
				c.send(call)
				synctest.Wait()
				require.Len(t, since(log), 1)
				require.Equal(t, transport, since(log)[0].Client.Transport)
				close(goOn)
				require.NoError(t, c.answer().Error, "the second has none: it would be taken for this one")
				c.send(call)
				require.NoError(t, c.answer().Error)
				require.Len(t, since(log), 3)
			})
		})
	}
}

// TestDoorEnds: a connection that ends over what is no message leaves a record, one that is hung up none; and a client that never reads
// neither keeps its messages out of the log nor keeps anything running.
func TestDoorEnds(t *testing.T) {
	for input, records := range map[string]int{"": 0, `{"jsonrpc":"3.0","id":1,"method":"ping"}` + "\n": 1, "{]\n": 1, `{"jsonrpc":"2.0","id":1,"meth`: 1} {
		synctest.Test(t, func(t *testing.T) {
			log := &mcptest.Recorder{}
			in, toServer := io.Pipe()
			s := reportingServer(t, log, nil)
			session, err := s.Connect(t.Context(), hostTransport{&mcp.IOTransport{Reader: in, Writer: nowhere{}}})
			require.NoError(t, err)
			_, err = io.WriteString(toServer, input)
			require.NoError(t, err)
			require.NoError(t, toServer.Close())
			_ = session.Wait()
			require.Len(t, since(log), records, input)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		log := &mcptest.Recorder{}
		c := bareConnection(t, reportingServer(t, log, nil), false)
		for range 50 {
			c.send(unlike("x", "tools/steal", ""))
		}
		synctest.Wait()
		require.Len(t, since(log), 50)
		go func() {
			for c.Write(context.Background(), unlike("x", "tools/steal", "")) == nil {
			}
		}()
		<-time.After(time.Minute)
		require.NoError(t, c.Close())
	})
}

type nowhere struct{ io.Writer }

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Close() error                { return nil }

// TestDoorRefusesUnrecorded: what cannot be recorded is not said either.
func TestDoorRefusesUnrecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &mcptest.Recorder{}
		c := bareConnection(t, reportingServer(t, log, nil), false)
		defer func() { _ = c.Close() }()
		log.FailWhen(func(audit.Record) error { return errors.New("disk full") })
		c.send(unlike("x", "tools/steal", ""))
		require.NotContains(t, c.answer().Error.Error(), "steal")
	})
}

// TestDoorTransports: what a transport says of itself is passed on, and none is a fault that says so.
func TestDoorTransports(t *testing.T) {
	t.Parallel()
	s := reportingServer(t, &mcptest.Recorder{}, nil)
	_, err := s.Connect(t.Context(), nil)
	require.ErrorContains(t, err, "nil")
	require.ErrorContains(t, s.Run(t.Context(), nil), "nil")
	here, there := mcp.NewInMemoryTransports()
	_, err = s.Connect(mcpgov.WithUser(t.Context(), nobody), oldTransport{here})
	require.NoError(t, err)
	client, err := mcp.NewClient(&mcp.Implementation{Name: "a", Version: "1"}, nil).Connect(t.Context(), there, nil)
	require.NoError(t, err)
	require.Less(t, client.InitializeResult().ProtocolVersion, "2026")
	require.NoError(t, client.Close())
}

// oldTransport cannot carry the protocol without sessions.
type oldTransport struct{ mcp.Transport }

func (oldTransport) SupportsProtocolVersion(version string) bool { return version < "2026" }
