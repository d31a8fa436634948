package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

var (
	ownHint        = regexp.MustCompile(` \(did you mean .*\)$`)
	undeclared     = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	undefinedField = regexp.MustCompile(`undefined field '([^']*)'`)
	comparedToNull = regexp.MustCompile(`^\s*[!=]=\s*null\b`)
)

// explain turns the compiler's faults into errors that also say what to write instead.
func (e *environment) explain(text string, issues *cel.Issues, g *goTypes) error {
	var faults []error
	misread := false
	for i, issue := range issues.Errors() {
		if i == 5 {
			break // what follows a few faults follows from them
		}
		message := strings.TrimSpace(issue.Message)
		line, column := issue.Location.Line(), issue.Location.Column()
		isSyntax := strings.HasPrefix(message, "Syntax error")
		if isSyntax && misread {
			continue // follows from the one that was explained
		}
		hint := e.hint(text, line, column, message, g)
		misread = misread || isSyntax && hint != ""
		if strings.HasPrefix(hint, " (did you mean") || strings.HasPrefix(hint, ": write ") { // the compiler's own says the same, or knows less of what stands here
			message = ownHint.ReplaceAllString(message, "")
		}
		faults = append(faults, fmt.Errorf("condition %d:%d: %s%s", line, column+1, message, hint))
	}
	if len(faults) == 0 {
		return fmt.Errorf("condition: %w", issues.Err())
	}
	return errors.Join(faults...)
}

func (e *environment) hint(text string, line, column int, message string, g *goTypes) string {
	if found := undeclared.FindStringSubmatch(message); found != nil {
		name := found[1]
		if strings.EqualFold(name, "not") {
			return ": write ! instead of " + name
		}
		known := sortedKeys(e.known)
		if name == "response" {
			return ": only output rules of tools with a result see it"
		}
		if args := e.known["args"]; args != nil && g.objects[args.TypeName()] != nil && slices.Contains(g.objects[args.TypeName()].names(), name) {
			return fmt.Sprintf(": write args.%s, for %s alone means something else", name, name)
		}
		return fmt.Sprintf("%s: a condition here can name %s", suggest.DidYouMean(name, known), wordList(known))
	}
	if found := undefinedField.FindStringSubmatch(message); found != nil {
		owner := e.ownerAt(text, line, column, g)
		if owner == nil {
			return ""
		}
		names := owner.names()
		hint := fmt.Sprintf("%s: there are %s", suggest.DidYouMean(found[1], names), wordList(names))
		if owner.name == "@user" {
			kind := "string"
			if comparedToNull.MatchString(after(text, line, column+1+len(found[1]))) { // the column is that of the dot
				kind = `"string?"`
			}
			hint += fmt.Sprintf("; declare further attributes under user: {%s: %s}", found[1], kind)
		}
		return hint
	}
	switch {
	case strings.HasPrefix(message, "Syntax error"):
		return syntaxHint(text, line, column)
	case strings.HasPrefix(message, "invalid matches argument"):
		return e.patternHint(text, line, column)
	}
	return e.mismatchHint(text, line, column, message)
}

// patternHint says what is wrong with the regular expression at a place of the text.
func (e *environment) patternHint(text string, line, column int) (hint string) {
	parsed, issues := e.cel.Parse(text)
	if issues.Err() != nil {
		return ""
	}
	tree := parsed.NativeRep()
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		at := tree.SourceInfo().GetStartLocation(x.ID())
		pattern, ok := literal[types.String](x)
		if !ok || at.Line() != line || at.Column() != column {
			return
		}
		if _, err := regexp.Compile(string(pattern)); err != nil {
			says := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
			hint = fmt.Sprintf(": %s is no RE2, which has no look-around and no back-references: %s", quoted(string(pattern)), says)
		}
	}))
	return hint
}

// after returns what follows a place of the text, on its line.
func after(text string, line, column int) string {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	runes := []rune(lines[line-1])
	return string(runes[min(max(column, 0), len(runes)):])
}

// ownerAt finds the object whose field is selected at a place of the text, for selections that begin at a variable.
func (e *environment) ownerAt(text string, line, column int, g *goTypes) *objectType {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) {
		return nil
	}
	runes := []rune(lines[line-1])
	before := string(runes[:min(max(column, 0), len(runes))])
	start := strings.LastIndexFunc(before, func(r rune) bool {
		return r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	chain := strings.Split(before[start+1:], ".")
	t := e.known[chain[0]]
	for _, name := range chain[1:] {
		if t == nil {
			return nil
		}
		ft, ok := g.FindStructFieldType(t.TypeName(), name)
		if !ok {
			return nil
		}
		t = ft.Type
	}
	if t == nil || t.Kind() != types.StructKind {
		return nil
	}
	return g.objects[t.TypeName()]
}
