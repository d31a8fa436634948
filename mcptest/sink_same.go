package mcptest

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/mcpgov/go-sdk/audit"
)

// sameRecord says what differs between a record that was read back and the one that was appended, in the form that a record has after it was
// written: texts are UTF-8, JSON is canonical, times are cut to microseconds. Seq, Prev and Hash belong to the sink and are not compared.
func sameRecord(got, want audit.Record) error {
	gotLine, got, err := written(got)
	if err != nil {
		return fmt.Errorf("what came back cannot be a record: %w", err)
	}
	wantLine, want, err := written(want)
	if err != nil {
		return fmt.Errorf("this suite's own record cannot be written: %w", err)
	}
	if bytes.Equal(gotLine, wantLine) {
		return nil
	}
	gotFields, wantFields := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range gotFields.NumField() {
		g, w := gotFields.Field(i).Interface(), wantFields.Field(i).Interface()
		if !reflect.DeepEqual(g, w) {
			return fmt.Errorf("%s came back as %s, not as %s", gotFields.Type().Field(i).Name, shown(g), shown(w))
		}
	}
	return fmt.Errorf("it came back as %s, not as %s", shown(gotLine), shown(wantLine))
}

// written returns a record's line and the record that is read from it.
func written(r audit.Record) ([]byte, audit.Record, error) {
	r.Seq, r.Prev, r.Hash = 0, "", ""
	line, err := r.AppendJSON(nil)
	if err != nil {
		return nil, r, err //nolint:wrapcheck // the caller says whose record it is
	}
	r, err = audit.ParseRecord(line)
	return line, r, err
}

// mostShown is how many bytes of a value a message quotes.
const mostShown = 200

// shown is a value for a message, shortened.
func shown(value any) string {
	text := fmt.Sprintf("%+v", value)
	if raw := reflect.ValueOf(value); raw.Kind() == reflect.Slice && raw.Type().Elem().Kind() == reflect.Uint8 {
		text = string(raw.Bytes())
	}
	if len(text) > mostShown {
		return fmt.Sprintf("%q... (%d bytes)", text[:mostShown], len(text))
	}
	return fmt.Sprintf("%q", text)
}
