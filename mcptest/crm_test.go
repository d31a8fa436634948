package mcptest_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// The server that the harness is tried on: one tool to look up, one for staff.

type lookup struct {
	ID  string `json:"id" jsonschema:"pattern=^cust_[0-9]+$"`
	Pin string `json:"pin,omitempty" gov:"secret"`
}

type customer struct {
	Name   string   `json:"name"`
	Email  string   `json:"email" gov:"pii,mask=email"`
	Score  int64    `json:"score" gov:"sensitive"`
	Born   string   `json:"born" gov:"pii,mask=year"`
	Active bool     `json:"active" gov:"sensitive,mask=zero"`
	Hash   string   `json:"hash" gov:"pii,mask=hash"`
	Big    int64    `json:"big"`
	Notes  string   `json:"notes,omitempty"`
	Orders []amount `json:"orders"`
}

type amount struct {
	ID   string `json:"id"`
	Card string `json:"card" gov:"pii,mask=last4"`
}

func find(_ context.Context, in lookup) (customer, error) {
	switch in.ID {
	case "cust_404":
		return customer{}, mcpgov.Fail("no_customer", "there is no %s", in.ID)
	case "cust_500":
		return customer{}, errors.New("pq: broken pipe")
	}
	return customer{
		Name: "Ann", Email: "ann@example.com", Score: 612, Born: "1980-05-17", Active: true, Hash: "AB-4711", Big: 9007199254740993,
		Notes: "pays late", Orders: []amount{{"o1", "4000123412341234"}, {"o2", "5000987698769876"}},
	}, nil
}

var (
	clerk = mcpgov.User{ID: "u1", Role: "clerk"}
	chief = mcpgov.User{ID: "u2", Role: "chief"}
)

func server(t testing.TB, log audit.Sink) *mcpgov.Server {
	t.Helper()
	set := &policy.Set{Blocks: []policy.Block{
		{
			Tools: []string{"get_customer"},
			Input: []policy.Rule{
				{Condition: "id == 'cust_13' && user.role != 'chief'", Action: policy.ActionDeny, Reason: "customer 13 is for the chief"},
				{Condition: "true", Action: policy.ActionAllow},
			},
		},
		{Tools: []string{"purge"}, Input: []policy.Rule{{Condition: "user.role == 'chief'", Action: policy.ActionAllow}}},
		{Tools: []string{"*"}, Output: []policy.Rule{
			{Condition: "user.role != 'chief'", Action: policy.ActionMaskSensitive},
			{Condition: "user.role != 'chief'", Action: policy.ActionFilterFields, Fields: []string{"notes"}},
		}},
	}}
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "crm", Version: "1", Policy: set, Audit: log, Identify: mcpgov.Anonymous(), Logger: slog.New(slog.DiscardHandler),
	},
		mcpgov.Tool(mcpgov.ToolSpec{
			Name: "get_customer", Description: "Looks up a customer.", ReadOnly: true,
			Errors: []mcpgov.ErrorSpec{{Code: "no_customer", Meaning: "There is none."}},
		}, find),
		mcpgov.Tool(mcpgov.ToolSpec{Name: "purge", Description: "Removes a customer."}, find))
	require.NoError(t, err)
	return srv
}

// trial is a harness of a fake test.
func trial(t *testing.T) (*fakeTB, *mcptest.Harness, *mcptest.Recorder) {
	t.Helper()
	log := &mcptest.Recorder{}
	fake := &fakeTB{TB: t}
	return fake, mcptest.New(fake, server(t, log)), log
}
