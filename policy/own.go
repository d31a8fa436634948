package policy

import "slices"

// Own is the rules one tool brings along. They end in deny if the list holds an allow or a require_approval that is followed, and in
// allow if it only denies or warns; joined with a server's set by [All] they can only narrow what it allows.
type Own struct {
	Name     string               // stands in rule ids and error texts; "" is the name of the tool
	User     map[string]Attribute // user attributes the rules read, beyond the built-in ones
	TimeZone string               // as in Set
	Mode     Mode                 // as in Set
	Input    []Rule               // in order; the first whose condition holds decides
	Output   []Rule               // all apply
}

// For makes the rules the policy of exactly one target. It allows every other target and leaves its results untouched.
func (o *Own) For(kind, name string) Policy { return &ownPolicy{own: o, kind: kind, name: name} }

// ownPolicy is a tool's own rules, bound to the name of that tool.
type ownPolicy struct {
	own        *Own
	kind, name string
}

func (p *ownPolicy) Bind(c Catalog) (Decider, error) { return bind(c, p) }

// Attributes returns the declared user attributes.
func (p *ownPolicy) Attributes() map[string]Attribute { return p.own.User }

func (p *ownPolicy) lists() []*ruleList {
	o := p.own
	admits := func(r Rule) bool { return r.Action == ActionAllow || r.Action == ActionRequireApproval }
	fallback, end := Allow, Allow
	if slices.ContainsFunc(o.Input, admits) {
		end = Deny
	}
	if slices.ContainsFunc(o.Input, func(r Rule) bool { return admits(r) && !r.Mode.shadow() }) {
		fallback = Deny
	}
	name := o.Name
	if name == "" {
		name = p.name
		if p.kind != kindTool {
			name = p.kind + ":" + p.name // a tool and a resource may share a name
		}
	}
	blocks := []Block{{Input: o.Input, Output: o.Output}}
	return []*ruleList{{
		source: o, name: name, own: &targetKey{p.kind, p.name}, mode: o.Mode, fallback: fallback, end: end,
		zone: o.TimeZone, user: o.User, blocks: blocks,
		canonical: canonical{Own: p.kind + "/" + p.name, TimeZone: o.TimeZone, Mode: o.Mode, User: o.User, Blocks: blocks},
	}}
}
