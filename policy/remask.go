package policy

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
)

// remasked compares what was hidden of a recorded result with what a candidate asks for. Changes are "+email" for what only the candidate hides
// and "-email" for what it no longer does; missing names what would have to be known to tell.
func (q *question) remasked(o Obligations, cut []string) (changes, missing []string) {
	was, now := parsed(q.record.Masked), [][]string{}
	for _, e := range o.Edits {
		now = append(now, parsed([]string{e.Path})...)
	}
	for i, place := range was {
		if slices.ContainsFunc(now, func(p []string) bool { return fields.Covers(p, place) }) {
			continue
		}
		switch shown, known := q.partlyShown(place, now); {
		case !known:
			missing = append(missing, "response")
		case shown:
			changes = append(changes, "-"+q.record.Masked[i])
		}
	}
	for i, place := range now {
		covers := func(p []string) bool { return fields.Covers(p, place) }
		if slices.ContainsFunc(was, covers) || slices.ContainsFunc(slices.Delete(slices.Clone(now), i, i+1), covers) {
			continue // what lies in something hidden is hidden with it
		}
		switch hidden, known := q.wasShown(place, was, o.Rows); {
		case !known:
			missing = append(missing, "response")
		case hidden:
			changes = append(changes, "+"+fields.JoinPath(place))
		}
	}
	for _, path := range q.record.Cut {
		if slices.ContainsFunc(parsed([]string{path}), func(p []string) bool { return slices.ContainsFunc(p, isWildcard) }) {
			missing = append(missing, "response") // which lists were cut is not recorded
		} else if !q.target.cuts(path, o) {
			changes = append(changes, "-"+path)
		}
	}
	for _, path := range cut {
		if !slices.Contains(q.record.Cut, path) {
			changes = append(changes, "+"+path)
		}
	}
	slices.Sort(changes)
	return slices.Compact(changes), missing
}

// partlyShown reports whether something that was hidden at a place is hidden no more.
func (q *question) partlyShown(place []string, now [][]string) (shown, known bool) {
	if !slices.ContainsFunc(now, func(p []string) bool { return overlap(p, place) }) {
		return true, true
	}
	_, found, ok := without(q.record.Response, place)
	if !ok || !found { // what was removed cannot be looked at
		return false, false
	}
	rest, _, ok := without(q.record.Response, now...)
	if !ok {
		return false, false
	}
	_, shown, known = without(rest, place)
	return shown, known
}

// wasShown reports whether the result held something at a place that was not hidden, in the rows that stay.
func (q *question) wasShown(place []string, was [][]string, cuts []RowCut) (shown, known bool) {
	if rest, _, ok := without(q.staying(cuts), was...); ok {
		_, shown, known = without(rest, place)
		return shown, known
	}
	if !q.record.Answered && len(was) == 0 {
		return false, false // perhaps there was no result
	}
	return true, alwaysThere(q.target.out, place)
}

// staying is the recorded result without the rows that are cut from it; nil if there is none.
func (q *question) staying(cuts []RowCut) []byte {
	if len(cuts) == 0 || q.record.Response == nil {
		return q.record.Response
	}
	tree, err := treeOf(q.record.Response)
	if err != nil {
		return nil
	}
	deepest := slices.SortedFunc(slices.Values(cuts), func(a, b RowCut) int { return strings.Count(b.List, "/") - strings.Count(a.List, "/") })
	for _, cut := range deepest { // a pointer counts the rows there were
		tree = cutAt(tree, strings.Split(cut.List, "/")[1:], cut.Keep)
	}
	doc, err := json.Marshal(tree)
	if err != nil {
		return nil
	}
	return doc
}

// cutAt keeps some rows of the list a JSON Pointer leads to.
func cutAt(tree any, tokens []string, keep []int) any {
	if len(tokens) == 0 {
		rows, _ := tree.([]any)
		kept := []any{}
		for _, i := range keep {
			if i < len(rows) {
				kept = append(kept, rows[i])
			}
		}
		return kept
	}
	switch v := tree.(type) {
	case map[string]any:
		name := strings.NewReplacer("~1", "/", "~0", "~").Replace(tokens[0])
		if member, ok := v[name]; ok {
			v[name] = cutAt(member, tokens[1:], keep)
		}
	case []any:
		if i, err := strconv.Atoi(tokens[0]); err == nil && i >= 0 && i < len(v) {
			v[i] = cutAt(v[i], tokens[1:], keep)
		}
	}
	return tree
}

// without removes places from a document, the way a mask finds them, and reports whether there was anything at one of them. It is not ok where
// there is no document that could be looked at.
func without(doc []byte, places ...[]string) (rest []byte, found, ok bool) {
	if doc == nil {
		return nil, false, false
	}
	edits := make([]mask.Edit, len(places))
	for i, place := range places {
		edits[i] = mask.Edit{Path: place, Remove: true}
	}
	plan, err := mask.Compile(edits, nil)
	if err != nil {
		return nil, false, false
	}
	var touched mask.Touched
	rest, err = plan.Apply(nil, doc, &touched)
	return rest, touched.Any(), err == nil
}

// cuts reports whether a rule for the rows of a list applies.
func (t *boundTarget) cuts(path string, o Obligations) bool {
	return slices.ContainsFunc(t.output, func(r outputRule) bool { return r.rows != nil && r.rows.path == path && slices.Contains(o.Rules, r.id) })
}

func parsed(paths []string) (places [][]string) {
	for _, path := range paths {
		if place, err := fields.ParsePath(path); err == nil { // others were refused before
			places = append(places, place)
		}
	}
	return places
}

func overlap(a, b []string) bool { return read{a, wholly}.touches(b) || read{b, wholly}.touches(a) }

// alwaysThere reports whether every document of a type has a member at a place.
func alwaysThere(t reflect.Type, place []string) bool {
	for i, name := range place {
		if isWildcard(name) || t == nil || fields.KindOf(t) != fields.Object || t.Kind() != reflect.Struct {
			return false
		}
		s, err := fields.Of(t)
		if err != nil {
			return false
		}
		f, ok := s.ByName(name)
		if !ok || f.Optional || len(f.Index) > 1 {
			return false
		}
		if t = f.Type; i == len(place)-1 {
			return true
		}
	}
	return false
}
