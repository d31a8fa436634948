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

// The library underneath does not know encoding/json's Number and would write it as a string. Telling it costs a
// look-up for each value it writes, so only types that may hold a Number pay.
//
//nolint:gochecknoglobals // constants that Go cannot spell as such; options are read only
var (
	numberDecodeOptions  = jsonv2.JoinOptions(decodeOptions, jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(readNumber)))
	numberMarshalOptions = jsonv2.JoinOptions(marshalOptions, jsonv2.WithMarshalers(jsonv2.MarshalToFunc(writeNumber)))
)

// errNotNumber never reaches a caller as it is: Decode words it, and it quotes nothing.
var errNotNumber = errors.New("not a number")

// readNumber reads a number, or null as the empty Number. Text that looks like a number is refused: the schema says
// number.
func readNumber(dec *jsontext.Decoder, n *json.Number) error {
	switch dec.PeekKind() {
	case '0':
		value, err := dec.ReadValue()
		*n = json.Number(value)
		return err
	case 'n':
		*n = ""
		return dec.SkipValue()
	}
	if atName(dec.StackIndex(dec.StackDepth())) {
		return errors.ErrUnsupported
	}
	return errNotNumber
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

// numbers keeps, for each reflect.Type that was read or written, whether it may hold a json.Number.
var numbers sync.Map //nolint:gochecknoglobals // remembers what a pure function of the type said: no caller can see that another asked before

// mayHoldNumber reports whether v can lead to a json.Number. An interface can: what is in it only run time knows.
func mayHoldNumber(v any) bool {
	t := reflect.TypeOf(v)
	if t == nil {
		return false
	}
	if known, ok := numbers.Load(t); ok {
		return known.(bool)
	}
	holds := holdsNumber(t, map[reflect.Type]bool{})
	numbers.Store(t, holds)
	return holds
}

// numberType is the type the library underneath does not know.
var numberType = reflect.TypeFor[json.Number]()

// holdsNumber walks the fields encoding/json would see; recursive types end where they were met before.
func holdsNumber(t reflect.Type, seen map[reflect.Type]bool) bool {
	if t == numberType {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true // only run time knows what is in it
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return holdsNumber(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if (f.IsExported() || f.Anonymous) && f.Tag.Get("json") != "-" && holdsNumber(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// The longest number and the largest exponent Tree reads. A 64-bit float ends at 1e308; "1e999999" is six bytes to
// send and a million digits to whoever compares it exactly, as the schema validator does.
const (
	mostNumberBytes = 512
	mostExponent    = 400
)

// excessive reports whether a number is beyond those limits. An exponent too large for an int is.
func excessive(number string) bool {
	if len(number) > mostNumberBytes {
		return true
	}
	at := strings.IndexAny(number, "eE")
	if at < 0 {
		return false
	}
	exponent, err := strconv.Atoi(number[at+1:])
	return err != nil || exponent > mostExponent || exponent < -mostExponent
}
