package strictjson

import (
	"errors"
	"fmt"
	"reflect"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// decodeOptions keep what struct tags mean to encoding/json (pure v2 semantics change omitempty and refuse
// time.Duration) and take away what makes its reading ambiguous.
//
//nolint:gochecknoglobals // a constant that Go cannot spell as one; options are read only
var decodeOptions = jsonv2.JoinOptions(
	jsonv1.DefaultOptionsV1(),
	jsonv1.ReportErrorsWithLegacySemantics(false), // errors that say where; stop at the first
	jsonv2.MatchCaseInsensitiveNames(false),
	jsonv2.RejectUnknownMembers(true),
	jsontext.AllowDuplicateNames(false),
	jsontext.AllowInvalidUTF8(false),
)

// Decode reads raw into the value into points to. A duplicate, unknown or differently cased member, invalid
// UTF-8, a lone surrogate, trailing data or a value the Go type cannot hold is an *Error. Members that are not in
// raw leave the Go value as it was; null sets it to zero.
//
// Numbers inside an any, at any depth, become json.Number, digit for digit: as float64 the account 9007199254740993
// would be its neighbour. A json.Number takes what Tree takes.
//
// It stops at the first fault. An UnmarshalJSON of the caller's own that panics is not caught here.
func Decode(raw []byte, into any) error {
	err := jsonv2.Unmarshal(raw, into, decodeOptionsFor(into))
	if err == nil {
		return nil
	}
	semantic, ok := errors.AsType[*jsonv2.SemanticError](err)
	if !ok {
		return syntaxError(raw, err, false)
	}
	// Where only run time knows what is read, the readers of number.go name the fault and its place themselves.
	if own, ok := errors.AsType[*Error](semantic.Err); ok {
		return own
	}
	// An UnmarshalJSON that decodes in turn wraps what its own decoder met; the document is at fault, not the value.
	if _, inner := errors.AsType[*jsontext.SyntacticError](semantic.Err); inner {
		return syntaxError(raw, err, false)
	}
	fault := &Error{Pointer: clipPointer(string(semantic.JSONPointer)), Offset: int(semantic.ByteOffset), Kind: KindType}
	switch {
	case errors.Is(semantic.Err, jsonv2.ErrUnknownName):
		fault.Kind = KindUnknown
		fault.Message = fmt.Sprintf("there is no member %q here; leave it out or correct its name",
			Clip(semantic.JSONPointer.LastToken()))
	case semantic.GoType == nil: // an UnmarshalJSON of the type's own: what it wants only it knows
		fault.Message = "the value cannot be read into the Go value it is for"
	default:
		fault.Message = expectation(semantic.GoType)
	}
	return fault
}

// CheckStruct says why no value of struct type t can be read or written, whatever it holds: two fields of one name, say, or an option that
// does not fit its field. encoding/json leaves such fields out without a word; here each call would fail, so better that none begins. It
// looks at t alone, not at the types of its fields.
func CheckStruct(t reflect.Type) error {
	err := jsonv2.Unmarshal([]byte("{}"), reflect.New(t).Interface(), decodeOptions)
	if semantic, ok := errors.AsType[*jsonv2.SemanticError](err); ok && semantic.Err != nil {
		return semantic.Err // without the type, which the caller names
	}
	return err
}

// expectation says what a Go type holds, in words for the sender of a document. The decoder's own text is not
// passed on: it quotes the value.
func expectation(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return fmt.Sprintf("write an integer of at most %d bits in plain digits, without fraction or exponent%s",
			t.Bits(), unsignedNote(t))
	case reflect.Float32, reflect.Float64:
		return fmt.Sprintf("write a number that fits %d-bit floating point", t.Bits())
	case reflect.Bool:
		return "write true or false"
	case reflect.String:
		if t == numberType {
			return "write a number"
		}
		return "write a string"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "write a base64 string"
		}
		return "write a list"
	case reflect.Map:
		return "write an object"
	}
	if t.String() == "time.Time" {
		return `write a time as RFC 3339 has it, like "2026-01-31T09:30:00Z"`
	}
	return fmt.Sprintf("the value is not a valid %s", t.Name())
}

// unsignedNote completes the sentence for unsigned integers.
func unsignedNote(t reflect.Type) string {
	if t.Kind() >= reflect.Uint {
		return ", not below zero"
	}
	return ""
}
