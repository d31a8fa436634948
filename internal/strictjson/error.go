package strictjson

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind says what is wrong with a document. Its text is the keyword a caller sees.
type Kind string

// The kinds of fault.
const (
	KindSyntax    Kind = "syntax"    // not JSON
	KindUTF8      Kind = "utf8"      // bytes that are not UTF-8, or an escaped half of a surrogate pair
	KindTrailing  Kind = "trailing"  // something follows the document
	KindDuplicate Kind = "duplicate" // a member name stands twice in one object
	KindCase      Kind = "case"      // two member names of one object differ only in case
	KindDepth     Kind = "depth"     // nested deeper than Limits.Depth
	KindSize      Kind = "size"      // longer than Limits.Bytes
	KindNumber    Kind = "number"    // more digits or a larger exponent than any program means, or beyond a double
	KindUnknown   Kind = "unknown"   // a member the Go type does not have
	KindType      Kind = "type"      // a value the Go type cannot hold
)

// Error is one fault of a document. Its text names the place and the remedy; it may quote a member name, cut to
// NameRunes, and never quotes a value.
type Error struct {
	Pointer string // JSON pointer (RFC 6901) to the fault; "" is the whole document
	Offset  int    // byte offset at or after which the fault was noticed; -1 where the fault has none
	Kind    Kind
	Message string // why, and what to write instead
}

// Error returns where, why and what to write instead.
func (e *Error) Error() string {
	where := "the document"
	if e.Pointer != "" {
		where = e.Pointer
	}
	if e.Offset < 0 {
		return fmt.Sprintf("%s: %s", where, e.Message)
	}
	return fmt.Sprintf("%s (byte %d): %s", where, e.Offset, e.Message)
}

// Errors are all faults of one document, in the order they were met.
type Errors []*Error

// Error lists the faults, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the first fault.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i := range e {
		all[i] = e[i]
	}
	return all
}

// NameRunes is how much of a member name a message or pointer repeats, in runes: a name is the sender's text,
// and a megabyte of it must not come back.
const NameRunes = 64

// Clip cuts s to NameRunes and marks the cut.
func Clip(s string) string {
	if len(s) <= NameRunes || utf8.RuneCountInString(s) <= NameRunes {
		return s
	}
	runes := 0
	for i := range s {
		if runes == NameRunes {
			return s[:i] + "…"
		}
		runes++
	}
	return s
}

// AppendPointer returns the JSON pointer to member name, clipped and escaped, below pointer.
func AppendPointer(pointer, name string) string {
	name = Clip(name)
	if strings.ContainsAny(name, "~/") {
		name = strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
	}
	return pointer + "/" + name
}

// clipPointer clips every name of a pointer that a decoder made.
func clipPointer(pointer string) string {
	if len(pointer) <= NameRunes {
		return pointer
	}
	names := strings.Split(pointer, "/")
	for i := range names {
		names[i] = Clip(names[i])
	}
	return strings.Join(names, "/")
}
