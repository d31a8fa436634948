package policy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// calls is a log of a few calls.
func calls() []policy.Recorded {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	clerk := policy.User{ID: "kim", Role: "clerk", Permissions: []string{"orders.read", "pii.view"}, Attributes: map[string]any{}}
	admin := policy.User{ID: "root", Role: "admin", Attributes: map[string]any{}}
	order := func(id string, u policy.User, count int, effect string) policy.Recorded {
		return policy.Recorded{
			CallID: id, Kind: "tool", Name: "get_order", Time: at, User: u, Effect: effect, Answered: effect == "allow",
			Args: fmt.Appendf(nil, `{"id":"o1","count":%d}`, count),
		}
	}
	foreign := order("4", clerk, 1, "allow")
	foreign.Name = "drop_order"
	return []policy.Recorded{
		order("1", clerk, 1, "allow"), order("2", clerk, 50, "allow"), order("3", admin, 50, "deny"), foreign,
	}
}

const newRules = `
mcpgov: 1
policies:
  - tools: [get_order]
    input:
      - {id: many, condition: "user.role == 'clerk' && count > 10", action: deny}
      - {id: reads, condition: "'orders.read' in user.permissions || user.role == 'admin'", action: allow}
      - {id: nights, condition: "now.getHours() < 6", action: allow}
  - tools: [wipe]
    input: [{id: never, condition: "tool.name == 'x' && id == 'y'", action: allow}]
`

func candidate(t testing.TB) policy.Decider {
	t.Helper()
	set, err := policy.Parse([]byte(newRules))
	require.NoError(t, err)
	return mustBind(t, set, nil, tool("get_order", orderIn{}, nil), tool("wipe", orderIn{}, nil))
}

// TestReplay: who gains, who loses, what nobody can tell, and what is used by nobody.
func TestReplay(t *testing.T) {
	t.Parallel()
	report, err := policy.Replay(t.Context(), candidate(t), all(calls()))
	require.NoError(t, err)
	require.Equal(t, []int{4, 1, 1, 1, 0, 1}, []int{report.Calls, report.Same, report.Gained, report.Lost, report.Remasked, report.Unknown})
	require.Equal(t, []policy.Change{{CallID: "2", User: "kim", Target: "tool get_order", Was: "allow", Now: "deny", Rule: "many"}}, report.Loses)
	require.Equal(t, []policy.Change{{CallID: "3", User: "root", Target: "tool get_order", Was: "deny", Now: "allow", Rule: "reads"}}, report.Gains)
	require.Equal(t, "4", report.Unknowns[0].CallID)
	require.Equal(t, map[string]int{"many": 1, "reads": 2, "nights": 0, "never": 0}, report.Rules)
	require.Equal(t, []string{"tool wipe"}, report.Unreachable)
	require.Empty(t, report.Grants, "a call to a target that is not known may have needed any")

	report, err = policy.Replay(t.Context(), candidate(t), all(calls()[:3]))
	require.NoError(t, err)
	require.Equal(t, []string{"permission pii.view (1 caller)"}, report.Grants)
}

func TestReplayRefuses(t *testing.T) {
	t.Parallel()
	_, err := policy.Replay(t.Context(), nil, all(nil))
	require.ErrorContains(t, err, "cannot be replayed against")
	broken := calls()[:1]
	broken[0].Missing = []string{"args..x"}
	_, err = policy.Replay(t.Context(), candidate(t), all(broken))
	require.ErrorContains(t, err, "recorded call 0: missing: path")
	_, err = policy.Replay(t.Context(), candidate(t), func(yield func(policy.Recorded, error) bool) { yield(policy.Recorded{}, errors.New("torn")) })
	require.ErrorContains(t, err, "recorded call 0: torn")
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = policy.Replay(stopped, candidate(t), all(calls()))
	require.ErrorIs(t, err, context.Canceled)
}

// FuzzReplay: whatever a log holds, a replay ends with a report that counts each call once, or an error.
func FuzzReplay(f *testing.F) {
	f.Add([]byte(`{"id":"o1","count":3}`), "allow", "args.id", "u", true)
	f.Add([]byte(`{"tags":[1]}`), "deny", "user.*", "", false)
	f.Fuzz(func(t *testing.T, args []byte, effect, missing, user string, answered bool) {
		r := policy.Recorded{Kind: "tool", Name: "get_order", User: policy.User{ID: user}, Args: args, Effect: effect, Answered: answered}
		if missing != "" {
			r.Missing = []string{missing}
		}
		report, err := policy.Replay(t.Context(), candidate(t), all([]policy.Recorded{r}))
		if err != nil {
			return
		}
		require.Equal(t, 1, report.Same+report.Gained+report.Lost+report.Remasked+report.Unknown)
		if !json.Valid(args) {
			require.NotEqual(t, 1, report.Gained, "nobody gains by what cannot be read")
		}
	})
}

// A log is put to new rules before they are put in force.
func ExampleReplay() {
	set, err := policy.Parse([]byte(`
mcpgov: 1
policies:
  - tools: [refund]
    input:
      - {id: large, condition: "args.amount > 100.0 && !('refund.large' in user.permissions)", action: deny}
      - {id: staff, condition: "user.role == 'clerk'", action: allow}
`))
	if err != nil {
		panic(err)
	}
	type in struct {
		Amount float64 `json:"amount"`
	}
	decider, err := set.Bind(policy.Catalog{Targets: []*policy.Target{{Kind: "tool", Name: "refund", In: reflect.TypeFor[in]()}}})
	if err != nil {
		panic(err)
	}
	kim := policy.User{ID: "kim", Role: "clerk", Permissions: []string{"reports"}}
	log := []policy.Recorded{
		{CallID: "A1", Kind: "tool", Name: "refund", User: kim, Args: []byte(`{"amount": 20}`), Effect: "allow"},
		{CallID: "A2", Kind: "tool", Name: "refund", User: kim, Args: []byte(`{"amount": 500}`), Effect: "allow"},
		{CallID: "A3", Kind: "tool", Name: "refund", User: kim, Effect: "allow"}, // arguments were not recorded
	}
	report, err := policy.Replay(context.Background(), decider, func(yield func(policy.Recorded, error) bool) {
		for r := range slices.Values(log) {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		panic(err)
	}
	fmt.Print(report)
	// Output:
	// 3 calls: 1 the same, 0 gain, 1 lose, 0 change their mask, 1 unknown
	//
	// lose:
	//     A2  kim on tool refund: allow -> deny (large)
	//
	// unknown:
	//     A3  kim on tool refund: allow -> unknown: depends on args
	//
	// grants that no rule needed:
	//     permission reports (1 caller)
}
