package mcpgov

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"time"
	"unicode/utf8"
)

// recordedAttributes are the attributes of a user that rules may have read, as records hold them: null for those he does not have. What
// would not be the same to a rule once it is read back is left out, and unknown to whoever reads the record: a time.Duration would come
// back as a number, a time.Time as a text.
func (e *edition) recordedAttributes(u *User) json.RawMessage {
	if len(e.attributes) == 0 {
		return nil
	}
	recorded := make(map[string]any, len(e.attributes))
	for _, name := range e.attributes {
		if value, ok := plain(reflect.ValueOf(u.Attributes[name]), 0); ok {
			recorded[name] = value
		}
	}
	encoded, err := json.Marshal(recorded)
	if err != nil {
		return nil
	}
	return encoded
}

// deepestAttribute is deeper than any attribute that means something, and ends those that hold themselves.
const deepestAttribute = 32

// plain makes of a value what JSON can hold without changing what it is to a rule. Lists and maps that are nil are empty there, not null.
func plain(v reflect.Value, depth int) (any, bool) {
	if !v.IsValid() {
		return nil, true
	}
	if depth > deepestAttribute {
		return nil, false
	}
	switch value := v.Interface().(type) {
	case json.Number:
		return value, json.Valid([]byte(value))
	case time.Duration, json.Marshaler, encoding.TextMarshaler:
		return nil, false
	}
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool(), true
	case reflect.String:
		return v.String(), utf8.ValidString(v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint(), true
	case reflect.Float32, reflect.Float64:
		return v.Float(), !math.IsNaN(v.Float()) && !math.IsInf(v.Float(), 0)
	case reflect.Interface:
		return plain(v.Elem(), depth)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return nil, false // bytes, to a rule
		}
		return plainList(v, depth+1)
	case reflect.Map:
		return plainMap(v, depth+1)
	}
	return nil, false
}

func plainList(v reflect.Value, depth int) (any, bool) {
	list := make([]any, v.Len())
	for i := range list {
		var ok bool
		if list[i], ok = plain(v.Index(i), depth); !ok {
			return nil, false
		}
	}
	return list, true
}

func plainMap(v reflect.Value, depth int) (any, bool) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	members := make(map[string]any, v.Len())
	for entries := v.MapRange(); entries.Next(); {
		value, ok := plain(entries.Value(), depth)
		if !ok || !utf8.ValidString(entries.Key().String()) {
			return nil, false
		}
		members[entries.Key().String()] = value
	}
	return members, true
}
