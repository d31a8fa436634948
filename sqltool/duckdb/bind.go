package duckdb

import (
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/mcpgov/go-sdk/sqltool"
)

// mostDigits is how many digits a decimal of DuckDB holds.
const mostDigits = 38

// direct is an argument that the driver cannot bind, or not exactly: the engine is given it directly.
type direct interface {
	bindTo(s mapping.PreparedStatement, index mapping.IdxT) mapping.State
}

// decimal is a decimal argument.
type decimal struct {
	digits *big.Int
	scale  uint8
}

// huge is a whole number of at most 128 bits.
type huge struct{ *big.Int }

// halves are the two halves of a number of at most 128 bits, in two's complement.
func halves(v *big.Int) (low, high uint64) {
	mask := new(big.Int).SetUint64(1<<64 - 1)
	return new(big.Int).And(v, mask).Uint64(), new(big.Int).And(new(big.Int).Rsh(v, 64), mask).Uint64() // shifts round down, as it must be
}

func (d decimal) bindTo(s mapping.PreparedStatement, index mapping.IdxT) mapping.State {
	low, high := halves(d.digits)
	return mapping.BindDecimal(s, index, mapping.NewDecimal(mostDigits, d.scale, mapping.NewHugeInt(low, int64(high)))) //nolint:gosec // the sign stands in the first bit
}

func (h huge) bindTo(s mapping.PreparedStatement, index mapping.IdxT) mapping.State {
	low, high := halves(h.Int)
	if h.Sign() > 0 && h.BitLen() == 128 {
		return mapping.BindUHugeInt(s, index, mapping.NewUHugeInt(low, high))
	}
	return mapping.BindHugeInt(s, index, mapping.NewHugeInt(low, int64(high))) //nolint:gosec // as above
}

// bind makes of a Go value what a connection of this package binds: a list of a slice or array, a decimal, an interval, a text of what
// writes itself as one. Types are seen as what they are made of, and nil pointers are NULL.
func bind(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, []byte, time.Time, duckdb.Interval, duckdb.Bit, duckdb.TypedValue, direct, uint64:
		return v, nil
	case sqltool.Decimal:
		return parseDecimal(string(v))
	case *big.Int:
		if v == nil {
			return nil, nil //nolint:nilnil // NULL
		}
		if fits(v) {
			return huge{v}, nil
		}
		return v, nil
	case duckdb.Decimal:
		return decimal{v.Value, v.Scale}, nil
	case json.Number:
		return bindNumber(v)
	case json.RawMessage:
		return string(v), nil
	case time.Duration:
		return duckdb.Interval{Micros: v.Microseconds()}, nil
	case driver.Valuer, map[string]any:
		return v, nil
	}
	return bindReflected(reflect.ValueOf(v))
}

func bindReflected(v reflect.Value) (any, error) {
	if (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil() {
		return nil, nil //nolint:nilnil // NULL
	}
	if text, ok := reflect.TypeAssert[encoding.TextMarshaler](v); ok {
		written, err := text.MarshalText()
		return string(written), err
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return bind(v.Elem().Interface())
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint(), nil
	case reflect.Float32, reflect.Float64:
		return v.Float(), nil
	case reflect.String:
		return v.String(), nil
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.IsNil() {
			return nil, nil //nolint:nilnil // NULL
		}
		return bindList(v)
	default:
		return nil, fmt.Errorf("a %s cannot be bound: bind its fields, or a text", v.Type())
	}
}

// bindNumber binds a JSON number as the smallest type that holds it exactly.
func bindNumber(n json.Number) (any, error) {
	if v, err := n.Int64(); err == nil {
		return v, nil
	}
	if d, err := parseDecimal(string(n)); err == nil {
		return d, nil
	}
	return n.Float64()
}

// parseDecimal reads a number written without an exponent.
func parseDecimal(text string) (decimal, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	digits, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok || strings.ContainsAny(text, "_+eE") || strings.Contains(fraction, "-") {
		return decimal{}, errors.New("it is no decimal number such as 1234.50")
	}
	if len(strings.TrimLeft(whole+fraction, "-0")) > mostDigits || len(fraction) > mostDigits {
		return decimal{}, fmt.Errorf("a DECIMAL holds at most %d digits", mostDigits)
	}
	return decimal{digits, uint8(len(fraction))}, nil //nolint:gosec // 38 at most
}

func (d decimal) String() string {
	text := new(big.Int).Abs(d.digits).String()
	if n := int(d.scale) + 1 - len(text); n > 0 {
		text = strings.Repeat("0", n) + text
	}
	if d.scale > 0 {
		point := len(text) - int(d.scale)
		text = text[:point] + "." + text[point:]
	}
	if d.digits.Sign() < 0 {
		text = "-" + text
	}
	return text
}

// bind binds arguments to a statement that nobody else uses.
func (c *conn) bind(s *ready, args []driver.NamedValue) (err error) {
	defer func() {
		if cause := recover(); cause != nil { // the driver does not expect every value that it lets through
			err = errors.New("duckdb: an argument is not of a type that its parameter takes: cast the parameter, such as $since::DATE")
		}
	}()
	plain := args
	for i, arg := range args {
		if _, is := arg.Value.(direct); is {
			if &plain[0] == &args[0] {
				plain = slices.Clone(args)
			}
			plain[i].Value = nil
		}
	}
	if err := s.Bind(plain); err != nil || len(args) == 0 || &plain[0] == &args[0] {
		return err
	}
	prepared, err := preparedOf(s.Stmt)
	if err != nil {
		return err
	}
	for i := range s.NumInput() {
		name := mapping.ParameterName(prepared, mapping.IdxT(i+1))
		for _, arg := range args {
			d, is := arg.Value.(direct)
			if is && (arg.Name != "" && arg.Name == name || arg.Name == "" && arg.Ordinal == i+1) &&
				d.bindTo(prepared, mapping.IdxT(i+1)) == mapping.StateError {
				return engineError(mapping.PrepareError(prepared))
			}
		}
	}
	return nil
}

// CheckNamedValue says which arguments are taken as they are.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	switch v.Value.(type) {
	case direct, uint64:
		return nil
	}
	return c.native.CheckNamedValue(v)
}
