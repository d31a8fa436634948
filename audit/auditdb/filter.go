package auditdb

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// Filter is a condition on records, written in CEL and made with [NewFilter]. It never changes. Safe for concurrent use.
type Filter struct {
	text    string
	env     *cel.Env
	types   *recordTypes
	fields  map[string]*field
	checked *ast.AST
	program cel.Program
	loops   bool // it goes through lists, so that one record may take long
}

// longestFilter is the most bytes of a filter.
const longestFilter = 16 << 10

// NewFilter reads a condition such as
//
//	user.role == 'analyst' && duration_ms > 200 && target.name.startsWith('crm.') && 'email' in masked && time > now - duration('24h')
//
// It names the members of a record as its JSON line does: kind, call_id, user.id, target.name, outcome, rule, masked and the others of
// [audit.Record]; besides, duration_ms (with fractions) and now, which is read once per question. What a line leaves out is there with its
// zero value (an absent text is the empty one), and has(user.role) says whether it is in the line. The members of arguments, response and
// user.attributes are whatever was recorded: a condition that reads one which a record does not have, or has as another type, does not
// hold for that record.
//
// A name that does not exist, a comparison of different types, or a condition that is no condition is an error with its place, and a
// suggestion where one is near.
func NewFilter(text string) (*Filter, error) {
	if len(text) > longestFilter {
		return nil, fmt.Errorf("auditdb: filter: it has %d bytes, at most %d are read", len(text), longestFilter)
	}
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("auditdb: filter: it is empty; write a condition such as outcome != 'ok', or give no filter")
	}
	p, options, err := newRecordTypes()
	if err != nil {
		return nil, fmt.Errorf("auditdb: filter: %w", err)
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("auditdb: filter: %w", err)
	}
	compiled, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, explain(text, issues, p)
	}
	if t := compiled.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return nil, fmt.Errorf("auditdb: filter: it gives a value of type %s; write a condition, for example compare it with ==", t)
	}
	f := &Filter{text: text, env: env, types: p, fields: map[string]*field{}, checked: compiled.NativeRep()}
	for _, known := range fields() {
		if known.group() == "" {
			f.fields[known.path] = &known
		}
	}
	ast.PostOrderVisit(f.checked.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		f.loops = f.loops || e.Kind() == ast.ComprehensionKind
	}))
	var programOptions []cel.ProgramOption
	if f.loops {
		programOptions = append(programOptions, cel.InterruptCheckFrequency(1000))
	}
	if f.program, err = env.Program(compiled, programOptions...); err != nil {
		return nil, fmt.Errorf("auditdb: filter: %w", err)
	}
	return f, nil
}

// String returns the text of the filter.
func (f *Filter) String() string { return f.text }

// Match reports whether the filter holds for r, with now as the time. It fails only if ctx ends. A filter that cannot be decided for r does
// not hold.
func (f *Filter) Match(ctx context.Context, r *audit.Record, now time.Time) (bool, error) {
	variables := &scope{types: f.types, fields: f.fields, record: r, now: types.Timestamp{Time: now}}
	if !f.loops {
		value, _, err := f.program.Eval(variables)
		return err == nil && value == types.True, nil // undecided: does not hold
	}
	value, _, err := f.program.ContextEval(ctx, variables)
	if ctx.Err() != nil {
		return false, fmt.Errorf("auditdb: filter: %w", context.Cause(ctx))
	}
	return err == nil && value == types.True, nil // undecided: does not hold
}

var (
	undeclared     = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	undefinedField = regexp.MustCompile(`undefined field '([^']*)'`)
	lastWord       = regexp.MustCompile(`(\w+)\s*$`)
	wrongEquals    = regexp.MustCompile(`^=[^=]`)
)

// explain says what is wrong with a filter, where, and what may have been meant.
func explain(text string, issues *cel.Issues, p *recordTypes) error {
	var faults []error
	lines := strings.Split(text, "\n")
	for _, issue := range issues.Errors() {
		line, column := issue.Location.Line(), issue.Location.Column()
		message, _, _ := strings.Cut(issue.Message, " (in container")
		before, at := "", ""
		if line >= 1 && line <= len(lines) {
			characters := []rune(lines[line-1])
			cut := min(max(column, 0), len(characters))
			before, at = string(characters[:cut]), string(characters[cut:])
		}
		switch {
		case undeclared.MatchString(message):
			name := undeclared.FindStringSubmatch(message)[1]
			message = fmt.Sprintf("there is no %q%s", name, suggest.DidYouMean(name, p.names("")))
		case undefinedField.MatchString(message):
			name, group := undefinedField.FindStringSubmatch(message)[1], lastWord.FindString(before)
			known := p.names(strings.TrimSpace(group))
			message = fmt.Sprintf("%s has no member %q%s: there are %s", strings.TrimSpace(group), name, suggest.DidYouMean(name, known),
				strings.Join(known, ", "))
		case wrongEquals.MatchString(at):
			message = "write == instead of ="
		}
		faults = append(faults, fmt.Errorf("auditdb: filter %d:%d: %s", line, column+1, message))
	}
	return errors.Join(faults...)
}
