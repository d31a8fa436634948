package mcpgov_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestCodes: each code is one lower-case word with one of the three categories, and stands once in the table.
func TestCodes(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	seen := map[mcpgov.Code]bool{}
	for i, code := range mcpgov.Codes() {
		require.Regexp(t, word, string(code))
		require.False(t, seen[code], "%s stands twice", code)
		seen[code] = true
		if i == 0 {
			require.Equal(t, mcpgov.OK, code)
			require.Empty(t, code.Category())
			continue
		}
		require.Contains(t, []mcpgov.Category{mcpgov.ClientError, mcpgov.ServerError}, code.Category(), "%s", code)
	}
	require.Len(t, seen, 18)
	require.Equal(t, mcpgov.BusinessError, mcpgov.Code("sold_out").Category())
	mcpgov.Codes()[0] = "changed"
	require.Equal(t, mcpgov.OK, mcpgov.Codes()[0], "the slice is the caller's own")
}

// TestCodesAreReserved: no tool can declare a built-in code as its business error.
func TestCodesAreReserved(t *testing.T) {
	t.Parallel()
	for _, code := range mcpgov.Codes() {
		spec := lookupSpec()
		spec.Errors = []mcpgov.ErrorSpec{{Code: code, Meaning: "Mine."}}
		_, err := mcpgov.New(crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(spec, found))
		require.ErrorContains(t, err, `"`+string(code)+`" is a built-in code`)
	}
}

// TestRefusalText: every refusal of a tool is JSON with code, category, message and call id, and nothing else.
func TestRefusalText(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	h := mcptest.New(t, newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found)))
	var refusal map[string]any
	result := h.As(nobody).Call("get_customer", asksForAnn).Denied()
	require.NoError(t, json.Unmarshal([]byte(result.Text()), &refusal))
	require.Equal(t, map[string]any{
		"code": "denied", "category": "client_error", "message": "Customers can only view their own data", "call_id": log.Outcomes()[0].CallID,
	}, refusal)
}

// TestNumbers: where the protocol wants a number instead of a result, it is the table's.
func TestNumbers(t *testing.T) {
	t.Parallel()
	number := func(err error) int64 {
		var wire *jsonrpc.Error
		require.ErrorAs(t, err, &wire)
		return wire.Code
	}
	list := func(change func(*mcpgov.Config), log *mcptest.Recorder) error {
		config := crmConfig(t, log)
		change(&config)
		client := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found))).Client()
		if log != nil {
			log.FailWhen(func(r audit.Record) error {
				if r.Target.Kind == "list" && r.Outcome == string(mcpgov.OK) {
					return errors.New("disk full")
				}
				return nil
			})
		}
		for {
			if _, err := client.Session().ListTools(t.Context(), nil); err != nil {
				return err
			}
		}
	}
	require.ErrorContains(t, list(func(c *mcpgov.Config) { c.Identify, c.Audit = mcpgov.Token(nil), audit.Discard() }, nil), "authentication required")
	require.EqualValues(t, -32007, number(list(func(c *mcpgov.Config) { c.Limits.PerMinute, c.Audit = 2, audit.Discard() }, nil)), "limited")
	require.EqualValues(t, -32009, number(list(func(*mcpgov.Config) {}, &mcptest.Recorder{})), "audit_failed")
	_, err := mcptest.New(t, newServer(t, crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(lookupSpec(), found))).As(owner).Call("nope", nil).Raw()
	require.EqualValues(t, -32602, number(err), "unknown")
}
