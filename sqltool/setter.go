package sqltool

import (
	"database/sql"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"time"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// setter puts a value of the database into a Go value; nil is NULL. Its errors say what is wrong and quote nothing.
type setter func(dst reflect.Value, v any) error

var (
	errNull = errors.New("NULL, and the field cannot hold it: declare a pointer, or write coalesce(...) in the statement")

	scannerType = reflect.TypeFor[sql.Scanner]()
	textReader  = reflect.TypeFor[encoding.TextUnmarshaler]()
	timeType    = reflect.TypeFor[time.Time]()
	numberType  = reflect.TypeFor[json.Number]()
	rawType     = reflect.TypeFor[json.RawMessage]()
	decimalKind = reflect.TypeFor[Decimal]()
	spanType    = reflect.TypeFor[Interval]()
	bigType     = reflect.TypeFor[big.Int]()
)

// setterFor returns the setter of a Go type for values of a database type.
func setterFor(dst reflect.Type, t *sqlType) setter {
	if dst.Kind() == reflect.Pointer && !dst.Implements(scannerType) {
		inner := setterFor(dst.Elem(), t)
		single := fields.KindOf(dst.Elem()) == fields.Number || dst.Elem() == numberType // else NaN is a part of it: the rest must not be lost with it
		return func(dst reflect.Value, v any) error {
			if v == nil {
				dst.SetZero()
				return nil
			}
			fresh := reflect.New(dst.Type().Elem())
			if err := inner(fresh.Elem(), v); err != nil {
				if single && errors.Is(err, errNotFinite) {
					return nil // as NULL: JSON has no such number
				}
				return err
			}
			dst.Set(fresh)
			return nil
		}
	}
	set := plainSetter(dst, t)
	switch {
	case dst == rawType, dst.Kind() == reflect.Interface, reflect.PointerTo(dst).Implements(scannerType):
		return set
	}
	return func(dst reflect.Value, v any) error {
		if v == nil {
			return errNull
		}
		return set(dst, v)
	}
}

// plainSetter returns the setter of a type that is no pointer.
func plainSetter(dst reflect.Type, t *sqlType) setter {
	switch {
	case dst == timeType:
		return setTime
	case dst == spanType:
		return setInterval
	case dst == numberType:
		return func(dst reflect.Value, v any) error {
			n, err := asNumber(v, t)
			dst.SetString(string(n))
			return mismatch(err, v, dst)
		}
	case dst == rawType:
		return func(dst reflect.Value, v any) error { return setRaw(dst, v, t) }
	case dst == bigType:
		return setBig
	case reflect.PointerTo(dst).Implements(scannerType):
		return func(dst reflect.Value, v any) error {
			if dst.Addr().Interface().(sql.Scanner).Scan(v) != nil { // its text may quote the value
				return fmt.Errorf("the Scan of %s refuses the value", dst.Type())
			}
			return nil
		}
	case dst.Kind() == reflect.Interface:
		return func(dst reflect.Value, v any) error { return setAny(dst, v, t) }
	case t.family == jsonType && (dst.Kind() == reflect.Struct || dst.Kind() == reflect.Map || fields.KindOf(dst) == fields.List):
		return setJSON
	case reflect.PointerTo(dst).Implements(textReader):
		return func(dst reflect.Value, v any) error {
			text, err := asText(v, t)
			if err != nil {
				return mismatch(err, v, dst)
			}
			if dst.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)) != nil {
				return fmt.Errorf("its text is none that %s reads", dst.Type())
			}
			return nil
		}
	}
	switch dst.Kind() {
	case reflect.Bool:
		return setBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return setInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return setUint
	case reflect.Float32, reflect.Float64:
		return setFloat
	case reflect.String:
		return func(dst reflect.Value, v any) error {
			text, err := asText(v, t)
			dst.SetString(text)
			return mismatch(err, v, dst)
		}
	case reflect.Slice, reflect.Array:
		if dst.Kind() == reflect.Slice && dst.Elem().Kind() == reflect.Uint8 {
			return setBytes
		}
		return listSetter(dst, t)
	case reflect.Map:
		return mapSetter(dst, t)
	case reflect.Struct:
		return structSetter(dst, t)
	default:
		return func(dst reflect.Value, v any) error { return mismatch(errNoText, v, dst) }
	}
}

// mismatch says which Go type did not take which, unless the error already says more.
func mismatch(err error, v any, dst reflect.Value) error {
	if errors.Is(err, errNoText) {
		return fmt.Errorf("a value of Go type %T does not fit into %s", v, dst.Type())
	}
	return err
}

func outOfRange(dst reflect.Value) error {
	return fmt.Errorf("the number does not fit into %s: declare a wider type", dst.Type())
}

func setBool(dst reflect.Value, v any) error {
	switch v := v.(type) {
	case bool:
		dst.SetBool(v)
		return nil
	case int64: // SQLite has no booleans
		if v == 0 || v == 1 {
			dst.SetBool(v == 1)
			return nil
		}
	}
	return mismatch(errNoText, v, dst)
}

// integer reads any whole number.
func integer(v any) (*big.Int, bool) {
	switch v := v.(type) {
	case *big.Int:
		return v, true
	case string, []byte, Decimal, json.Number: // drivers that speak text; a decimal without fraction
		return new(big.Int).SetString(fmt.Sprintf("%s", v), 10)
	}
	n := reflect.ValueOf(v)
	if n.CanInt() {
		return big.NewInt(n.Int()), true
	} else if n.CanUint() {
		return new(big.Int).SetUint64(n.Uint()), true
	}
	return nil, false
}

func setInt(dst reflect.Value, v any) error {
	n, ok := v.(int64)
	if !ok {
		whole, ok := integer(v)
		if !ok {
			return mismatch(errNoText, v, dst)
		}
		if !whole.IsInt64() {
			return outOfRange(dst)
		}
		n = whole.Int64()
	}
	if dst.OverflowInt(n) {
		return outOfRange(dst)
	}
	dst.SetInt(n)
	return nil
}

func setUint(dst reflect.Value, v any) error {
	whole, ok := integer(v)
	if !ok {
		return mismatch(errNoText, v, dst)
	}
	if !whole.IsUint64() || dst.OverflowUint(whole.Uint64()) {
		return outOfRange(dst)
	}
	dst.SetUint(whole.Uint64())
	return nil
}

func setBig(dst reflect.Value, v any) error {
	whole, ok := integer(v)
	if !ok {
		return mismatch(errNoText, v, dst)
	}
	dst.Addr().Interface().(*big.Int).Set(whole)
	return nil
}

func setFloat(dst reflect.Value, v any) error {
	var f float64
	switch v := v.(type) {
	case float64:
		f = v
	case float32:
		f = float64(v)
	case string:
		return parseFloat(dst, v)
	case []byte:
		return parseFloat(dst, string(v))
	default:
		n := reflect.ValueOf(v)
		switch {
		case n.CanInt() && int64(float64(n.Int())) == n.Int() && n.Int() != math.MaxInt64:
			f = float64(n.Int())
		case n.CanInt() || n.CanUint():
			return fmt.Errorf("the number is a whole one that %s would round: declare int64, or a json.Number", dst.Type())
		case v != nil && reflect.TypeOf(v) == decimalKind:
			return errors.New("a decimal does not fit into a float: declare sqltool.Decimal or json.Number")
		default:
			return mismatch(errNoText, v, dst)
		}
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return errNotFinite
	}
	if dst.OverflowFloat(f) {
		return outOfRange(dst)
	}
	if dst.Kind() == reflect.Float32 && float64(float32(f)) != f {
		return errors.New("the number has more digits than a float32 keeps: declare float64")
	}
	dst.SetFloat(f)
	return nil
}

func parseFloat(dst reflect.Value, text string) error {
	f, err := strconv.ParseFloat(text, dst.Type().Bits())
	if err != nil {
		return mismatch(errNoText, text, dst)
	}
	return setFloat(dst, f)
}

func setBytes(dst reflect.Value, v any) error {
	switch v := v.(type) {
	case []byte:
		dst.SetBytes(v)
	case string:
		dst.SetBytes([]byte(v))
	default:
		return mismatch(errNoText, v, dst)
	}
	return nil
}

func setTime(dst reflect.Value, v any) error {
	at, ok := v.(time.Time)
	if !ok {
		if text, isText := v.(string); isText && (text == "infinity" || text == "-infinity") {
			return errors.New("an infinite time is no time in JSON: declare a string")
		}
		return mismatch(errNoText, v, dst)
	}
	if at = utc(at); at.Year() < 0 || at.Year() > 9999 {
		return errors.New("the year is not between 0 and 9999, which RFC 3339 cannot write: declare a string")
	}
	dst.Set(reflect.ValueOf(at))
	return nil
}

func setInterval(dst reflect.Value, v any) error {
	switch v := v.(type) {
	case Interval:
		dst.Set(reflect.ValueOf(v))
		return nil
	case string:
		read, err := ParseInterval(v)
		dst.Set(reflect.ValueOf(read))
		return err
	}
	return mismatch(errNoText, v, dst)
}

// setJSON reads a JSON document into a Go value, strictly.
func setJSON(dst reflect.Value, v any) error {
	var raw []byte
	switch v := v.(type) {
	case []byte:
		raw = v
	case string:
		raw = []byte(v)
	case json.RawMessage:
		raw = v
	default:
		var err error
		if raw, err = strictjson.Marshal(v); err != nil {
			return fmt.Errorf("a value of Go type %T does not fit into %s", v, dst.Type())
		}
	}
	if strictjson.Decode(raw, dst.Addr().Interface()) != nil { // its text may quote the document
		return fmt.Errorf("the JSON document does not fit into %s", dst.Type())
	}
	return nil
}
