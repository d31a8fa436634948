package policy_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/mcpgov/go-sdk/policy"
)

// chance makes rules, callers, arguments and results for the tests that compare two ways to the same answer.
type chance struct{ *rand.Rand }

func newChance(seed uint64) chance { return chance{rand.New(rand.NewPCG(seed, 17))} }

func pick[T any](c chance, of []T) T { return of[c.IntN(len(of))] }

// inputAtoms are conditions on the caller, the arguments and the circumstances; some fail for some callers.
func inputAtoms() []string {
	return []string{
		"user.role == 'admin'", "user.role == 'clerk'", "'p' in user.permissions", "'q' in user.permissions", "user.email == 'e'", "has(user.email)",
		"user.nick == null", "id == user.id", "count > 3", "price < 1.5", "'a' in tags", "tags.exists(t, t == user.role)", "has(args.owner)",
		"owner == 'ann'", "tags[0] == 'a'", "extra.k == 'v'", "has(extra.k)", "true", "user.groups.all(g, g == id)", "10 / count > 1",
		"user.department == 'HR'", "now.getHours() < 12", "request.transport == 'http'", "user.roles.exists(r, r == 'auditor')", "size(tags) > 1",
	}
}

// outputAtoms are conditions on the result.
func outputAtoms() []string {
	return append(inputAtoms(), "response.total > 5", "response.email == 'e'", "response.notes.startsWith('x')", "has(response.card)", "response.id == id")
}

// condition joins atoms.
func (c chance) condition(atoms []string, depth int) string {
	if depth == 0 {
		return pick(c, atoms)
	}
	a, b := c.condition(atoms, depth-1), c.condition(atoms, c.IntN(depth))
	switch c.IntN(4) {
	case 0:
		return fmt.Sprintf("!(%s)", a)
	case 1:
		return fmt.Sprintf("(%s) && (%s)", a, b)
	case 2:
		return fmt.Sprintf("(%s) || (%s)", b, a)
	}
	return fmt.Sprintf("(%s) ? (%s) : (%s)", a, b, c.condition(atoms, depth-1))
}

// rules makes input and output rules, some of them in shadow mode.
func (c chance) rules() (input, output []policy.Rule) {
	mode := func() policy.Mode { return pick(c, []policy.Mode{"", "", "", policy.ModeShadow}) }
	actions := []policy.Action{policy.ActionDeny, policy.ActionAllow, policy.ActionRequireApproval, policy.ActionWarn}
	for i := range 1 + c.IntN(4) {
		input = append(input, policy.Rule{
			ID: fmt.Sprintf("in-%d", i), Condition: c.condition(inputAtoms(), c.IntN(3)), Action: pick(c, actions), Mode: mode(),
		})
	}
	for i := range c.IntN(4) {
		r := policy.Rule{ID: fmt.Sprintf("out-%d", i), Condition: c.condition(outputAtoms(), c.IntN(2)), Mode: mode()}
		switch c.IntN(5) {
		case 0:
			r.Action = policy.ActionDeny
		case 1:
			r.Action, r.Fields = policy.ActionFilterFields, []string{pick(c, []string{"email", "notes", "card"})}
		case 2:
			r.Action, r.Labels = policy.ActionMaskSensitive, []string{pick(c, []string{"pii", "secret"})}
		default:
			r.Action, r.Fields = policy.ActionMaskFields, []string{pick(c, []string{"email", "notes", "total", "id"})}
		}
		output = append(output, r)
	}
	return input, output
}

// set makes a whole policy of one or two sets; whatever chance puts behind a rule that holds always is no policy.
func (c chance) set(target *policy.Target) policy.Decider {
	for {
		var sets []policy.Policy
		for i := range 1 + c.IntN(2) {
			input, output := c.rules()
			for j := range input {
				input[j].ID = fmt.Sprintf("s%d-%s", i, input[j].ID)
			}
			for j := range output {
				output[j].ID = fmt.Sprintf("s%d-%s", i, output[j].ID)
			}
			s := one(policy.Effect(c.IntN(3)), input, output...)
			s.Name = fmt.Sprintf("set%d", i)
			sets = append(sets, s)
		}
		if d, err := policy.All(sets...).Bind(policy.Catalog{Targets: []*policy.Target{target}, User: attributes()}); err == nil {
			return d
		}
	}
}

func (c chance) request(target *policy.Target) *policy.Request {
	ann := "ann"
	callers := []policy.User{
		{},
		{ID: "u", Role: "admin", Roles: []string{"admin", "auditor"}},
		{ID: "v", Role: "clerk", Email: "e", Groups: []string{"u"}, Attributes: map[string]any{"department": "HR"}},
		{ID: "w", Role: "clerk", Permissions: []string{"p", "q"}, Attributes: map[string]any{"department": "IT", "nick": "n"}},
	}
	user := pick(c, callers)
	in := orderIn{ID: pick(c, []string{"", "u", "v"}), Count: int32(c.IntN(6)), Price: c.Float64() * 3}
	in.Tags = pick(c, [][]string{nil, {"a"}, {"clerk", "b"}})
	in.Extra = pick(c, []map[string]any{nil, {"k": "v"}, {"k": 1}})
	in.Owner = pick(c, []*string{nil, &ann})
	return &policy.Request{
		Target: target, User: &user, Args: &in, Now: time.Date(2026, 3, 4, c.IntN(24), 0, 0, 0, time.UTC),
		Origin: policy.Origin{Transport: pick(c, []string{"http", "stdio", ""})},
	}
}

func (c chance) result() *orderOut {
	return &orderOut{
		ID: pick(c, []string{"", "u"}), Email: pick(c, []string{"e", "f"}), Card: pick(c, []string{"", "4242"}),
		Total: c.IntN(10), Notes: pick(c, []string{"x1", "y"}),
	}
}
