package policy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/mcpgov/go-sdk/policy"
)

type dealIn struct {
	ID    string         `json:"id"`
	Count int32          `json:"count"`
	Price float64        `json:"price"`
	Owner *string        `json:"owner"`
	Tags  []string       `json:"tags"`
	Extra map[string]any `json:"extra"`
	SSN   string         `json:"ssn" gov:"pii"`
	Limit int            `json:"limit" jsonschema:"default=10"`
}

type dealOut struct {
	ID    string     `json:"id"`
	Email string     `json:"email" gov:"pii,mask=email"`
	Card  string     `json:"card" gov:"secret,mask=last4"`
	Total int        `json:"total" gov:"secret"`
	Notes string     `json:"notes"`
	Buyer dealBuyer  `json:"buyer"`
	Lines []dealLine `json:"lines"`
	Codes []string   `json:"codes,omitempty"`
	Any   any        `json:"any"`
}

type dealBuyer struct {
	Name  string `json:"name"`
	Phone string `json:"phone" gov:"pii"`
}

type dealLine struct {
	Amount int    `json:"amount"`
	Region string `json:"region"`
	IBAN   string `json:"iban" gov:"pii"`
}

func deal() *policy.Target { return tool("deal", dealIn{}, dealOut{}, "crm") }

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
		"ssn == '1'", "args.ssn.startsWith('1')", "has(args.ssn)", "limit > 5", "'p' in user.permissions && ssn == '2'", "user == user", "args == args",
		"user.level > 1", "request.headers.team == 'a'", "[id, ssn].exists(x, x == 'u')", "timestamp.now() > timestamp('2026-03-04T12:00:00Z')",
	}
}

// outputAtoms are conditions on the result.
func outputAtoms() []string {
	return append(inputAtoms(), "response.total > 5", "response.email == 'e'",
		"response.notes.startsWith('x')", "has(response.card)", "response.id == id", "response.buyer.name == 'b'", "response.buyer.phone == '1' && response.id == 'u'",
		"size(response.lines) > 1", "response.lines.exists(l, l.amount > 5)", "response.lines.all(l, l.iban == 'i')", "response.lines[0].region == 'eu'",
		"has(response.codes)", "has(response.lines)", "size(response.codes) > 0", "response.any.k == 'v'", "response == response", "response.buyer.name == response.notes")
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
	for range 1 + c.IntN(4) {
		input = append(input, policy.Rule{
			Condition: c.condition(inputAtoms(), c.IntN(3)), Action: pick(c, actions), Mode: mode(),
		})
	}
	for range c.IntN(4) {
		r := policy.Rule{Condition: c.condition(outputAtoms(), c.IntN(2)), Mode: mode()}
		switch c.IntN(7) {
		case 0:
			r.Action = policy.ActionDeny
		case 5:
			r.Action, r.Path, r.Limit = policy.ActionLimitRows, "lines", c.IntN(3)
		case 6:
			r.Action, r.Path = policy.ActionFilterRows, "lines"
			r.Where = pick(c, []string{"item.amount > count", "item.region == user.role", "item.iban == 'i'", "item.amount < response.total", "item.amount > 0"})
		case 1:
			r.Action, r.Fields = policy.ActionFilterFields, []string{pick(c, []string{"email", "notes", "card", "lines.region", "**.iban", "any.k"})}
		case 2:
			r.Action, r.Labels = policy.ActionMaskSensitive, []string{pick(c, []string{"pii", "secret"})}
		default:
			r.Action, r.Fields = policy.ActionMaskFields, []string{pick(c, []string{"email", "notes", "total", "id", "buyer.name", "buyer", "lines.iban", "codes"})}
		}
		output = append(output, r)
	}
	return input, output
}

// set makes a policy of one or two sets; whatever chance puts behind a rule that holds always is no policy.
func (c chance) set(target *policy.Target) policy.Decider {
	d, _ := c.pair(target)
	return d
}

// pair makes two policies, which often have their input rules in common.
func (c chance) pair(target *policy.Target) (a, b policy.Decider) {
	for {
		var as, bs []policy.Policy
		for i := range 1 + c.IntN(2) {
			input, output := c.rules()
			ending := policy.Effect(c.IntN(3))
			as = append(as, c.named(i, ending, input, output))
			other, otherOutput := c.rules()
			if c.IntN(3) > 0 {
				other = slices.Clone(input)
			} else {
				ending = policy.Effect(c.IntN(3))
			}
			bs = append(bs, c.named(i, ending, other, otherOutput))
		}
		catalog := policy.Catalog{Targets: []*policy.Target{target}, User: attributes()}
		a, errA := policy.All(as...).Bind(catalog)
		b, errB := policy.All(bs...).Bind(catalog)
		if errA == nil && errB == nil {
			return a, b
		}
	}
}

func (chance) named(n int, ending policy.Effect, input, output []policy.Rule) *policy.Set {
	for i := range input {
		input[i].ID = fmt.Sprintf("s%d-in-%d", n, i)
	}
	for i := range output {
		output[i].ID = fmt.Sprintf("s%d-out-%d", n, i)
	}
	s := one(ending, input, output...)
	s.Name = fmt.Sprintf("set%d", n)
	return s
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
	in := dealIn{SSN: pick(c, []string{"", "1", "2"}), Limit: pick(c, []int{10, 3}), ID: pick(c, []string{"", "u", "v"}), Count: int32(c.IntN(6)), Price: c.Float64() * 3}
	in.Tags = pick(c, [][]string{nil, {"a"}, {"clerk", "b"}})
	in.Extra = pick(c, []map[string]any{nil, {"k": "v"}, {"k": 1}})
	in.Owner = pick(c, []*string{nil, &ann})
	return &policy.Request{
		Target: target, User: &user, Args: &in, Now: time.Date(2026, 3, 4, c.IntN(24), 0, 0, 0, time.UTC),
		Origin: policy.Origin{Transport: pick(c, []string{"http", "stdio", ""}), Headers: map[string]string{"team": pick(c, []string{"a", "b"})}},
	}
}

func (c chance) result() *dealOut {
	out := &dealOut{
		ID: pick(c, []string{"", "u"}), Email: pick(c, []string{"e", "f"}), Card: pick(c, []string{"", "4242"}), Total: c.IntN(10),
		Notes: pick(c, []string{"x1", "y"}), Buyer: dealBuyer{pick(c, []string{"b", "y"}), pick(c, []string{"1", "2"})},
		Codes: pick(c, [][]string{nil, {}, {"a"}}), Any: pick(c, []any{nil, map[string]any{"k": "v"}, 3}),
	}
	for range c.IntN(4) {
		out.Lines = append(out.Lines, dealLine{c.IntN(9), pick(c, []string{"eu", "clerk"}), pick(c, []string{"i", "j"})})
	}
	return out
}
