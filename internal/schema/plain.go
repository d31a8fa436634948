package schema

import (
	"encoding/json"
	"net/url"
	"reflect"
	"time"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// Types that are written in a way of their own.
var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	urlType      = reflect.TypeFor[url.URL]()
	numberType   = reflect.TypeFor[json.Number]()
	anyType      = reflect.TypeFor[any]()
	textType     = reflect.TypeFor[string]()
	bytesType    = reflect.TypeFor[[]byte]()
)

// plain returns the type whose schema is that of t: no names, pointers or marshalers, only what JSON will show.
// Reflection over named lists, net.IP or a type with a MarshalJSON would otherwise describe the Go side.
// Struct types stay; they become references.
func plain(t reflect.Type) reflect.Type {
	t = fields.Deref(t)
	switch fields.KindOf(t) {
	case fields.Text:
		switch {
		case t == timeType:
			return t
		case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && !writesText(t):
			return bytesType // base64; net.IP, a []byte too, writes itself as dotted text
		}
		return textType
	case fields.Integer:
		return reflect.TypeFor[int64]() // bounds come from the Go kind, in shape.go
	case fields.Number:
		return reflect.TypeFor[float64]()
	case fields.Boolean:
		return reflect.TypeFor[bool]()
	case fields.List:
		if t.Kind() == reflect.Array {
			return reflect.ArrayOf(t.Len(), plain(t.Elem()))
		}
		return reflect.SliceOf(plain(t.Elem()))
	case fields.Map:
		return reflect.MapOf(textType, plain(t.Elem())) // whatever the keys are in Go, they are written as text
	case fields.Object:
		return t
	default:
		return anyType
	}
}

// writesText reports whether t is text because of a MarshalText of its own.
func writesText(t reflect.Type) bool {
	return fields.Implements(t, textMarshaler)
}
