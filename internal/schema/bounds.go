package schema

import (
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// bounds finds pairs of bounds between which nothing lies. Such a schema compiles and is shown, and then refuses every
// value there is; nobody but the first caller would notice.
func (l *tagLint) bounds() {
	for _, of := range []string{"Length", "Items"} {
		least, most := l.tag.get("min"+of), l.tag.get("max"+of)
		a, errLeast := strconv.ParseUint(least, 10, 31)
		b, errMost := strconv.ParseUint(most, 10, 31)
		if errLeast == nil && errMost == nil && a > b {
			l.fault("min%s=%s is above max%s=%s, so no value fits: swap them", of, least, of, most)
		}
	}
	if lower, upper := l.lowest(), l.highest(); lower.excludes(upper, l.kind == fields.Integer) {
		l.fault("%s and %s leave no value between them: correct one", lower.text, upper.text)
	}
}

// bound is one end of a range of numbers; nil at: there is none.
type bound struct {
	at   *big.Rat
	open bool // at itself is outside
	text string
}

// lowest returns the tightest lower bound: of the tag, or what the Go type holds.
func (l *tagLint) lowest() bound { return l.tightest("minimum", "exclusiveMinimum", 1) }

// highest is the same for the upper bound.
func (l *tagLint) highest() bound { return l.tightest("maximum", "exclusiveMaximum", -1) }

// tightest is the greatest of the bounds for sign 1, the least for -1.
func (l *tagLint) tightest(closed, open string, sign int) (best bound) {
	consider := func(b bound) {
		if b.at == nil {
			return
		}
		if best.at == nil || b.at.Cmp(best.at) == sign || b.at.Cmp(best.at) == 0 && b.open {
			best = b
		}
	}
	if least, greatest, ok := goRange(l.value); ok && l.kind == fields.Integer {
		at := least
		if sign < 0 {
			at = greatest
		}
		consider(bound{new(big.Rat).SetInt(at), false, fmt.Sprintf("the range of %s, from %s to %s,", l.value, least, greatest)})
	}
	for _, key := range []string{closed, open} {
		if value := l.tag.get(key); value != "" {
			at, _ := new(big.Rat).SetString(value) // its form and size are checked, see jsonNumberFault
			consider(bound{at, key == open, key + "=" + value})
		}
	}
	return best
}

// excludes reports whether no number lies from b up to upper; integers lie apart.
func (b bound) excludes(upper bound, integers bool) bool {
	if b.at == nil || upper.at == nil {
		return false
	}
	if !integers {
		order := b.at.Cmp(upper.at)
		return order > 0 || order == 0 && (b.open || upper.open)
	}
	// The least integer inside on one side, the greatest on the other. Div rounds down, as the denominator is positive.
	least := new(big.Int).Div(b.at.Num(), b.at.Denom())
	if !b.at.IsInt() || b.open {
		least.Add(least, big.NewInt(1))
	}
	greatest := new(big.Int).Div(upper.at.Num(), upper.at.Denom())
	if upper.at.IsInt() && upper.open {
		greatest.Sub(greatest, big.NewInt(1))
	}
	return least.Cmp(greatest) > 0
}

// goRange returns what a Go integer type can hold.
func goRange(t reflect.Type) (least, greatest *big.Int, ok bool) {
	switch kind := t.Kind(); {
	case kind >= reflect.Int && kind <= reflect.Int64:
		greatest = new(big.Int).Lsh(big.NewInt(1), uint(t.Bits()-1))
		least = new(big.Int).Neg(greatest)
	case kind >= reflect.Uint && kind <= reflect.Uintptr:
		greatest = new(big.Int).Lsh(big.NewInt(1), uint(t.Bits()))
		least = new(big.Int)
	default:
		return nil, nil, false
	}
	return least, greatest.Sub(greatest, big.NewInt(1)), true
}

// jsonNumberFault says why a text of a tag is no number this library works with, or nil. What no double holds is
// refused with the documents that come in; and 1e999999999 would be worked out digit for digit.
func jsonNumberFault(value string) error {
	if !jsonNumber.MatchString(value) {
		return fmt.Errorf("write a number as JSON has it")
	}
	digits, _, _ := strings.Cut(strings.ToLower(value), "e")
	if f, err := strconv.ParseFloat(value, 64); err != nil || f == 0 && strings.ContainsAny(digits, "123456789") {
		return fmt.Errorf("no double holds this number: write one between 1e-308 and 1e308")
	}
	return nil
}
