package mcpgov_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestAttackEnvelopes: what the SDK would choke on leaves one record, and the connection lives.
func TestAttackEnvelopes(t *testing.T) {
	const alive = `{"jsonrpc":"2.0","id":"alive","method":"ping"}` + "\n"
	for name, message := range map[string]string{
		"an id beyond 64 bits":              `{"jsonrpc":"2.0","id":1e400,"method":"ping"}`,
		"an id that is a fraction":          `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`,
		"half of a surrogate pair":          `{"jsonrpc":"2.0","id":"\ud800","method":"ping"}`,
		"an error that is a number":         `{"jsonrpc":"2.0","id":3,"error":5}`,
		"an error beside a method":          `{"jsonrpc":"2.0","id":3,"method":"ping","error":"x"}`,
		"neither request nor response":      `{"jsonrpc":"2.0"}`,
		"a batch":                           `[{"jsonrpc":"2.0","id":3,"method":"ping"}]`,
		"a call without id":                 `{"jsonrpc":"2.0","method":"tools/call","params":{"name":"report","arguments":{}}}`,
		"a notification with id":            `{"jsonrpc":"2.0","id":3,"method":"notifications/initialized"}`,
		"a number in _meta no float64 has":  `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"report","arguments":{},"_meta":{"x":1e400}}}`,
		"a long number in _meta":            `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"report","arguments":{},"_meta":{"x":` + strings.Repeat("9", 400) + `}}}`,
		"a notification nobody knows":       `{"jsonrpc":"2.0","method":"notifications/foo"}`,
		"a name that is half of a pair":     `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"\ud800","arguments":{}}}`,
		"two of the same member, escaped":   `{"jsonrpc":"2.0","id":3,"method":"ping","\u006dethod":"tools/list"}`,
		"a message in another version":      `{"jsonrpc":"1.0","id":3,"method":"ping"}`,
		"an answer with an unusable id":     `{"jsonrpc":"2.0","id":[],"result":{}}`,
		"an answer whose error has no code": `{"jsonrpc":"2.0","id":3,"error":{"code":"x"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, records := stdio(t, reporting(func(context.Context, askIn) (report, error) { return report{}, nil }), rules(t, openRules), message+"\n", alive)
				require.Len(t, records, 1, out)
				require.Equal(t, audit.KindOutcome, records[0].Kind)
				require.Equal(t, "server", records[0].Target.Kind)
				require.Contains(t, out, `"id":"alive"`, "the connection lives")
			})
		})
	}
}

// TestAttackNextElsewhere: an interceptor that calls next on a goroutine of its own can neither end the process nor let
// a handler run after the call was sealed.
func TestAttackNextElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type nextFunc = func(context.Context) (any, error)
		entered := 0
		handler := func(context.Context, lookupIn) (customer, error) {
			entered++
			panic("on another goroutine")
		}
		var late nextFunc
		try := func(around mcpgov.Interceptor) *mcptest.Result {
			config := crmConfig(t, &mcptest.Recorder{})
			config.Interceptors = []mcpgov.Interceptor{around}
			return mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), handler))).As(owner).Call("get_customer", asksForAnn)
		}
		try(func(ctx context.Context, _ mcpgov.Call, next nextFunc) (any, error) {
			var out any
			var err error
			done := make(chan struct{})
			go func() { defer close(done); out, err = next(ctx) }()
			<-done
			return out, err
		}).Ended(mcpgov.Panicked)
		require.Equal(t, 1, entered)
		try(func(_ context.Context, _ mcpgov.Call, next nextFunc) (any, error) {
			late = next
			return nil, mcpgov.Userf("not today")
		}).Ended(mcpgov.Failed)
		_, err := late(t.Context())
		require.ErrorContains(t, err, "twice")
		require.Equal(t, 1, entered, "the handler runs no more")
	})
}

type goexitError struct{}

func (goexitError) Error() string { runtime.Goexit(); return "" }

type ouroboros struct{}

func (ouroboros) Error() string { return "an error that wraps itself" }
func (ouroboros) Unwrap() error { return ouroboros{} }

// shy is asked for its text once, by the handler that wraps it; who asks again waits.
type shy struct{ asked *int }

func (e shy) Error() string {
	if *e.asked++; *e.asked > 1 {
		<-time.After(time.Hour)
	}
	return "shy"
}

type angry struct{}

func (angry) Error() string { return "angry" }
func (angry) Is(error) bool { panic("Zebra-4711") }

// TestAttackErrorsThatMisbehave: none takes a slot along, nor the time of the server, nor a value into the log.
func TestAttackErrorsThatMisbehave(t *testing.T) {
	for name, test := range map[string]struct {
		handler lookup
		code    mcpgov.Code
	}{
		"a panic whose text ends the goroutine": {func(context.Context, lookupIn) (customer, error) { panic(goexitError{}) }, mcpgov.Panicked},
		"an error that hangs when asked again": {func(context.Context, lookupIn) (customer, error) {
			return customer{}, mcpgov.Userf("no: %w", shy{new(int)})
		}, mcpgov.Timeout},
		"an error whose Is panics":   {func(context.Context, lookupIn) (customer, error) { return customer{}, angry{} }, mcpgov.Panicked},
		"an error that wraps itself": {func(context.Context, lookupIn) (customer, error) { return customer{}, ouroboros{} }, mcpgov.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := &mcptest.Recorder{}
				config := crmConfig(t, log)
				config.Limits = mcpgov.Limits{Concurrent: 1, Tool: time.Second}
				client := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), test.handler))).As(owner)
				for range 3 {
					client.Call("get_customer", asksForAnn).Ended(test.code).NoLeak("Zebra-4711")
					<-time.After(2 * time.Hour) // until what was left running has ended, and its slot is free
				}
				log.NoLeak(t, "Zebra-4711")
			})
		})
	}
}
