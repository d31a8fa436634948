package policy

import (
	"fmt"
	"slices"
	"strings"
)

// String writes the explanation out for people to read: the decision, what must happen to the result, and each rule with its steps.
func (e Explanation) String() string {
	var b strings.Builder
	b.WriteString("decision: " + e.verdict() + "\n")
	if e.Decision.Reason != "" {
		fmt.Fprintf(&b, "reason: %s\n", e.Decision.Reason)
	}
	if len(e.Decision.Warnings) > 0 {
		fmt.Fprintf(&b, "warnings: %s\n", strings.Join(e.Decision.Warnings, ", "))
	}
	if e.Decision.Volatile {
		b.WriteString("volatile: asked at another time or in another way, it may be decided otherwise\n")
	}
	for _, line := range e.Obligations.inWords() {
		fmt.Fprintf(&b, "result: %s\n", line)
	}
	for _, d := range slices.Concat(e.Decision.Shadow, e.Obligations.Shadow) {
		fmt.Fprintf(&b, "in shadow mode: %s would %s\n", d.Rule, d.Would)
	}
	for i := range e.Rules {
		e.Rules[i].write(&b)
	}
	return b.String()
}

// verdict is the decision in words.
func (e Explanation) verdict() string {
	for _, r := range e.Rules {
		if r.Outcome == outcomeFailed && !r.Shadow {
			if e.Decision.Effect == Deny {
				return fmt.Sprintf("%s, because %s failed", Deny, r.Rule)
			}
			return fmt.Sprintf("%s by %s, but the result is withheld, because %s failed", e.Decision.Effect, e.Decision.Rule, r.Rule)
		}
	}
	if e.Decision.Rule == "" {
		return e.Decision.Effect.String()
	}
	return fmt.Sprintf("%s by %s", e.Decision.Effect, e.Decision.Rule)
}

// inWords says what must happen to a result, one sentence each.
func (o Obligations) inWords() (lines []string) {
	if o.Deny != nil {
		lines = append(lines, fmt.Sprintf("withheld by %s: %s", o.Deny.Rule, o.Deny.Reason))
	}
	for _, cut := range o.Rows {
		lines = append(lines, fmt.Sprintf("cut rows of %s, of which %d stay", cut.List, len(cut.Keep)))
	}
	for _, edit := range o.Edits {
		if edit.Remove {
			lines = append(lines, "remove "+edit.Path)
		} else {
			lines = append(lines, fmt.Sprintf("mask %s (%s)", edit.Path, edit.Mask))
		}
	}
	return lines
}

func (r *RuleTrace) write(b *strings.Builder) {
	mode := ""
	if r.Shadow {
		mode = ", in shadow mode"
	}
	fmt.Fprintf(b, "\n%s (%s%s): %s\n", r.Rule, r.Action, mode, r.Outcome)
	fmt.Fprintf(b, "    %s\n", r.Place)
	fmt.Fprintf(b, "    if %s\n", strings.ReplaceAll(strings.TrimSpace(r.Condition), "\n", "\n       "))
	for _, s := range r.Steps {
		fmt.Fprintf(b, "    %d:%-4d %s  =>  %s\n", s.Line, s.Column, s.Expr, s.Value)
	}
	if r.Error != "" {
		fmt.Fprintf(b, "    error: %s\n", r.Error)
	}
}
