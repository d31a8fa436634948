package mcptest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// The calls that assertions are tried on.
const (
	fine    = `{"id":"cust_42"}`
	wrong   = `{"id":"42","pin":["Secret-0815"]}`
	secret  = `{"id":"cust_13"}`
	missing = `{"id":"cust_404"}`
	broken  = `{"id":"cust_500"}`
)

type check = func(*mcptest.Result)

// TestAssertions: each passes when it should and fails, with a text that says what was wanted and what was, when it
// should.
func TestAssertions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		as    mcpgov.User
		tool  string
		args  any
		check check
		fails string // part of the failure; "" passes
	}{
		{"OK", clerk, "get_customer", fine, func(r *mcptest.Result) { r.OK() }, ""},
		{"OK of a refusal", clerk, "get_customer", wrong, func(r *mcptest.Result) { r.OK() }, `get_customer as "u1": want the end "ok"`},
		{"OK of a hidden tool", clerk, "purge", fine, func(r *mcptest.Result) { r.OK() }, "the tool exists and is hidden from this caller"},
		{"Ended", clerk, "get_customer", broken, func(r *mcptest.Result) { r.Ended(mcpgov.Failed) }, ""},
		{"Ended otherwise", clerk, "get_customer", broken, func(r *mcptest.Result) { r.Ended(mcpgov.Timeout) }, `want the end "timeout"`},
		{"Denied", clerk, "get_customer", secret, func(r *mcptest.Result) { r.Denied("for the chief") }, ""},
		{"Denied by hiding", clerk, "purge", fine, func(r *mcptest.Result) { r.Denied() }, ""},
		{"Denied by hiding, with a reason", clerk, "purge", fine, func(r *mcptest.Result) { r.Denied("for the chief") }, `told "for the chief"`},
		{"Denied for another reason", clerk, "get_customer", secret, func(r *mcptest.Result) { r.Denied("sleeping") }, `told "sleeping"`},
		{"Denied of a result", chief, "get_customer", secret, func(r *mcptest.Result) { r.Denied() }, "want it denied"},
		{"Denied of what does not exist", clerk, "purg", fine, func(r *mcptest.Result) { r.Denied() }, "want it denied"},
		{"Hidden", clerk, "purge", fine, func(r *mcptest.Result) { r.Hidden() }, ""},
		{"Hidden of what does not exist", clerk, "purg", fine, func(r *mcptest.Result) { r.Hidden() }, "want the tool hidden"},
		{"Hidden of an open refusal", clerk, "get_customer", secret, func(r *mcptest.Result) { r.Hidden() }, "want the tool hidden"},
		{"Invalid", clerk, "get_customer", wrong, func(r *mcptest.Result) { r.Invalid("/id", "pattern", "/pin") }, ""},
		{"Invalid elsewhere", clerk, "get_customer", wrong, func(r *mcptest.Result) { r.Invalid("/name") }, `told "/name"`},
		{"Invalid of a result", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Invalid() }, `want the end "invalid_input"`},
		{"ToolError", clerk, "get_customer", missing, func(r *mcptest.Result) { r.ToolError("no_customer", "there is no cust_404") }, ""},
		{"ToolError of a failure", clerk, "get_customer", broken, func(r *mcptest.Result) { r.ToolError("failed") }, ""},
		{"ToolError with another text", clerk, "get_customer", broken, func(r *mcptest.Result) { r.ToolError("broken pipe") }, `told "broken pipe"`},
		{"ToolError of a denial", clerk, "get_customer", secret, func(r *mcptest.Result) { r.ToolError() }, "want an error of the tool"},
		{"ToolError of a result", clerk, "get_customer", fine, func(r *mcptest.Result) { r.ToolError() }, "want an error of the tool"},
		{"ToolError of what does not exist", clerk, "purg", fine, func(r *mcptest.Result) { r.ToolError() }, "want an error of the tool"},
		{"JSON", chief, "get_customer", fine, func(r *mcptest.Result) { found, _ := find(t.Context(), lookup{}); r.JSON(found) }, ""},
		{"JSON of text", chief, "get_customer", fine, func(r *mcptest.Result) { r.JSON(json.RawMessage(r.Text())) }, ""},
		{"JSON of something else", chief, "get_customer", fine, func(r *mcptest.Result) { r.JSON(map[string]any{"name": "Ann"}) }, `want the structured result {"name":"Ann"}`},
		{"JSON of no JSON", chief, "get_customer", fine, func(r *mcptest.Result) { r.JSON(make(chan int)) }, "no JSON"},
		{"JSON of a refusal", clerk, "get_customer", secret, func(r *mcptest.Result) { r.JSON(map[string]any{}) }, `want the end "ok"`},
		{"Into", chief, "get_customer", fine, func(r *mcptest.Result) { var ann customer; r.Into(&ann) }, ""},
		{"Into what does not fit", chief, "get_customer", fine, func(r *mcptest.Result) { r.Into(&[]int{}) }, "does not fit *[]int"},
		{"Has", chief, "get_customer", fine, func(r *mcptest.Result) { r.Has("name", "Ann").Has("score", 612).Has("active", true) }, ""},
		{"Has in a list", chief, "get_customer", fine, func(r *mcptest.Result) { r.Has("orders.card", "5000987698769876").Has("orders.id", "o1") }, ""},
		{"Has at any depth", chief, "get_customer", fine, func(r *mcptest.Result) { r.Has("**.id", "o2").Has("*.card", "4000123412341234") }, ""},
		{"Has a big integer", chief, "get_customer", fine, func(r *mcptest.Result) { r.Has("big", int64(9007199254740993)) }, ""},
		{"Has a near big integer", chief, "get_customer", fine, func(r *mcptest.Result) { r.Has("big", int64(9007199254740992)) }, "want 9007199254740992 at big"},
		{"Has another value", chief, "get_customer", fine, func(r *mcptest.Result) { r.Has("name", "Bob") }, `want "Bob" at name`},
		{"Has another type", chief, "get_customer", fine, func(r *mcptest.Result) { r.Has("score", "612") }, `want "612" at score`},
		{"Has nothing there", chief, "get_customer", fine, func(r *mcptest.Result) { r.Has("orders.name", "Ann") }, `path "orders.name": no field "name" in orders; there are: card, id`},
		{"Has at no path", chief, "get_customer", fine, func(r *mcptest.Result) { r.Has("orders..id", 1) }, "orders..id"},
		{"Lacks", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Lacks("notes", "**.notes") }, ""},
		{"Lacks what is there", chief, "get_customer", fine, func(r *mcptest.Result) { r.Lacks("notes") }, "want nothing at notes, found [pays late]"},
		{"Lacks a misspelt field", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Lacks("emial") }, `get_customer as "u1": no field "emial" (did you mean "email"?)`},
		{"Lacks a misspelt field of orders", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Lacks("orders.crad") }, `path "orders.crad": no field "crad" in orders (did you mean "card"?)`},
		{"Lacks null", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Lacks("score") }, "want nothing at score"},
		{"Lacks of a refusal", clerk, "get_customer", secret, func(r *mcptest.Result) { r.Lacks("notes") }, `want the end "ok"`},
		{"Masked", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Masked("email", "score", "hash", "orders.card") }, ""},
		{"Masked of a year", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Has("born", "1980").Masked("born") }, "found 1980"},
		{"Masked of a zero", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Has("active", false).Masked("active") }, "found false"},
		{"Masked of what is open", chief, "get_customer", fine, func(r *mcptest.Result) { r.Masked("email") }, "want a masked value at email, found ann@example.com"},
		{"Masked of an open number", chief, "get_customer", fine, func(r *mcptest.Result) { r.Masked("score") }, "found 612"},
		{"Masked of an open boolean", chief, "get_customer", fine, func(r *mcptest.Result) { r.Masked("active") }, "found true"},
		{"Masked of a list", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Masked("orders") }, "want a masked value at orders"},
		{"Masked of a misspelt field", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Masked("emial") }, `no field "emial" (did you mean "email"?)`},
		{"Masked of what no rule masks", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Masked("name") }, "want a masked value at name, but the field has no label and no rule masks it"},
		{"Masked of nothing", clerk, "get_customer", fine, func(r *mcptest.Result) { r.Masked("notes") }, "found nothing"},
		{"NoLeak", clerk, "get_customer", fine, func(r *mcptest.Result) { r.NoLeak("ann@example.com", "4000123412341234", "pays late", "612") }, ""},
		{"NoLeak of a leak", chief, "get_customer", fine, func(r *mcptest.Result) { r.NoLeak("nowhere", "pays late") }, `the secret "pays late" left the server`},
		{"NoLeak in a refusal", clerk, "get_customer", wrong, func(r *mcptest.Result) { r.NoLeak("Secret-0815") }, ""},
		{"NoLeak of a refusal's text", clerk, "get_customer", secret, func(r *mcptest.Result) { r.NoLeak("customer 13") }, "left the server"},
	} {
		for _, era := range []mcptest.Era{mcptest.Stateless, mcptest.Sessions} {
			t.Run(test.name+"/"+string(era), func(t *testing.T) {
				t.Parallel()
				fake, h, _ := trial(t)
				result := h.In(era).As(test.as).Call(test.tool, test.args)
				failure := fake.verdict(func() { test.check(result) })
				if test.fails == "" {
					require.Empty(t, failure)
					return
				}
				require.Contains(t, failure, test.fails)
			})
		}
	}
}

// TestResultReads: what a test can read of a result besides asserting.
func TestResultReads(t *testing.T) {
	t.Parallel()
	_, h, log := trial(t)
	client := h.As(clerk)
	ok := client.Call("get_customer", fine)
	require.Equal(t, mcpgov.OK, ok.Code())
	require.Empty(t, ok.CallID())
	require.Contains(t, ok.Text(), `"name":"Ann"`)
	require.Contains(t, string(ok.Wire()), `"structuredContent"`)
	raw, err := ok.Raw()
	require.NoError(t, err)
	require.False(t, raw.IsError)
	var typed customer
	ok.Into(&typed)
	require.EqualValues(t, 9007199254740993, typed.Big)

	denied := client.Call("get_customer", secret)
	require.Equal(t, mcpgov.Denied, denied.Code())
	require.Equal(t, "customer 13 is for the chief", denied.Message())
	require.Equal(t, log.Outcomes()[1].CallID, denied.CallID())
	require.NotContains(t, string(denied.Wire()), `"name":"Ann"`, "each result has its own wire")

	hidden := client.Call("purge", fine)
	raw, err = hidden.Raw()
	require.Nil(t, raw)
	require.Error(t, err)
	require.Equal(t, mcpgov.Unknown, hidden.Code())
	require.Empty(t, hidden.Text())
	require.Empty(t, hidden.Message(), "the protocol error is all there is")
	require.Empty(t, hidden.CallID())
}

// TestProtocolErrors: an error of the protocol is no error of a tool, and no end of mcpgov's.
func TestProtocolErrors(t *testing.T) {
	t.Parallel()
	fake, h, _ := trial(t)
	client := h.As(clerk)
	require.NoError(t, client.Session().Close())
	result := client.Call("get_customer", fine)
	require.Empty(t, result.Code())
	require.Contains(t, fake.verdict(func() { result.ToolError() }), "it ended as a protocol error")
	require.Contains(t, fake.verdict(func() { result.OK() }), "it ended as a protocol error")
}

// TestNoLeakSeesThrough: a secret is found in whatever dress it leaves.
func TestNoLeakSeesThrough(t *testing.T) {
	t.Parallel()
	for name, dressed := range map[string]string{
		"escaped":     `\u0053ecret-0815`,
		"upper case":  "SECRET-0815",
		"base64":      "eHh4U2VjcmV0LTA4MTU=",
		"hexadecimal": "5365637265742d30383135",
		"in a URL":    "%53ecret%2D0815",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, h, log := trial(t)
			// The client says of itself what the tool's name is: an unknown name comes back in the answer.
			result := h.As(clerk).Call("tool_"+dressed, nil)
			require.Contains(t, fake.verdict(func() { result.NoLeak("Secret-0815") }), "left the server")
			require.Contains(t, fake.verdict(func() { log.NoLeak(fake, "Secret-0815") }), "stands in the log")
			require.Empty(t, fake.verdict(func() { log.NoLeak(fake, "Secret-4711") }))
		})
	}
}
