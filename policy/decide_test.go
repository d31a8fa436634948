package policy_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

type orderIn struct {
	ID     string         `json:"id"`
	User   string         `json:"user"`
	Role   string         `json:"role"`
	Type   string         `json:"type"`
	Hyphen string         `json:"content-type"`
	Count  int32          `json:"count"`
	Big    uint64         `json:"big"`
	Price  float64        `json:"price"`
	Owner  *string        `json:"owner"`
	Tags   []string       `json:"tags"`
	Extra  map[string]any `json:"extra"`
	When   string         `json:"when"`
	Text   string         `json:"text"`
}

type orderOut struct {
	ID    string `json:"id"`
	Email string `json:"email" gov:"pii,mask=email"`
	Card  string `json:"card" gov:"secret,mask=last4"`
	Total int    `json:"total" gov:"secret"`
	Notes string `json:"notes"`
}

func tool(name string, in, out any, tags ...string) *policy.Target {
	t := &policy.Target{Kind: "tool", Name: name, Tags: tags}
	if in != nil {
		t.In = reflect.TypeOf(in)
	}
	if out != nil {
		t.Out = reflect.TypeOf(out)
	}
	return t
}

func order() *policy.Target { return tool("get_order", orderIn{}, orderOut{}, "crm") }

// one makes a set of one block for every tool.
func one(fallback policy.Effect, input []policy.Rule, output ...policy.Rule) *policy.Set {
	return &policy.Set{Name: "test", Default: fallback, Blocks: []policy.Block{{Tools: []string{"*"}, Input: input, Output: output}}}
}

func mustBind(t testing.TB, p policy.Policy, user map[string]policy.Attribute, targets ...*policy.Target) policy.Decider {
	t.Helper()
	d, err := p.Bind(policy.Catalog{Targets: targets, User: user, Env: policy.Env{Name: "production", Region: "eu"}})
	require.NoError(t, err)
	return d
}

func attributes() map[string]policy.Attribute {
	return map[string]policy.Attribute{
		"department": {Type: "string"}, "nick": {Type: "string?"}, "level": {Type: "int", Default: 0}, "score": {Type: "double", Nullable: true},
		"regions": {Type: "list(string)"}, "limits": {Type: "map(int)"}, "since": {Type: "timestamp?"}, "flag": {Type: "bool?"}, "blob": {Type: "any?"},
	}
}

// admit decides one rule that denies where it holds, over a set that allows.
func admit(t *testing.T, condition string, user policy.User, args orderIn) (policy.Decision, error) {
	t.Helper()
	target := order()
	d := mustBind(t, one(policy.Allow, []policy.Rule{{ID: "r", Condition: condition, Action: policy.ActionDeny, Reason: "no"}}), attributes(), target)
	return d.Admit(t.Context(), &policy.Request{
		Target: target, User: &user, Args: &args, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Origin: policy.Origin{Transport: "http", Headers: map[string]string{"x-team": "a"}},
	})
}

func TestErrorsRefuse(t *testing.T) {
	zero := orderIn{Extra: map[string]any{"n": 1.0, "t": "text"}}
	cases := []struct {
		name, condition, says string
		user                  policy.User
		args                  orderIn
	}{
		{name: "missing key", condition: "args.extra.missing == 'x'", says: "no such key: missing", args: zero},
		{name: "absent map key", condition: "request.headers['x-none'] == 'x'", says: "no such key: x-none"},
		{name: "absent attribute", condition: "user.department == 'HR'", says: "user.department is absent"},
		{name: "nil attribute", condition: "user.department == 'HR'", says: "user.department is absent", user: policy.User{Attributes: map[string]any{"department": nil}}},
		{name: "absent built-in text", condition: "args.id == user.email", says: "user.email is absent"},
		{name: "wrong dynamic type of an attribute", condition: "user.department == 'HR'", says: "declared string", user: policy.User{Attributes: map[string]any{"department": 7}}},
		{name: "wrong element type", condition: "'eu' in user.regions", says: "element 0", user: policy.User{Attributes: map[string]any{"regions": []any{1}}}},
		{name: "text for an int is not converted", condition: "user.level > 3", says: "declared int", user: policy.User{Attributes: map[string]any{"level": "4"}}},
		{name: "a fraction is no int", condition: "user.level > 3", says: "declared int", user: policy.User{Attributes: map[string]any{"level": 4.5}}},
		{name: "wrong dynamic type of an argument", condition: "args.extra.t + 1 == 2", says: "no such overload", args: zero},
		{name: "not a boolean", condition: "args.extra.n", says: "gave no bool", args: zero},
		{name: "division by zero", condition: "1 / args.count == 1", says: "division by zero"},
		{name: "overflow", condition: "args.count + 9223372036854775807 > 0", says: "overflow", args: orderIn{Count: 1}},
		{name: "beyond int", condition: "big > 0", says: "beyond the range of int", args: orderIn{Big: 1 << 63}},
		{name: "beyond int, from below", condition: "big < 0", says: "beyond the range of int", args: orderIn{Big: math.MaxUint64}},
		{name: "beyond int, in an attribute", condition: "user.level > 3", says: "beyond the range of int", user: policy.User{Attributes: map[string]any{"level": uint64(1 << 63)}}},
		{name: "beyond int, as JSON", condition: "args.extra.n == args.extra.n", says: "beyond the range of int", args: orderIn{Extra: map[string]any{"n": json.Number("9223372036854775808")}}},
		{name: "beyond double, as JSON", condition: "args.extra.n > 1", says: "beyond the range of double", args: orderIn{Extra: map[string]any{"n": json.Number("1e999")}}},
		{name: "not a number, as JSON", condition: "args.extra.n > 1", says: "not a number", args: orderIn{Extra: map[string]any{"n": json.Number("")}}},
		{name: "no exact double", condition: "user.score > 3.0", says: "beyond 2^53", user: policy.User{Attributes: map[string]any{"score": uint64(1<<53 + 1)}}},
		{name: "no exact double, negative", condition: "user.score > 3.0", says: "beyond 2^53", user: policy.User{Attributes: map[string]any{"score": int64(-1<<53 - 1)}}},
		{name: "bad timestamp", condition: "timestamp(args.when) < now", says: "timestamp", args: orderIn{When: "yesterday"}},
		{name: "bad zone", condition: "now.getHours(args.when) < 9", says: "zone", args: orderIn{When: "Mars/Phobos"}},
		{name: "null receiver", condition: "args.owner.startsWith('x')", says: "no such overload"},
		{name: "null attribute receiver", condition: "user.nick.startsWith('x')", says: "no such overload"},
		{name: "index out of range", condition: "args.tags[3] == 'x'", says: "index out of bounds"},
		{name: "too long for a pattern", condition: "text.matches('^a*b')", says: "longer than 65536", args: orderIn{Text: strings.Repeat("a", 70_000)}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d, err := admit(t, c.condition, c.user, c.args)
			require.ErrorContains(t, err, c.says)
			require.Zero(t, d, "an error comes with the decision that denies")
			var rule *policy.RuleError
			require.ErrorAs(t, err, &rule)
			require.Equal(t, "r", rule.Rule)
		})
	}
	t.Run("timeout", func(t *testing.T) {
		long := orderIn{Tags: make([]string, 20_000)}
		start := time.Now()
		_, err := admit(t, "tags.all(a, tags.all(b, a == b))", policy.User{}, long)
		require.ErrorContains(t, err, "took longer")
		require.Less(t, time.Since(start), 2*time.Second)
	})
	t.Run("nobody", func(t *testing.T) {
		target := order()
		d := mustBind(t, one(policy.Allow, []policy.Rule{{Condition: "user.role == 'x'", Action: policy.ActionDeny}}), nil, target)
		_, err := d.Admit(t.Context(), &policy.Request{Target: target, Args: &orderIn{}})
		require.ErrorContains(t, err, "no user")
		_, err = d.Admit(t.Context(), &policy.Request{Target: target, User: &policy.User{Role: "y"}})
		require.ErrorContains(t, err, "the arguments are a Go <nil>")
		_, err = d.Admit(t.Context(), &policy.Request{Target: tool("other", nil, nil), User: &policy.User{}})
		require.ErrorContains(t, err, "not bound")
		_, err = d.Admit(t.Context(), &policy.Request{})
		require.ErrorContains(t, err, "no target")
	})
}

func TestConditionsSee(t *testing.T) {
	owner := "ann"
	args := orderIn{
		ID: "o1", User: "mallory", Role: "admin", Type: "sale", Hyphen: "x", Count: 3, Price: 2.5, Owner: &owner,
		Tags: []string{"a", "b"}, Extra: map[string]any{"n": 2, "list": []any{1, "two"}, "deep": map[string]any{"k": true}}, Text: "hello",
	}
	user := policy.User{
		ID: "u1", Role: "clerk", Roles: []string{"clerk", "auditor"}, Permissions: []string{"p"},
		Attributes: map[string]any{"department": "HR", "regions": []any{"eu", "us"}, "limits": map[string]any{"gold": 3.0}, "since": "2020-01-01T00:00:00Z", "blob": map[string]any{"a": 1}},
	}
	for _, condition := range []string{
		"args.user == 'mallory' && user.role == 'clerk'", // T2: an argument named user is args.user and nothing else
		"role == 'admin' && user.role != 'admin'",        // T2: an argument naming a role is not the caller's
		"args.type == 'sale'", "args.`content-type` == 'x'", "count == 3 && count > 2.5", "price > 2 && price == 2.5",
		"owner == 'ann' && owner != null", "'a' in tags && !('c' in tags) && size(tags) == 2 && tags[1] == 'b'", "tags.exists(t, t == 'b') && tags == ['a', 'b']",
		"extra.n == 2 && extra['deep'].k && extra.list[1] == 'two'", "!has(extra.nope) && has(extra.n)",
		"user.department == 'HR' && 'us' in user.regions && user.limits.gold == 3 && user.level == 0", "'auditor' in user.roles",
		"user.nick == null && !has(user.nick) && user.nick != 'x'", "user.score == null", "user.since < now", "!has(user.email) && has(user.role)", "user.blob.a == 1",
		"!(has(user.flag) && user.flag)", "has(user.level) && has(user.roles) && has(user.groups)", "user.groups == []", "!user.anonymous",
		"tool.name == 'get_order' && tool_name == tool.name && 'crm' in tool.tags && !tool.read_only && tool.kind == 'tool'",
		"now == timestamp.now() && timestamp.now().getHours() == 3 && now.getHours('+02:00') == 5", "now < timestamp('2027-01-01T00:00:00Z')",
		"['now'].exists(now, now == 'now' && timestamp.now().getHours() == 3)", // a loop variable does not capture the clock
		"request.transport == 'http' && request.headers['x-team'] == 'a' && !has(request.purpose)", "env.name == 'production' && env.region == 'eu'",
		"!has(agent.id)", "text.matches('^hel+o$') && matches(text, 'ell')", "args.extra.n == 2.0", "has(args.owner) && !has(args.when)", "user == user",
	} {
		t.Run(condition, func(t *testing.T) {
			d, err := admit(t, condition, user, args)
			require.NoError(t, err)
			volatile := strings.Contains(condition, "now") || strings.Contains(condition, "request.")
			require.Equal(t, policy.Decision{Effect: policy.Deny, Rule: "r", Reason: "no", Volatile: volatile}, d, "the condition should hold")
		})
	}
}

func TestMissingArgumentADenyRuleReads(t *testing.T) { // T4
	target := tool("free", map[string]any{}, nil)
	d := mustBind(t, one(policy.Allow, []policy.Rule{{Condition: "args.region != 'eu'", Action: policy.ActionDeny}}), nil, target)
	_, err := d.Admit(t.Context(), &policy.Request{Target: target, User: &policy.User{}, Args: &map[string]any{}})
	require.ErrorContains(t, err, "no such key: region")

	// In a struct the missing member reads what the handler sees: its zero value, or null for a nil pointer.
	decision, err := admit(t, "owner != 'ann'", policy.User{}, orderIn{})
	require.NoError(t, err)
	require.Equal(t, policy.Deny, decision.Effect)
}

func TestFirstMatchDefaultsAndJoins(t *testing.T) {
	a, b := tool("a", orderIn{}, orderOut{}), tool("b", orderIn{}, orderOut{})
	rule := func(id, condition string, action policy.Action) policy.Rule {
		return policy.Rule{ID: id, Condition: condition, Action: action, Reason: "because " + id}
	}
	set := &policy.Set{Name: "crm", Blocks: []policy.Block{
		{Tools: []string{"a"}, Input: []policy.Rule{rule("first", "user.role == 'x'", policy.ActionDeny)}},
		{Tools: []string{"?"}, Input: []policy.Rule{rule("", "user.role in ['x', 'y']", policy.ActionAllow), rule("ask", "user.role == 'z'", policy.ActionRequireApproval)}},
	}}
	denials := &policy.Own{Input: []policy.Rule{rule("own-deny", "count > 5", policy.ActionDeny)}}
	grants := &policy.Own{Input: []policy.Rule{rule("own-allow", "count == 1", policy.ActionAllow)}}
	decide := func(p policy.Policy, target *policy.Target, role string, count int32) policy.Decision {
		t.Helper()
		d, err := mustBind(t, p, nil, a, b).Admit(t.Context(), &policy.Request{Target: target, User: &policy.User{Role: role}, Args: &orderIn{Count: count}})
		require.NoError(t, err)
		return d
	}
	both := policy.All(set, denials.For("tool", "a"), policy.All(grants.For("tool", "b")))
	require.Equal(t, policy.Decision{Effect: policy.Deny, Rule: "first", Reason: "because first"}, decide(set, a, "x", 0))
	require.Equal(t, policy.Decision{Effect: policy.Allow, Rule: "crm#1.input[0]", Reason: "because "}, decide(set, b, "x", 0))
	require.Equal(t, policy.Decision{Effect: policy.Deny, Rule: "crm#default", Reason: "This call is not permitted."}, decide(set, a, "nobody", 0))
	require.Equal(t, policy.RequireApproval, decide(set, a, "z", 0).Effect)

	require.Equal(t, policy.Allow, decide(denials.For("tool", "a"), a, "q", 5).Effect, "a list of denials ends in allow")
	require.Equal(t, policy.Deny, decide(grants.For("tool", "a"), a, "q", 5).Effect, "a list with an allow ends in deny")
	require.Equal(t, policy.Allow, decide(grants.For("tool", "a"), b, "q", 5).Effect, "another tool is not touched")

	require.Equal(t, policy.Allow, decide(both, a, "y", 0).Effect)
	require.Equal(t, "own-deny", decide(both, a, "y", 6).Rule)
	require.Equal(t, "b#default", decide(both, b, "y", 0).Rule)
	require.Equal(t, policy.Allow, decide(both, b, "y", 1).Effect)
	require.Equal(t, "ask", decide(both, b, "z", 1).Rule, "one that asks for approval asks for all")
	require.Equal(t, "first", decide(both, a, "x", 0).Rule)
	require.Equal(t, policy.Allow, decide(policy.AllowAll(), a, "q", 0).Effect)
	require.Equal(t, policy.Allow, decide(policy.All(policy.AllowAll(), set), a, "y", 0).Effect)
}

// foreign is a policy that is not made of rules.
type foreign struct {
	policy.Decider
	admit policy.Decision
	err   error
	shape policy.Obligations
}

func (f foreign) Bind(policy.Catalog) (policy.Decider, error) { return f, nil }
func (f foreign) Admit(context.Context, *policy.Request) (policy.Decision, error) {
	return f.admit, f.err
}

func (f foreign) Shape(context.Context, *policy.Request, any) (policy.Obligations, error) {
	return f.shape, f.err
}

func (f foreign) Visible(context.Context, *policy.Request) (policy.Decision, error) {
	return f.admit, f.err
}
func (f foreign) Scope(*policy.Target) policy.Scope { return policy.Scope{Edits: f.shape.Edits} }
func (f foreign) Revision() string                  { return "foreign" }

func TestJoinedWithAForeignPolicy(t *testing.T) {
	target := order()
	masked := one(policy.Allow, nil, policy.Rule{ID: "m", Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"email", "notes"}})
	r := &policy.Request{Target: target, User: &policy.User{}, Args: &orderIn{}}
	ctx := t.Context()

	other := foreign{admit: policy.Decision{Effect: policy.Allow, Rule: "f"}, shape: policy.Obligations{
		Rules: []string{"f"},
		Edits: []policy.Edit{{Path: "email", Mask: "null"}, {Path: "id", Remove: true}},
	}}
	d := mustBind(t, policy.All(masked, other), nil, target)
	o, err := d.Shape(ctx, r, &orderOut{})
	require.NoError(t, err)
	require.Equal(t, []string{"m", "f"}, o.Rules)
	require.Equal(t, []string{"email=redact", "-id", "notes=redact"}, inWords(o.Edits))
	require.Equal(t, []string{"email=email", "email=null", "email=redact", "-id", "notes=redact"}, sortedScope(d.Scope(target)))

	for _, effect := range []policy.Effect{policy.Deny, 77} {
		refused, err := mustBind(t, policy.All(masked, foreign{admit: policy.Decision{Effect: effect}}), nil, target).Admit(ctx, r)
		require.NoError(t, err)
		require.Equal(t, policy.Deny, refused.Effect)
	}
	_, err = mustBind(t, policy.All(masked, foreign{err: errors.New("down")}), nil, target).Admit(ctx, r)
	require.ErrorContains(t, err, "down")
}

func sortedScope(s policy.Scope) []string { return inWords(s.Edits) }

func TestTimeZoneOfTheSet(t *testing.T) {
	target := order()
	set := one(policy.Deny, []policy.Rule{{Condition: "now.getHours() == 5 && timestamp.now().getDate() == 2 && duration('90m').getHours() == 1 && now.getHours('UTC') == 4", Action: policy.ActionAllow}})
	set.TimeZone = "Europe/Zurich"
	d := mustBind(t, set, nil, target)
	decision, err := d.Admit(t.Context(), &policy.Request{Target: target, User: &policy.User{}, Args: &orderIn{}, Now: time.Date(2026, 1, 2, 4, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	require.Equal(t, policy.Allow, decision.Effect)
}
