package fields

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// candidate is a field that may yet be hidden by another of the same name.
type candidate struct {
	Field
	tagged bool // the name stands in the tag
}

// embedded is a struct type whose fields are those of the struct that embeds it.
type embedded struct {
	typ    reflect.Type
	index  []int
	goPath string // the way to it in Go, with a dot behind each name
	twice  bool   // embedded more than once on this level
}

// collect lists what encoding/json takes for fields of t, in the order of their indexes. It goes level by level as encoding/json does, for
// that decides what is written: a type embedded again further down is not looked into again, and one embedded twice on a level gives each
// field twice, so that neither is written. Going depth first would end as well and list other fields. What is lost in their tags is
// returned beside them.
func collect(t reflect.Type) (found []candidate, faults []error) {
	seen := map[reflect.Type]bool{} // also what ends a type that embeds itself
	for level := []embedded{{typ: t}}; len(level) > 0; {
		var next []embedded
		for _, e := range level {
			if seen[e.typ] {
				continue
			}
			seen[e.typ] = true
			for i := range e.typ.NumField() {
				f := e.typ.Field(i)
				name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
				inner := structOf(f)
				if f.Tag.Get("json") == "-" || !f.IsExported() && inner == nil {
					continue
				}
				for _, fault := range checkTag(f.Tag) {
					faults = append(faults, fmt.Errorf("%s.%s: %w", t, e.goPath+f.Name, fault))
				}
				switch {
				case inner != nil && name == "":
					next = join(next, embedded{typ: inner, index: below(e.index, i), goPath: e.goPath + f.Name + "."})
				default:
					c := newCandidate(f, name, options)
					c.Index, c.GoName = below(e.index, i), e.goPath+f.Name
					found = append(found, c)
					if e.twice {
						found = append(found, c)
					}
				}
			}
		}
		level = next
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return slices.Compare(a.Index, b.Index) })
	return found, faults
}

// structOf returns the struct type that f embeds, by value or by pointer; nil if it embeds none.
func structOf(f reflect.StructField) reflect.Type {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if !f.Anonymous || t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

// join adds e to a level, on which each type stands once.
func join(level []embedded, e embedded) []embedded {
	for i := range level {
		if level[i].typ == e.typ {
			level[i].twice = true
			return level
		}
	}
	return append(level, e)
}

// below returns the index of field i of the struct at index.
func below(index []int, i int) []int { return append(slices.Clip(index), i) }

// newCandidate reads what stands in a field itself.
func newCandidate(f reflect.StructField, name, options string) candidate {
	c := candidate{tagged: name != ""}
	c.Name, c.Type, c.Kind, c.Tag = name, f.Type, KindOf(f.Type), f.Tag
	if name == "" {
		c.Name = f.Name
	}
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "omitempty", "omitzero":
			c.Optional = true
		case "string":
			c.Quoted = quotable(f.Type, c.Kind)
		}
	}
	if c.Quoted {
		c.Kind = Text
	}
	return c
}

// quotable reports whether ",string" has an effect: on numbers and booleans, and behind one pointer that has no name.
func quotable(t reflect.Type, kind Kind) bool {
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	return t.Kind() != reflect.Pointer && (kind == Integer || kind == Number || kind == Boolean)
}

// dominant keeps, for each name, the field encoding/json would write; the order of first appearance stays.
func dominant(all []candidate) []candidate {
	best := map[string]int{}
	ambiguous := map[string]bool{}
	for i, c := range all {
		j, seen := best[c.Name]
		switch {
		case !seen || beats(c, all[j]):
			best[c.Name], ambiguous[c.Name] = i, false
		case !beats(all[j], c):
			ambiguous[c.Name] = true // unless one that beats both follows
		}
	}
	var kept []candidate
	for i, c := range all {
		if best[c.Name] == i && !ambiguous[c.Name] {
			kept = append(kept, c)
		}
	}
	return kept
}

// beats reports whether a hides b of the same name: by being less nested, then by having its name from the tag.
func beats(a, b candidate) bool {
	if len(a.Index) != len(b.Index) {
		return len(a.Index) < len(b.Index)
	}
	return a.tagged && !b.tagged
}
