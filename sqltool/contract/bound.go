package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// number reads a bound as an exact number; maxDigits bounds what it may cost.
func number(v any) (*big.Rat, error) {
	var text string
	switch v := v.(type) {
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, json.Number:
		text = fmt.Sprint(v)
	case float32:
		return number(float64(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is no number to compare with", v)
		}
		text = strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		text = strings.TrimSpace(v)
	default:
		return nil, fmt.Errorf("a %T is no number", v)
	}
	return exact(text)
}

// maxExponent bounds the powers of ten a number may be written with: 1e999999999 would need a gigabyte.
const maxExponent = 400

var errNoNumber = errors.New("it is no number")

func exact(text string) (*big.Rat, error) {
	if len(text) > maxExponent || strings.ContainsAny(text, "/_xXpPbBoO") {
		return nil, errNoNumber
	}
	if _, exponent, ok := strings.Cut(strings.ToLower(text), "e"); ok {
		if n, err := strconv.Atoi(exponent); err != nil || n > maxExponent || n < -maxExponent {
			return nil, errNoNumber
		}
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, errNoNumber
	}
	return r, nil
}

// layouts are the ways a time may be written, with a zone and without.
func layouts() []string {
	return []string{
		time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02 15:04:05.999999999-07",
		"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
	}
}

// instant reads a time; one without a zone is UTC.
func instant(v any) (time.Time, error) {
	switch v := v.(type) {
	case time.Time:
		return v, nil
	case []byte:
		return instant(string(v))
	case string:
		for _, layout := range layouts() {
			if t, err := time.Parse(layout, strings.TrimSpace(v)); err == nil {
				return t, nil
			}
		}
		return time.Time{}, errors.New("it is no date and no time: write 2026-01-31 or 2026-01-31T12:00:00Z")
	}
	return time.Time{}, fmt.Errorf("a %T is no date and no time", v)
}

// constant writes a value the developer gave as a parameter that compares with a column of class c.
func (s *statement) constant(v any, c class) (string, error) {
	switch c {
	case classNumber, classFloat:
		return s.numeric(v)
	case classDate, classZoned:
		t, err := instant(v)
		if err != nil {
			return "", err
		}
		return s.moment(t, c), nil
	case classBoolean:
		return s.boolean(v)
	case classText:
		return s.bind(plain(v)), nil
	case classOther:
	}
	if s.dialect == SQLite || s.dialect == Generic { // columns may have no type at all, and values are what they are
		switch v := v.(type) {
		case time.Time:
			return s.bind(plain(v)), nil
		case json.Number:
			return s.numeric(v)
		}
		return s.bind(v), nil
	}
	return s.bind(plain(v)), nil
}

func (s *statement) numeric(v any) (string, error) {
	r, err := number(v)
	if err != nil {
		return "", err
	}
	if s.dialect == Postgres { // exact for every number, and of one type whatever the column's
		if r.IsInt() {
			return "CAST(" + s.bind(r.Num().String()) + " AS numeric)", nil
		}
		places, _ := r.FloatPrec()
		return "CAST(" + s.bind(r.FloatString(places)) + " AS numeric)", nil
	}
	if r.IsInt() && r.Num().IsInt64() {
		return s.bind(r.Num().Int64()), nil
	}
	f, _ := r.Float64()
	return s.bind(f), nil
}

func (s *statement) moment(t time.Time, c class) string {
	switch s.dialect {
	case DuckDB, Postgres:
		if c == classZoned {
			return "CAST(" + s.bind(t.UTC().Format("2006-01-02 15:04:05.999999+00")) + " AS TIMESTAMP WITH TIME ZONE)"
		}
		return "CAST(" + s.bind(t.UTC().Format("2006-01-02 15:04:05.999999")) + " AS TIMESTAMP)"
	case SQLite, Generic:
	}
	return s.bind(plain(t))
}

func (s *statement) boolean(v any) (string, error) {
	b, ok := v.(bool)
	if text, is := v.(string); is {
		switch strings.ToLower(text) {
		case "true", "t":
			b, ok = true, true
		case "false", "f":
			b, ok = false, true
		}
	}
	if !ok {
		return "", fmt.Errorf("%v is no boolean", v)
	}
	return s.bind(b), nil
}

// plain writes a value as the text a database without types of its own keeps.
func plain(v any) string {
	if t, ok := v.(time.Time); ok {
		if t.Equal(t.Truncate(24 * time.Hour)) {
			return t.UTC().Format(time.DateOnly)
		}
		return t.UTC().Format("2006-01-02 15:04:05.999999")
	}
	return fmt.Sprint(v)
}
