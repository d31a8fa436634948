package policy

import (
	"reflect"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// wouldShape lists what the output rules in shadow mode would have changed about a result, each by itself, over what is asked for without
// them.
func (t *boundTarget) wouldShape(a *activation, response any, o Obligations) (notes []Divergence) {
	root, err := t.takeForTrial(a, response)
	w := rowWalk{a: a, root: root, stays: map[string][]int{}}
	for _, cut := range o.Rows {
		w.stays[cut.List] = cut.Keep
	}
	for i := range t.tried {
		rule := &t.tried[i]
		words := []string{wouldFail}
		if err == nil {
			words = w.would(rule, o)
		}
		for _, word := range words {
			notes = append(notes, Divergence{Rule: rule.id, Would: word})
		}
	}
	return notes
}

// takeForTrial makes arguments and result readable, where no rule that is followed has done so.
func (t *boundTarget) takeForTrial(a *activation, response any) (root reflect.Value, err error) {
	if err := a.takeArgs(a.request.Args); err != nil {
		return root, err
	}
	if err := a.takeResponse(response); err != nil || t.out == nil {
		return root, err
	}
	return follow(response, t.out, "response is")
}

// would says in words what one rule would have changed.
func (w *rowWalk) would(rule *outputRule, o Obligations) (words []string) {
	defer func() {
		if recover() != nil {
			words = []string{wouldFail}
		}
	}()
	switch holds, err := w.a.holds(rule.condition); {
	case err != nil:
		return []string{wouldFail}
	case holds != isTrue:
		return nil
	case rule.denies:
		return []string{Deny.String()}
	}
	if rule.rows != nil {
		switch cuts, err := w.wouldCut(rule); {
		case err != nil:
			return []string{wouldFail}
		case cuts:
			return []string{"cut rows of " + rule.rows.path}
		}
		return nil
	}
	for _, e := range rule.edits {
		switch {
		case !o.lacks(e):
		case e.Remove:
			words = append(words, "remove "+e.Path)
		default:
			words = append(words, "mask "+e.Path)
		}
	}
	return words
}

// wouldCut reports whether a rule cuts a list further than it is cut. Of a filter every row is asked about, for one that fails would refuse.
func (w *rowWalk) wouldCut(rule *outputRule) (cuts bool, err error) {
	err = w.lists(rule.rows.rowPath, func(list reflect.Value) error {
		stay, isCut := w.stays[string(w.pointer)]
		if rule.rows.where == nil {
			left := list.Len()
			if isCut {
				left = len(stay)
			}
			cuts = cuts || left > rule.rows.limit
			return nil
		}
		for i := range list.Len() {
			keeps, err := w.keeps(rule, list, i)
			if err != nil {
				return err
			}
			cuts = cuts || !keeps && (!isCut || RowCut{Keep: stay}.stays(i))
		}
		return nil
	})
	return cuts, err
}

// lacks reports whether an edit hides more than what is asked for already.
func (o Obligations) lacks(e Edit) bool {
	place, err := fields.ParsePath(e.Path)
	if err != nil {
		return true
	}
	for _, asked := range o.Edits {
		pattern, err := fields.ParsePath(asked.Path)
		if err != nil || !fields.Covers(pattern, place) {
			continue
		}
		parent := fields.Covers(pattern, place[:len(place)-1]) // what holds the place is hidden as a whole
		if parent || asked.Remove || !e.Remove && (asked.Mask == e.Mask || asked.Mask == redact) {
			return false
		}
	}
	return true
}
