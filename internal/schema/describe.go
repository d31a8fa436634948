package schema

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// describe says which keyword failed and why, in the words of somebody who can still change the document. With quote,
// the value may stand in the message. How long a text or list was is not said in either case: the bound is what helps,
// and the length of a secret is part of it.
func describe(e jsonschema.ErrorKind, quote bool) (keyword, message string) {
	if path := e.KeywordPath(); len(path) > 0 {
		keyword = path[0]
	}
	got := func(v any) string {
		if text := quoted(v); quote && text != "" {
			return ", not " + text
		}
		return ""
	}
	switch k := e.(type) {
	case *kind.Type:
		return keyword, fmt.Sprintf("must be %s, not %s", strings.Join(k.Want, " or "), k.Got)
	case *kind.Enum:
		return keyword, fmt.Sprintf("must be one of %s%s", list(k.Want), got(k.Got))
	case *kind.Const:
		return keyword, fmt.Sprintf("must be %s%s", list([]any{k.Want}), got(k.Got))
	case *kind.Format:
		return keyword, fmt.Sprintf("must be a valid %s%s", k.Want, got(k.Got))
	case *kind.Pattern:
		return keyword, fmt.Sprintf("must match the pattern %s%s", k.Want, got(k.Got))
	case *kind.MinLength:
		return keyword, fmt.Sprintf("must have at least %d characters", k.Want)
	case *kind.MaxLength:
		return keyword, fmt.Sprintf("must have at most %d characters", k.Want)
	case *kind.MinItems:
		return keyword, fmt.Sprintf("must have at least %d elements", k.Want)
	case *kind.MaxItems:
		return keyword, fmt.Sprintf("must have at most %d elements", k.Want)
	case *kind.UniqueItems:
		return keyword, fmt.Sprintf("elements %d and %d are equal; send each once", k.Duplicates[0], k.Duplicates[1])
	case *kind.Minimum:
		return keyword, "must be at least " + number(k.Want)
	case *kind.Maximum:
		return keyword, "must be at most " + number(k.Want)
	case *kind.ExclusiveMinimum:
		return keyword, "must be greater than " + number(k.Want)
	case *kind.ExclusiveMaximum:
		return keyword, "must be less than " + number(k.Want)
	case *kind.MultipleOf:
		return keyword, "must be a multiple of " + number(k.Want)
	// What follows comes only from schemas that a type wrote for itself.
	case *kind.FalseSchema:
		return "false", "must not be sent"
	}
	if keyword == "" { // a reference, a dependency: nothing a schema made here holds
		keyword = "schema"
	}
	return keyword, "does not satisfy " + keyword
}

// list renders the values a schema names; they are the author's, not the sender's.
func list(values []any) string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		if v == nil {
			texts = append(texts, "null")
			continue
		}
		texts = append(texts, quoted(v))
	}
	return strings.Join(texts, ", ")
}

// number renders a bound as its author wrote it: exactly if it is whole, else as the nearest float.
func number(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	f, _ := r.Float64()
	return fmt.Sprint(f)
}
