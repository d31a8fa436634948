package policy

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// rowPath leads to lists in the results of one target: to one, or, through other lists, to one in each of their elements.
type rowPath struct {
	path  string // as in Scope
	steps []rowStep
	elem  reflect.Type // of the rows
}

// rowStep goes from an object to one of its members.
type rowStep struct {
	token    string // of the JSON Pointer: "/" and the name, escaped
	index    []int  // of the Go field
	omitZero bool   // the member is not written where the field is zero
}

// closedPath is a path that leads somewhere rows cannot be cut. It is a fault for each target it is met in: a rule that let the
// rows of one target through because another has them in a list would be no rule.
type closedPath struct{ error }

// findRows follows a path to the list it names. An error that is no closedPath says that there is no such list.
func findRows(t reflect.Type, segments []string) (*rowPath, error) {
	found := &rowPath{path: fields.JoinPath(segments)}
	at := fields.Deref(t)
	for i, name := range segments {
		for fields.KindOf(at) == fields.List {
			at = fields.Deref(at.Elem())
		}
		kind := fields.KindOf(at)
		if err := closed(at, kind, segments[:i]); err != nil {
			return nil, err
		}
		if kind != fields.Object {
			return nil, fmt.Errorf("%s is of type %s: it has no member %q", placeName(segments[:i]), kind, name)
		}
		s, err := fields.Of(at)
		if err != nil {
			return nil, closedPath{err}
		}
		f, ok := s.ByName(name)
		if !ok {
			return nil, fmt.Errorf("%s has no field %q; it has: %s", placeName(segments[:i]), name, strings.Join(s.Names(), ", "))
		}
		step := rowStep{token: pointerToken(name), index: f.Index, omitZero: omitsZero(f)}
		if step.omitZero && fields.Implements(f.Type, reflect.TypeFor[interface{ IsZero() bool }]()) {
			return nil, closedPath{fmt.Errorf("%s is left out where its own IsZero says so: remove omitzero from its json tag", placeName(segments[:i+1]))}
		}
		found.steps = append(found.steps, step)
		at = fields.Deref(f.Type)
	}
	kind := fields.KindOf(at)
	if err := closed(at, kind, segments); err != nil {
		return nil, err
	}
	if kind != fields.List {
		return nil, fmt.Errorf("%s is of type %s, not a list", placeName(segments), kind)
	}
	found.elem = at.Elem()
	return found, nil
}

// closed reports what no path to rows passes through or ends in.
func closed(t reflect.Type, kind fields.Kind, at []string) error {
	if kind == fields.Map {
		return closedPath{fmt.Errorf("%s is a map: rows are cut from lists, on a way of declared fields: make it a list", placeName(at))}
	}
	if kind == fields.Any {
		return closedPath{fmt.Errorf("%s is a Go %s, of which only run time knows the JSON: give it a struct with declared fields", placeName(at), t)}
	}
	return nil
}

func placeName(at []string) string {
	if len(at) == 0 {
		return "the document"
	}
	return fields.JoinPath(at)
}

// pointerToken writes a name as a reference token of a JSON Pointer (RFC 6901, section 3).
func pointerToken(name string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func omitsZero(f *fields.Field) bool {
	options := strings.Split(f.Tag.Get("json"), ",")
	return slices.Contains(options[1:], "omitzero")
}

var errWildcardRows = errors.New("* and ** are not followed here: name the list itself; lists on the way are passed through without being written")
