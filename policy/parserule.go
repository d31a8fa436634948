package policy

import (
	"cmp"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

func (r *reader) version(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || n.Value != "1" {
		r.fault(n, "this library reads version 1: write mcpgov: 1")
	}
}

// ownForm reports input and output at the top of what should be a server's set.
func (r *reader) ownForm(n *yaml.Node) {
	r.fault(n, "input and output at the top are one tool's own list (read it with ParseOwn); in a server's set they stand in a block under policies, with tools: beside them")
}

func (r *reader) mode(n *yaml.Node) Mode {
	m := Mode(r.text(n))
	if err := m.check(); err != nil {
		r.fault(n, "%v", err)
	}
	return m
}

func (r *reader) effect(n *yaml.Node) Effect {
	words := []Action{ActionDeny, ActionAllow, ActionRequireApproval}
	word := Action(r.text(n))
	if word != "" && !word.decides() {
		r.fault(n, "unknown default %q%s: write deny, allow or require_approval", word, suggest.DidYouMean(string(word), words))
	}
	return word.effect()
}

func (r *reader) attributes(n *yaml.Node) map[string]Attribute {
	all := map[string]Attribute{}
	if n.Kind != yaml.MappingNode {
		r.fault(n, "user must be a mapping of attribute names to types, such as {department: string}, not %s", describe(n))
		return nil
	}
	keys := map[string]func(*yaml.Node){}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		keys[name] = func(n *yaml.Node) { all[name] = r.attribute(n) }
	}
	r.mapping(n, "user", keys)
	return all
}

func (r *reader) attribute(n *yaml.Node) Attribute {
	if n.Kind == yaml.ScalarNode {
		return Attribute{Type: r.text(n)}
	}
	var a Attribute
	r.mapping(n, "an attribute", map[string]func(*yaml.Node){
		"type":     func(n *yaml.Node) { a.Type = r.text(n) },
		"nullable": func(n *yaml.Node) { a.Nullable = r.flag(n) },
		"default":  func(n *yaml.Node) { a.Default = r.value(n) },
	})
	return a
}

func (r *reader) block(n *yaml.Node) Block {
	var b Block
	r.mapping(n, "a block", map[string]func(*yaml.Node){
		"tools":     func(n *yaml.Node) { b.Tools = r.texts(n) },
		"resources": func(n *yaml.Node) { b.Resources = r.texts(n) },
		"prompts":   func(n *yaml.Node) { b.Prompts = r.texts(n) },
		"read_only": func(n *yaml.Node) { only := r.flag(n); b.ReadOnly = &only },
		"input":     func(n *yaml.Node) { b.Input = r.rules(n, input) },
		"output":    func(n *yaml.Node) { b.Output = r.rules(n, output) },
	})
	if n.Kind == yaml.MappingNode && len(b.Tools)+len(b.Resources)+len(b.Prompts) == 0 {
		r.fault(n, "the block %s", noSelectors)
	}
	return b
}

func (r *reader) rules(n *yaml.Node, p phase) []Rule {
	var rules []Rule
	for _, item := range r.sequence(n) {
		before := len(r.faults)
		rule := Rule{line: item.Line, column: item.Column}
		limit := false
		r.mapping(item, "a rule", map[string]func(*yaml.Node){
			"id":        func(n *yaml.Node) { rule.ID = r.text(n) },
			"condition": func(n *yaml.Node) { rule.Condition = r.text(n) },
			"action":    func(n *yaml.Node) { rule.Action = Action(r.text(n)) },
			"reason":    func(n *yaml.Node) { rule.Reason = r.text(n) },
			"fields":    func(n *yaml.Node) { rule.Fields = r.texts(n) },
			"labels":    func(n *yaml.Node) { rule.Labels = r.texts(n) },
			"mask":      func(n *yaml.Node) { rule.Mask = r.text(n) },
			"path":      func(n *yaml.Node) { rule.Path = r.text(n) },
			"where":     func(n *yaml.Node) { rule.Where = r.text(n) },
			"limit":     func(n *yaml.Node) { limit, rule.Limit = true, r.count(n) },
			"mode":      func(n *yaml.Node) { rule.Mode = r.mode(n) },
		})
		if len(r.faults) == before { // a rule that could not be read would only be reported twice
			if err := cmp.Or(rule.check(p), rule.checkLimit(limit)); err != nil {
				for _, one := range unjoin(err) {
					r.fault(item, "%v", one)
				}
			}
		}
		rules = append(rules, rule)
	}
	return rules
}

// checkLimit finds what a file can leave out and a Go literal cannot: no limit and a limit of zero are not the same.
func (r *Rule) checkLimit(written bool) error {
	switch {
	case r.Action == ActionLimitRows && !written:
		return errors.New("limit_rows does not say how many rows stay: write limit: 100")
	case r.Action.known() && r.Action != ActionLimitRows && written && r.Limit == 0:
		return fmt.Errorf("%s takes no limit: use limit_rows", r.Action)
	}
	return nil
}
