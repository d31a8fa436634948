package sqltool

import (
	"encoding/json"
	"math/big"
	"math/bits"
	"reflect"
	"time"
)

// The bytes of values whose length in JSON does not depend on much, at most.
const (
	quotes    = 2
	timeBytes = len(`"2006-01-02T15:04:05.999999999+07:00"`)
	realBytes = len(`-2.2250738585072014e-308`)
	wordBytes = len(`false`)
	elseBytes = 40 // a decimal, an interval or a UUID in a driver's own type
)

// sizeOf is how long a value is in JSON, or a little less than that: results must be cut before the server refuses them as too large.
func sizeOf(v any) int {
	switch v := v.(type) {
	case nil, bool:
		return wordBytes
	case string:
		return textSize(v)
	case int64:
		return wholeSize(v)
	case float64, float32:
		return realBytes
	case time.Time:
		return timeBytes
	case []byte:
		return (len(v)+2)/3*4 + quotes
	case json.RawMessage:
		return len(v)
	case []any:
		size := quotes
		for _, e := range v {
			size += sizeOf(e) + 1
		}
		return size
	case map[string]any:
		size := quotes
		for k, e := range v {
			size += textSize(k) + sizeOf(e) + 2
		}
		return size
	case *big.Int:
		return v.BitLen()*3/10 + 2
	}
	return otherSize(reflect.ValueOf(v))
}

// otherSize is sizeOf what drivers have types of their own for.
func otherSize(v reflect.Value) int {
	size := quotes
	switch {
	case v.CanInt():
		return wholeSize(v.Int())
	case v.CanUint():
		return bits.Len64(v.Uint())*3/10 + 1
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			size += sizeOf(v.Index(i).Interface()) + 1
		}
		return size
	case v.Kind() == reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			size += sizeOf(entries.Key().Interface()) + sizeOf(entries.Value().Interface()) + 2
		}
		return size
	}
	return elseBytes
}

// wholeSize is how many digits a whole number has, with its sign, or one less.
func wholeSize(n int64) int {
	if n < 0 {
		return bits.Len64(uint64(-n))*3/10 + 2
	}
	return bits.Len64(uint64(n))*3/10 + 1
}

// textSize is how long a text is in JSON, where some characters take two bytes and control characters six.
func textSize(s string) int {
	size := len(s) + quotes
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"', c == '\\':
			size++
		case c < ' ':
			size += len(`\u0001`) - 1
		}
	}
	return size
}
