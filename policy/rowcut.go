package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// rowWalk goes through a result on the ways to its lists. What it does counts as costly, however short its conditions are: there may be
// many rows.
type rowWalk struct {
	a       *activation
	root    reflect.Value
	stays   map[string][]int // the rows that stay of each list that was cut, by its pointer
	pointer []byte           // of the value the walk is at
	rule    string           // on whose behalf
	rows    int              // that were looked at
}

// tick counts a row, and looks at the clock now and then.
func (w *rowWalk) tick() error {
	w.rows++
	if w.rows%64 != 0 {
		return nil
	}
	return w.inTime()
}

func (w *rowWalk) inTime() error {
	if err := w.a.inTime(); err != nil {
		return &RuleError{Rule: w.rule, Err: err}
	}
	return nil
}

// lists visits each list the path leads to, in the order of the document. Rows that do not stay are not entered.
func (w *rowWalk) lists(p *rowPath, visit func(list reflect.Value) error) error {
	w.pointer = w.pointer[:0]
	return w.descend(w.root, p.steps, visit)
}

func (w *rowWalk) descend(v reflect.Value, steps []rowStep, visit func(reflect.Value) error) error {
	v, ok := pointee(v)
	if !ok {
		return nil
	}
	if len(steps) == 0 {
		return visit(v)
	}
	here := len(w.pointer)
	defer func() { w.pointer = w.pointer[:here] }()
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Array {
		return w.eachRow(v, func(i int) error {
			w.pointer = strconv.AppendInt(append(w.pointer[:here], '/'), int64(i), 10)
			return w.descend(v.Index(i), steps, visit)
		})
	}
	step := &steps[0]
	member, err := v.FieldByIndexErr(step.index)
	if err != nil || step.omitZero && member.IsZero() {
		return nil // below an embedded pointer that is nil, or left out: not in the document
	}
	w.pointer = append(w.pointer, step.token...)
	return w.descend(member, steps[1:], visit)
}

// eachRow visits the rows of the list the walk is at that have stayed so far.
func (w *rowWalk) eachRow(list reflect.Value, visit func(i int) error) error {
	stay, isCut := w.stays[string(w.pointer)]
	n := list.Len()
	if isCut {
		n = len(stay)
	}
	for i := range n {
		at := i
		if isCut {
			at = stay[i]
		}
		if err := w.tick(); err != nil {
			return err
		}
		if err := visit(at); err != nil {
			return err
		}
	}
	return nil
}

// pointee follows pointers; not ok where one is nil.
func pointee(v reflect.Value) (reflect.Value, bool) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return v, false
		}
		v = v.Elem()
	}
	return v, true
}

// keeps asks a where about one row of the list the walk is at.
func (w *rowWalk) keeps(o *outputRule, list reflect.Value, i int) (bool, error) {
	w.rule = o.id
	err := w.tick()
	if i == 0 { // from the first row on the clock runs
		err = w.inTime()
	}
	if err != nil {
		return false, err
	}
	w.a.item = o.rows.item.box(list.Index(i))
	holds, err := w.a.holds(o.rows.where)
	w.a.item = nil
	if err != nil {
		return false, &RuleError{Rule: o.id, Err: fmt.Errorf("where, asked about %s/%d: %w", w.pointer, i, err)}
	}
	return holds == isTrue, nil
}

// cutRows finds the rows that stay: all filters of a list first, then the smallest of its limits. Lists in which all of them
// stay are left out.
func (t *boundTarget) cutRows(a *activation, applied ruleBits, root reflect.Value) (cuts []RowCut, err error) {
	w := rowWalk{a: a, root: root, stays: map[string][]int{}}
	for i := range t.rowLists {
		filters, limit := t.appliedTo(&t.rowLists[i], applied)
		if len(filters) == 0 && limit == nil {
			continue
		}
		if limit != nil {
			w.rule = limit.id
		} else {
			w.rule = filters[0].id
		}
		err := w.lists(t.rowLists[i].rowPath, func(list reflect.Value) error {
			cut, err := w.cut(list, filters, limit)
			if err != nil || cut == nil {
				return err
			}
			cuts, w.stays[cut.List] = append(cuts, *cut), cut.Keep
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return cuts, nil
}

// appliedTo returns the filters of a list that apply, and of its limits that do the smallest, or nil.
func (t *boundTarget) appliedTo(l *rowList, applied ruleBits) (filters []*outputRule, limit *outputRule) {
	for _, i := range l.filters {
		if applied.has(i) {
			filters = append(filters, &t.output[i])
		}
	}
	for _, i := range l.limits {
		if o := &t.output[i]; applied.has(i) && (limit == nil || o.rows.limit < limit.rows.limit) {
			limit = o
		}
	}
	return filters, limit
}

// cut finds the rows of one list that stay; nil if all of them do.
func (w *rowWalk) cut(list reflect.Value, filters []*outputRule, limit *outputRule) (*RowCut, error) {
	n := list.Len()
	most := n
	if limit != nil {
		most = min(n, limit.rows.limit)
	}
	if len(filters) == 0 && most == n {
		return nil, nil
	}
	keep := make([]int, 0, most)
	passed := 0 // of the rows, those that every filter lets through
	for i := range n {
		if len(filters) == 0 && i == most {
			break
		}
		stays, err := w.pass(list, i, filters)
		if err != nil {
			return nil, err
		}
		if !stays {
			continue
		}
		passed++
		if len(keep) < most {
			keep = append(keep, i)
		}
	}
	if len(keep) == n {
		return nil, nil
	}
	return &RowCut{List: string(w.pointer), Keep: keep, Limit: len(filters) == 0 || passed == n}, nil
}

// pass asks every filter about a row, for one that fails refuses whatever the others say.
func (w *rowWalk) pass(list reflect.Value, i int, filters []*outputRule) (stays bool, err error) {
	stays = true
	for _, filter := range filters {
		keeps, err := w.keeps(filter, list, i)
		if err != nil {
			return false, err
		}
		stays = stays && keeps
	}
	return stays, nil
}

// joinCuts unites the cuts of two policies: a row must stay in both, and what lies in one that does not needs no cut.
func joinCuts(a, b []RowCut) []RowCut {
	if len(a) == 0 || len(b) == 0 {
		return slices.Concat(a, b)
	}
	joined := slices.Clone(a)
	for _, cut := range b {
		at := slices.IndexFunc(joined, func(c RowCut) bool { return c.List == cut.List })
		if at < 0 {
			joined = append(joined, cut)
			continue
		}
		before := joined[at]
		keep := slices.DeleteFunc(slices.Clone(before.Keep), func(i int) bool { return !cut.stays(i) })
		joined[at] = RowCut{List: cut.List, Keep: keep, Limit: before.Limit && cut.Limit}
	}
	return slices.DeleteFunc(joined, func(inner RowCut) bool {
		return slices.ContainsFunc(joined, func(outer RowCut) bool { return outer.drops(inner.List) })
	})
}

func (c RowCut) stays(i int) bool {
	_, found := slices.BinarySearch(c.Keep, i)
	return found
}

// drops reports whether a pointer leads into a row that does not stay.
func (c RowCut) drops(pointer string) bool {
	below, ok := strings.CutPrefix(pointer, c.List+"/")
	if !ok {
		return false
	}
	row, _, _ := strings.Cut(below, "/")
	i, err := strconv.Atoi(row)
	return err == nil && !c.stays(i)
}
