package mcptest

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// filledRecord is a record with every field set, nested ones too, so that a field which is added to audit.Record is tested from that day on.
// text makes the texts, from a name that no other field has. Seq, Prev and Hash are left to the sink, and kind and level are real ones.
func filledRecord(text func(name string) string) (audit.Record, error) {
	var r audit.Record
	f := filler{text: text}
	f.fill(reflect.ValueOf(&r).Elem(), "Record")
	r.Seq, r.Prev, r.Hash = 0, "", ""
	r.Kind, r.Level = audit.KindOutcome, audit.LevelComplete
	return r, f.err
}

// plain makes a text that is its field's name.
func plain(name string) string { return name }

// filler sets every value it can reach to one that no other has.
type filler struct {
	text func(name string) string
	n    int64
	err  error
}

func (f *filler) fill(v reflect.Value, name string) {
	f.n++
	switch at := v.Addr().Interface().(type) {
	case *time.Time:
		*at = time.Date(2026, 3, 4, 5, 6, 7, int(f.n)*1000, time.FixedZone("", 3600))
		return
	case *time.Duration:
		*at = time.Duration(f.n) * time.Microsecond
		return
	case *json.RawMessage:
		raw, err := json.Marshal(map[string]any{"n": f.n, "text": f.text(name)})
		if err != nil {
			f.err = err
		}
		*at = append(make([]byte, 0, len(raw)+spareBytes), raw...)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text(name))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(f.n)
	case reflect.Uint64:
		v.SetUint(uint64(f.n)) //nolint:gosec // counts from 1
	case reflect.Struct:
		for field, inner := range v.Fields() {
			f.fill(inner, name+"."+field.Name)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 4)) // with room, for sinks that would write into it
		for i := range v.Len() {
			f.fill(v.Index(i), fmt.Sprintf("%s.%d", name, i))
		}
	default:
		f.err = fmt.Errorf("mcptest cannot fill %s, a %s: teach it", name, v.Type())
	}
}

// spareBytes is the room behind raw JSON, for sinks that would write into it.
const spareBytes = 8

// hostileTexts are texts that break what does not expect them: lines, escapes, encodings, terminals, queries.
func hostileTexts() []string {
	return []string{
		"two\nlines\r\nand\rmore\n", "nul\x00nul\x00", "\x00", "\xff\xfe not UTF-8 \xc3", "\xed\xa0\x80 half a surrogate",
		"\x1b[31mred\x1b[0m\x1b]0;title\a\b\x7f", `{"kind":"event","v":1}`, `"},{"seq":9,"note":"`, `\u0000 \n \ "\"`, `\N`, `\x00`, `\\x41`,
		"\u2028\u2029\u0085", "\u202eright to left\u202c\u200b\ufeff", "\U0001f600\U0010ffff\ufffd\uffff", "' OR 1=1; DROP TABLE audit; --",
		"$1 $$ %s %n ? :name {{.}} ${HOME} `id`", "\tcomma, \"quoted\"; pipe | end ", "null", "NaN", "-0", " ", "<script>&amp;</script>",
		strings.Repeat("long ", 2000), strings.Repeat("é", 3000),
	}
}

// preciseRecords hold numbers and times that lose something in a float64, an int32, a timestamp of seconds or one without a year 0.
func preciseRecords() []audit.Record {
	const longest = time.Duration(math.MaxInt64)
	numbers := `{"above":9007199254740993,"below":-9007199254740993,"huge":123456789012345678901234567890,"half":0.1,"none":0,"small":1e-7}`
	records := []audit.Record{
		{CallID: "arguments", Arguments: json.RawMessage(numbers), Response: json.RawMessage(`[9007199254740993,18446744073709551615]`)},
		{CallID: "attributes", User: audit.User{Attributes: json.RawMessage(numbers)}},
		{CallID: "other JSON", Arguments: json.RawMessage(`null`), Response: json.RawMessage(` [ ] `)},
		{CallID: "counts", Rows: math.MaxInt, Cut: math.MaxInt - 1, Bytes: math.MaxInt - 2, Cleaned: math.MaxInt - 3},
		{CallID: "durations", Duration: longest, Steps: []audit.Step{{Start: longest - time.Millisecond, Duration: longest - time.Microsecond}}},
		{CallID: "short", Duration: 1999 * time.Nanosecond},
	}
	for _, at := range []time.Time{
		time.Date(2026, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		time.Date(2026, 3, 29, 2, 30, 0, 1000, time.FixedZone("", -5*3600)),
		time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
		time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
	} {
		records = append(records, audit.Record{CallID: "time " + at.String(), Time: at})
	}
	return records
}

// brokenRecords are records that cannot be written, each for a reason of its own.
func brokenRecords() []audit.Record {
	const id = "broken"
	return []audit.Record{
		{CallID: id, Arguments: json.RawMessage(`{"a":`)},
		{CallID: id, Arguments: json.RawMessage(`{"a":1} {"b":2}`)},
		{CallID: id, Arguments: json.RawMessage(`{"a":1,"a":2}`)},
		{CallID: id, Arguments: json.RawMessage("\n")},
		{CallID: id, Response: json.RawMessage(`not JSON`)},
		{CallID: id, User: audit.User{Attributes: json.RawMessage(`{"a":01}`)}},
		{CallID: id, Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
}
