package mcpgov_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// Each test states what should hold; all of them failed when they were written.

const ssn = "123-45-6789"

type (
	labelledRow struct {
		SSN string `json:"ssn" gov:"secret"`
	}
	openBase struct {
		Data any `json:"data"`
	}
	embedsOpen struct {
		openBase
		X string `json:"x" gov:"secret"`
	}
	holdsOpen struct {
		Data any    `json:"data"`
		X    string `json:"x" gov:"secret"`
	}
	tagsBase struct {
		Tags []string `json:"tags"`
	}
	embedsTags struct{ tagsBase }
	plainOut   struct {
		V string `json:"v"`
	}
	bursting   struct{}
	burstingIn struct {
		S bursting `json:"s" gov:"secret"`
	}
	textErr struct{ text func() string }
	ring    struct{ Next *ring }
	lazyIn  struct {
		A string `json:"a,omitempty"`
	}
	hanging struct{}
)

func (*bursting) UnmarshalJSON(b []byte) error { panic("bad value " + string(b)) }
func (e textErr) Error() string                { return e.text() }
func (lazyIn) Validate(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
func (hanging) Append(ctx context.Context, _ audit.Record) error { <-ctx.Done(); return ctx.Err() }

func tool[In, Out any](h func(context.Context, In) (Out, error)) mcpgov.Feature {
	return mcpgov.Tool(mcpgov.ToolSpec{Name: "report", Description: "d", ReadOnly: true}, h)
}

func serverUnder(t *testing.T, p policy.Policy, log audit.Sink, f mcpgov.Feature) *mcpgov.Server {
	t.Helper()
	c := crmConfig(t, &mcptest.Recorder{})
	c.Policy, c.Audit, c.Limits.PerMinute = p, log, mcpgov.Unlimited
	return newServer(t, c, f)
}

// TestAttackEmbeddedAny: labels behind what an embedded struct promotes count.
func TestAttackEmbeddedAny(t *testing.T) {
	s := serverUnder(t, rules(t, openRules), audit.Discard(), tool(func(context.Context, askIn) (embedsOpen, error) {
		return embedsOpen{openBase{labelledRow{ssn}}, "x"}, nil
	}))
	mcptest.New(t, s).As(nobody).Call("report", "{}").NoLeak(ssn)
}

// TestAttackDeepAny: nothing nests too deep to be looked at.
func TestAttackDeepAny(t *testing.T) {
	s := serverUnder(t, rules(t, openRules), audit.Discard(), tool(func(context.Context, askIn) (holdsOpen, error) {
		var v any = labelledRow{ssn}
		for range 501 {
			v = []any{v}
		}
		return holdsOpen{v, "x"}, nil
	}))
	mcptest.New(t, s).As(nobody).Call("report", "{}").NoLeak(ssn)
}

// TestAttackEmbeddedClone: the handler cannot change promoted arguments either.
func TestAttackEmbeddedClone(t *testing.T) {
	p := rules(t, "mcpgov: 1\ndefault: allow\npolicies:\n  - tools: ['*']\n    output:\n      - {condition: \"args.tags[0] == 'private'\", action: deny, reason: r}\n")
	s := serverUnder(t, p, audit.Discard(), tool(func(_ context.Context, in embedsTags) (plainOut, error) {
		in.Tags[0] = "public"
		return plainOut{ssn}, nil
	}))
	mcptest.New(t, s).As(nobody).Call("report", `{"tags":["private"]}`).Denied()
}

// TestAttackCyclicAttribute: an attribute that leads back to itself ends.
func TestAttackCyclicAttribute(t *testing.T) {
	if os.Getenv("MCPGOV_CHILD") == "" {
		c := exec.Command(os.Args[0], "-test.run=^TestAttackCyclicAttribute$")
		c.Env = append(os.Environ(), "MCPGOV_CHILD=1")
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%.120s", out)
		return
	}
	r := &ring{}
	r.Next = r
	s := serverUnder(t, policy.AllowAll(), audit.Discard(), tool(func(ctx context.Context, _ askIn) (plainOut, error) {
		_, _ = mcpgov.UserFrom(ctx)
		return plainOut{}, nil
	}))
	mcptest.New(t, s).As(mcpgov.User{ID: "u", Attributes: map[string]any{"r": r}}).Call("report", "{}")
}

// TestAttackUnmarshalPanicInLog: of arguments nobody has read the panic may quote any.
func TestAttackUnmarshalPanicInLog(t *testing.T) {
	log := &mcptest.Recorder{}
	s := serverUnder(t, policy.AllowAll(), log, tool(func(context.Context, burstingIn) (plainOut, error) { return plainOut{}, nil }))
	mcptest.New(t, s).As(nobody).Call("report", `{"s":"`+ssn+`"}`)
	log.NoLeak(t, ssn)
}

// TestAttackPolicyErrorInLog: CEL quotes the unmasked result.
func TestAttackPolicyErrorInLog(t *testing.T) {
	for _, c := range []string{"timestamp(response.secret) < now", "{'a':1}[response.secret] == 1", "response.title.matches(response.secret)"} {
		log := &mcptest.Recorder{}
		p := rules(t, fmt.Sprintf("mcpgov: 1\ndefault: allow\npolicies:\n  - tools: ['*']\n    output:\n      - {condition: %q, action: deny, reason: r}\n      - {condition: \"true\", action: mask_sensitive_fields}\n", c))
		s := serverUnder(t, p, log, reporting(func(context.Context, askIn) (report, error) { return report{Secret: ssn + "("}, nil }))
		mcptest.New(t, s).As(nobody).Call("report", "{}")
		log.NoLeak(t, ssn)
	}
}

// TestAttackContent: content that hides values in values.
func TestAttackContent(t *testing.T) {
	for name, blocks := range map[string][]string{
		"hidden value of another block": {`{"secret":"` + ssn + `"}`, `{"note":"it is ` + ssn + `"}`},
		"hidden value in its own line":  {`{"secret":"` + ssn + `","note":"it is ` + ssn + `"}` + "\n{}"},
		"lines of JSON in a text":       {`{"data":"{\"secret\":\"` + ssn + `\"}\n{\"secret\":\"x\"}"}`},
		"nearly JSON in a text":         {`{"data":"{\"secret\":\"` + ssn + `\",}"}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := serverUnder(t, rules(t, openRules), audit.Discard(), reporting(func(context.Context, askIn) (report, error) {
				r := report{Title: "t", Secret: "other"}
				for _, b := range blocks {
					r.Blocks = append(r.Blocks, &mcp.TextContent{Text: b})
				}
				return r, nil
			}))
			mcptest.New(t, s).As(nobody).Call("report", "{}").NoLeak(ssn)
		})
	}
}

// TestAttackErrorMethodThatHangs: an Error method is foreign code.
func TestAttackErrorMethodThatHangs(t *testing.T) {
	for name, text := range map[string]func() string{"goexit": func() string { goexit(); return "" }, "hangs": func() string { select {} }} {
		t.Run(name, func(t *testing.T) {
			log := &mcptest.Recorder{}
			s := serverUnder(t, policy.AllowAll(), log, tool(func(context.Context, askIn) (plainOut, error) { return plainOut{}, textErr{text} }))
			a, b := mcp.NewInMemoryTransports()
			_, err := s.Connect(mcpgov.WithUser(t.Context(), nobody), a)
			require.NoError(t, err)
			session, err := mcp.NewClient(&mcp.Implementation{Name: "x", Version: "1"}, nil).Connect(t.Context(), b, nil)
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			log.Reset()
			_, err = session.CallTool(ctx, &mcp.CallToolParams{Name: "report"})
			require.NoError(t, err)
			require.Len(t, log.Requests(), 1)
		})
	}
}

// TestAttackProgressRace: handlers report progress from their own goroutine.
func TestAttackProgressRace(t *testing.T) {
	c := crmConfig(t, &mcptest.Recorder{})
	c.Policy, c.Limits.Tool = policy.AllowAll(), 5*time.Millisecond
	s := newServer(t, c, tool(func(ctx context.Context, _ importIn) (plainOut, error) {
		for end := time.Now().Add(20 * time.Millisecond); time.Now().Before(end); runtime.Gosched() {
			mcpgov.Progress(ctx, 1, 2, "hello")
		}
		return plainOut{}, nil
	}))
	a, b := mcp.NewInMemoryTransports()
	_, err := s.Connect(mcpgov.WithUser(t.Context(), nobody), a)
	require.NoError(t, err)
	session, err := mcp.NewClient(&mcp.Implementation{Name: "x", Version: "1"}, nil).Connect(t.Context(), b, nil)
	require.NoError(t, err)
	for range 20 {
		p := &mcp.CallToolParams{Name: "report", Arguments: map[string]any{"file": "f"}}
		p.SetProgressToken("t")
		_, _ = session.CallTool(t.Context(), p)
	}
}

// TestAttackMessageSize: texts of handlers are bounded.
func TestAttackMessageSize(t *testing.T) {
	c := crmConfig(t, &mcptest.Recorder{})
	c.Policy, c.Limits.ResultBytes = policy.AllowAll(), 1000
	s := newServer(t, c, tool(func(context.Context, askIn) (plainOut, error) { return plainOut{}, mcpgov.Userf("%s", large(1<<20)) }))
	require.Less(t, len(mcptest.New(t, s).As(nobody).Call("report", "{}").Wire()), 64<<10)
}

type burstingLog struct{ slog.Handler }

func (burstingLog) Enabled(context.Context, slog.Level) bool  { return true }
func (burstingLog) Handle(context.Context, slog.Record) error { panic("logger") }

// TestAttackLoggerPanics: a log handler cannot end the process.
func TestAttackLoggerPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := crmConfig(t, &mcptest.Recorder{})
		c.Policy, c.Limits.Tool, c.Logger = policy.AllowAll(), 50*time.Second, slog.New(burstingLog{slog.DiscardHandler})
		s := newServer(t, c, tool(func(context.Context, askIn) (plainOut, error) {
			<-time.After(45 * time.Second) // slow enough to be logged
			return plainOut{}, nil
		}))
		mcptest.New(t, s).As(nobody).Call("report", "{}").OK()
	})
}

// TestAttackAnyOfHangs: one sink that hangs does not refuse calls.
func TestAttackAnyOfHangs(t *testing.T) {
	c := crmConfig(t, &mcptest.Recorder{})
	c.Policy, c.Limits.Audit, c.Audit = policy.AllowAll(), 300*time.Millisecond, audit.AnyOf(&mcptest.Recorder{}, hanging{})
	s := newServer(t, c, tool(func(context.Context, askIn) (plainOut, error) { return plainOut{}, nil }))
	a, b := mcp.NewInMemoryTransports()
	_, err := s.Connect(mcpgov.WithUser(t.Context(), nobody), a)
	require.NoError(t, err)
	_, err = mcp.NewClient(&mcp.Implementation{Name: "x", Version: "1"}, nil).Connect(t.Context(), b, nil)
	require.NoError(t, err)
}

// stdio sends lines after the greeting and returns what came back, how often the handler ran, and the records.
func stdio(t *testing.T, f mcpgov.Feature, p policy.Policy, lines ...string) (string, []audit.Record) {
	t.Helper()
	log := &mcptest.Recorder{}
	c := crmConfig(t, log)
	c.Policy = p
	s := newServer(t, c, f)
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	go func() {
		_ = s.Run(mcpgov.WithUser(context.Background(), nobody), &mcp.IOTransport{Reader: in, Writer: out})
		_ = out.Close()
	}()
	go func() {
		_, _ = io.WriteString(toServer, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}`+"\n"+`{"jsonrpc":"2.0","method":"notifications/initialized"}`+"\n")
		for _, line := range lines {
			_, _ = io.WriteString(toServer, line)
			<-time.After(time.Second) // in a bubble: until all that can happen has
		}
		_ = toServer.Close()
	}()
	answers, _ := io.ReadAll(fromServer)
	_, after, _ := strings.Cut(string(answers), "\n")
	var rest []audit.Record
	for _, r := range log.Requests() {
		if r.Target.Name != "initialize" {
			rest = append(rest, r)
		}
	}
	return after, rest
}

// TestAttackStdioRecords: every message on stdio leaves one record.
func TestAttackStdioRecords(t *testing.T) {
	const call = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"report","arguments":{}}}`
	for name, test := range map[string]struct {
		input   string
		records int
	}{
		"a message over several lines":       {strings.ReplaceAll(call, ",", ",\n") + "\n", 1},
		"params.name twice, yet carried out": {`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ghost","name":"report","arguments":{}}}` + "\n", 1},
		"a cursor nobody reads":              {`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"report","cursor":5,"arguments":{}}}` + "\n", 1},
		"an id that is an object":            {`{"jsonrpc":"2.0","id":{},"method":"ping"}` + "\n", 1},
		"another version":                    {`{"jsonrpc":"1.0","id":2,"method":"ping"}` + "\n", 1},
		"params of another type":             {`{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":5}}` + "\n", 1},
		"requestState of another type":       {`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"report","requestState":5}}` + "\n", 1},
		"no line end":                        {`{"jsonrpc":"2.0","id":2,"method":"evil/method"}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, records := stdio(t, reporting(func(context.Context, askIn) (report, error) { return report{}, nil }), rules(t, openRules), test.input)
				require.Len(t, records, test.records, out)
			})
		})
	}
}

// TestAttackHiddenCancelled: hanging up does not show that a tool exists.
func TestAttackHiddenCancelled(t *testing.T) {
	p := rules(t, "mcpgov: 1\npolicies:\n  - tools: ['*']\n    input:\n      - {condition: \"user.role == 'admin'\", action: allow}\n")
	out, _ := stdio(t, tool(func(context.Context, lazyIn) (plainOut, error) { return plainOut{}, errors.New("x") }), p,
		`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"report","arguments":{}}}`+"\n",
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}`+"\n")
	require.NotContains(t, out, `"cancelled`)
}
