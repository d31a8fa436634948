package policy

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// Explanation is how a decision came about. It quotes what conditions read and is for those who write rules, never for the caller.
type Explanation struct {
	Decision    Decision    // as Admit returns it; the zero value, which denies, where a rule failed
	Obligations Obligations // as Shape returns them; zero where no response was given, the call is denied, or a rule failed
	Rules       []RuleTrace // every rule that concerns the target, in the order they are asked: input, then output

	failed bool
}

// Failed reports whether a rule that is followed failed, which refuses the call, or withholds its result.
func (e Explanation) Failed() bool { return e.failed }

// RuleTrace is what became of one rule.
type RuleTrace struct {
	Rule      string // its id, as in Decision.Rule
	Place     string // where it stands, as in the faults of Bind
	Action    Action // what it does where its condition holds
	Shadow    bool   // it, or its whole set, is in shadow mode: it was asked only after everything was decided
	Condition string // its text
	Outcome   string // "true", "false", "failed" or "not reached"
	Error     string // why it failed
	Steps     []Step // what was evaluated, inner parts first; what && and || passed over is missing, and so are constants and bodies of loops
}

// Step is one part of a condition that was evaluated.
type Step struct {
	Expr   string // the part, as CEL writes it: texts in double quotes
	Line   int    // where it begins in the text of the condition, from 1
	Column int    // likewise, in characters from 1
	Value  string // what it came to, clipped to 200 characters; [redacted] where it is, or is computed from, a labelled field
}

// The outcomes of a rule.
const (
	outcomeTrue       = "true"
	outcomeFalse      = "false"
	outcomeFailed     = "failed"
	outcomeNotReached = "not reached"
	redacted          = "[redacted]"
)

// Explain tells how d decides a call: which rules were asked, what each part of their conditions came to, and what they read. Response is
// the pointer the handler's result is held in; nil leaves the output rules out, which are then not reached, as they are where the call is
// denied.
//
// Values of fields that have a label in their gov tag are [redacted], and so is what is computed from them, but for booleans: that
// ssn.startsWith('756') is false is shown. All else is, what identifies the user included, so an explanation is as confidential as a log.
//
// A rule that fails is no error here but what is explained. An error means that nothing can be: d was not made by this package, or the
// request does not fit the target. Of a policy in d that is not made of rules only the decision is known. Explain is slow, compiles every
// condition that is reached again, has ten times the time of a decision, and is safe for concurrent use.
func Explain(ctx context.Context, d Decider, r *Request, response any) (Explanation, error) {
	b, ok := d.(*bound)
	if !ok {
		return Explanation{}, fmt.Errorf("a %T cannot be explained: pass what Bind returned for a policy of this package", d)
	}
	var e Explanation
	var failure *RuleError
	decision, err := b.Admit(ctx, r)
	if err != nil && !errors.As(err, &failure) {
		return Explanation{}, err
	}
	e.Decision = decision
	refused := err != nil
	shaped := err == nil && decision.Effect != Deny && response != nil
	if shaped {
		e.Obligations, err = b.Shape(ctx, r, response)
		if err != nil && !errors.As(err, &failure) {
			return Explanation{}, err
		}
	}
	t, a, err := b.begin(ctx, r)
	if err != nil {
		return Explanation{}, err
	}
	defer b.release(a)
	a.slowly()
	x := explainer{t: t, a: a, studies: newStudies(), failure: failure, refused: refused, labelled: t.labelled()}
	if err := x.explain(response, shaped, e.Obligations); err != nil {
		return Explanation{}, err
	}
	e.Rules, e.failed = x.rules, failure != nil
	return e, nil
}

// labelled lists the places in arguments and result that hold what must not be quoted.
func (t *boundTarget) labelled() (places [][]string) {
	for variable, of := range map[string]reflect.Type{"args": t.in, "response": t.out} {
		if of == nil {
			continue
		}
		found, err := fields.Labelled(of)
		if err != nil { // not of a target that was bound; if it ever is, nothing of it is quoted
			places = append(places, []string{variable})
		}
		for _, p := range found {
			places = append(places, slices.Concat([]string{variable}, p.Path))
		}
	}
	return places
}

// explainer asks the rules of a target once more, the way a decision does, and keeps what they say.
type explainer struct {
	t        *boundTarget
	a        *activation
	studies  *studies
	failure  *RuleError // of the rule that failed; nil if none did
	refused  bool       // that was an input rule
	labelled [][]string
	rules    []RuleTrace
}

func (x *explainer) explain(response any, shaped bool, duty Obligations) (err error) {
	defer func() { err = caught(recover(), err) }()
	if len(x.t.lists) > 0 || shaped {
		if err := x.a.takeArgs(x.a.request.Args); err != nil {
			return err
		}
	}
	if err := x.input(); err != nil {
		return err
	}
	if shaped {
		if err := x.a.takeResponse(response); err != nil {
			return err
		}
	}
	return x.output(shaped, duty)
}

// input asks the input rules. What is in shadow mode is asked as if everything were followed, until that is decided as well.
func (x *explainer) input() error {
	over, wouldBeOver := false, x.refused // where a rule failed nothing is tried
	for _, p := range x.t.lists {
		asked, tried := !p.shadow && !over, !wouldBeOver
		settled, wouldBeSettled := false, false
		for i := range p.all {
			rule := &p.all[i]
			shadow := rule.nth < 0
			reached := asked && !settled
			if shadow {
				reached = tried && !wouldBeSettled
			}
			outcome, err := x.rule(rule.about, rule.condition, shadow, reached)
			if err != nil {
				return err
			}
			failed := outcome == outcomeFailed
			if !failed && (outcome != outcomeTrue || rule.warns) {
				continue
			}
			denies := failed || rule.decision.Effect == Deny
			if !shadow {
				settled, over = true, over || denies
			}
			if !wouldBeSettled {
				wouldBeSettled, wouldBeOver = true, wouldBeOver || denies
			}
		}
		over = over || asked && !settled && p.fallback.Effect == Deny
		wouldBeOver = wouldBeOver || tried && !wouldBeSettled && p.end.Effect == Deny
	}
	return nil
}

// output asks the output rules: those that deny until one holds, the others all, until one fails.
func (x *explainer) output(shaped bool, duty Obligations) error {
	asked := shaped
	for i := range x.t.withhold {
		outcome, err := x.rule(x.t.withhold[i].about, x.t.withhold[i].condition, false, asked)
		if err != nil {
			return err
		}
		asked = asked && outcome == outcomeFalse
	}
	for i := range x.t.output {
		outcome, err := x.rule(x.t.output[i].about, x.t.output[i].condition, false, asked)
		if err != nil {
			return err
		}
		x.where(&x.t.output[i])
		asked = asked && outcome != outcomeFailed
	}
	for i := range x.t.tried {
		rule := &x.t.tried[i]
		outcome, err := x.rule(rule.about, rule.condition, true, asked && duty.Deny == nil && x.failure == nil)
		if err != nil {
			return err
		}
		if outcome == outcomeTrue && slices.Contains(duty.Shadow, Divergence{Rule: rule.id, Would: wouldFail}) {
			last := &x.rules[len(x.rules)-1]
			last.Outcome, last.Error = outcomeFailed, "its where cannot be asked about some row"
		}
	}
	return nil
}

// rule asks one rule, if it is reached.
func (x *explainer) rule(about *ruleText, c *condition, shadow, reached bool) (string, error) {
	trace := RuleTrace{
		Rule: about.id, Place: about.place, Action: about.action, Shadow: shadow, Condition: about.condition, Outcome: outcomeNotReached,
	}
	if reached {
		s, err := x.studies.of(c, x.t)
		if err != nil {
			return "", fmt.Errorf("%s: %w", about.place, err)
		}
		holds, state, err := s.run(x.a)
		quotes := false // the error text may
		for _, p := range s.parts(state) {
			step, hides := x.step(s, p)
			trace.Steps = append(trace.Steps, step)
			quotes = quotes || hides && types.IsError(p.value) && !p.inner
		}
		switch {
		case err != nil && quotes:
			trace.Outcome, trace.Error = outcomeFailed, redacted+": it may quote a labelled field"
		case err != nil:
			trace.Outcome, trace.Error = outcomeFailed, clip(err.Error())
		case holds == isTrue:
			trace.Outcome = outcomeTrue
		default:
			trace.Outcome = outcomeFalse
		}
	}
	x.rules = append(x.rules, trace)
	return trace.Outcome, nil
}

// where corrects the outcome of a rule whose condition holds and whose where failed.
func (x *explainer) where(rule *outputRule) {
	last := &x.rules[len(x.rules)-1]
	if x.failure == nil || x.failure.Rule != rule.about.id || last.Outcome != outcomeTrue {
		return
	}
	last.Outcome, last.Error = outcomeFailed, redacted+": it may quote a labelled field"
	if rule.rows == nil || rule.rows.where == nil {
		last.Error = clip(x.failure.Err.Error()) // of a list that took too long to walk
		return
	}
	s, err := x.studies.of(rule.rows.where, x.t)
	if err == nil && !x.hides(inRow(s.reads, rule.rows.rowPath)) {
		last.Error = clip(x.failure.Err.Error())
	}
}

// step tells what one part came to, and whether it hides it.
func (x *explainer) step(s *study, p evaluated) (Step, bool) {
	text, err := parser.Unparse(p.expr, s.tree.SourceInfo())
	if err != nil {
		text = "…"
	}
	line, column := beginning(s.tree, p.expr, s.text)
	step := Step{Expr: text, Line: line, Column: column, Value: redacted}
	hides := x.hides(readsOf(s.tree, p.expr, x.t.isArgument))
	_, isBool := p.value.(types.Bool)
	switch {
	case p.inner:
		step.Value = "error" // the part that failed has said which
	case !hides || isBool && placeOf(s.tree, p.expr, x.t.isArgument) == nil:
		step.Value = showValue(p.value)
	}
	return step, hides
}

// hides reports whether what is read depends on a labelled field.
func (x *explainer) hides(reads []read) bool { return anyTouches(reads, x.labelled) }

func anyTouches(reads []read, places [][]string) bool {
	return slices.ContainsFunc(reads, func(r read) bool { return slices.ContainsFunc(places, r.touches) })
}

// beginning finds where the text of an expression begins. The parser notes an operator by its own place and a call by that of its bracket, so
// it is the first of all parts, and of a call the name before the bracket.
func beginning(tree *ast.AST, e ast.Expr, text string) (line, column int) {
	at := tree.SourceInfo().GetStartLocation(e.ID())
	line, column = at.Line(), at.Column()
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(part ast.Expr) {
		if _, written := tree.SourceInfo().GetOffsetRange(part.ID()); !written {
			return
		}
		at := tree.SourceInfo().GetStartLocation(part.ID())
		if at.Line() < line || at.Line() == line && at.Column() < column {
			line, column = at.Line(), at.Column()
		}
	}))
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) {
		return line, column + 1
	}
	if runes := []rune(lines[line-1]); column < len(runes) && runes[column] == '(' {
		for column > 0 && (runes[column-1] == '.' || runes[column-1] == '_' || unicode.IsLetter(runes[column-1]) || unicode.IsDigit(runes[column-1])) {
			column--
		}
	}
	return line, column + 1
}
