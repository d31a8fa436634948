package mcpgov

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// Purpose says whether callers of a tool are asked why they call. A tool that asks has an argument of the name purpose beside its own: it
// is advertised, taken out before the arguments are read, recorded, and seen by rules as request.purpose. It is the caller's
// word and grants nothing by itself. The zero value does not ask.
type Purpose uint8

// How a tool asks for the purpose of a call.
const (
	PurposeNotAsked Purpose = iota // there is no such argument
	PurposeOptional                // callers may say why; rules that read request.purpose where they did not fail, and so refuse
	PurposeRequired                // a call without a purpose ends as invalid_input
)

// maxPurpose bounds the text, in characters.
const maxPurpose = 500

const purposeName = "purpose"

// takePurpose takes the purpose out of the arguments. Arguments it cannot look through come back as they are: their own reader says what
// is wrong with them.
func takePurpose(raw json.RawMessage) (rest json.RawMessage, purpose string, err error) {
	var stated []byte
	rest = json.RawMessage{'{'}
	readable := strictjson.Members(raw, func(name string, value []byte) {
		if name == purposeName {
			stated = value
			return
		}
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		quoted, _ := json.Marshal(name) // a string always marshals
		rest = append(append(append(rest, quoted...), ':'), value...)
	}) == nil
	if !readable || stated == nil {
		return raw, "", nil
	}
	if err := json.Unmarshal(stated, &purpose); err != nil || string(stated) == "null" || purpose == "" {
		return nil, "", errors.New("/purpose: write a text that says why the call is made")
	}
	if n := utf8.RuneCountInString(purpose); n > maxPurpose || garbled(purpose) {
		return nil, "", fmt.Errorf("/purpose: write at most %d characters", maxPurpose)
	}
	return append(rest, '}'), purpose, nil
}

// asking makes a parser ask for the purpose first.
func (p Purpose) asking(parse func(*Server, *call) (any, error)) func(*Server, *call) (any, error) {
	if p == PurposeNotAsked {
		return parse
	}
	return func(s *Server, c *call) (any, error) {
		var err error
		if c.raw.arguments, c.raw.purpose, err = takePurpose(c.raw.arguments); err != nil {
			return nil, &Error{Code: InvalidInput, Message: err.Error()}
		}
		if p == PurposeRequired && c.raw.purpose == "" {
			return nil, &Error{Code: InvalidInput, Message: "/purpose: it is required: say why the call is made"}
		}
		return parse(s, c)
	}
}

// schema adds the argument to an input schema.
func (p Purpose) schema(input json.RawMessage) (json.RawMessage, error) {
	if p == PurposeNotAsked {
		return input, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(input, &members); err != nil {
		return nil, err
	}
	own := fmt.Sprintf(`"purpose":{"type":"string","minLength":1,"maxLength":%d,"description":"Why this call is made, in one sentence. It is recorded."}}`, maxPurpose)
	properties := string(members["properties"])
	switch properties {
	case "", "{}":
		members["properties"] = json.RawMessage("{" + own)
	default:
		members["properties"] = json.RawMessage(properties[:len(properties)-1] + "," + own)
	}
	if p == PurposeRequired {
		var required []string
		if members["required"] != nil {
			if err := json.Unmarshal(members["required"], &required); err != nil {
				return nil, err
			}
		}
		encoded, err := json.Marshal(append(required, purposeName))
		if err != nil {
			return nil, err
		}
		members["required"] = encoded
	}
	return json.Marshal(members)
}

// check refuses a tool that has an argument of this name already.
func (t *tool) checkPurpose(fault func(string, ...any)) {
	switch t.spec.Purpose {
	case PurposeNotAsked:
		return
	case PurposeOptional, PurposeRequired:
	default:
		fault("Purpose is %d: write PurposeNotAsked, PurposeOptional or PurposeRequired", t.spec.Purpose)
	}
	s, err := fields.Of(t.in)
	if err != nil {
		return // reported by the schema of the input
	}
	for _, name := range s.Names() {
		if name == purposeName {
			fault("the input type %s has a field %q, and Purpose asks for an argument of that name: rename the field, or leave Purpose out", t.in, name)
		}
	}
}
