package mcpgov

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"time"
)

// answerKey stands for all that an answer depends on.
type answerKey [sha256.Size]byte

// answerKey makes the key of the answer to c. Without one, because something in the caller cannot be looked into, the handler answers.
func (s *Server) answerKey(c *call, in any) (key answerKey, ok bool) {
	form := make([]byte, 0, 256)
	for _, text := range []string{s.plan.config.Version, s.plan.config.Env.Name, s.plan.config.Env.Region, c.target.kind, c.target.name} {
		form = appendText(form, text)
	}
	if exact, ok := exactly(append(form, 'i'), reflect.ValueOf(in), 0); ok {
		form = exact
	} else { // arguments of types that hide their insides: whatever these are, they come from these bytes
		form = appendText(append(form, 'r'), string(c.raw.arguments))
	}
	if c.target.cache.Shared {
		form = append(form, 'a')
	} else if form, ok = exactly(append(form, 'c'), reflect.ValueOf(c.caller), 0); !ok {
		return key, false
	}
	mac := hmac.New(sha256.New, s.kept.nameKey)
	mac.Write(form)
	mac.Sum(key[:0])
	return key, true
}

// maxExact ends the look into values that lead back to themselves.
const maxExact = 100

// exactly appends a form of v that another value of its type has only if no program can tell the two apart by their exported fields. It is
// false of values that hide some.
func exactly(dst []byte, v reflect.Value, depth int) ([]byte, bool) {
	if depth > maxExact {
		return dst, false
	}
	switch v.Kind() {
	case reflect.Invalid:
		return append(dst, 'n'), true
	case reflect.Bool:
		if v.Bool() {
			return append(dst, 't'), true
		}
		return append(dst, 'f'), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(append(dst, 'i'), v.Int()), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return binary.AppendUvarint(append(dst, 'u'), v.Uint()), true
	case reflect.Float32, reflect.Float64:
		return binary.BigEndian.AppendUint64(append(dst, 'd'), math.Float64bits(v.Float())), true
	case reflect.String:
		return appendText(dst, v.String()), true
	case reflect.Pointer, reflect.Interface:
		return exactlyWithin(dst, v, depth)
	case reflect.Slice, reflect.Array:
		return exactList(dst, v, depth)
	case reflect.Map:
		return exactMap(dst, v, depth)
	case reflect.Struct:
		return exactStruct(dst, v, depth)
	default: // functions, channels and the like
		return dst, false
	}
}

// appendText writes a text so that what follows cannot be taken for a part of it.
func appendText(dst []byte, text string) []byte {
	return append(binary.AppendVarint(append(dst, 's'), int64(len(text))), text...)
}

// exactlyWithin looks through a pointer or an interface; of the latter the type counts.
func exactlyWithin(dst []byte, v reflect.Value, depth int) ([]byte, bool) {
	if v.IsNil() {
		return append(dst, 'n'), true
	}
	dst = append(dst, 'p')
	if v.Kind() == reflect.Interface {
		t := v.Elem().Type()
		dst = appendText(appendText(dst, t.PkgPath()), t.String())
	}
	return exactly(dst, v.Elem(), depth+1)
}

func exactList(dst []byte, v reflect.Value, depth int) ([]byte, bool) {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return append(dst, 'n'), true
	}
	dst = binary.AppendVarint(append(dst, 'l'), int64(v.Len()))
	ok := true
	for i := 0; i < v.Len() && ok; i++ {
		dst, ok = exactly(dst, v.Index(i), depth+1)
	}
	return dst, ok
}

func exactMap(dst []byte, v reflect.Value, depth int) ([]byte, bool) {
	if v.IsNil() {
		return append(dst, 'n'), true
	}
	members := make([][]byte, 0, v.Len())
	for key, value := range v.Seq2() {
		member, ok := exactly(nil, key, depth+1)
		if ok {
			member, ok = exactly(member, value, depth+1)
		}
		if !ok {
			return dst, false
		}
		members = append(members, member)
	}
	slices.SortFunc(members, bytes.Compare)
	dst = binary.AppendVarint(append(dst, 'm'), int64(len(members)))
	for _, member := range members {
		dst = append(dst, member...)
	}
	return dst, true
}

func exactStruct(dst []byte, v reflect.Value, depth int) ([]byte, bool) {
	if v.Type() == reflect.TypeFor[time.Time]() && v.CanInterface() {
		at, _ := reflect.TypeAssert[time.Time](v)
		return appendText(dst, at.Format(time.RFC3339Nano)+" "+at.Location().String()), true
	}
	dst = append(dst, 'o')
	for i := range v.NumField() {
		if f := v.Type().Field(i); !f.IsExported() && !f.Anonymous {
			return dst, false
		}
		var ok bool
		if dst, ok = exactly(dst, v.Field(i), depth+1); !ok {
			return dst, false
		}
	}
	return dst, true
}
