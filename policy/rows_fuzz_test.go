package policy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpgov/go-sdk/policy"
)

// FuzzWhere: whatever a where says, it is refused or answered within its bound; nothing panics, and cuts name rows there are.
func FuzzWhere(f *testing.F) {
	for _, seed := range []string{
		"true", "item.region == user.tenant", "item.amount > args.count", "response.orders.exists(o, o.region == item.region)", "item == null",
		"item.note.matches('a+') ? false : has(item.region)", "[item].map(i, i.amount) == [1]",
	} {
		f.Add(seed, "orders", 1)
		f.Add(seed, "regions.orders", 3)
	}
	out := &report{Orders: lines("eu", "us", "eu"), Regions: []region{{Orders: lines("eu", "us")}, {}}}
	target := tool("report", orderIn{}, report{})
	f.Fuzz(func(t *testing.T, where, path string, most int) {
		d, err := one(policy.Allow, nil, filter("f", path, where), limit("l", path, most)).Bind(policy.Catalog{Targets: []*policy.Target{target}})
		if err != nil {
			return
		}
		o, err := d.Shape(t.Context(), &policy.Request{Target: target, User: &policy.User{Tenant: "eu"}, Args: &orderIn{}, Now: time.Unix(1, 0)}, out)
		if err != nil {
			return
		}
		for _, cut := range o.Rows {
			if len(cut.Keep) > most || !slices.IsSorted(cut.Keep) || !strings.HasPrefix(cut.List, "/") {
				t.Fatal(cut)
			}
		}
	})
}
