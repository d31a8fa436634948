package policy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// rowRule is what a filter_rows or limit_rows does to the results of one target.
type rowRule struct {
	*rowPath
	item  *goType    // how a row appears in where
	where *condition // nil for limit_rows
	limit int        // of limit_rows
}

// rowList is the rules for the lists of one path, as indexes in boundTarget.output.
type rowList struct {
	*rowPath
	filters, limits []int
}

// rowsOf finds the lists a rule cuts in the result of each target it selects. There must be one in at least one of them.
func (b *binder) rowsOf(l *ruleList, r *Rule, targets []*boundTarget) (map[*boundTarget]*rowRule, error) {
	segments, err := fields.ParsePath(r.Path)
	if err != nil {
		return nil, err
	}
	if slices.Contains(segments, fields.AnyMember) || slices.Contains(segments, fields.AnyDepth) {
		return nil, fmt.Errorf("path %q: %w", r.Path, errWildcardRows)
	}
	rules := map[*boundTarget]*rowRule{}
	missing, closed, wheres := byMessage{}, byMessage{}, byMessage{}
	found := false
	for _, t := range targets {
		if t.badArgs || t.badOut {
			found = true // perhaps: its fields are not known
			continue
		}
		if t.out == nil {
			missing.add(errors.New("it has no result"), t)
			continue
		}
		list, err := findRows(t.out, segments)
		var isClosed closedPath
		switch {
		case errors.As(err, &isClosed):
			found = true
			closed.add(err, t)
			continue
		case err != nil:
			missing.add(fmt.Errorf("%w%s", err, rowHint(t, segments)), t)
			continue
		}
		found = true
		rule := &rowRule{rowPath: list, limit: r.Limit}
		if r.Action == ActionFilterRows {
			if err := b.bindWhere(l, r, t, rule); errors.As(err, &isClosed) {
				closed.add(err, t)
				continue
			} else if err != nil {
				wheres.add(err, t)
				continue
			}
		}
		rules[t] = rule
	}
	var faults []error
	if !found && len(targets) > 0 {
		for _, message := range missing.sorted() {
			faults = append(faults, fmt.Errorf("path %q is found in none of the selected %s: %s (%s)", r.Path, kinds(targets), message, missing[message]))
		}
	}
	for _, message := range closed.sorted() {
		faults = append(faults, fmt.Errorf("path %q: %s (%s)", r.Path, message, closed[message]))
	}
	for _, message := range wheres.sorted() {
		faults = append(faults, fmt.Errorf("%s (%s)", message, wheres[message]))
	}
	return rules, errors.Join(faults...)
}

// rowHint says what to write instead of a path that leads to no list.
func rowHint(t *boundTarget, segments []string) string {
	if plain := withoutIndexes(t, segments); plain != "" {
		return ": lists are passed through: write " + plain
	}
	return nearestField(t, segments)
}

// bindWhere compiles the where of a rule against the rows of a target.
func (b *binder) bindWhere(l *ruleList, r *Rule, t *boundTarget, rule *rowRule) error {
	if elem := fields.Deref(rule.elem); fields.KindOf(elem) == fields.Any {
		return closedPath{fmt.Errorf("its rows are each a Go %s, of which only run time knows the JSON: give them a struct with declared fields", elem)}
	}
	var err error
	if rule.item, err = b.world.types.of(rule.elem); err != nil {
		return err
	}
	rule.where, err = b.world.compileWhere(r.Where, specifics{zone: l.zone, in: t.target.In, out: t.out, phase: output, item: rule.elem}, rule.item)
	return err
}

// compileWhere compiles a where: a condition that also sees item.
func (w *world) compileWhere(text string, key specifics, item *goType) (*condition, error) {
	e, ok := w.specific[key]
	if !ok {
		outer := key
		outer.item = nil
		base, err := w.specificFor(outer)
		if err != nil {
			return nil, err
		}
		made, err := base.cel.Extend(cel.Variable("item", item.cel))
		if err != nil {
			return nil, err
		}
		known := maps.Clone(base.known)
		known["item"] = item.cel
		e = &environment{cel: made, world: w, compiled: map[string]compilation{}, known: known}
		w.specific[key] = e
	}
	c, err := e.compile(text, w.types)
	if err != nil {
		return nil, asWhere(err)
	}
	return c, nil
}

// asWhere makes the faults of a condition those of a where.
func asWhere(err error) error {
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(line, "condition"); ok {
			lines[i] = "where" + rest
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}

// groupRows gathers the row rules of a target by the lists they cut, outer lists first: what is cut need not be looked into.
func (t *boundTarget) groupRows() {
	for i := range t.output {
		rule := t.output[i].rows
		if rule == nil {
			continue
		}
		at := slices.IndexFunc(t.rowLists, func(l rowList) bool { return l.path == rule.path })
		if at < 0 {
			at = len(t.rowLists)
			t.rowLists = append(t.rowLists, rowList{rowPath: rule.rowPath})
		}
		if l := &t.rowLists[at]; rule.where != nil {
			l.filters = append(l.filters, i)
		} else {
			l.limits = append(l.limits, i)
		}
	}
	slices.SortFunc(t.rowLists, func(a, b rowList) int {
		return cmp.Or(cmp.Compare(len(a.steps), len(b.steps)), cmp.Compare(a.path, b.path))
	})
}
