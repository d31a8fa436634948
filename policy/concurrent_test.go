package policy_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// Callers share programs, pools and caches, and each gets the answer meant for him. The clock stands still meanwhile: on a busy machine a
// caller may have to wait longer for a core than conditions may take.
func TestConcurrentCallersKeepApart(t *testing.T) { synctest.Test(t, callersKeepApart) }

func callersKeepApart(t *testing.T) {
	t.Helper()
	target := order()
	d := mustBind(t, one(policy.Deny, []policy.Rule{{Condition: "id == user.id && user.id in user.groups && tags.all(t, t == id)", Action: policy.ActionAllow}},
		policy.Rule{Condition: "user.role == 'odd'", Action: policy.ActionFilterFields, Fields: []string{"email"}},
		policy.Rule{Condition: "response.id == args.id", Action: policy.ActionMaskFields, Fields: []string{"card"}}), nil, target)
	var wg sync.WaitGroup
	faults := make(chan error, 64)
	for g := range 32 {
		wg.Go(func() {
			id, role := fmt.Sprint("u", g), []string{"even", "odd"}[g%2]
			r := &policy.Request{Target: target, User: &policy.User{ID: id, Role: role, Groups: []string{id}}, Args: &orderIn{ID: id, Tags: []string{id, id}}}
			want := 1 + g%2
			for range 100 {
				decision, err := d.Admit(t.Context(), r)
				o, shapeErr := d.Shape(t.Context(), r, &orderOut{ID: id})
				visible, visibleErr := d.Visible(t.Context(), r)
				if err != nil || shapeErr != nil || visibleErr != nil || decision.Effect != policy.Allow || len(o.Edits) != want || visible.Effect != policy.Allow {
					faults <- fmt.Errorf("%w: %+v %+v %v", errors.Join(err, shapeErr, visibleErr), decision, o, visible)
					return
				}
			}
		})
	}
	wg.Wait()
	close(faults)
	for err := range faults {
		require.NoError(t, err)
	}
}
