package policy

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Conditions count with CEL's int, 64 bits with a sign, whatever a tool declared, so that rules need not know it. A number beyond it is an
// error. It never wraps around: as a negative number it would pass every "at most". And it never becomes the nearest double: two account
// numbers that differ in the last digit would be equal. The number itself is not quoted; it may be what the caller must not see.

// beyondInt is the fault of a number that conditions cannot count with.
func beyondInt() ref.Val {
	return types.NewErr("a number is beyond the range of int, from %d to %d: carry it as text", math.MinInt64, math.MaxInt64)
}

// mostExact is up to where every integer, and minus it, is a double of its own. Beyond it a double may stand for several integers.
const mostExact = 1 << 53

// notExact is the fault of an integer that is declared a double and is none.
func notExact() ref.Val {
	return types.NewErr("declared double, but the caller's value is an integer beyond 2^53 that no double holds for sure: declare int")
}

// intOf is n as CEL's int, or a fault.
func intOf(n uint64) ref.Val {
	if n > math.MaxInt64 {
		return beyondInt()
	}
	return types.Int(n)
}

// numberOf is a number of JSON: an int where it is written as one, else a double, or a fault.
func numberOf(n json.Number) ref.Val {
	i, err := n.Int64()
	switch {
	case err == nil:
		return types.Int(i)
	case errors.Is(err, strconv.ErrRange):
		return beyondInt()
	}
	f, err := n.Float64()
	switch {
	case err == nil:
		return types.Double(f)
	case errors.Is(err, strconv.ErrRange):
		return types.NewErr("a number is beyond the range of double: write it smaller")
	}
	return types.NewErr("a json.Number holds text that is not a number")
}
