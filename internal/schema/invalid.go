package schema

import (
	"cmp"
	"fmt"
	"strings"
)

// Bounds of what is said about one document. Whoever sends a megabyte of mistakes gets the first of them, not a
// megabyte back and another into the log.
const (
	mostFaults   = 20      // faults that are listed
	mostTextSize = 4 << 10 // length of Error's text, in bytes
)

// Invalid is a document that does not fit, with what is wrong with it.
type Invalid struct {
	Faults []Fault // the first 20, in order of place
	More   int     // how many more there are
}

// Fault is one thing wrong with a document. Message never quotes the value of a field that carries a gov label, or
// of anything below one, and Pointer ends at such a field: below it even names may be data.
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

// compare orders faults by place.
func (f Fault) compare(g Fault) int {
	return cmp.Or(cmp.Compare(f.Pointer, g.Pointer), cmp.Compare(f.Keyword, g.Keyword), cmp.Compare(f.Message, g.Message))
}

// Error lists the faults, separated by semicolons, in at most 4 KiB, and says how many it leaves out. One fault is always
// there, cut if need be.
func (i *Invalid) Error() string {
	const roomForRest = 32 // "; and N more faults"
	var text strings.Builder
	listed := 0
	for _, f := range i.Faults {
		line := f.String()
		if listed > 0 {
			line = "; " + line
		}
		if text.Len()+len(line) > mostTextSize-roomForRest {
			if listed > 0 {
				break
			}
			line = cut(line, mostTextSize-roomForRest)
		}
		text.WriteString(line)
		listed++
	}
	switch more := len(i.Faults) - listed + i.More; more {
	case 0:
	case 1:
		text.WriteString("; and 1 more fault")
	default:
		fmt.Fprintf(&text, "; and %d more faults", more)
	}
	return text.String()
}

// cut shortens text to at most size bytes, at a character.
func cut(text string, size int) string {
	const mark = "…"
	return strings.ToValidUTF8(text[:size-len(mark)], "") + mark
}
