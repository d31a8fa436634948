package mcptest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
)

func checkFields(s *sinkTrial) error {
	full, err := filledRecord(plain)
	if err != nil {
		return err
	}
	if err := s.keep(full); err != nil {
		return err
	}
	return s.holds(full)
}

func checkTexts(s *sinkTrial) error {
	var all []audit.Record
	for _, text := range hostileTexts() {
		r, err := filledRecord(func(string) string { return text })
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	if err := s.keep(all...); err != nil {
		return err
	}
	return s.holds(all...)
}

func checkNumbers(s *sinkTrial) error {
	all := preciseRecords()
	if err := s.keep(all...); err != nil {
		return err
	}
	return s.holds(all...)
}

func checkExtremes(s *sinkTrial) error {
	const megabyte = 1 << 20
	large := json.RawMessage(`"` + strings.Repeat("0123456789abcdef", megabyte/16) + `"`)
	all := []audit.Record{
		{},
		{CallID: "arguments", Arguments: large},
		{},
		{CallID: "response", Response: large, Note: strings.Repeat("\x00", megabyte/6)}, // the note is escaped to six times its length
		{CallID: "last"},
	}
	if err := s.keep(all...); err != nil {
		return err
	}
	return s.holds(all...)
}

func checkRepeats(s *sinkTrial) error {
	r, err := filledRecord(plain)
	if err != nil {
		return err
	}
	outcome := r
	r.Kind = audit.KindIntent
	all := []audit.Record{r, outcome, outcome, r, {}, {}}
	if err := s.keep(all...); err != nil {
		return err
	}
	return s.holds(all...)
}

func checkChainMembers(s *sinkTrial) error {
	first := audit.Record{CallID: "first", Seq: 7, Prev: strings.Repeat("0", 64), Hash: strings.Repeat("f", 64)}
	second := first // a sink that took them for its own would take this for the same record, or for a broken chain
	second.CallID = "second"
	third := audit.Record{CallID: "third", Seq: 1<<64 - 1, Prev: "not a hash\n"}
	all := []audit.Record{first, second, third, {CallID: "fourth"}}
	if err := s.keep(all...); err != nil {
		return err
	}
	return s.holds(all...)
}

func checkDurable(s *sinkTrial) error {
	var all []audit.Record
	for i := range 10 {
		all = append(all, audit.Record{CallID: fmt.Sprint("call ", i)})
		if err := s.keep(all[i]); err != nil {
			return err
		}
		if err := s.holds(all...); err != nil {
			return fmt.Errorf("right after Append returned nil: %w", err)
		}
	}
	return nil
}

func checkMemory(s *sinkTrial) error {
	full, err := filledRecord(plain)
	if err != nil {
		return err
	}
	line, asItWas, err := written(full)
	if err != nil {
		return err
	}
	// The same memory in several hands: with -race this finds a sink that writes to it.
	if err := each(8, func(int) error { return s.keep(full) }); err != nil {
		return err
	}
	if after, _, err := written(full); err != nil || string(after) != string(line) {
		return fmt.Errorf("the record was changed: it was %s, and is %s", shown(line), shown(after))
	}
	if spareTouched(full) {
		return errors.New("something was written behind the end of the record's slices")
	}
	scribble(reflect.ValueOf(&full).Elem())
	last := audit.Record{CallID: "last"} // gives a sink that kept the record the occasion to write it
	if err := s.keep(last); err != nil {
		return err
	}
	want := make([]audit.Record, 8, 9)
	for i := range want {
		want[i] = asItWas
	}
	if err := s.holds(append(want, last)...); err != nil {
		return fmt.Errorf("after the caller had reused the record's memory: %w", err)
	}
	return nil
}

// spareTouched reports whether the room behind raw JSON holds anything.
func spareTouched(r audit.Record) bool {
	for _, raw := range []json.RawMessage{r.Arguments, r.Response, r.User.Attributes} {
		if spare := raw[len(raw):cap(raw)]; strings.Trim(string(spare), "\x00") != "" {
			return true
		}
	}
	return false
}

// scribble writes over all memory a record points to.
func scribble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for field, inner := range v.Fields() {
			if field.IsExported() {
				scribble(inner)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			overwrite(v.Index(i))
		}
	}
}

// overwrite writes over one element of a slice.
func overwrite(v reflect.Value) {
	switch v.Kind() {
	case reflect.Uint8:
		v.SetUint('7') // digits are JSON, so what a sink writes late is still a record
	case reflect.String:
		v.SetString("scribbled")
	default:
		v.SetZero()
	}
}
