package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// question is a recorded call, put to a target of the candidate.
type question struct {
	record   *Recorded
	target   *boundTarget
	facts    *typeFacts
	request  *Request
	gaps     []gap
	response any // pointer to the result as far as it is known; of the zero value nothing but gaps is
	tree     any // of the recorded result; nil if there is none
}

// typeFacts is what the types of a target say about every record of it.
type typeFacts struct {
	labels   []gap      // labelled fields: a log holds them masked
	defaults [][]string // arguments that have one
	opaque   error      // why results cannot be read back; nil if they can
}

func (t *boundTarget) facts() *typeFacts {
	f := &typeFacts{}
	for _, place := range t.labelled() {
		f.labels = append(f.labels, gapAt(place...))
	}
	if t.in != nil {
		f.defaults = defaultsOf(t.in)
	}
	if t.out != nil && writesItself(t.out, map[reflect.Type]bool{}) {
		f.opaque = fmt.Errorf("something in %s writes its JSON itself and cannot read it", t.out)
	}
	return f
}

// put reads a record against the types of the candidate. What cannot be read becomes a gap: only paths that are none are an error.
func (b *bound) put(record *Recorded, t *boundTarget, facts *typeFacts) (*question, error) {
	q := &question{record: record, target: t, facts: facts, gaps: []gap{gapAt("history")}}
	missing, err := gapsOf(record.Missing)
	if err != nil {
		return nil, fmt.Errorf("missing: %w", err)
	}
	masked, err := gapsOf(record.Masked, "response")
	if err != nil {
		return nil, fmt.Errorf("masked: %w", err)
	}
	cut, err := gapsOf(record.Cut, "response")
	if err != nil {
		return nil, fmt.Errorf("cut: %w", err)
	}
	q.gaps = slices.Concat(q.gaps, missing, masked, cut, facts.labels, b.attributeGaps(&record.User))
	if record.Time.IsZero() {
		q.gaps = append(q.gaps, gapAt("now"))
	}
	q.request = &Request{
		Target: t.target, User: &record.User, Agent: &record.Agent, Args: q.arguments(), Origin: record.Origin, Now: record.Time,
	}
	q.result()
	return q, nil
}

// attributeGaps are the declared attributes that were not recorded with the user.
func (b *bound) attributeGaps(u *User) (gaps []gap) {
	for _, name := range b.world.declared {
		if _, recorded := u.Attributes[name]; !recorded {
			gaps = append(gaps, gapAt("user", name))
		}
	}
	return gaps
}

// arguments reads what the handler received, or puts a gap in its place.
func (q *question) arguments() any {
	t := q.target.in
	if t == nil {
		return nil
	}
	empty := reflect.New(t).Interface()
	if q.record.Args == nil {
		q.gaps = append(q.gaps, gapAt("args"))
		return empty
	}
	tree, err := treeOf(q.record.Args)
	if err == nil {
		for _, place := range q.facts.defaults { // a default may have taken the place of what was not sent
			if lacks(tree, place) {
				q.gaps = append(q.gaps, gapAt(slices.Concat([]string{"args"}, place)...))
			}
		}
		var args any
		if args, err = q.read(tree, "args", t); err == nil {
			return args
		}
	}
	q.gaps = append(q.gaps, gap{[]string{"args"}, fmt.Sprintf("args (%v)", err)})
	return empty
}

// result reads the result.
func (q *question) result() {
	t := q.target.out
	if t == nil {
		return
	}
	q.response = reflect.New(t).Interface()
	if q.record.Response == nil {
		q.gaps = append(q.gaps, gapAt("response"))
		return
	}
	tree, err := treeOf(q.record.Response)
	if err == nil {
		err = q.facts.opaque
	}
	if err == nil {
		var response any
		if response, err = q.read(tree, "response", t); err == nil {
			q.response, q.tree = response, tree
			return
		}
	}
	q.gaps = append(q.gaps, gap{[]string{"response"}, fmt.Sprintf("response (%v)", err)})
}

// read makes a Go value of a tree, without what the gaps hold: a mask there may be of another type.
func (q *question) read(tree any, variable string, t reflect.Type) (any, error) {
	for _, g := range q.gaps {
		if g.place[0] == variable && len(g.place) > 1 {
			remove(tree, g.place[1:])
		}
	}
	data, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	into := reflect.New(t)
	return into.Interface(), strictjson.Decode(data, into.Interface())
}

func treeOf(raw []byte) (tree any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	return tree, decoder.Decode(&tree)
}

// remove takes a place out of a document. Lists are passed through.
func remove(tree any, place []string) {
	switch v := tree.(type) {
	case []any:
		for _, element := range v {
			remove(element, place)
		}
	case map[string]any:
		name, rest := place[0], place[1:]
		if name == fields.AnyDepth {
			if len(rest) == 0 {
				clear(v)
				return
			}
			remove(v, rest)
			for _, member := range v {
				remove(member, place)
			}
			return
		}
		for key, member := range v {
			switch {
			case key != name && name != fields.AnyMember:
			case len(rest) == 0:
				delete(v, key)
			default:
				remove(member, rest)
			}
		}
	}
}

// lacks reports whether an object on the way to a place is there and does not have the member the place ends in.
func lacks(tree any, place []string) bool {
	switch v := tree.(type) {
	case []any:
		return slices.ContainsFunc(v, func(element any) bool { return lacks(element, place) })
	case map[string]any:
		name, rest := place[0], place[1:]
		if name == fields.AnyMember {
			for _, member := range v {
				if lacks(member, rest) {
					return true
				}
			}
			return false
		}
		member, has := v[name]
		if len(rest) == 0 {
			return !has
		}
		return has && lacks(member, rest)
	}
	return false
}

// defaultsOf lists the fields of a type that have a default in their jsonschema tag.
func defaultsOf(t reflect.Type) (places [][]string) {
	within := map[reflect.Type]bool{}
	var walk func(t reflect.Type, at []string)
	walk = func(t reflect.Type, at []string) {
		t = fields.Deref(t)
		switch fields.KindOf(t) {
		case fields.List:
			walk(t.Elem(), at)
		case fields.Map:
			walk(t.Elem(), slices.Concat(at, []string{fields.AnyMember}))
		case fields.Object:
			s, err := fields.Of(t)
			if err != nil || within[t] {
				return
			}
			within[t] = true
			defer delete(within, t)
			for i := range s.Fields {
				f := &s.Fields[i]
				here := slices.Concat(at, []string{f.Name})
				for part := range strings.SplitSeq(f.Tag.Get("jsonschema"), ",") {
					if strings.HasPrefix(strings.TrimSpace(part), "default=") {
						places = append(places, here)
						break
					}
				}
				walk(f.Type, here)
			}
		default: // no fields below
		}
	}
	walk(t, nil)
	return places
}

// writesItself reports whether values of a type, or in it, write JSON that they cannot read back: it may mean anything.
func writesItself(t reflect.Type, seen map[reflect.Type]bool) bool {
	t = fields.Deref(t)
	if seen[t] {
		return false
	}
	seen[t] = true
	switch fields.KindOf(t) {
	case fields.List, fields.Map:
		return writesItself(t.Elem(), seen)
	case fields.Object:
		s, err := fields.Of(t)
		return err != nil || slices.ContainsFunc(s.Fields, func(f fields.Field) bool { return writesItself(f.Type, seen) })
	case fields.Any:
		reads := reflect.TypeFor[json.Unmarshaler]()
		return t.Kind() != reflect.Interface && fields.Implements(t, reflect.TypeFor[json.Marshaler]()) && !fields.Implements(t, reads)
	default:
		return false
	}
}
