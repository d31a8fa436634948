package mcptest_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestNewNeedsAServer: a nil server is the fault of a constructor whose error nobody looked at.
func TestNewNeedsAServer(t *testing.T) {
	t.Parallel()
	fake := &fakeTB{TB: t}
	require.Contains(t, fake.verdict(func() { mcptest.New(fake, nil) }), "check the error of mcpgov.New")
}

// TestEachEra: every era is driven, by a client that speaks it.
func TestEachEra(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	var spoken []string
	mcptest.EachEra(t, server(t, log), func(t *testing.T, h *mcptest.Harness) {
		log.Reset()
		client := h.As(clerk)
		require.Equal(t, []string{"get_customer"}, client.Tools())
		client.Call("get_customer", fine).OK()
		spoken = append(spoken, log.Outcomes()[0].Client.Protocol)
		require.Equal(t, spoken[len(spoken)-1], client.Session().InitializeResult().ProtocolVersion)
	})
	require.Equal(t, []string{string(mcptest.Stateless), string(mcptest.Sessions)}, spoken)
}

// TestInTheNewest: the zero Era is the newest.
func TestInTheNewest(t *testing.T) {
	t.Parallel()
	_, h, _ := trial(t)
	newest := h.In("").As(clerk).Session().InitializeResult().ProtocolVersion
	require.Equal(t, string(mcptest.Stateless), newest)
}

// TestAsNobody: a user without an ID is a slip of the test, unless it says that it means nobody.
func TestAsNobody(t *testing.T) {
	t.Parallel()
	fake, h, log := trial(t)
	require.Equal(t, "As: the user has no ID and is not Anonymous", fake.verdict(func() { h.As(mcpgov.User{Role: "clerk"}) }))
	require.Empty(t, fake.verdict(func() { h.As(mcpgov.User{Anonymous: true, Role: "clerk"}).Call("get_customer", fine).OK() }))
	require.True(t, log.Outcomes()[0].User.Anonymous)
}

// TestAsAndClient: who calls is the user the host vouches for, or whom the Identifier names.
func TestAsAndClient(t *testing.T) {
	t.Parallel()
	_, h, log := trial(t)
	h.As(clerk).Call("get_customer", fine).OK()
	h.Client().Call("get_customer", fine)
	h.As(chief).Call("get_customer", fine).OK()
	outcomes := log.Outcomes()
	require.Equal(t, "u1", outcomes[0].User.ID)
	require.True(t, outcomes[1].User.Anonymous)
	require.Equal(t, "u2", outcomes[2].User.ID)
}

// TestArguments: structs and maps go through JSON, text and bytes leave as they stand.
func TestArguments(t *testing.T) {
	t.Parallel()
	fake, h, _ := trial(t)
	client := h.As(clerk)
	for _, args := range []any{lookup{ID: "cust_42"}, &lookup{ID: "cust_42"}, map[string]any{"id": "cust_42"}, fine, []byte(fine), json.RawMessage(fine)} {
		client.Call("get_customer", args).OK()
	}
	client.Call("get_customer", nil).Invalid("/id", "required")
	client.Call("get_customer", `{"id":"cust_42","id":"cust_43"}`).Invalid("duplicate")
	require.Contains(t, fake.verdict(func() { client.Call("get_customer", make(chan int)) }), "arguments of get_customer")
}

// TestManyCallers: harness, clients and recorder may be used from many goroutines.
func TestManyCallers(t *testing.T) {
	t.Parallel()
	_, h, log := trial(t)
	shared := h.As(clerk)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, client := range []*mcptest.Client{shared, h.As(chief)} {
				if code := client.Call("get_customer", fine).Code(); code != mcpgov.OK {
					t.Errorf("it ended as %q", code)
				}
			}
		})
	}
	group.Wait()
	require.Len(t, log.Outcomes(), 16)
}

// TestToolsFails: a list that is refused fails the test.
func TestToolsFails(t *testing.T) {
	t.Parallel()
	fake, h, log := trial(t)
	client := h.As(clerk)
	log.FailWhen(func(audit.Record) error { return errors.New("disk full") })
	require.Contains(t, fake.verdict(func() { client.Tools() }), `tools/list as "u1"`)
}

// TestHangUp: a call whose own context ends comes back.
func TestHangUp(t *testing.T) {
	t.Parallel()
	_, h, _ := trial(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.As(clerk).CallContext(ctx, "get_customer", fine).Ended(mcpgov.Cancelled).Raw()
	require.ErrorIs(t, err, context.Canceled)
}
