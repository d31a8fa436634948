package schema

import (
	"bytes"
	"encoding"
	"reflect"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// quick reads the arguments most tools have, an object of texts, numbers, booleans and lists of them, without a tree:
// the decoder proves the shape, one look at the members proves what the decoder cannot know (what is missing, what is
// null), and keywords are checked on the Go values. In a profile of a small call the tree and its validation took half
// of all reading.
//
// It only ever says yes. Whatever it does not understand, or does not like, is read the whole way, which decides and
// says why; so the two cannot disagree on what is refused.
type quick struct {
	members  []quickMember
	required uint64 // bits of members
}

type quickMember struct {
	name  string
	index []int
	check *inspection // nil: the Go type says it all
	list  bool
	texts bool // a list of texts
}

// maxQuick is how many members the bits of a word can tell apart.
const maxQuick = 64

// maxQuickNumber is how long a number may be written; longer ones are the tree's to judge.
const maxQuickNumber = 64

// compileQuick returns nil for types that need the whole way.
func compileQuick(doc *document, validator *jsonschema.Schema) *quick {
	root := follow(validator)
	if root == nil || combined(root) || len(doc.root.members) > maxQuick {
		return nil
	}
	c := inspectionCompiler{made: map[*object]*inspection{}}
	q := &quick{}
	for i, m := range doc.root.members {
		if !plainScalar(m.shape) && (m.shape.kind != fields.List || m.shape.typ.Kind() != reflect.Slice || m.shape.elem == nil || !plainScalar(m.shape.elem)) {
			return nil
		}
		if member := root.Properties[m.field.Name]; member == nil || combined(member) || member.Ref != nil {
			return nil
		}
		q.members = append(q.members, quickMember{
			name: m.field.Name, index: m.field.Index, list: m.shape.kind == fields.List, texts: m.shape.elem != nil && m.shape.elem.typ.Kind() == reflect.String,
			check: c.shape(m.shape, root.Properties[m.field.Name], false),
		})
		for _, required := range root.Required {
			if required == m.field.Name {
				q.required |= 1 << i
			}
		}
	}
	if c.throughDocument || q.exactFloats(doc) {
		return nil
	}
	return q
}

// exactFloats reports whether some number that Go keeps as a float has keywords. They judge the number as it is
// written, and 0.10000000000000000001 is more than 0.1 only there.
func (q *quick) exactFloats(doc *document) bool {
	for i, m := range doc.root.members {
		kind := m.shape.innermost().typ.Kind()
		if (kind == reflect.Float32 || kind == reflect.Float64) && (q.members[i].check != nil || q.members[i].list) {
			return true
		}
	}
	return false
}

// combined reports whether a schema asks for more than what its type and its own keywords say.
func combined(s *jsonschema.Schema) bool {
	return len(s.OneOf)+len(s.AnyOf)+len(s.AllOf)+len(s.DependentRequired)+len(s.DependentSchemas)+len(s.Dependencies)+len(s.PatternProperties) > 0 ||
		s.Not != nil || s.If != nil || s.PropertyNames != nil || s.MinProperties != nil || s.MaxProperties != nil
}

// plainScalar reports whether the decoder alone proves that a value is of the schema's type.
func plainScalar(sh *shape) bool {
	if sh.quoted || fields.Implements(sh.typ, textMarshaler) || fields.Implements(sh.typ, reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return false
	}
	switch sh.typ.Kind() {
	case reflect.String:
		return sh.kind == fields.Text
	case reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return false
}

// read reads raw into value, a new struct, and returns the bits of the members that were sent; false if the whole way
// has to be gone.
func (q *quick) read(raw []byte, value reflect.Value, limits strictjson.Limits) (present uint64, ok bool) {
	most := limits.Bytes
	if most == 0 {
		most = strictjson.DefaultBytes
	}
	if most > 0 && len(raw) > most || limits.Depth == 1 {
		return 0, false
	}
	understood := strictjson.Flat(raw, func(name, value []byte) bool {
		for i := range q.members {
			if m := &q.members[i]; string(name) == m.name {
				present |= 1 << i
				return m.plain(value)
			}
		}
		return false
	})
	if !understood || present&q.required != q.required || strictjson.Decode(raw, value.Interface()) != nil {
		return 0, false
	}
	for i := range q.members {
		m := &q.members[i]
		if m.check == nil || present&(1<<i) == 0 {
			continue
		}
		if field, ok := fieldAt(value.Elem(), m.index, false); !ok || !m.check.passes(field) {
			return 0, false
		}
	}
	return present, true
}

// tree is what the defaults look at of a tree: which members were sent.
func (q *quick) tree(present uint64) map[string]any {
	sent := make(map[string]any, len(q.members))
	for i := range q.members {
		if present&(1<<i) != 0 {
			sent[q.members[i].name] = true // its value is in Go memory; nothing below it has defaults
		}
	}
	return sent
}

// plain reports whether a value holds nothing the decoder takes more easily than the tree: null stands for zero
// there, and numbers may be as long, and have exponents as large, as they like.
func (m *quickMember) plain(value []byte) bool {
	switch value[0] {
	case '"', 't', 'f':
		return true
	case '[':
		return m.list && len(value) <= 1<<10 && !bytes.Contains(value, []byte("null")) && (m.texts || !bytes.ContainsAny(value, "eE"))
	case 'n', '{':
		return false
	}
	return len(value) <= maxQuickNumber && !bytes.ContainsAny(value, "eE")
}
