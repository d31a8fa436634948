package mask

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// Kind says how a value is hidden. The zero Kind hides it entirely.
type Kind uint8

// The kinds of masks. All but Redact, Null and Zero are for text: a number,
// boolean, object or list met in its place becomes null.
const (
	// Redact turns text into "[redacted]" and everything else into null.
	Redact Kind = iota
	// Null turns every value into null.
	Null
	// Email keeps the first character and the domain of an e-mail address
	// ("a***@example.com"; "***@example.com" if there is no second character
	// to hide). Text that is not one plain address is redacted.
	Email
	// Last4 is the same as Last with N = 4.
	Last4
	// First keeps the first N characters: "abc****".
	First
	// Last keeps the last N characters: "****6789".
	Last
	// Hash turns text into "hmac:" and the first 128 bits, in hex, of its
	// HMAC-SHA256 (RFC 2104) under the key of the plan: equal texts stay equal.
	Hash
	// Zero turns a number into 0, a boolean into false, a text into "", and an
	// object or list into null.
	Zero
	// Year keeps the year of a text that begins with a date as RFC 3339 writes
	// it (2024-05-06, alone or followed by a time). Other text is redacted.
	Year
)

// maxKept bounds N: a mask that keeps more than this hides nothing worth it.
const maxKept = 64

// Mask is a way to hide one value. The zero Mask is Redact. Masks can be
// compared with ==.
type Mask struct {
	Kind Kind
	// N is the number of characters (Unicode code points) First and Last keep,
	// 1 to 64. They keep them only of a text that has at least N+4 and at least
	// 2N characters, so that four characters and half of the text stay hidden;
	// a shorter text is redacted. N is zero for every other kind.
	N int
}

// lastKind is the greatest Kind there is.
const lastKind = Year

// kindNames holds the words of [ParseMask]; the index is the Kind.
func kindNames() [lastKind + 1]string {
	return [...]string{
		Redact: "redact", Null: "null", Email: "email", Last4: "last4", First: "first",
		Last: "last", Hash: "hash", Zero: "zero", Year: "year",
	}
}

// ParseMask reads a mask as gov tags and policies write it: redact, null,
// email, last4, first=N, last=N, hash, zero or year. The error names the mask,
// the word that was probably meant, and all that there are; where the mask was
// written only the caller knows and has to say.
func ParseMask(text string) (Mask, error) {
	word, count, counted := strings.Cut(text, "=")
	for kind, name := range kindNames() {
		if word != name {
			continue
		}
		mask := Mask{Kind: Kind(kind)}
		if counted {
			// "first=" and "first= 3" are faults and not zero.
			n, err := strconv.Atoi(count)
			if err != nil {
				return Mask{}, fmt.Errorf("mask %q: %q is not a whole number; write for example first=3", text, count)
			}
			mask.N = n
		}
		if counted && mask.N == 0 && !mask.counts() {
			return Mask{}, fmt.Errorf("mask %q: %s takes no number; write %s", text, name, name)
		}
		if err := mask.check(); err != nil {
			return Mask{}, err
		}
		return mask, nil
	}
	names := kindNames()
	hint := suggest.DidYouMean(word, names[:])
	return Mask{}, fmt.Errorf("mask %q is not known%s; write one of redact, null, email, last4, first=N, last=N, hash, zero, year", text, hint)
}

// String returns the form [ParseMask] reads.
func (m Mask) String() string {
	if m.Kind > lastKind {
		return fmt.Sprintf("mask(%d)", m.Kind)
	}
	names := kindNames()
	if m.counts() {
		return names[m.Kind] + "=" + strconv.Itoa(m.N)
	}
	return names[m.Kind]
}

// Fits reports whether the mask is meant for values of a JSON Schema type
// ("string", "number", "integer", "boolean", "object", "array", "null"). A mask
// met with a value it does not fit is still safe (the value becomes null); Fits
// is for refusing such a plan before any value is seen.
func (m Mask) Fits(jsonType string) bool {
	switch jsonType {
	case "string":
		return true
	case "number", "integer", "boolean":
		return m.Kind == Redact || m.Kind == Null || m.Kind == Zero
	case "object", "array", "null":
		return m.Kind == Redact || m.Kind == Null
	}
	return false
}

// counts reports whether the mask keeps N characters.
func (m Mask) counts() bool { return m.Kind == First || m.Kind == Last }

// check finds masks that could not have come from [ParseMask].
func (m Mask) check() error {
	if m.Kind > lastKind {
		return fmt.Errorf("mask kind %d is not known; use one of the kinds of this package", m.Kind)
	}
	if m.counts() && (m.N < 1 || m.N > maxKept) {
		return fmt.Errorf("mask %q: the number of characters kept must be 1 to %d", m, maxKept)
	}
	if !m.counts() && m.N != 0 {
		return fmt.Errorf("mask %q takes no number, but N is %d; leave N zero", m, m.N)
	}
	return nil
}

// plain returns the one spelling of masks that do the same.
func (m Mask) plain() Mask {
	if m.Kind == Last4 {
		return Mask{Kind: Last, N: 4}
	}
	return m
}
