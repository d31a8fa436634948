package policy

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"cel.dev/cel-go/cel"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// gap is a place that conditions can name and of which it is not known what stands there.
type gap struct {
	place []string // begins with the variable: args.ssn; may hold wildcards
	name  string   // for the report
}

func gapAt(segments ...string) gap { return gap{segments, fields.JoinPath(segments)} }

// gapsOf reads the paths a record gives.
func gapsOf(paths []string, below ...string) (gaps []gap, err error) {
	var faults []error
	for _, path := range paths {
		segments, err := fields.ParsePath(path)
		if err != nil {
			faults = append(faults, fmt.Errorf("path %q: %w", path, err))
			continue
		}
		gaps = append(gaps, gapAt(slices.Concat(below, segments)...))
	}
	return gaps, errors.Join(faults...)
}

// touching returns those of the gaps that what is read depends on.
func touching(gaps []gap, reads []read) (touched []gap) {
	for _, g := range gaps {
		if slices.ContainsFunc(reads, func(r read) bool { return r.touches(g.place) }) {
			touched = append(touched, g)
		}
	}
	return touched
}

// patterns tells CEL what is unknown. A pattern follows a place through structs and ends where lists, maps and wildcards begin: what holds a
// gap there is then unknown as a whole, which is more than need be and never less.
func (t *boundTarget) patterns(gaps []gap, rows *rowRule) (patterns []*cel.AttributePatternType) {
	for _, g := range gaps {
		variable, rest := g.place[0], g.place[1:]
		switch variable {
		case "now":
			patterns = append(patterns, cel.AttributePattern("now"), cel.AttributePattern(hiddenNow))
		case "args":
			patterns = append(patterns, through(cel.AttributePattern(variable), t.in, rest))
			patterns = append(patterns, t.barePatterns(rest)...)
		case "response":
			patterns = append(patterns, through(cel.AttributePattern(variable), t.out, rest))
			if rows != nil {
				patterns = append(patterns, rowPattern(rows, rest))
			}
		default:
			p := cel.AttributePattern(variable)
			if len(rest) > 0 && !isWildcard(rest[0]) {
				p = p.QualString(rest[0])
			}
			patterns = append(patterns, p)
		}
	}
	return patterns
}

// barePatterns are those of a gap in the arguments for their bare names.
func (t *boundTarget) barePatterns(rest []string) (patterns []*cel.AttributePatternType) {
	all := len(rest) == 0 || isWildcard(rest[0])
	for name := range t.bare {
		switch {
		case all:
			patterns = append(patterns, cel.AttributePattern(name))
		case rest[0] == name:
			p := cel.AttributePattern(name)
			if s, err := fields.Of(t.in); err == nil {
				if f, ok := s.ByName(name); ok {
					p = through(p, f.Type, rest[1:])
				}
			}
			patterns = append(patterns, p)
		}
	}
	return patterns
}

// rowPattern is that of a gap in the result for the row a where is asked about: all of the row, unless the gap is beside it.
func rowPattern(rows *rowRule, rest []string) *cel.AttributePatternType {
	list, err := fields.ParsePath(rows.path)
	p := cel.AttributePattern("item")
	if err == nil && len(rest) > len(list) && slices.Equal(rest[:len(list)], list) {
		return through(p, rows.elem, rest[len(list):])
	}
	return p
}

// through follows a place through the structs of a Go type.
func through(p *cel.AttributePatternType, t reflect.Type, rest []string) *cel.AttributePatternType {
	for _, name := range rest {
		t = deref(t)
		if t == nil || isWildcard(name) || fields.KindOf(t) != fields.Object {
			break
		}
		s, err := fields.Of(t)
		if err != nil {
			break
		}
		f, ok := s.ByName(name)
		if !ok {
			break
		}
		p, t = p.QualString(name), f.Type
	}
	return p
}

func isWildcard(segment string) bool {
	return segment == fields.AnyMember || segment == fields.AnyDepth
}
