package strictjson

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The library underneath does not know encoding/json's Number: it would write it as a string, and read the numbers
// inside an any as float64. Telling it costs a look-up for each value, so only types that may hold a Number pay; and it
// finds the type any by its name, so only types that call it otherwise (type Anything any) pay for looking at each value.
//
//nolint:gochecknoglobals // constants that Go cannot spell as such; options are read only
var (
	numberDecodeOptions  = jsonv2.JoinOptions(decodeOptions, jsonv2.WithUnmarshalers(numberReaders))
	renamedDecodeOptions = jsonv2.JoinOptions(decodeOptions,
		jsonv2.WithUnmarshalers(jsonv2.JoinUnmarshalers(numberReaders, jsonv2.UnmarshalFromFunc(readRenamedAny))))
	numberMarshalOptions = jsonv2.JoinOptions(marshalOptions, jsonv2.WithMarshalers(jsonv2.MarshalToFunc(writeNumber)))

	numberReaders = jsonv2.JoinUnmarshalers(jsonv2.UnmarshalFromFunc(readNumber), jsonv2.UnmarshalFromFunc(readAny))
)

// errNotNumber never reaches a caller as it is: Decode words it, and it quotes nothing.
var errNotNumber = errors.New("not a number")

// readNumber reads a number, or null as the empty Number. Text that looks like a number is refused: the schema says
// number.
func readNumber(dec *jsontext.Decoder, n *json.Number) error {
	switch dec.PeekKind() {
	case '0':
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if why := refusal(string(value)); why != "" {
			return &Error{Pointer: clipPointer(string(dec.StackPointer())), Offset: int(dec.InputOffset()), Kind: KindNumber, Message: why}
		}
		*n = json.Number(value)
		return nil
	case 'n':
		*n = ""
		return dec.SkipValue()
	}
	if atName(dec.StackIndex(dec.StackDepth())) {
		return errors.ErrUnsupported
	}
	return errNotNumber
}

// readAny reads any value as Tree does, in one go: so nothing below it is looked up. Doubled names stop the decoder,
// and names that differ only in case are for Tree to find.
func readAny(dec *jsontext.Decoder, into *any) error {
	if v := reflect.ValueOf(*into); v.Kind() == reflect.Pointer && !v.IsNil() {
		return errors.ErrUnsupported // what is there says what to read, as encoding/json has it
	}
	r := treeReader{limits: Limits{Depth: -1, CaseVariants: true}}
	value, err := r.value(dec)
	if len(r.faults) > 0 {
		return r.faults[0]
	}
	*into = value
	return err
}

// readRenamedAny is asked about every value, and reads those whose type is any under another name.
func readRenamedAny(dec *jsontext.Decoder, into any) error {
	v := reflect.ValueOf(into).Elem()
	if v.Kind() != reflect.Interface || v.NumMethod() > 0 {
		return errors.ErrUnsupported
	}
	value := v.Interface()
	if err := readAny(dec, &value); err != nil {
		return err
	}
	if value == nil {
		v.SetZero()
		return nil
	}
	v.Set(reflect.ValueOf(value))
	return nil
}

// writeNumber writes a Number as the number it is, digit for digit.
func writeNumber(enc *jsontext.Encoder, n json.Number) error {
	switch {
	case atName(enc.StackIndex(enc.StackDepth())):
		return errors.ErrUnsupported
	case n == "":
		n = "0" // as encoding/json does
	case jsontext.Value(n).Kind() != '0':
		return errNotNumber
	}
	return enc.WriteValue(jsontext.Value(n))
}

// atName reports whether the next token of an object is a member name: a Number as a map key is written as text.
func atName(kind jsontext.Kind, tokens int64) bool { return kind == '{' && tokens%2 == 0 }

// numbers keeps, for each reflect.Type that was read or written, how it may hold a json.Number.
var numbers sync.Map //nolint:gochecknoglobals // remembers what a pure function of the type said: no caller can see that another asked before

// holding says how a type may lead to a json.Number; the greater asks for more work.
type holding int

const (
	holdsNone    holding = iota
	holdsNumber          // declared, or in an any
	holdsRenamed         // in an empty interface of another name
)

// holdingOf returns how v may lead to a json.Number. An interface does: what is in it only run time knows.
func holdingOf(v any) holding {
	t := reflect.TypeOf(v)
	if t == nil {
		return holdsNone
	}
	if known, ok := numbers.Load(t); ok {
		return known.(holding)
	}
	h := holdingOfType(t, map[reflect.Type]bool{})
	numbers.Store(t, h)
	return h
}

// decodeOptionsFor returns the cheapest options that read into v right.
func decodeOptionsFor(v any) jsonv2.Options {
	switch holdingOf(v) {
	case holdsNone:
		return decodeOptions
	case holdsNumber:
		return numberDecodeOptions
	default:
		return renamedDecodeOptions
	}
}

var (
	numberType = reflect.TypeFor[json.Number]() // the type the library underneath does not know
	anyType    = reflect.TypeFor[any]()
)

// holdingOfType walks the fields encoding/json would see; recursive types end where they were met before.
func holdingOfType(t reflect.Type, seen map[reflect.Type]bool) holding {
	if t == numberType || t == anyType {
		return holdsNumber
	}
	if seen[t] {
		return holdsNone
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return holdsRenamed
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return holdingOfType(t.Elem(), seen)
	case reflect.Struct:
		most := holdsNone
		for f := range t.Fields() {
			if (f.IsExported() || f.Anonymous) && f.Tag.Get("json") != "-" {
				most = max(most, holdingOfType(f.Type, seen))
			}
		}
		return most
	}
	return holdsNone
}

// The longest number and the largest exponent Tree reads. A 64-bit float ends at 1e308; "1e999999" is six bytes to
// send and a million digits to whoever compares it exactly, as the schema validator does.
const (
	mostNumberBytes = 512
	mostExponent    = 400
)

// refusal says why a number is beyond those limits, or beyond what the canonical form of the log can write (a double,
// where a fraction or an exponent is written), and what to write instead; "" for every other number.
func refusal(number string) string {
	if len(number) > mostNumberBytes {
		return "no number of that many digits is read; write it shorter"
	}
	if !strings.ContainsAny(number, ".eE") {
		return "" // an integer keeps its digits everywhere
	}
	if at := strings.IndexAny(number, "eE"); at >= 0 {
		if exponent, err := strconv.Atoi(number[at+1:]); err != nil || exponent > mostExponent || exponent < -mostExponent {
			return "no number of that many digits is read; write it shorter" // an exponent too large for an int too
		}
	}
	if _, err := strconv.ParseFloat(number, 64); err != nil {
		return "the number is beyond the range of a double, which ends near 1.8e308; write it smaller, or send it as a text"
	}
	return ""
}
