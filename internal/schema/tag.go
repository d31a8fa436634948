package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// tag is what a field's jsonschema and jsonschema_extras tags say, every part of it checked. The tags are those of
// github.com/invopop/jsonschema, which drops in silence what it does not know or cannot use there.
type tag struct {
	pairs      []pair // the keywords, as invopop takes them
	required   bool   // the word required
	nullable   bool   // the word nullable
	hasDefault bool
	def        any   // the default, in the form of a strict JSON tree
	examples   []any // likewise
	enum       []any // likewise
	extras     map[string]any
}

// pair is one keyword=value.
type pair struct{ key, value string }

// get returns the first value of a keyword, or "".
func (t *tag) get(key string) string {
	for _, p := range t.pairs {
		if p.key == key {
			return p.value
		}
	}
	return ""
}

// tagLint reads the tags of one field and collects what is wrong with them.
type tagLint struct {
	field  *fields.Field
	kind   fields.Kind // of the values the keywords are about: the element's for a list
	value  reflect.Type
	allow  []string
	tag    tag
	seen   map[string]bool
	faults []error
}

// lintTag reads the tags of f and returns all that is wrong with them.
func lintTag(f *fields.Field) (tag, []error) {
	l := tagLint{field: f, kind: f.Kind, value: fields.Deref(f.Type), seen: map[string]bool{}}
	if f.Kind == fields.List {
		l.value = fields.Deref(l.value.Elem())
		l.kind = fields.KindOf(l.value)
		l.allow = slices.Concat(generic(), listKeys())
		// Of a list's keywords those of its elements are taken too; invopop drops these three there.
		for _, key := range keysFor(l.kind) {
			if !slices.Contains([]string{"default", "readOnly", "writeOnly"}, key) {
				l.allow = append(l.allow, key)
			}
		}
	} else {
		l.allow = slices.Concat(generic(), keysFor(f.Kind))
	}
	if written, ok := f.Tag.Lookup("jsonschema"); ok && written != "" {
		l.parts(splitTag(written))
	}
	if d := f.Tag.Get("jsonschema_description"); d != "" {
		l.tag.pairs = append(l.tag.pairs, pair{"description", d})
	}
	l.extras(f.Tag.Get("jsonschema_extras"))
	// The lists of other tag languages; here it would be an enumeration of one strange word.
	if len(l.tag.enum) == 1 && strings.Contains(l.tag.get("enum"), ";") {
		l.fault("enum=%s is one value; write enum= once for each value", l.tag.get("enum"))
	}
	if l.tag.hasDefault && l.tag.required {
		l.fault("required and default= contradict each other: a field with a default may be left out; remove one")
	}
	l.bounds()
	return l.tag, l.faults
}

// fault adds a fault of the tag.
func (l *tagLint) fault(format string, args ...any) {
	l.faults = append(l.faults, fmt.Errorf("jsonschema tag: "+format, args...))
}

// parts reads the comma-separated parts of the tag. A part that can be nothing by itself belongs to the one before it, and then the comma
// between them is the mistake: what is said of either half would be beside it.
func (l *tagLint) parts(parts []string) {
	for i := 0; i < len(parts); {
		end := i + 1
		for end < len(parts) && isRest(parts[end]) {
			end++
		}
		key, value, isPair := strings.Cut(parts[i], "=")
		whole := asWritten(strings.Join(parts[i:end], ","))
		switch {
		case i == 0 && isRest(parts[i]): // the tag of the MCP SDK is a description and nothing else
			l.fault("%q is no keyword: write description=%s", parts[i], whole)
		case end > i+1 && isPair && slices.Contains(l.allow, key) && repeatable(key):
			each := strings.Join(append([]string{value}, parts[i+1:end]...), ","+key+"=")
			l.fault("%s=%s: write %s= once for each value: %s=%s; a comma that belongs to one is written \\\\,", key, value, key, key, each)
		case end > i+1 && isPair && slices.Contains(l.allow, key):
			l.fault("%s=%s: if the comma belongs to it, write \\\\,: %s", key, value, strings.TrimPrefix(whole, asWritten(key)+"="))
		default:
			l.part(parts[i])
			if !isPair {
				end = i + 1
			}
		}
		i = end
	}
}

// isRest reports whether a part is no keyword, not even a misspelt one: text that a comma cut off.
func isRest(part string) bool {
	key, _, isPair := strings.Cut(part, "=")
	if isPair {
		return strings.ContainsFunc(key, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) })
	}
	words := []string{"required", "nullable"}
	return part != "" && part != "-" && !slices.Contains(words, part) && suggest.DidYouMean(part, words) == ""
}

// asWritten is a value as it stands in a tag between backquotes.
func asWritten(value string) string {
	return strings.ReplaceAll(strings.ReplaceAll(value, `\`, `\\`), ",", `\\,`)
}

// part reads one comma-separated part of the tag.
func (l *tagLint) part(part string) {
	key, value, isPair := strings.Cut(part, "=")
	if !isPair {
		switch part {
		case "required":
			l.tag.required = true
		case "nullable":
			l.tag.nullable = true
		case "-": // invopop would leave the field out of the schema, and strict clients would then never send it
			l.fault(`"-" would hide a field that is still read and written: write json:"-" to leave it out of everything`)
		case "":
			l.fault("two commas with nothing between them, or one at the end: remove one")
		default:
			l.fault("%q is neither a keyword=value nor required or nullable%s; a comma inside a value is written \\\\,",
				part, suggest.DidYouMean(part, []string{"required", "nullable"}))
		}
		return
	}
	if !slices.Contains(l.allow, key) {
		l.unknown(key)
		return
	}
	many := repeatable(key) || key == "default" && l.field.Kind == fields.List
	if l.seen[key] && !many { // invopop takes the last of them
		l.fault("%s= is written twice", key)
		return
	}
	l.seen[key] = true
	if err := l.keyword(key, value); err != nil {
		l.fault("%s=%s: %w", key, value, err)
		return
	}
	l.tag.pairs = append(l.tag.pairs, pair{key, value})
}

// unknown says why a keyword is not taken: nowhere, not on this kind of field, or not known at all.
func (l *tagLint) unknown(key string) {
	if reason := refused(key); reason != "" {
		l.fault("%s= is not taken here: %s", key, reason)
		return
	}
	// Known, but not here, is another mistake than misspelt, and has another remedy.
	everywhere := slices.Concat(generic(), listKeys(), keysFor(fields.Text), keysFor(fields.Integer))
	if slices.Contains(everywhere, key) {
		l.fault("%s= does not fit a field that is %s; it takes: %s", key, l.describeKind(), strings.Join(l.allow, ", "))
		return
	}
	l.fault("unknown keyword %q%s", key, suggest.DidYouMean(key, append(everywhere, "required", "nullable")))
}

// describeKind names the kind of the field for a message.
func (l *tagLint) describeKind() string {
	if l.field.Kind == fields.List {
		return "array of " + l.kind.String()
	}
	return l.field.Kind.String()
}

// extras reads jsonschema_extras: annotations of the user's own.
func (l *tagLint) extras(written string) {
	if written == "" {
		return
	}
	for _, part := range splitTag(written) {
		key, value, isPair := strings.Cut(part, "=")
		switch {
		case !isPair || !strings.HasPrefix(key, "x-") && key != "deprecated":
			l.fault("jsonschema_extras %q: write x-name=value, or deprecated=true", part)
		case slices.Contains([]string{"x-sensitive", "x-unit", "x-source", "x-means"}, key):
			l.fault("jsonschema_extras %s is written by the gov tag: write gov:\"...\"", key)
		case strings.EqualFold(key, headerKey) && l.field.Gov.Sensitive():
			l.fault("x-mcp-header copies the value into an HTTP header, where proxies log it; " +
				"the field is labelled in its gov tag: remove one of the two")
		default:
			if l.tag.extras == nil {
				l.tag.extras = map[string]any{}
			}
			l.tag.extras[key] = value
			// Flags are written as booleans: "deprecated": "true" is no annotation to anybody.
			if value == "true" || value == "false" {
				l.tag.extras[key] = value == "true"
			}
		}
	}
}

// splitTag splits at commas that no backslash precedes and takes those backslashes away, as invopop does: to read the
// tag otherwise than it will be applied would check something else than is shown.
func splitTag(tag string) []string {
	var parts []string
	begin := 0
	for i := range len(tag) {
		if tag[i] == ',' && (i == 0 || tag[i-1] != '\\') {
			parts = append(parts, tag[begin:i])
			begin = i + 1
		}
	}
	parts = append(parts, tag[begin:])
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], `\,`, ",")
	}
	return parts
}
