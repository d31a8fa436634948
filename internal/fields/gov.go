package fields

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// Gov is what a gov tag says about one field.
//
//	Email string `json:"email" gov:"pii,mask=email"`
//	LTV   float64 `json:"lifetime_value" gov:"source=crm.customers.ltv,unit=EUR"`
//
// Words without "=" are labels; any label makes the field sensitive. The word "subject" is none: the field names the person the data is about. A comma inside a value is written "\\,".
type Gov struct {
	Labels []string // sensitive, pii, phi, secret, or any word; sorted, without duplicates
	Mask   string   // how the field is masked when a rule masks it; "" means redact
	Source string   // where the value comes from
	Unit   string   // the unit of a number
	Means  string   // what tells this field apart from others of the same name

	Subject bool // the value names the data subject: records hold it as a digest
}

// Sensitive reports whether the field carries a label.
func (g Gov) Sensitive() bool { return len(g.Labels) > 0 }

// Has reports whether the field carries the label.
func (g Gov) Has(label string) bool { return slices.Contains(g.Labels, label) }

// ParseGov reads a gov tag. A field that says how it is masked without saying why is labelled "sensitive":
// the tag would otherwise protect nothing. Whether the mask fits the kind of field is not asked here.
//
// The error says what is wrong in the tag and what to write instead; which field the tag belongs to the caller adds.
func ParseGov(tag string) (Gov, error) {
	var g Gov
	if tag == "" {
		return g, nil
	}
	for _, part := range splitTag(tag) {
		key, value, isPair := strings.Cut(part, "=")
		if part == "subject" {
			g.Subject = true
			continue
		}
		if !isPair {
			if !validLabel(part) {
				return Gov{}, fmt.Errorf("gov tag: label %q: write a word of letters, digits, '-', '_' or '.'", part)
			}
			g.Labels = append(g.Labels, part)
			continue
		}
		target := map[string]*string{"mask": &g.Mask, "source": &g.Source, "unit": &g.Unit, "means": &g.Means}[key]
		switch {
		case target == nil:
			return Gov{}, fmt.Errorf("gov tag: unknown key %q%s: write mask=, source=, unit=, means=, or a label without \"=\"",
				key, suggest.DidYouMean(key, []string{"mask", "source", "unit", "means"}))
		case *target != "":
			return Gov{}, fmt.Errorf("gov tag: %s= is written twice", key)
		case value == "":
			return Gov{}, fmt.Errorf("gov tag: %s= has no value", key)
		}
		*target = value
	}
	if g.Mask != "" {
		if _, err := mask.ParseMask(g.Mask); err != nil {
			return Gov{}, fmt.Errorf("gov tag: %w", err)
		}
		if len(g.Labels) == 0 {
			g.Labels = []string{"sensitive"}
		}
	}
	slices.Sort(g.Labels)
	g.Labels = slices.Compact(g.Labels)
	return g, nil
}

// splitTag splits at commas that no backslash precedes. A backslash before anything else stands for itself.
func splitTag(tag string) []string {
	var parts []string
	var part strings.Builder
	for i := 0; i < len(tag); i++ {
		switch {
		case tag[i] == '\\' && i+1 < len(tag) && tag[i+1] == ',':
			part.WriteByte(',')
			i++
		case tag[i] == ',':
			parts = append(parts, strings.TrimSpace(part.String()))
			part.Reset()
		default:
			part.WriteByte(tag[i])
		}
	}
	return append(parts, strings.TrimSpace(part.String()))
}

// validLabel reports whether a text can be a label. Labels stand in policy files, paths of records and schemas, where any other character
// would need quotes; and two that look alike must not differ.
func validLabel(s string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		ok := r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !ok {
			return false
		}
	}
	return true
}
