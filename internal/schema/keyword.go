package schema

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// formats are those the validator asserts; any other word would be shown to clients and never checked.
func formats() []string {
	return []string{
		"date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", "iri",
		"iri-reference", "uri-template", "uuid", "json-pointer", "relative-json-pointer", "regex", "semver",
	}
}

// jsonNumber is the number of RFC 8259, section 6. Go reads more: hexadecimal, underscores, a leading plus.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// keyword checks one keyword=value and takes in the values that have a type of their own.
func (l *tagLint) keyword(key, value string) error {
	switch key {
	case "minLength", "maxLength", "minItems", "maxItems":
		if _, err := strconv.ParseUint(value, 10, 31); err != nil { // the validator counts with int, which may have 32 bits
			return fmt.Errorf("write a whole number from 0 up")
		}
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
		if err := jsonNumberFault(value); err != nil {
			return err
		}
		// A divisor of zero divides nothing, and the draft asks for more than zero. Any other digit than 0 makes it more.
		if key == "multipleOf" && (strings.HasPrefix(value, "-") || !strings.ContainsAny(value, "123456789")) {
			return fmt.Errorf("write a number above 0")
		}
	case "uniqueItems":
		if value != "true" { // invopop takes any other word for true
			return fmt.Errorf("write uniqueItems=true, or leave it out")
		}
	case "readOnly", "writeOnly":
		if value != "true" && value != "false" {
			return fmt.Errorf("write true or false")
		}
	case "pattern":
		return portablePattern(value)
	case "format":
		return l.format(value)
	case "default":
		return l.defaultValue(value)
	case "example":
		return l.typed(value, &l.tag.examples)
	case "enum":
		return l.typed(value, &l.tag.enum)
	}
	return nil
}

// format checks that the validator knows the format and the Go type can have it.
func (l *tagLint) format(value string) error {
	if known := formats(); !slices.Contains(known, value) {
		return fmt.Errorf("unknown format%s: write one of %s", suggest.DidYouMean(value, known), strings.Join(known, ", "))
	}
	if l.value == timeType && value != "date-time" { // every value the decoder accepts would fail the check
		return fmt.Errorf("time.Time is always written as date-time; use a string for %s", value)
	}
	return nil
}

// defaultValue takes in a default. On a list each default= is one element, as in invopop.
func (l *tagLint) defaultValue(value string) error {
	var values []any
	if err := l.typed(value, &values); err != nil {
		return err
	}
	l.tag.hasDefault = true
	if l.field.Kind != fields.List {
		l.tag.def = values[0]
		return nil
	}
	if list := keysFor(l.kind); list == nil { // a tag cannot spell an object
		return fmt.Errorf("only lists of texts, numbers and booleans take a default")
	}
	soFar, _ := l.tag.def.([]any)
	l.tag.def = append(soFar, values[0])
	return nil
}

// typed reads a value as the field's kind writes it and appends it to list. Numbers stay in the digits of the tag:
// through a float64 the id 9007199254740993 would be shown, and asked for, as its neighbour.
func (l *tagLint) typed(value string, list *[]any) error {
	var v any = value
	switch l.kind {
	case fields.Integer:
		// 1.0 and 1e3 are integers to JSON Schema, and the decoder refuses both for a Go integer.
		if !jsonNumber.MatchString(value) || strings.ContainsAny(value, ".eE") {
			return fmt.Errorf("write an integer in plain digits")
		}
		v = json.Number(value)
	case fields.Number:
		if err := jsonNumberFault(value); err != nil {
			return err
		}
		v = json.Number(value)
	case fields.Boolean:
		if value != "true" && value != "false" {
			return fmt.Errorf("write true or false")
		}
		v = value == "true"
	default: // text stands for itself; what is neither takes no keyword that has values
	}
	*list = append(*list, v)
	return nil
}
