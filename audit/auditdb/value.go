package auditdb

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/mcpgov/go-sdk/audit"
)

var errNoMember = errors.New("no such member")

// box is the value of a field as filters see it. What a line leaves out is there with its zero value: an absent text is ”.
func (p *recordTypes) box(f *field, r *audit.Record) ref.Val {
	switch v := f.in(r).(type) {
	case *string:
		return types.String(*v)
	case *int:
		return types.Int(*v)
	case *uint64:
		return types.Int(*v) //nolint:gosec // a log of more than 2^63 records is none
	case *bool:
		return types.Bool(*v)
	case *time.Duration:
		return types.Int(v.Microseconds())
	case *time.Time:
		return types.Timestamp{Time: v.Truncate(time.Microsecond)} // as the line has it
	case *[]string:
		return types.NewStringList(p, *v)
	case *json.RawMessage:
		return p.boxJSON(*v)
	case *[]audit.Source:
		list := make([]ref.Val, len(*v))
		for i, s := range *v {
			list[i] = types.NewStringInterfaceMap(p, map[string]any{
				"as_of": s.AsOf.Truncate(time.Microsecond), "executed": s.Executed.Truncate(time.Microsecond), "model": s.Model,
				"parameters_digest": s.ParametersDigest, "ref": s.Ref, "revision": s.Revision, "rows": s.Rows, "statement": s.Statement,
				"system": s.System, "tables": s.Tables,
			})
		}
		return types.NewRefValList(p, list)
	case *[]audit.Step:
		list := make([]ref.Val, len(*v))
		for i, s := range *v {
			list[i] = types.NewStringInterfaceMap(p, map[string]any{
				"kind": s.Kind, "name": s.Name, "outcome": s.Outcome, "start_us": s.Start.Microseconds(), "duration_us": s.Duration.Microseconds(),
			})
		}
		return types.NewRefValList(p, list)
	}
	return types.NewErr("field %s cannot be read", f.path)
}

// isSet reports whether a line has the field.
func (f *field) isSet(r *audit.Record) bool {
	v := reflect.ValueOf(f.in(r)).Elem()
	if v.Kind() == reflect.Slice {
		return v.Len() > 0
	}
	return !v.IsZero()
}

// boxJSON gives JSON to a filter. What is absent reads like an object without members, so that asking for one of them is not an error of
// another kind than asking for a member that another record has.
func (p *recordTypes) boxJSON(text json.RawMessage) ref.Val {
	if len(text) == 0 {
		return types.NewStringInterfaceMap(p, map[string]any{})
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return types.NewErr("not JSON")
	}
	return p.NativeToValue(numbered(value))
}

// numbered turns the numbers in a decoded JSON value into CEL's: an integer if it is written as one and fits, else a double.
func numbered(value any) any {
	switch v := value.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		if d, err := v.Float64(); err == nil {
			return d
		}
		return v.String() // equal to no number
	case []any:
		for i := range v {
			v[i] = numbered(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = numbered(v[name])
		}
	}
	return value
}

// object is one of the nested objects of a record as a CEL value.
type object struct {
	types  *recordTypes
	group  string
	record *audit.Record
}

// ConvertToNative implements ref.Val. Objects do not leave a filter.
func (o *object) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("an object cannot be converted to %v", t)
}

// ConvertToType implements ref.Val.
func (o *object) ConvertToType(t ref.Type) ref.Val {
	if t.TypeName() == types.TypeType.TypeName() {
		return types.NewObjectType(o.group)
	}
	return types.NewErr("an object cannot be converted to %s", t.TypeName())
}

// Equal implements ref.Val: objects are equal if all their members are.
func (o *object) Equal(other ref.Val) ref.Val {
	p, ok := other.(*object)
	if !ok || p.group != o.group {
		return types.False
	}
	for _, f := range fields() {
		if groupType(f.group()) == o.group && o.types.box(&f, o.record).Equal(o.types.box(&f, p.record)) != types.True {
			return types.False
		}
	}
	return types.True
}

// Type implements ref.Val.
func (o *object) Type() ref.Type { return types.NewObjectType(o.group) }

// Value implements ref.Val.
func (o *object) Value() any { return o }
