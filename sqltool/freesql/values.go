package freesql

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// Values are what the filter of a [Restriction] is told by name: nil, bool, whole and floating-point numbers, strings, times and slices of
// those. They keep their types on the way to a worker.
type Values map[string]any

// sent is a value with its type.
type sent struct {
	Kind string `json:"kind"`
	Text string `json:"text,omitempty"`
	List []sent `json:"list,omitempty"`
}

// MarshalJSON writes values with their types, which plain JSON would lose.
func (v Values) MarshalJSON() ([]byte, error) {
	all := map[string]sent{}
	for name, value := range v {
		s, err := pack(reflect.ValueOf(value))
		if err != nil {
			return nil, fmt.Errorf("the value of $%s: %w", name, err)
		}
		all[name] = s
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Values) UnmarshalJSON(text []byte) error {
	var all map[string]sent
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	*v = Values{}
	for name, s := range all {
		value, err := s.unpack()
		if err != nil {
			return fmt.Errorf("the value of $%s: %w", name, err)
		}
		(*v)[name] = value
	}
	return nil
}

func (v Values) plain() map[string]any { return v }

func pack(v reflect.Value) (sent, error) {
	if !v.IsValid() {
		return sent{Kind: "null"}, nil
	}
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		return sent{Kind: "time", Text: t.UTC().Format(time.RFC3339Nano)}, nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return sent{Kind: "null"}, nil
		}
		return pack(v.Elem())
	case reflect.String:
		return sent{Kind: "text", Text: v.String()}, nil
	case reflect.Bool:
		return sent{Kind: "bool", Text: strconv.FormatBool(v.Bool())}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return sent{Kind: "int", Text: strconv.FormatInt(v.Int(), 10)}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return sent{Kind: "uint", Text: strconv.FormatUint(v.Uint(), 10)}, nil
	case reflect.Float32, reflect.Float64:
		return sent{Kind: "float", Text: strconv.FormatFloat(v.Float(), 'g', -1, 64)}, nil
	case reflect.Slice, reflect.Array:
		list := sent{Kind: "list"}
		for i := range v.Len() {
			element, err := pack(v.Index(i))
			if err != nil {
				return sent{}, err
			}
			list.List = append(list.List, element)
		}
		return list, nil
	default:
		return sent{}, fmt.Errorf("a %s cannot be told to a filter: give text, numbers, bools, times, or lists of them", v.Type())
	}
}

func (s sent) unpack() (any, error) {
	switch s.Kind {
	case "null":
		return nil, nil
	case "time":
		return time.Parse(time.RFC3339Nano, s.Text)
	case "text":
		return s.Text, nil
	case "bool":
		return strconv.ParseBool(s.Text)
	case "int":
		return strconv.ParseInt(s.Text, 10, 64)
	case "uint":
		return strconv.ParseUint(s.Text, 10, 64)
	case "float":
		return strconv.ParseFloat(s.Text, 64)
	case "list":
		list := make([]any, len(s.List))
		for i, element := range s.List {
			value, err := element.unpack()
			if err != nil {
				return nil, err
			}
			list[i] = value
		}
		return list, nil
	default:
		return nil, fmt.Errorf("unknown kind %q", s.Kind)
	}
}
