package schema

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// The interfaces by which a type writes itself.
var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
)

// survey walks every type a document can hold before anything is built from it, and collects all faults: types JSON
// cannot write, tags that say nothing or the wrong thing. What passes is safe to reflect on.
type survey struct {
	input   bool
	exclude []string // members of the root that are no part of the document
	tags    map[reflect.Type][]tag
	faults  []error
}

// newSurvey walks t, which must be a struct that JSON sees as an object.
func newSurvey(t reflect.Type, input bool, exclude []string) *survey {
	s := &survey{input: input, exclude: exclude, tags: map[reflect.Type][]tag{}}
	switch {
	case t == nil || t.Kind() != reflect.Struct:
		s.fault(t, "", fmt.Errorf("is not a struct: MCP takes and returns JSON objects; wrap it in a struct"))
	case fields.KindOf(t) != fields.Object:
		s.fault(t, "", fmt.Errorf("reads or writes its own JSON, so its members are not known; use a plain struct"))
	default:
		s.object(t)
		s.headers(t)
	}
	return s
}

// fault adds an error with its place in Go terms: package, type and field.
func (s *survey) fault(t reflect.Type, goName string, err error) {
	where := fmt.Sprint(t)
	if goName != "" {
		where += "." + goName
	}
	s.faults = append(s.faults, fmt.Errorf("%s: %w", where, err))
}

// object surveys a struct type once.
func (s *survey) object(t reflect.Type) {
	if _, done := s.tags[t]; done {
		return
	}
	s.tags[t] = nil // now, so that a type that holds itself ends here
	reached := map[string]bool{}
	if !s.embedding(t) {
		return
	}
	table, err := fields.Inspect(t)
	if table == nil {
		s.fault(t, "", err)
		return
	}
	if err != nil { // a fault in one tag hides none in another
		s.faults = append(s.faults, err)
	}
	tags := make([]tag, len(table.Fields))
	isRoot, sound := len(s.tags) == 1, err == nil
	for i := range table.Fields {
		f := &table.Fields[i]
		reached[fmt.Sprint(f.Index)] = true
		if isRoot && slices.Contains(s.exclude, f.Name) {
			continue // content: it leaves beside the structured result
		}
		var faults []error
		tags[i], faults = lintTag(f)
		faults = append(faults, lintName(f)...)
		faults = append(faults, lintMask(f)...)
		if other, clash := foldClash(table, i); clash {
			faults = append(faults, fmt.Errorf("its JSON name %q differs from %q only in case: rename one", f.Name, other))
		}
		for _, fault := range faults {
			s.fault(t, f.GoName, fault)
			sound = false
		}
		s.value(t, f.GoName, f.Type)
	}
	s.tags[t] = tags
	s.idleTags(t, t, nil, "", reached)
	// What the decoder has against the struct the lint says better where it says it.
	if err := strictjson.CheckStruct(t); err != nil && sound {
		s.fault(t, "", err)
	}
}

// value surveys what a field, list or map holds.
func (s *survey) value(owner reflect.Type, goName string, t reflect.Type) {
	t = fields.Deref(t)
	switch kind := fields.KindOf(t); kind {
	case fields.Object:
		if t == urlType { // it has no MarshalText
			s.fault(owner, goName, fmt.Errorf("url.URL is written as an object of its parts: use a string with format=uri"))
			return
		}
		s.object(t)
	case fields.List, fields.Map:
		if kind == fields.Map && !validKey(t.Key()) {
			s.fault(owner, goName, fmt.Errorf("map key %s cannot be a JSON name: use a string or an integer", t.Key()))
		}
		s.value(owner, goName, t.Elem())
	case fields.Any:
		// Anything may be there, but not everything can be written.
		switch t.Kind() {
		case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
			if !fields.Implements(t, jsonMarshaler) {
				s.fault(owner, goName, fmt.Errorf("%s cannot be written as JSON: leave it out with json:\"-\"", t))
			}
		case reflect.Struct:
			s.opaque(t)
		}
	case fields.Text, fields.Integer, fields.Number, fields.Boolean: // hold nothing further
	}
}

// opaque surveys a struct that writes its own JSON: a gov tag inside it is tied to nothing that leaves.
func (s *survey) opaque(t reflect.Type) {
	if _, done := s.tags[t]; done {
		return
	}
	s.tags[t] = nil
	for f := range t.Fields() {
		if f.Tag.Get("gov") != "" {
			s.fault(t, f.Name, fmt.Errorf("gov tag: the type writes its own JSON, so the tag protects nothing: "+
				"label the field that holds this type, or remove its MarshalJSON and UnmarshalJSON"))
		}
	}
}

// embedding reports whether the embedded structs of t end. A type that embeds itself by a pointer is legal Go, and the
// encoder writes its members once, but what is read into them lies at a depth nobody can tell.
func (s *survey) embedding(t reflect.Type) bool {
	ok := true
	var walk func(reflect.Type, []reflect.Type)
	walk = func(inner reflect.Type, path []reflect.Type) {
		for f := range inner.Fields() {
			if !f.Anonymous || strings.Split(f.Tag.Get("json"), ",")[0] != "" {
				continue
			}
			e := fields.Deref(f.Type)
			if e.Kind() != reflect.Struct {
				continue
			}
			// Reflection cannot set it, so the decoder fails on the first document that has one of its members.
			if s.input && f.Type.Kind() == reflect.Pointer && !f.IsExported() {
				s.fault(inner, f.Name, fmt.Errorf("an embedded pointer to an unexported struct cannot be filled: embed it without the pointer"))
				ok = false
			}
			// By the way here, not by all that was seen: one type embedded at two places is a matter of names, not of depth.
			if e == t || slices.Contains(path, e) {
				s.fault(inner, f.Name, fmt.Errorf("%s embeds itself: name the field", e))
				ok = false
				continue
			}
			walk(e, append(slices.Clip(path), e))
		}
	}
	walk(t, nil)
	return ok
}

// idleTags finds gov and jsonschema tags on fields that are no members of the document. Somebody wrote them to protect
// or to promise something, and would never learn that they do neither. Promoted fields are members, by their index.
func (s *survey) idleTags(root, t reflect.Type, index []int, goPath string, reached map[string]bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(slices.Clone(index), i)
		if reached[fmt.Sprint(at)] {
			continue
		}
		for _, key := range []string{"gov", "jsonschema"} {
			if f.Tag.Get(key) != "" {
				s.fault(root, goPath+f.Name, fmt.Errorf("%s tag on a field that is not written by itself (unexported, json:\"-\", "+
					"embedded or hidden by another of its name): it protects and describes nothing; remove it or move it to the field that is written", key))
			}
		}
		if inner := fields.Deref(f.Type); f.Anonymous && inner.Kind() == reflect.Struct {
			s.idleTags(root, inner, at, goPath+f.Name+".", reached)
		}
	}
}

// validKey reports whether map keys of type t can be written as member names. The encoder finds out at the first key,
// so a map that is mostly empty would fail on some calls only.
func validKey(t reflect.Type) bool {
	if fields.Implements(t, textMarshaler) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return false
}
