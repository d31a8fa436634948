package postgres

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/sqltool"
)

// reading turns the text of a value into the value.
type reading func(text string) (any, error)

// readings keeps the reading of each type there was: working one out takes longer than using it.
var readings sync.Map //nolint:gochecknoglobals // remembers what a pure function of the type's name said

// Decode makes values of the texts in which pgx hands most types over.
func (engine) Decode(column sqltool.Column, value any) (any, error) {
	switch v := value.(type) {
	case float64:
		if narrow := float32(v); column.Type == "real" && (float64(narrow) == v || math.IsNaN(v)) {
			return narrow, nil // as float64 it would show digits it never had
		}
		return v, nil // of another type than when the statement was checked
	case string:
		if v == "infinity" || v == "-infinity" {
			return v, nil // a date or time without end
		}
		return readingOf(column.Type)(v)
	}
	return value, nil
}

func readingOf(word string) reading {
	if known, ok := readings.Load(word); ok {
		return known.(reading)
	}
	made, _ := readings.LoadOrStore(word, newReading(word))
	return made.(reading)
}

func newReading(word string) reading {
	if inner, ok := strings.CutSuffix(word, "[]"); ok {
		element, comma := readingOf(inner), byte(',')
		if strings.TrimRight(inner, "[]") == "box" {
			comma = ';' // a box is written with commas, and alone of all types has another delimiter
		}
		return func(text string) (any, error) { return readArray(text, element, comma) }
	}
	if strings.HasPrefix(word, "STRUCT(") {
		return compositeReading(sqltool.Members(word))
	}
	base, _, _ := strings.Cut(word, "(")
	switch {
	case base == "numeric":
		return func(text string) (any, error) { return sqltool.Decimal(text), nil }
	case base == "interval" || strings.HasPrefix(word, "interval "):
		return readInterval
	case word == "boolean":
		return func(text string) (any, error) { return text == "t" || text == "true", nil }
	case word == "smallint", word == "integer", word == "bigint", word == "oid", word == "xid", word == "cid":
		return func(text string) (any, error) {
			n, err := strconv.ParseInt(text, 10, 64)
			return n, unread(err)
		}
	case word == "real":
		return func(text string) (any, error) {
			f, err := strconv.ParseFloat(text, 32)
			return float32(f), unread(err)
		}
	case word == "double precision":
		return func(text string) (any, error) {
			f, err := strconv.ParseFloat(text, 64)
			return f, unread(err)
		}
	case word == "bytea":
		return readBytes
	case word == "json", word == "jsonb":
		return func(text string) (any, error) { return json.RawMessage(text), nil }
	case word == "date":
		return timeReading("2006-01-02")
	case strings.HasPrefix(word, "timestamp") && strings.HasSuffix(word, "with time zone"):
		return timeReading("2006-01-02 15:04:05.999999Z07", "2006-01-02 15:04:05.999999Z07:00", "2006-01-02 15:04:05.999999Z07:00:00")
	case strings.HasPrefix(word, "timestamp"):
		return timeReading("2006-01-02 15:04:05.999999")
	}
	return func(text string) (any, error) { return text, nil }
}

// unread is the error of a text that was not understood, without the text.
func unread(err error) error {
	if err != nil {
		return errLiteral
	}
	return nil
}

var errBytes = errors.New(`bytes that do not begin with \x: set bytea_output to hex`)

func readBytes(text string) (any, error) {
	digits, ok := strings.CutPrefix(text, `\x`)
	if !ok {
		return nil, errBytes
	}
	decoded, err := hex.DecodeString(digits)
	return decoded, unread(err)
}

// timeReading reads times in one of the layouts. What none of them reads, such as a year before Christ, stays text.
func timeReading(layouts ...string) reading {
	return func(text string) (any, error) {
		for _, layout := range layouts {
			if at, err := time.Parse(layout, text); err == nil {
				return at.UTC(), nil
			}
		}
		return text, nil
	}
}

// readInterval reads an interval of IntervalStyle iso_8601 or postgres, the default: 1 year 2 mons -3 days +04:05:06.789.
func readInterval(text string) (any, error) {
	if strings.HasPrefix(text, "P") {
		return sqltool.ParseInterval(text)
	}
	var i sqltool.Interval
	words := strings.Fields(text)
	for len(words) > 0 {
		if strings.Contains(words[0], ":") {
			micros, err := clock(words[0])
			if err != nil || len(words) > 1 {
				return nil, errInterval
			}
			i.Micros = micros
			return i, nil
		}
		n, err := strconv.ParseInt(words[0], 10, 32)
		if err != nil || len(words) == 1 {
			return nil, errInterval
		}
		switch strings.TrimSuffix(words[1], "s") {
		case "year":
			i.Months += int32(n) * 12
		case "mon":
			i.Months += int32(n)
		case "day":
			i.Days += int32(n)
		default:
			return nil, errInterval
		}
		words = words[2:]
	}
	return i, nil
}

var errInterval = errors.New("an interval in a style that is not read: set intervalstyle to iso_8601, as postgres.Open does")

// clock reads the hours, minutes and seconds of an interval: -04:05:06.789.
func clock(text string) (micros int64, err error) {
	sign := int64(1)
	switch text[0] {
	case '-':
		sign, text = -1, text[1:]
	case '+':
		text = text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	var unit int64 = 3600 * 1_000_000
	parts := strings.Split(whole, ":")
	if len(parts) != 3 || len(fraction) > 6 {
		return 0, errInterval
	}
	for _, part := range parts {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%w", errInterval)
		}
		micros += n * unit
		unit /= 60
	}
	n, err := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	if err != nil {
		return 0, errInterval
	}
	return sign * (micros + n), nil
}
