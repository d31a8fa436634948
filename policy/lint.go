package policy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// Lint looks for what a policy says to no effect: rules whose condition is false for every call of some or all of the targets they
// select, whoever calls and with whatever arguments, such as a rule about tool_name in a block that selects other tools. That is no fault,
// because one block may well serve many tools, and so New and Bind accept it; but it is worth a look. The findings are sorted, and nil if
// there are none or d was not made by this package. A condition that takes longer than a decision may is no finding. It is safe for
// concurrent use, and calls Go functions whose arguments are known.
func Lint(d Decider) []string {
	b, ok := d.(*bound)
	if !ok {
		return nil
	}
	idle, selected := map[string][]string{}, map[string]int{}
	endless := map[*condition]bool{} // for one target, and so not tried for hundreds
	note := func(t *boundTarget, id string, c *condition) {
		selected[id]++
		if endless[c] {
			return
		}
		never, err := c.neverHolds(&nobody{b.world, t})
		if endless[c] = errors.Is(err, context.DeadlineExceeded); never {
			idle[id] = append(idle[id], t.target.Name)
		}
	}
	for _, t := range b.targets {
		for _, p := range t.lists {
			for i := range p.all {
				note(t, p.all[i].decision.Rule, p.all[i].condition)
			}
		}
		for i := range t.withhold {
			note(t, t.withhold[i].decision.Rule, t.withhold[i].condition)
		}
		for _, rules := range [][]outputRule{t.output, t.tried} {
			for i := range rules {
				note(t, rules[i].id, rules[i].condition)
			}
		}
	}
	var findings []string
	for id, names := range idle {
		slices.Sort(names)
		switch {
		case len(names) == selected[id]:
			findings = append(findings, fmt.Sprintf("rule %s: its condition is false whoever calls and with whatever arguments: correct it, or remove the rule", id))
		default:
			findings = append(findings, fmt.Sprintf("rule %s: its condition is always false for %s: select fewer targets, or leave it if one block is to serve them all",
				id, strings.Join(names, ", ")))
		}
	}
	slices.Sort(findings)
	return findings
}

// neverHolds reports whether the condition is false although nothing is known but the target. What cannot be told is no finding: the error
// is why.
func (c *condition) neverHolds(known interpreter.Activation) (never bool, err error) {
	defer func() {
		if err = caught(recover(), err); err != nil {
			never = false
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	v, _, err := c.program.ContextEval(ctx, known)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return v == types.False, err
}

// nobody is a call of which nothing is known but its target and where the server runs.
type nobody struct {
	world  *world
	target *boundTarget
}

// ResolveName implements interpreter.Activation.
func (n *nobody) ResolveName(name string) (any, bool) {
	switch name {
	case "tool":
		return n.target.tool, true
	case "tool_name":
		return n.target.toolName, true
	case "env":
		return n.world.env, true
	}
	return n.world.unknown, true
}

// Parent implements interpreter.Activation.
func (n *nobody) Parent() interpreter.Activation { return nil }
