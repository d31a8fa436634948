// Package canon writes JSON in its one canonical form, so that equal values have equal bytes and equal digests.
//
// The form is RFC 8785 (JSON Canonicalization Scheme): no white space, members sorted by the UTF-16 code units of their names, the
// shortest escapes, numbers as ECMAScript prints them.
//
//	out, err := canon.JSON([]byte(`{ "b": 1.50, "a": "\u00e9" }`))
//	// out is {"a":"é","b":1.5}
//
// # Deviation
//
// RFC 8785 passes every number through a double, which turns 9007199254740993 into 9007199254740992: in an audit trail that is another
// account number. Here a number written as an integer (no fraction, no exponent) keeps its digits whatever its size; only -0 becomes 0.
// Within ±2^53 the result is RFC 8785's. The price: beyond that, two spellings of one number (1e21 and 1000000000000000000000) have two
// canonical forms.
//
// # Refusals
//
// What has no canonical form is an error: a member name used twice in one object, a lone surrogate, invalid UTF-8, a number beyond
// the range of a double, more than [MaxDepth] levels, and anything that is not exactly one JSON value. Errors give the byte offset and
// never quote the input, which may be secret.
package canon

import (
	"bytes"
	"fmt"
	"slices"
)

// MaxDepth is how many arrays and objects may be open at once.
const MaxDepth = 1000

// JSON returns the canonical form of raw, which must hold exactly one JSON value. The result is always a new slice.
func JSON(raw []byte) ([]byte, error) {
	return Append(make([]byte, 0, len(raw)), raw)
}

// Append appends the canonical form of raw to dst. Input that is canonical already is recognised in one pass and copied, without
// allocation if dst has room. After an error dst comes back as it was. The two slices must not overlap.
func Append(dst, raw []byte) ([]byte, error) {
	if n, ok := Span(raw); ok && n == len(raw) {
		return append(dst, raw...), nil
	}
	w := rewriter{src: raw, dst: dst}
	w.space()
	if err := w.value(0); err != nil {
		return dst, err
	}
	w.space()
	if w.i < len(raw) {
		return dst, w.fault("data after the end of the value; give one JSON value")
	}
	return w.dst, nil
}

// rewriter reads any JSON from src and appends its canonical form to dst.
type rewriter struct {
	src []byte
	i   int // next byte to read
	dst []byte
}

// fault is an error about the current position.
func (w *rewriter) fault(why string) error { return faultAt(w.i, why) }

func faultAt(offset int, why string) error {
	return fmt.Errorf("canon: byte %d: %s", offset, why)
}

// space skips white space.
func (w *rewriter) space() {
	for w.i < len(w.src) {
		switch w.src[w.i] {
		case ' ', '\t', '\n', '\r':
			w.i++
		default:
			return
		}
	}
}

// next skips white space and says which byte follows; 0 at the end, which no JSON token starts with.
func (w *rewriter) next() byte {
	w.space()
	if w.i == len(w.src) {
		return 0
	}
	return w.src[w.i]
}

// value rewrites the next value, inside depth open arrays and objects.
func (w *rewriter) value(depth int) error {
	switch c := w.next(); c {
	case '{', '[':
		if depth == MaxDepth {
			return w.fault(fmt.Sprintf("nested deeper than %d levels", MaxDepth))
		}
		if c == '{' {
			return w.object(depth + 1)
		}
		return w.array(depth + 1)
	case '"':
		text, err := w.text()
		w.dst = AppendString(w.dst, text)
		return err
	case 't':
		return w.literal("true")
	case 'f':
		return w.literal("false")
	case 'n':
		return w.literal("null")
	case 0:
		return w.fault("a value is missing")
	default:
		return w.number()
	}
}

func (w *rewriter) literal(word string) error {
	if !bytes.HasPrefix(w.src[w.i:], []byte(word)) {
		return w.fault("not a JSON value")
	}
	w.i += len(word)
	w.dst = append(w.dst, word...)
	return nil
}

func (w *rewriter) array(depth int) error {
	w.i++
	w.dst = append(w.dst, '[')
	for first := true; ; first = false {
		if first && w.next() == ']' {
			break
		}
		if err := w.value(depth); err != nil {
			return err
		}
		if w.next() != ',' {
			break
		}
		w.i++
		w.dst = append(w.dst, ',')
	}
	if w.next() != ']' {
		return w.fault("expected a comma or the end of the array")
	}
	w.i++
	w.dst = append(w.dst, ']')
	return nil
}

// member is one member of an object: its decoded name, where the name stood in src, and the span of name and value in dst.
type member struct {
	name       string
	offset     int
	start, end int
}

func (w *rewriter) object(depth int) error {
	w.i++
	w.dst = append(w.dst, '{')
	var members []member
	for first := true; ; first = false {
		if first && w.next() == '}' {
			break
		}
		m, err := w.member(depth)
		if err != nil {
			return err
		}
		members = append(members, m)
		if w.next() != ',' {
			break
		}
		w.i++
		w.dst = append(w.dst, ',')
	}
	if w.next() != '}' {
		return w.fault("expected a comma or the end of the object")
	}
	w.i++
	if err := w.sort(members); err != nil {
		return err
	}
	w.dst = append(w.dst, '}')
	return nil
}

// member rewrites one member to the end of dst.
func (w *rewriter) member(depth int) (member, error) {
	if w.next() != '"' {
		return member{}, w.fault("expected a member name in double quotes")
	}
	m := member{offset: w.i, start: len(w.dst)}
	var err error
	if m.name, err = w.text(); err != nil {
		return m, err
	}
	w.dst = AppendString(w.dst, m.name)
	if w.next() != ':' {
		return m, w.fault("expected a colon after the member name")
	}
	w.i++
	w.dst = append(w.dst, ':')
	err = w.value(depth)
	m.end = len(w.dst)
	return m, err
}

// sort brings the members of the object that ends dst into canonical order and refuses a name that occurs twice.
func (w *rewriter) sort(members []member) error {
	byName := func(a, b member) int { return compareNames(a.name, b.name) }
	sorted := slices.IsSortedFunc(members, byName)
	var unsorted []byte
	var start int
	if !sorted {
		start = members[0].start
		unsorted = bytes.Clone(w.dst[start:])
		slices.SortStableFunc(members, byName)
	}
	for i := 1; i < len(members); i++ {
		if members[i].name == members[i-1].name {
			return faultAt(members[i].offset, "member name used twice in one object; keep one")
		}
	}
	if sorted {
		return nil
	}
	w.dst = w.dst[:start]
	for i, m := range members {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(w.dst, unsorted[m.start-start:m.end-start]...)
	}
	return nil
}
