package mcpgov_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

var asksForApproval = map[string]any{"customer_id": "cust_99", "pin": "Secret-0815"}

// TestApproverDecides: a yes lets the call go on, everything else is a no, and only what was said to the caller reaches him.
func TestApproverDecides(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer  error
		panics  bool
		code    mcpgov.Code
		message string
	}{
		"yes":            {nil, false, mcpgov.OK, ""},
		"no":             {errors.New("Supervisor-4711 said no"), false, mcpgov.ApprovalRefused, "the approval was not given"},
		"no, and why":    {mcpgov.Userf("ask again on Monday"), false, mcpgov.ApprovalRefused, "ask again on Monday"},
		"not his to say": {mcpgov.Fail("customer_archived", "Supervisor-4711"), false, mcpgov.ApprovalRefused, "the approval was not given"},
		"panic":          {nil, true, mcpgov.ApprovalRefused, "the approval was not given"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			config := crmConfig(t, log)
			ran := false
			var asked mcpgov.Approval
			config.Approver = func(_ context.Context, a mcpgov.Approval) error {
				asked = a
				if test.panics {
					panic("Supervisor-4711")
				}
				return test.answer
			}
			srv := newServer(t, config, mcpgov.Tool(lookupSpec(), func(context.Context, lookupIn) (customer, error) {
				ran = true
				return ann(), nil
			}))
			result := mcptest.New(t, srv).As(admin).Call("get_customer", asksForApproval).Ended(test.code).NoLeak("Supervisor-4711")
			require.Equal(t, test.code == mcpgov.OK, ran)
			require.Equal(t, test.message, result.Message())
			require.Equal(t, "sign", asked.Rule)
			require.Equal(t, "a supervisor has to agree", asked.Reason)
			require.Equal(t, "root", asked.Call.User.ID)
			require.NotContains(t, string(asked.Arguments), "Secret-0815")
			require.Contains(t, string(asked.Arguments), "cust_99")
			require.Equal(t, "require_approval", last(log).Decision)
			require.Equal(t, "sign", last(log).Rule)
		})
	}
}

// TestApproverIsBounded: no answer in time is a no, and the handler's own time has not begun.
func TestApproverIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := crmConfig(t, &mcptest.Recorder{})
		config.Limits.Approval = 10 * time.Second
		config.Approver = func(ctx context.Context, _ mcpgov.Approval) error {
			<-ctx.Done()
			return ctx.Err()
		}
		srv := newServer(t, config, mcpgov.Tool(lookupSpec(), found))
		begun := time.Now()
		mcptest.New(t, srv).As(admin).Call("get_customer", asksForApproval).Ended(mcpgov.ApprovalRefused)
		require.Equal(t, 10*time.Second, time.Since(begun))
	})
}

// TestReadOnlyServer: what changes something is not listed and not run; a caller who may not know of it still learns nothing.
func TestReadOnlyServer(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.ReadOnly = true
	writes := lookupSpec()
	writes.Name, writes.ReadOnly = "change_customer", false
	config.Policy = rules(t, `
mcpgov: 1
policies:
  - {tools: [change_customer], input: [{condition: "user.role == 'admin'", action: allow}], output: [{condition: "true", action: mask_sensitive_fields}]}
  - {tools: [get_customer], input: [{condition: "true", action: allow}], output: [{condition: "true", action: mask_sensitive_fields}]}
`)
	srv := newServer(t, config, mcpgov.Tool(lookupSpec(), found), mcpgov.Tool(writes, found))
	mcptest.EachEra(t, srv, func(t *testing.T, h *mcptest.Harness) {
		require.Equal(t, []string{"get_customer"}, h.As(admin).Tools())
		h.As(admin).Call("change_customer", asksForAnn).Ended(mcpgov.ReadOnlyMode)
		require.Equal(t, string(mcpgov.ReadOnlyMode), last(log).Outcome)
		h.As(owner).Call("change_customer", asksForAnn).Hidden()
		h.As(owner).Call("get_customer", asksForAnn).OK()
	})
}
