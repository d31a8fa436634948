package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// Attribute declares one user attribute. In files it is written "string", "string?" (nullable), or
// {type: string, nullable: true, default: ""}. A server records the declared attributes of its callers, so that decisions can be replayed:
// declare none that a log must not hold.
type Attribute struct {
	// Type is string, int, double, bool, timestamp (a time.Time or RFC 3339 text), duration (a time.Duration), any,
	// list(T) or map(T), whose keys are text. A "?" at the end means Nullable.
	Type     string
	Nullable bool // a user without it reads null instead of an error
	Default  any  // takes the place of a missing attribute; nil for none
}

// attributeType turns the value an identity source gave into a CEL value of the declared type, or an error value.
// Nothing is converted but what JSON cannot tell apart: 3.0 is an int, 3 a double, text in RFC 3339 form a timestamp.
type attributeType struct {
	cel  *types.Type
	list bool
	box  func(any) ref.Val
}

// normal is the attribute with "?" spelt out.
func (a Attribute) normal() Attribute {
	if t, ok := strings.CutSuffix(strings.TrimSpace(a.Type), "?"); ok {
		a.Type, a.Nullable = t, true
	}
	a.Type = strings.ReplaceAll(strings.TrimSpace(a.Type), " ", "")
	return a
}

// declaration is a checked attribute.
type declaration struct {
	attributeType
	nullable bool
	fallback ref.Val // nil for none
}

func (a Attribute) check(adapter types.Adapter) (declaration, error) {
	a = a.normal()
	t, err := parseAttributeType(a.Type, adapter)
	if err != nil {
		return declaration{}, err
	}
	if t.list && a.Nullable {
		return declaration{}, errors.New("a list is never absent, only empty: remove nullable (or the ?)")
	}
	d := declaration{attributeType: t, nullable: a.Nullable}
	if a.Default != nil {
		if a.Nullable {
			return declaration{}, errors.New("it is nullable and has a default; a missing value cannot be both: remove one")
		}
		d.fallback = t.box(a.Default)
		if types.IsError(d.fallback) {
			return declaration{}, fmt.Errorf("the default is %s: write %s", describeValue(a.Default), example(a.Type))
		}
	} else if t.list {
		d.fallback = t.box([]any{})
	}
	if a.Nullable {
		d.cel = nullable(d.cel)
	}
	return d, nil
}

// describeValue says what a default is, for error texts.
func describeValue(v any) string {
	switch r := reflect.ValueOf(v); {
	case r.Kind() == reflect.String:
		return "a text"
	case r.Kind() == reflect.Bool, r.CanInt(), r.CanUint(), r.CanFloat():
		return fmt.Sprint(v)
	case r.Kind() == reflect.Slice:
		return "a list of other values"
	case r.Kind() == reflect.Map:
		return "a map of other values"
	}
	return fmt.Sprintf("a Go %T", v)
}

// example is a default of a type, for error texts.
func example(typ string) string {
	switch typ {
	case "string":
		return `a string, such as ""`
	case "int":
		return "an int, such as 0"
	case "double":
		return "a double, such as 0.0"
	case "bool":
		return "a bool, such as false"
	case "timestamp":
		return `a timestamp, such as "2006-01-02T15:04:05Z"`
	case "duration":
		return "a time.Duration in Go; files cannot hold one"
	}
	empty := "[]"
	if strings.HasPrefix(typ, "map(") {
		empty = "{}"
	}
	return fmt.Sprintf("a %s, such as %s", typ, empty)
}

func parseAttributeType(text string, adapter types.Adapter) (attributeType, error) {
	simple := map[string]attributeType{
		"string":    {cel: types.StringType, box: boxText},
		"int":       {cel: types.IntType, box: boxInt},
		"double":    {cel: types.DoubleType, box: boxDouble},
		"bool":      {cel: types.BoolType, box: boxBool},
		"timestamp": {cel: types.TimestampType, box: boxTimestamp},
		"duration":  {cel: types.DurationType, box: boxDuration},
		"any":       {cel: types.DynType, box: adapter.NativeToValue},
	}
	if t, ok := simple[text]; ok {
		return t, nil
	}
	for _, outer := range []string{"list", "map"} {
		inner, ok := strings.CutPrefix(text, outer+"(")
		if !ok || !strings.HasSuffix(inner, ")") {
			continue
		}
		inner = inner[:len(inner)-1]
		if outer == "map" {
			inner = strings.TrimPrefix(inner, "string,")
		}
		elem, err := parseAttributeType(inner, adapter)
		if err != nil {
			return attributeType{}, err
		}
		if outer == "list" {
			return attributeType{cel: types.NewListType(elem.cel), list: true, box: boxList(elem, adapter)}, nil
		}
		return attributeType{cel: types.NewMapType(types.StringType, elem.cel), box: boxMap(elem, adapter)}, nil
	}
	if text == "" {
		return attributeType{}, errors.New("the type is missing: write string, int, double, bool, timestamp, duration, any, list(T) or map(T)")
	}
	return attributeType{}, fmt.Errorf("unknown type %q%s: write string, int, double, bool, timestamp, duration, any, list(T) or map(T)",
		text, suggest.DidYouMean(text, sortedKeys(simple)))
}

func mismatch(want string, got any) ref.Val {
	return types.NewErr("declared %s, but the caller's value is a Go %T", want, got)
}

func boxText(v any) ref.Val {
	switch s := v.(type) {
	case string:
		return types.String(s)
	case json.Number:
		return mismatch("string", v)
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.String {
		return types.String(r.String())
	}
	return mismatch("string", v)
}

func boxInt(v any) ref.Val {
	if n, ok := v.(json.Number); ok {
		if i, err := n.Int64(); err == nil {
			return types.Int(i)
		}
		f, err := n.Float64()
		if err != nil {
			return mismatch("int", v)
		}
		v = f
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		if _, isDuration := v.(time.Duration); !isDuration {
			return types.Int(r.Int())
		}
	case r.CanUint():
		return intOf(r.Uint())
	case r.CanFloat():
		if f := r.Float(); f == math.Trunc(f) && math.Abs(f) <= mostExact {
			return types.Int(f)
		}
		return types.NewErr("declared int, but the caller's value has a fraction or is too large")
	}
	return mismatch("int", v)
}

func boxDouble(v any) ref.Val {
	if n, ok := v.(json.Number); ok {
		f, err := n.Float64()
		if err != nil {
			return mismatch("double", v)
		}
		return types.Double(f)
	}
	switch r := reflect.ValueOf(v); {
	case r.CanFloat():
		return types.Double(r.Float())
	case r.CanInt():
		if _, isDuration := v.(time.Duration); !isDuration {
			if n := r.Int(); n < -mostExact || n > mostExact {
				return notExact()
			}
			return types.Double(r.Int())
		}
	case r.CanUint():
		if r.Uint() > mostExact {
			return notExact()
		}
		return types.Double(r.Uint())
	}
	return mismatch("double", v)
}

func boxBool(v any) ref.Val {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Bool {
		return types.Bool(r.Bool())
	}
	return mismatch("bool", v)
}

func boxTimestamp(v any) ref.Val {
	switch t := v.(type) {
	case time.Time:
		return types.Timestamp{Time: t}
	case string:
		if parsed, err := time.Parse(time.RFC3339, t); err == nil {
			return types.Timestamp{Time: parsed}
		}
		return types.NewErr("declared timestamp, but the caller's text is not in the form 2006-01-02T15:04:05Z")
	}
	return mismatch("timestamp", v)
}

func boxDuration(v any) ref.Val {
	if d, ok := v.(time.Duration); ok {
		return types.Duration{Duration: d}
	}
	return mismatch("duration", v)
}

func boxList(elem attributeType, adapter types.Adapter) func(any) ref.Val {
	return func(v any) ref.Val {
		if texts, ok := v.([]string); ok && elem.cel == types.StringType {
			return &textList{texts: texts}
		}
		r := reflect.ValueOf(v)
		if r.Kind() != reflect.Slice {
			return mismatch("list", v)
		}
		boxed := make([]ref.Val, r.Len())
		for i := range boxed {
			boxed[i] = elem.box(r.Index(i).Interface())
			if types.IsError(boxed[i]) {
				return types.NewErr("element %d: %s", i, boxed[i])
			}
		}
		return types.NewRefValList(adapter, boxed)
	}
}

func boxMap(elem attributeType, adapter types.Adapter) func(any) ref.Val {
	return func(v any) ref.Val {
		r := reflect.ValueOf(v)
		if r.Kind() != reflect.Map || r.Type().Key().Kind() != reflect.String {
			return mismatch("map", v)
		}
		boxed := make(map[ref.Val]ref.Val, r.Len())
		for _, key := range r.MapKeys() {
			value := elem.box(r.MapIndex(key).Interface())
			if types.IsError(value) {
				return types.NewErr("member %q: %s", key.String(), value)
			}
			boxed[types.String(key.String())] = value
		}
		return types.NewRefValMap(adapter, boxed)
	}
}
