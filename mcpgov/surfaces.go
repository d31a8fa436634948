package mcpgov

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/internal/schema"
	"github.com/mcpgov/go-sdk/policy"
)

// surfaces is all a target shows: to the caller, as a result, and to the log, as a record. Every byte of either
// goes through a plan made here.
type surfaces struct {
	output         *schema.Output
	schema         json.RawMessage                                // of the result, as advertised
	contentNames   []string                                       // members that hold Content
	openTypes      bool                                           // interfaces in the result may bring types New did not see
	contentIsAll   bool                                           // the target returns Content and nothing else
	render         func(structured []byte) ([]mcp.Content, error) // makes the messages of a prompt of its masked result
	withoutContent *mask.Plan                                     // cuts the members that hold content

	scope  []policy.Edit  // every edit the bound policy may ask for
	rows   []string       // paths of the lists it may cut rows from
	labels []fields.Place // labelled fields of the result
	tagged []fields.Place // fields of the result whose tags tell their source or unit; none of what is no structured result
	bare   *hidden        // no edits
	lists  []listMember   // the lists that are members of the result: its rows are counted in them
	key    []byte         // of the hash mask
	plans  planCache
	inLog  hidden // labelled fields of In: never in a record, nor in an error text
	outLog hidden // labelled fields of Out: never in a record
	either hidden // outLog and scope: never in an error text

	recordIn, recordOut     hidden // labelled fields and data subjects, as records show them
	subjectsIn, subjectsOut subjects
}

// hidden is one set of edits in the two forms results need: along their paths, and by member name at any depth
// for content whose shape no type describes.
type hidden struct {
	edits  []policy.Edit
	fields *mask.Plan
	names  *mask.Plan // nil for targets without content
	leaves []string   // the names
	shown  shownLabels
	// origins is what gov tags say of the fields that stay open, as JSON; nil for nothing.
	origins json.RawMessage
}

// maskedResult is a result after one pass of masking.
type maskedResult struct {
	body       []byte // the whole marshalled result, masked
	structured []byte
	content    []mcp.Content
	touched    []string // the paths that were really there
	shown      []string // labels of the fields that are there for the caller to see
	cut        int      // rows left out
	truncated  []string // lists of which only the number of rows was limited; the caller is told
	origin     origin
	people     []string // data subjects of the rows that are left, also those whose names are masked
}

func (m maskedResult) size() int {
	size := len(m.structured)
	for _, block := range m.content {
		if encoded, err := block.MarshalJSON(); err == nil {
			size += len(encoded)
		}
	}
	for i := range m.origin.sources {
		size += m.origin.sources[i].size()
	}
	return size
}

// maskable reports whether a result of this target may ever be masked.
func (t *surfaces) maskable() bool { return len(t.scope)+len(t.rows) > 0 || len(t.outLog.edits) > 0 }

// check holds a result to the output schema it was advertised with, before anything is masked.
func (t *surfaces) check(out any, body []byte) error {
	if bytes.Equal(body, []byte("null")) {
		return errNothing
	}
	if t.openTypes {
		if err := undeclaredLabels(reflect.ValueOf(out), 0); err != nil {
			return err
		}
	}
	return t.output.Check(out, body)
}

// mask does what a decision asks for to a marshalled result: rows are cut first, then fields removed and masked.
func (t *surfaces) mask(body []byte, duty policy.Obligations) (m maskedResult, err error) {
	edits := duty.Edits
	h, err := t.hiddenBy(edits)
	if err != nil {
		return m, err
	}
	whole := body
	if body, err = t.cutRows(&m, body, duty.Rows); err != nil {
		return m, err
	}
	m.body = body
	if m.people, err = t.subjectsOut.in(body); err != nil {
		return m, err
	}
	if len(edits) > 0 {
		var touched mask.Touched
		if m.body, err = h.fields.Apply(make([]byte, 0, len(body)+64), body, &touched); err != nil {
			return m, err
		}
		for i := range touched.All() {
			m.touched = append(m.touched, edits[i].Path)
		}
	}
	if m.shown, err = h.shown.in(m.body); err != nil {
		return m, err
	}
	if m.structured, m.content, err = t.split(m.body); err != nil {
		return m, err
	}
	if m.cut > 0 {
		m.content = withheld(m.content) // no telling which of its words speak of a row that is gone
	}
	if h.names != nil && len(m.content) > 0 {
		known, err := h.fields.Collect(whole)
		if err != nil {
			return m, err
		}
		m.content = curtain{plan: h.names, names: h.leaves, known: known}.draw(m.content)
	}
	if t.render != nil {
		m.content, err = t.render(m.structured)
	}
	return m, err
}

// hiddenBy returns the compiled form of edits. An edit the policy did not announce is refused: the advertised
// schema would not admit its result.
func (t *surfaces) hiddenBy(edits []policy.Edit) (*hidden, error) {
	if len(edits) == 0 {
		if t.bare == nil {
			return &hidden{}, nil
		}
		return t.bare, nil
	}
	if h := t.plans.find(edits); h != nil {
		return h, nil
	}
	for _, e := range edits {
		if !slices.Contains(t.scope, e) {
			return nil, fmt.Errorf("the policy asks to hide %q, which its Scope does not announce", e.Path)
		}
	}
	h, err := newHidden(slices.Clone(edits), t.key, len(t.contentNames) > 0)
	if err == nil {
		h.shown, err = newShown(t.labels, edits)
	}
	if err == nil {
		h.origins, err = fieldOrigins(t.tagged, edits)
	}
	if err == nil {
		t.plans.add(h)
	}
	return h, err
}

func newHidden(edits []policy.Edit, key []byte, content bool) (*hidden, error) {
	byPath := make([]mask.Edit, len(edits))
	byName := make([]mask.Edit, len(edits))
	for i, e := range edits {
		path, err := fields.ParsePath(e.Path)
		if err != nil {
			return nil, err
		}
		m := mask.Mask{}
		if !e.Remove && e.Mask != "" {
			if m, err = mask.ParseMask(e.Mask); err != nil {
				return nil, err
			}
		}
		byPath[i] = mask.Edit{Path: path, Remove: e.Remove, Mask: m}
		byName[i] = mask.Edit{Path: []string{fields.AnyDepth, lastName(path)}, Remove: e.Remove, Mask: m}
	}
	h := &hidden{edits: edits}
	var err error
	if h.fields, err = mask.Compile(byPath, key); err != nil {
		return nil, err
	}
	if content {
		for _, e := range byName {
			h.leaves = append(h.leaves, lastName(e.Path))
		}
		h.names, err = mask.Compile(byName, key)
	}
	return h, err
}

// lastName returns the last segment of path that is a name: what to look for where paths mean nothing.
func lastName(path []string) string {
	for _, name := range slices.Backward(path) {
		if name != fields.AnyMember && name != fields.AnyDepth {
			return name
		}
	}
	return fields.AnyMember
}

// planCache keeps the compiled form of the few combinations of edits a policy really asks for.
type planCache struct {
	mu    sync.RWMutex
	known []*hidden
}

// maxPlans bounds the cache; past it plans are compiled anew each time, which is slow and right.
const maxPlans = 64

func (c *planCache) find(edits []policy.Edit) *hidden {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, h := range c.known {
		if slices.Equal(h.edits, edits) {
			return h
		}
	}
	return nil
}

func (c *planCache) add(h *hidden) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) < maxPlans {
		c.known = append(c.known, h)
	}
}
