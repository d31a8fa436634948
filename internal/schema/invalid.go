package schema

import (
	"cmp"
	"slices"
	"strings"
)

// Invalid is a document that does not fit, with everything that is wrong with it.
type Invalid struct{ Faults []Fault }

// Fault is one thing wrong with a document. Message never quotes the value of a field that carries a gov label, or
// of anything below one.
type Fault struct {
	Pointer string // JSON pointer (RFC 6901) to the value; "" is the whole document
	Keyword string // what failed: a JSON Schema keyword, or syntax, utf8, trailing, duplicate, case, number, unknown, depth, size
	Message string // why, and what to write instead
}

// String returns "pointer: message (keyword)".
func (f Fault) String() string {
	pointer := f.Pointer
	if pointer == "" {
		pointer = "the document"
	}
	return pointer + ": " + f.Message + " (" + f.Keyword + ")"
}

// Error lists all faults, separated by semicolons.
func (i *Invalid) Error() string {
	lines := make([]string, len(i.Faults))
	for n := range i.Faults {
		lines[n] = i.Faults[n].String()
	}
	return strings.Join(lines, "; ")
}

// sort orders faults by place, so that the same document always gets the same answer.
func (i *Invalid) sort() {
	slices.SortStableFunc(i.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Keyword, b.Keyword), cmp.Compare(a.Message, b.Message))
	})
	i.Faults = slices.Compact(i.Faults)
}
