package sqltool

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// This file writes single values as text and as numbers, exactly.

var (
	errNoText    = errors.New("no text")
	errNotUTF8   = errors.New("the text is not UTF-8: declare []byte, or convert it in the statement")
	errNotFinite = errors.New("NaN and infinity are no numbers in JSON: declare a pointer, which gets null, or a string, which gets \"NaN\"")
)

const (
	dateForm      = "2006-01-02"
	clockForm     = "15:04:05.999999999"
	zonedForm     = "15:04:05.999999999Z07:00"
	timestampForm = "2006-01-02T15:04:05.999999999"
)

// asText writes a value as text. t says how times are written: as dates, times of day or RFC 3339.
func asText(v any, t *sqlType) (string, error) {
	switch v := v.(type) {
	case string:
		if !utf8.ValidString(v) {
			return "", errNotUTF8
		}
		return v, nil
	case Decimal:
		return string(v), nil
	case json.Number:
		return string(v), nil
	case json.RawMessage:
		return string(v), nil
	case []byte:
		if t.family == blobType {
			return "", errors.New("it is binary: declare []byte, which is written as base64")
		}
		if !utf8.Valid(v) {
			return "", errNotUTF8
		}
		return string(v), nil
	case Interval:
		return v.String(), nil
	case time.Time:
		return timeText(v, t), nil
	case *big.Int:
		return v.String(), nil
	case float32:
		return floatText(float64(v), 32), nil
	case float64:
		return floatText(v, 64), nil
	}
	if n := reflect.ValueOf(v); n.CanInt() {
		return strconv.FormatInt(n.Int(), 10), nil
	} else if n.CanUint() {
		return strconv.FormatUint(n.Uint(), 10), nil
	}
	return "", errNoText
}

// timeText writes a time as its column means it. A time in the process's own zone had none: it is written in UTC.
func timeText(v time.Time, t *sqlType) string {
	switch {
	case t.family == dateType:
		return v.Format(dateForm)
	case t.family == clockType && t.zoned:
		return v.Format(zonedForm)
	case t.family == clockType:
		return v.Format(clockForm)
	case t.family == timestampType && !t.zoned:
		return v.Format(timestampForm)
	}
	return utc(v).Format(time.RFC3339Nano)
}

// utc keeps the zone of a time, but for the process's own, which says where the server stands and nothing about the value.
func utc(v time.Time) time.Time {
	if v.Location() == time.Local {
		return v.UTC()
	}
	return v
}

func floatText(f float64, bits int) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return strconv.FormatFloat(f, 'g', -1, bits)
}

// asNumber writes a value as a JSON number.
func asNumber(v any, t *sqlType) (json.Number, error) {
	switch v.(type) {
	case bool, time.Time, Interval:
		return "", errNoText
	}
	text, err := asText(v, t)
	switch {
	case err != nil:
		return "", err
	case text == "NaN" || text == "Infinity" || text == "-Infinity":
		return "", errNotFinite
	case !isNumber(text):
		return "", errNoText
	}
	return json.Number(text), nil
}
