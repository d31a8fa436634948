package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/mcpgov/go-sdk/internal/canon"
)

// value is one canonical JSON value.
type value []byte

// text reads a string.
func (v value) text(to *string) error {
	if v[0] != '"' {
		return errors.New("not a string")
	}
	*to = canon.Text(v)
	return nil
}

// textIn reads a string into a field; nil means there is no such field.
func (v value) textIn(field *string) error {
	if field == nil {
		return errUnknown
	}
	return v.text(field)
}

// texts reads an object that holds nothing but strings.
func (v value) texts(field func(name []byte) *string) error {
	return each(v, func(name []byte, v value) error { return v.textIn(field(name)) })
}

// yes reads true; false is never written.
func (v value) yes(to *bool) error {
	if string(v) != "true" {
		return errors.New("not true")
	}
	*to = true
	return nil
}

// count reads an integer that fits an int.
func (v value) count(to *int) error {
	n, err := strconv.Atoi(string(v))
	if err != nil {
		return errors.New("not an integer, or too large")
	}
	*to = n
	return nil
}

// sequence reads a sequence number.
func (v value) sequence(to *uint64) error {
	n, err := strconv.ParseUint(string(v), 10, 64)
	if err != nil {
		return errors.New("not a positive integer, or too large")
	}
	*to = n
	return nil
}

// microseconds reads a duration.
func (v value) microseconds(to *time.Duration) error {
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return errors.New("not an integer, or too large")
	}
	*to = time.Duration(n) * time.Microsecond // an overflow does not survive the comparison with what would be written
	return nil
}

// time reads a time in the one layout.
func (v value) time(to *time.Time) error {
	t, err := time.Parse(`"`+timeLayout+`"`, string(v))
	if err != nil {
		return errors.New("not a time like 2026-01-31T23:59:59.000000Z")
	}
	*to = t
	return nil
}

// version accepts this package's format version only: a reader must not guess at what it does not know.
func (v value) version() error {
	if string(v) != strconv.Itoa(version) {
		return fmt.Errorf("format version %.20s; this library reads version %d", v, version)
	}
	return nil
}

// list reads strings. encoding/json may be lax about them: canonical JSON was checked before, and the one spelling is checked after.
func (v value) list(to *[]string) error {
	if json.Unmarshal(v, to) != nil {
		return errors.New("not a list of strings")
	}
	return nil
}

// objects reads a list of objects, one after the other.
func (v value) objects(read func(object value) error) error {
	var raw []json.RawMessage
	if json.Unmarshal(v, &raw) != nil {
		return errors.New("not a list of objects")
	}
	for _, object := range raw {
		if err := read(value(object)); err != nil {
			return err
		}
	}
	return nil
}

// sources reads the list of origins.
func (v value) sources(to *[]Source) error {
	return v.objects(func(object value) error {
		var s Source
		err := s.parse(object)
		*to = append(*to, s)
		return err
	})
}

// steps reads the list of what a call did outside.
func (v value) steps(to *[]Step) error {
	return v.objects(func(object value) error {
		var s Step
		err := each(object, func(name []byte, v value) error {
			switch string(name) {
			case "duration_us":
				return v.microseconds(&s.Duration)
			case "kind":
				return v.text(&s.Kind)
			case "name":
				return v.text(&s.Name)
			case "outcome":
				return v.text(&s.Outcome)
			case "start_us":
				return v.microseconds(&s.Start)
			default:
				return errUnknown
			}
		})
		*to = append(*to, s)
		return err
	})
}
