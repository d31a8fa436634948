package fields

import (
	"encoding"
	"encoding/json"
	"reflect"
	"time"
)

// Kind is the JSON kind a Go type is written as.
type Kind uint8

// The kinds. Any is the zero value: what is not known to be something else is only known at run time.
const (
	Any     Kind = iota // an interface, json.RawMessage, or a type with a MarshalJSON of its own, type t []t
	Text                // string, []byte (base64), time.Time, encoding.TextMarshaler
	Integer             // every Go integer, time.Duration (nanoseconds)
	Number              // float32, float64, json.Number
	Boolean             // bool
	Object              // struct
	List                // slice or array
	Map                 // map: member names are data
)

// String returns the JSON Schema word for k.
func (k Kind) String() string {
	return [...]string{"any", "string", "integer", "number", "boolean", "object", "array", "object (map)"}[k]
}

// Types that are written in a way of their own, and the interfaces by which others write themselves.
var (
	timeType       = reflect.TypeFor[time.Time]()
	numberType     = reflect.TypeFor[json.Number]()
	rawType        = reflect.TypeFor[json.RawMessage]()
	marshalerType  = reflect.TypeFor[json.Marshaler]()
	textMarshaler  = reflect.TypeFor[encoding.TextMarshaler]()
	jsonUnmarshals = reflect.TypeFor[json.Unmarshaler]()
)

// Deref removes pointers from t. Of a type that is nothing but pointers to itself, a pointer is left.
func Deref(t reflect.Type) reflect.Type {
	for range mostLevels {
		if t.Kind() != reflect.Pointer {
			break
		}
		t = t.Elem()
	}
	return t
}

// mostLevels bounds walks along types that can go in circles without meeting a struct.
const mostLevels = 64

// endless reports whether t holds itself with only lists and maps between: type tree []tree. No path through it
// ends, and it can hold no field, so it counts as Any.
func endless(t reflect.Type) bool {
	inner := t
	for range mostLevels {
		inner = Deref(inner.Elem())
		switch inner.Kind() {
		case reflect.Slice, reflect.Array, reflect.Map:
			if inner == t {
				return true
			}
		default:
			return false
		}
	}
	return false
}

// KindOf returns what values of type t are written as. Pointers are looked through. A type that marshals itself
// is Any even when the value behind it is a struct: only its bytes tell what it holds.
func KindOf(t reflect.Type) Kind {
	t = Deref(t)
	switch t {
	case timeType:
		return Text
	case numberType:
		return Number
	case rawType:
		return Any
	}
	if Implements(t, marshalerType) || Implements(t, jsonUnmarshals) {
		return Any
	}
	if Implements(t, textMarshaler) {
		return Text
	}
	switch t.Kind() {
	case reflect.String:
		return Text
	case reflect.Bool:
		return Boolean
	case reflect.Float32, reflect.Float64:
		return Number
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return Integer
	case reflect.Struct:
		return Object
	case reflect.Map, reflect.Slice, reflect.Array:
		switch {
		case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
			return Text
		case endless(t):
			return Any
		case t.Kind() == reflect.Map:
			return Map
		}
		return List
	default:
		return Any
	}
}

// Implements reports whether t, or a pointer to it, implements the interface. Methods of the pointer are counted although encoding/json
// calls them only where it can take an address: what may write itself is not known.
func Implements(t, iface reflect.Type) bool {
	return t.Implements(iface) || (t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(iface))
}
