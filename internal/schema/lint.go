package schema

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// lintName checks a field's json tag: its name and its options, of which encoding/json takes any word in silence.
func lintName(f *fields.Field) []error {
	var faults []error
	if f.Name == "-" || !plainName(f.Name) {
		faults = append(faults, fmt.Errorf("json tag: the name %q holds a character encoding/json does not take in a tag, or is \"-\": choose another", f.Name))
	}
	_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	known := []string{"omitempty", "omitzero", "string"}
	for option := range strings.SplitSeq(options, ",") {
		switch {
		case option == "":
		case !slices.Contains(known, option):
			faults = append(faults, fmt.Errorf("json tag: unknown option %q%s", option, suggest.DidYouMean(option, known)))
		case option == "string" && !f.Quoted: // on a text it would quote twice, which the schema cannot say
			faults = append(faults, fmt.Errorf("json tag: \"string\" does nothing for %s: remove it", f.Type))
		}
	}
	return faults
}

// plainName reports whether encoding/json takes s as a name. One it does not take it replaces in silence by the Go name.
// The rule is that of isValidTag there, which is not exported.
func plainName(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) {
			return false
		}
	}
	return s != ""
}

// foldClash reports whether an earlier field of the table has the same name but for case. Readers that match names
// without case, encoding/json among them, would fill one from the other.
func foldClash(table *fields.Struct, i int) (other string, clash bool) {
	for j := range i {
		if strings.EqualFold(table.Fields[j].Name, table.Fields[i].Name) {
			return table.Fields[j].Name, true
		}
	}
	return "", false
}

// lintMask checks that the mask of a gov tag exists and can hide what the field holds.
func lintMask(f *fields.Field) []error {
	if f.Gov.Mask == "" {
		return nil
	}
	m, err := mask.ParseMask(f.Gov.Mask)
	if err != nil {
		return []error{fmt.Errorf("gov tag: mask=%s: %w", f.Gov.Mask, err)}
	}
	kind, words := f.Kind.String(), "null or redact"
	switch f.Kind {
	case fields.Any:
		return nil // only run time knows what is there; a mask that does not fit nulls it
	case fields.Map:
		kind = fields.Object.String()
	case fields.Integer, fields.Number, fields.Boolean:
		words = "null, redact or zero"
	case fields.Text, fields.Object, fields.List: // as it stands
	}
	if m.Fits(kind) {
		return nil
	}
	return []error{fmt.Errorf("gov tag: mask=%s hides text, and the field is %s: write mask=%s", f.Gov.Mask, f.Kind, words)}
}
