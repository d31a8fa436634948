package mcptest

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// contract is the output schema that a tool advertises, read for one question: what may stand at a path. A check
// that finds nothing at a path has proved something only if something could have stood there.
//
// fields.Resolve answers the same of Go types; a harness has none, it sees a server as its clients do.
type contract struct{ root *schema }

// schema is as much of a JSON Schema as tells which members a value may have. The zero schema admits anything.
type schema struct {
	Ref        string             `json:"$ref"`
	Defs       map[string]*schema `json:"$defs"`
	Type       any                `json:"type"` // a word or a list of words
	Properties map[string]*schema `json:"properties"`
	Additional *schema            `json:"additionalProperties"`
	Items      *schema            `json:"items"`
	AnyOf      []*schema          `json:"anyOf"`
	Sensitive  json.RawMessage    `json:"x-sensitive"`
	nothing    bool               // the schema false, which admits no value
}

// UnmarshalJSON reads an object, or one of the schemas true and false.
func (s *schema) UnmarshalJSON(text []byte) error {
	var admits bool
	if json.Unmarshal(text, &admits) == nil {
		*s = schema{nothing: !admits}
		return nil
	}
	type members schema // without this method
	return json.Unmarshal(text, (*members)(s))
}

// newContract reads an advertised schema. One that uses words in ways unknown here admits anything: better no
// warning than a wrong one.
func newContract(advertised any) contract {
	root := &schema{}
	text, err := json.Marshal(advertised)
	if err != nil || json.Unmarshal(text, root) != nil {
		root = &schema{}
	}
	return contract{root}
}

// mostSteps bounds walks along schemas that hold themselves.
const mostSteps = 64

// look goes through references and "T or null" to the schema that describes values.
func (c contract) look(s *schema) *schema {
	for range mostSteps {
		switch {
		case s == nil:
			return &schema{}
		case s.Ref == "#":
			s = c.root
		case s.Ref != "":
			s = c.root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")]
		case len(s.AnyOf) > 0:
			values := slices.DeleteFunc(slices.Clone(s.AnyOf), func(one *schema) bool { return one != nil && one.Type == "null" })
			if len(values) != 1 {
				return &schema{}
			}
			s = values[0]
		default:
			return s
		}
	}
	return &schema{}
}

// element looks through lists, too.
func (c contract) element(s *schema) *schema {
	for range mostSteps {
		if s = c.look(s); s.kind() != fields.List {
			return s
		}
		s = s.Items
	}
	return &schema{}
}

// kind is what the values of a looked-at schema are. All that have no members are fields.Text.
func (s *schema) kind() fields.Kind {
	words := s.words()
	closed := s.Additional == nil || s.Additional.nothing
	switch {
	case s.Items != nil || slices.Contains(words, "array"):
		return fields.List
	case len(s.Properties) > 0 && closed:
		return fields.Object
	case len(s.Properties) > 0:
		return fields.Any // declared members and others beside them
	case !closed:
		return fields.Map
	case len(words) == 0 || slices.Contains(words, "object"):
		return fields.Any
	}
	return fields.Text
}

// words are the types a schema names.
func (s *schema) words() []string {
	var words []string
	switch named := s.Type.(type) {
	case string:
		words = append(words, named)
	case []any:
		for _, one := range named {
			if word, ok := one.(string); ok {
				words = append(words, word)
			}
		}
	}
	return words
}

// maskable reports whether a mask may stand where s does: the field is labelled, or null is among its values, which
// every field has that a rule may mask.
func (c contract) maskable(s *schema) bool {
	if s == nil || len(s.Sensitive) > 0 || slices.ContainsFunc(s.AnyOf, func(one *schema) bool { return one != nil && one.Type == "null" }) {
		return true
	}
	looked := c.look(s)
	return looked.kind() == fields.Any || slices.Contains(looked.words(), "null")
}
