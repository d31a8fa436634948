package schema

import (
	"encoding/json"
	"errors"
	"fmt"

	invopop "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// location is the base of our schemas. Nothing is ever fetched from it.
const location = "mem:///schema.json"

// noLoader refuses every reference that leaves the document.
type noLoader struct{}

// Load implements jsonschema.URLLoader.
func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("external $ref %q is not followed: define it under $defs", url)
}

// compile makes a validator of a schema: draft 2020-12, formats asserted, numbers exact. It is safe for concurrent use.
func compile(text []byte) (*jsonschema.Schema, error) {
	// As a tree of ours, not of the compiler's: numbers stay as they are written, so that a bound beyond 2^53 does not move to the next
	// double. No limits: the text is our own.
	doc, err := strictjson.Tree(text, strictjson.Limits{Bytes: -1, Depth: -1, CaseVariants: true})
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020) // what MCP assumes where no $schema is said
	c.UseLoader(noLoader{})              // the default one reads files
	c.AssertFormat()                     // draft 2020-12 takes formats for annotations unless it is told
	if err := c.AddResource(location, doc); err != nil {
		return nil, fmt.Errorf("add schema: %w", err)
	}
	compiled, err := c.Compile(location)
	if err != nil {
		return nil, fmt.Errorf("compile schema: %w", err)
	}
	return compiled, nil
}

// checkValues validates the defaults, examples and enum values of one field against the field's own schema, so that
// what a model is shown is what it may send. Only texts, numbers, booleans and lists of them have such values, so the
// field's schema refers to nothing and stands alone.
func (b *builder) checkValues(o *object, f *fields.Field, t *tag, p *invopop.Schema) {
	single := p
	if f.Kind == fields.List {
		single = p.Items
	}
	type claim struct {
		keyword string
		value   any
		against *invopop.Schema
	}
	var claims []claim
	if t.hasDefault {
		claims = append(claims, claim{"default", t.def, p})
	}
	for _, v := range t.examples {
		claims = append(claims, claim{"example", v, single})
	}
	for _, v := range t.enum {
		claims = append(claims, claim{"enum", v, single})
	}
	compiled := map[*invopop.Schema]*jsonschema.Schema{} // of a list both, its own and its elements', may be needed
	for _, c := range claims {
		if compiled[c.against] == nil {
			text, err := json.Marshal(c.against)
			if err == nil {
				compiled[c.against], err = compile(text)
			}
			if err != nil {
				b.faults = append(b.faults, fmt.Errorf("%s.%s: %w", o.typ, f.GoName, err))
				return
			}
		}
		err := compiled[c.against].Validate(c.value)
		if err == nil {
			continue
		}
		r := report{quote: true} // the author of the tag reads it
		if v, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
			r.add(v)
		}
		b.faults = append(b.faults, fmt.Errorf("%s.%s: jsonschema tag: %s=%v does not fit the field's own schema: %s",
			o.typ, f.GoName, c.keyword, c.value, r.invalid().Error()))
	}
}
