package strictjson

import (
	"bytes"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// marshalOptions keep what struct tags mean to encoding/json. A nil list is an empty list, or its schema would
// have to admit null everywhere. Nothing is escaped for HTML, and raw JSON is written in the same normal form as
// everything else, so that one text has one spelling; raw JSON with doubled names is refused, because a mask that
// finds the first would leave the second.
//
//nolint:gochecknoglobals // a constant that Go cannot spell as one; options are read only
var marshalOptions = jsonv2.JoinOptions(
	jsonv1.DefaultOptionsV1(),
	jsonv1.ReportErrorsWithLegacySemantics(false),
	jsonv2.FormatNilSliceAsNull(false),
	jsonv2.FormatNilMapAsNull(false),
	jsonv2.Deterministic(true),
	jsontext.AllowDuplicateNames(false),
	jsontext.EscapeForHTML(false),
	jsontext.EscapeForJS(false),
	jsontext.PreserveRawStrings(false),
)

// Marshal writes v: map members sorted, nil slices as [], nil maps as {}, invalid UTF-8 in Go strings replaced by
// U+FFFD as encoding/json does. A MarshalJSON of the caller's own that panics is not caught here.
func Marshal(v any) ([]byte, error) {
	return jsonv2.Marshal(v, optionsFor(v))
}

// Append writes v as Marshal does, after dst. On an error it returns dst as it was.
func Append(dst []byte, v any) ([]byte, error) {
	buffer := bytes.NewBuffer(dst) // writes behind what is there, and into its spare room
	if err := jsonv2.MarshalWrite(buffer, v, optionsFor(v)); err != nil {
		return dst, err
	}
	return buffer.Bytes(), nil
}

// optionsFor returns the cheapest options that write v right.
func optionsFor(v any) jsonv2.Options {
	if holdingOf(v) != holdsNone {
		return numberMarshalOptions
	}
	return marshalOptions
}
