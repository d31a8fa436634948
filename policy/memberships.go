package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// grant is one thing a user holds: a role, a group, a permission or a scope.
type grant struct{ kind, name string }

// grantKinds are the lists of users that grants stand in, with the word for one of them.
func grantKinds() map[string]string {
	return map[string]string{"roles": "role", "groups": "group", "permissions": "permission", "scopes": "scope"}
}

func (g grant) compare(other grant) int {
	if g.kind != other.kind {
		return strings.Compare(g.kind, other.kind)
	}
	return strings.Compare(g.name, other.name)
}

// held lists what a user holds.
func (u *User) held() (grants []grant) {
	for kind, names := range map[string][]string{"role": u.Roles, "group": u.Groups, "permission": u.Permissions, "scope": u.Scopes} {
		for _, name := range names {
			grants = append(grants, grant{kind, name})
		}
	}
	return grants
}

// memberships is how a condition asks what the user holds.
type memberships struct {
	tests []membership
	whole []string // kinds it asks in other ways, such as user.roles.exists(...): which of them it needs cannot be told
}

// membership is one test: 'x' in user.permissions.
type membership struct {
	kind         string
	test, sought int64 // ids of the test and of what it looks for
}

// membershipsIn finds them. A test inside a loop is run many times and keeps only its last answer, so that it counts as another way.
func membershipsIn(tree *ast.AST, isArgument func(string) bool) (m memberships) {
	listOf := func(e ast.Expr) string {
		if path := placeOf(tree, e, isArgument); len(path) == 2 && path[0] == "user" {
			return grantKinds()[path[1]]
		}
		return ""
	}
	single := map[string]int{}
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			if e.Kind() == ast.ListKind {
				for _, element := range e.AsList().Elements() {
					visit(element)
				}
			}
			return
		}
		c := e.AsCall()
		if c.FunctionName() == operators.In && len(c.Args()) == 2 {
			if kind := listOf(c.Args()[1]); kind != "" {
				single[kind]++
				m.tests = append(m.tests, membership{kind, e.ID(), c.Args()[0].ID()})
			}
		}
		if c.IsMemberFunction() {
			visit(c.Target())
		}
		for _, argument := range c.Args() {
			visit(argument)
		}
	}
	visit(tree.Expr())
	reads := map[string]int{}
	for _, r := range readsOf(tree, tree.Expr(), isArgument) {
		switch {
		case r.path[0] != "user" || r.how == presence:
		case len(r.path) == 1: // user as a whole
			for _, kind := range grantKinds() {
				reads[kind]++
			}
		default:
			if kind := grantKinds()[r.path[1]]; kind != "" {
				reads[kind]++
			}
		}
	}
	for kind, n := range reads {
		if n > single[kind] {
			m.whole = append(m.whole, kind)
		}
	}
	slices.Sort(m.whole)
	return m
}

// needed tells which grants of a user an evaluation has found to be held.
func (m memberships) needed(state interpreter.EvalState, u *User, note func(grant)) {
	for _, test := range m.tests {
		if v, ok := state.Value(test.test); !ok || v != types.True {
			continue
		}
		if sought, ok := state.Value(test.sought); ok {
			if name, isText := sought.(types.String); isText {
				note(grant{test.kind, string(name)})
			}
		}
	}
	for _, g := range u.held() {
		if slices.Contains(m.whole, g.kind) {
			note(g)
		}
	}
}

// neededAtAll is [memberships.needed] where no evaluation was kept: whatever is asked about was found.
func (m memberships) neededAtAll(u *User, note func(grant)) {
	for _, g := range u.held() {
		if slices.Contains(m.whole, g.kind) || slices.ContainsFunc(m.tests, func(t membership) bool { return t.kind == g.kind }) {
			note(g)
		}
	}
}
