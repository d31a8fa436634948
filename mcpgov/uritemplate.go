package mcpgov

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/yosida95/uritemplate/v3"
)

// maxURI bounds what is matched against templates: RFC 9110 asks servers for 8,000 bytes.
const maxURI = 8 << 10

// uriTemplate is a URI with variables (RFC 6570).
type uriTemplate struct {
	parsed *uritemplate.Template
	names  []string
}

func parseTemplate(raw string) (*uriTemplate, error) {
	parsed, err := uritemplate.New(raw)
	if err != nil {
		return nil, fmt.Errorf("it is no URI template (RFC 6570): %w", err)
	}
	t := &uriTemplate{parsed: parsed, names: parsed.Varnames()}
	if len(t.names) == 0 {
		return nil, errors.New(`it has no variables: write them as in "customer://{id}", or make it a Resource`)
	}
	if strings.Contains(raw, "*}") || strings.Contains(raw, "*,") {
		return nil, errors.New("lists of values ({name*}) have no place in the fields of a struct: write {name}")
	}
	// A URI tells one value only if what is filled in can be taken out again.
	values := uritemplate.Values{}
	for _, name := range t.names {
		values.Set(name, uritemplate.String("a"))
	}
	example, err := parsed.Expand(values)
	if err != nil {
		return nil, fmt.Errorf("it cannot be filled in: %w", err)
	}
	if err := checkURI(example); err != nil {
		return nil, err
	}
	return t, nil
}

// checkURI refuses what is no absolute URI.
func checkURI(uri string) error {
	parsed, err := url.Parse(uri)
	if err != nil {
		return fmt.Errorf("it is no URI: %w", err)
	}
	if parsed.Scheme == "" {
		return errors.New(`it is not absolute: begin it with a scheme, as in "crm://customers"`)
	}
	return nil
}

// match takes the variables out of a URI. Only the one way of writing that filling them in gives is accepted, but for the case of
// %-escapes: so two spellings never name one thing, and no rule can be evaded by another spelling.
func (t *uriTemplate) match(uri string) (map[string]string, bool) {
	if len(uri) > maxURI || garbled(uri) {
		return nil, false
	}
	values := t.parsed.Match(uri)
	if values == nil {
		return nil, false
	}
	again, err := t.parsed.Expand(values)
	if err != nil || again != upperEscapes(uri) {
		return nil, false
	}
	variables := map[string]string{}
	for _, name := range t.names {
		if v := values.Get(name); v.Valid() {
			variables[name] = v.String()
		}
	}
	return variables, true
}

// upperEscapes writes the digits of %-escapes in upper case (RFC 3986, section 6.2.2.1).
func upperEscapes(uri string) string {
	if !strings.Contains(uri, "%") {
		return uri
	}
	b := []byte(uri)
	for i := range b {
		if b[i] == '%' && i+2 < len(b) {
			copy(b[i+1:i+3], strings.ToUpper(uri[i+1:i+3]))
		}
	}
	return string(b)
}

// checkVariables compares the variables with the fields that take them.
func (t *uriTemplate) checkVariables(fieldNames []string, fault func(string, ...any)) {
	for _, name := range t.names {
		if !slices.Contains(fieldNames, name) {
			fault("the variable {%s} has no field of that name in JSON: add one", name)
		}
	}
	for _, name := range fieldNames {
		if !slices.Contains(t.names, name) {
			fault("the field %s is no variable of the URI: write {%s} into it, or leave the field out", name, name)
		}
	}
}
