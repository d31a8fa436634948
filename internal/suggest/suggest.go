// Package suggest finds the word somebody meant when they wrote one that is not known.
//
//	hint := suggest.DidYouMean("emial", []string{"id", "email"})
//	return fmt.Errorf("unknown field %q%s", "emial", hint) // unknown field "emial" (did you mean "email"?)
//
// A suggestion is a courtesy of an error text, never a correction: nothing is read as if it had been written right.
package suggest

import (
	"fmt"
	"strings"
)

// DidYouMean returns ` (did you mean "x"?)`, with the space in front, for the word that [Nearest] finds, and "" where it finds none. It
// reads well in the middle of a sentence, right behind the word that is not known.
func DidYouMean[S ~string](written string, known []S) string {
	best, ok := Nearest(written, known)
	if !ok {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// Nearest returns the known word nearest to the one written, the first of several equally near, and whether one is near enough to be meant:
// one slip, and another for every four characters written, but never so many that more than half of the word is slips. Case counts
// nothing. A word known exactly as it is written is passed over: it is no correction, whatever else was wrong with it.
func Nearest[S ~string](written string, known []S) (best S, ok bool) {
	from := []rune(strings.ToLower(written))
	tooFar := 2 + len(from)/4
	for _, k := range known {
		if string(k) == written {
			continue
		}
		to := []rune(strings.ToLower(string(k)))
		if d := slips(from, to, tooFar); d < tooFar && 2*d <= max(len(from), len(to)) {
			best, ok, tooFar = k, true, d
		}
	}
	return best, ok
}
