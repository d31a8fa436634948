package main

import (
	"log/slog"
	"os"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// These are the tests a user of mcpgov writes about a server: who gets what, through real protocol messages, without a network.

func newTestServer(t *testing.T) (*mcpgov.Server, *mcptest.Recorder) {
	t.Helper()
	s, err := openStore()
	require.NoError(t, err)
	log := &mcptest.Recorder{}
	srv, err := newServer(s, log, nil, slog.New(slog.NewTextHandler(t.Output(), nil)))
	require.NoError(t, err)
	return srv, log
}

// TestPolicyCases: what the policy promises, as data beside it.
func TestPolicyCases(t *testing.T) {
	t.Parallel()
	srv, _ := newTestServer(t)
	mcptest.PolicyCases(t, srv, os.DirFS("."), "*.cases.yaml")
}

func TestWhoGetsWhat(t *testing.T) {
	t.Parallel()
	const email, phone, notes, card = "carla.moreau@example.com", "+41 44 555 5544", "Considers leaving", "4000000085984183"
	type args = map[string]any
	customer := args{"customer_id": own}
	small, large := args{"order_id": dear, "amount_cents": 5000}, args{"order_id": dear, "amount_cents": 64900}
	remark := args{"customer_id": own, "text": "Her doctor moved."}

	for _, row := range []struct {
		who, tool string
		args      args
		check     func(*mcptest.Result)
	}{
		{"sam", "get_customer", customer, func(r *mcptest.Result) {
			r.OK().Masked("email", "phone").Lacks("credit_score", "internal_notes").NoLeak(email, phone, notes)
		}},
		{"sam", "get_customer", args{"customer_id": "cust_99"}, func(r *mcptest.Result) { r.ToolError("not_found", "cust_99") }},
		{"sam", "get_customer", args{"customer": own}, func(r *mcptest.Result) { r.Invalid("customer_id", "customer") }},
		{"sam", "list_orders", customer, func(r *mcptest.Result) { r.OK().Has("total", 3).Masked("orders.card_number").NoLeak(card) }},
		{"sam", "search_notes", args{"query": "delivery"}, func(r *mcptest.Result) { r.OK().Has("notes.author", "mia") }},
		{"sam", "add_note", remark, func(r *mcptest.Result) { require.Equal(t, "Saved note_15 about cust_2.", r.OK().Text()) }},
		{"sam", "refund_order", large, func(r *mcptest.Result) { r.Denied("Refunds above 100.00 EUR need an account manager.") }},
		{"sam", "refund_order", small, func(r *mcptest.Result) { r.JSON(refund{dear, 5000, "refunded"}) }},

		{"mia", "get_customer", customer, func(r *mcptest.Result) { r.OK().Has("email", email).Has("phone", phone).Has("credit_score", 593) }},
		{"mia", "list_orders", customer, func(r *mcptest.Result) { r.OK().Masked("orders.card_number").NoLeak(card) }},
		{"mia", "search_notes", args{"query": "x"}, func(r *mcptest.Result) { r.Invalid("/query", "minLength") }},
		{"mia", "add_note", args{"customer_id": "cust_99", "text": "?"}, func(r *mcptest.Result) { r.ToolError("not_found") }},
		{"mia", "refund_order", large, func(r *mcptest.Result) { r.OK().Has("status", "refunded") }},
		{"mia", "refund_order", args{"order_id": dear, "amount_cents": 64901}, func(r *mcptest.Result) { r.ToolError("amount_too_high", "649.00 EUR") }},

		{"carla", "get_customer", customer, func(r *mcptest.Result) {
			r.OK().Has("email", email).Has("phone", phone).Lacks("credit_score", "internal_notes").NoLeak(notes)
		}},
		{"carla", "get_customer", args{"customer_id": foreign}, func(r *mcptest.Result) {
			r.Denied("Customers can only view their own data.").NoLeak("Frank", "Elif")
		}},
		{"carla", "list_orders", customer, func(r *mcptest.Result) { r.OK().Masked("orders.card_number").NoLeak(card) }},
		{"carla", "list_orders", args{"customer_id": foreign}, func(r *mcptest.Result) { r.Denied("own data") }},
		{"carla", "search_notes", args{"query": "delivery"}, func(r *mcptest.Result) { r.Hidden() }},
		{"carla", "add_note", remark, func(r *mcptest.Result) { r.Hidden() }},
		{"carla", "refund_order", small, func(r *mcptest.Result) { r.Hidden() }},
	} {
		t.Run(row.who+" "+row.tool, func(t *testing.T) {
			t.Parallel()
			srv, log := newTestServer(t)
			who, err := personaNamed(row.who)
			require.NoError(t, err)
			row.check(mcptest.New(t, srv).As(who.user).Call(row.tool, row.args))
			require.Len(t, log.Outcomes(), 1)
			log.NoLeak(t, email, phone, notes, card, "Her doctor moved.")
		})
	}
}

func TestWhoIsShownWhat(t *testing.T) {
	t.Parallel()
	everything := []string{"add_note", "get_customer", "list_orders", "refund_order", "search_notes"}
	srv, _ := newTestServer(t)
	mcptest.EachEra(t, srv, func(t *testing.T, h *mcptest.Harness) {
		t.Helper()
		for id, want := range map[string][]string{"sam": everything, "mia": everything, "carla": {"get_customer", "list_orders"}} {
			who, err := personaNamed(id)
			require.NoError(t, err)
			require.ElementsMatch(t, want, h.As(who.user).Tools(), id)
		}
	})
}

// Who writes, leaves the intent before the outcome; who is refused, no intent at all.
func TestWritesLeaveTwoRecords(t *testing.T) {
	t.Parallel()
	srv, log := newTestServer(t)
	h := mcptest.New(t, srv)
	sam, mia := personas()[0], personas()[1]
	args := map[string]any{"order_id": dear, "amount_cents": 64900}
	h.As(sam.user).Call("refund_order", args).Denied()
	h.As(mia.user).Call("refund_order", args).OK()
	h.As(mia.user).Call("refund_order", args).ToolError("already_refunded")

	calls := log.Calls()
	require.Len(t, calls, 5)
	var kinds []audit.Kind
	for _, r := range calls {
		kinds = append(kinds, r.Kind)
	}
	require.Equal(t, []audit.Kind{audit.KindOutcome, audit.KindIntent, audit.KindOutcome, audit.KindIntent, audit.KindOutcome}, kinds)
	require.Equal(t, "refund-limit", calls[0].Rule)
	require.Equal(t, calls[1].CallID, calls[2].CallID)
}

// Nobody without a verified token is anybody.
func TestNobodyIsRefused(t *testing.T) {
	t.Parallel()
	srv, log := newTestServer(t)
	mcptest.New(t, srv).Client().Call("get_customer", map[string]any{"customer_id": own}).Ended(mcpgov.Unauthenticated)
	require.Equal(t, "unauthenticated", log.Outcomes()[0].Outcome)

	_, err := verifyToken(t.Context(), "demo-token-bob", nil)
	require.ErrorContains(t, err, "invalid token")
	for _, p := range personas() {
		token, err := verifyToken(t.Context(), p.token(), nil)
		require.NoError(t, err)
		user, err := callerOf(token)
		require.NoError(t, err)
		require.Equal(t, p.user, user)
	}
}

// TestOneRuleForAllKinds: what the policy says of a tool it says of the resource and the prompt beside it.
func TestOneRuleForAllKinds(t *testing.T) {
	t.Parallel()
	srv, log := newTestServer(t)
	h := mcptest.New(t, srv)
	session := func(who string) *mcp.ClientSession {
		p, err := personaNamed(who)
		require.NoError(t, err)
		return h.As(p.user).Session()
	}
	sam, mia, carla := session("sam"), session("mia"), session("carla")
	read := func(s *mcp.ClientSession, id string) (string, error) {
		res, err := s.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "crm://customers/" + id})
		if err != nil {
			return "", err
		}
		return res.Contents[0].Text, nil
	}
	const email = "carla.moreau@example.com"
	text, err := read(sam, own)
	require.NoError(t, err)
	require.NotContains(t, text, email)
	text, err = read(carla, own)
	require.NoError(t, err)
	require.Contains(t, text, email)
	_, err = read(carla, "cust_5")
	require.ErrorContains(t, err, "Customers can only view their own data.")

	brief := func(s *mcp.ClientSession) string {
		res, err := s.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: "prepare_call", Arguments: map[string]string{"customer_id": own}})
		require.NoError(t, err)
		block, ok := res.Messages[0].Content.(*mcp.TextContent)
		require.True(t, ok)
		return block.Text
	}
	require.Contains(t, brief(mia), "credit score is 593")
	require.NotContains(t, brief(sam), "credit score")
	require.NotContains(t, brief(sam), email)
	require.NotContains(t, brief(mia), "4000000085984183", "a whole card number leaves for nobody")

	suggested, err := carla.Complete(t.Context(), &mcp.CompleteParams{
		Ref: &mcp.CompleteReference{Type: "ref/prompt", Name: "prepare_call"}, Argument: mcp.CompleteParamsArgument{Name: "customer_id", Value: "cust_"},
	})
	require.NoError(t, err)
	require.Equal(t, []string{own}, suggested.Completion.Values)
	log.NoLeak(t, email)
}
