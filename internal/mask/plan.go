package mask

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Edit says what to do with every value at one path.
type Edit struct {
	// Path is the member names from the root, "*" for any name and "**" for
	// any number of names, none included; lists are not written. The empty path
	// is the whole document.
	Path []string
	// Remove cuts the member, name and value. A whole document (the empty path)
	// cannot be cut and becomes null.
	Remove bool
	// Mask replaces the value if Remove is false. The zero Mask redacts.
	Mask Mask
}

// Plan is a compiled list of edits: immutable, and safe for concurrent use.
// The zero Plan is not usable; [Compile] makes plans.
type Plan struct {
	edits   []Edit
	key     []byte
	root    *node
	nodes   int
	walkers sync.Pool // of *walker, whose shapes are sized for this plan
}

// Compile makes a plan of edits. The key is for [Hash]; it may be nil if no
// edit uses that mask, and the plan keeps its own copy.
//
// Two edits may meet in one place, by equal paths or through "*". Removal beats
// any mask, two different masks make Redact, and an edit beats all edits below
// its place. Faults in the edits are all reported at once.
func Compile(edits []Edit, key []byte) (*Plan, error) {
	var faults []error
	for i, edit := range edits {
		if err := edit.check(key); err != nil {
			faults = append(faults, fmt.Errorf("edit %d, path %q: %w", i, strings.Join(edit.Path, "."), err))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	p := &Plan{key: bytes.Clone(key), edits: make([]Edit, len(edits))}
	for i, edit := range edits {
		edit.Path = slices.Clone(edit.Path)
		p.edits[i] = edit
	}
	var err error
	if p.root, p.nodes, err = buildTrie(p.edits); err != nil {
		return nil, err
	}
	p.walkers.New = func() any { return newWalker(p) }
	return p, nil
}

// check finds what no document could make right.
func (e Edit) check(key []byte) error {
	for _, name := range e.Path {
		if !utf8.ValidString(name) {
			return fmt.Errorf("the name %q is not UTF-8, which no member name can be", name)
		}
	}
	if len(e.Path) >= MaxDepth {
		return fmt.Errorf("%d names are more than a document may nest (%d)", len(e.Path), MaxDepth)
	}
	if e.Remove {
		return nil
	}
	if e.Mask.Kind == Hash && len(key) == 0 {
		return errors.New("mask hash needs a key, because a hash without one can be found by guessing; give a key, or write redact")
	}
	return e.Mask.check()
}

// Empty reports whether the plan has no edits, so that applying it changes
// nothing. No plan is an empty one.
func (p *Plan) Empty() bool { return p == nil || len(p.edits) == 0 }

// Edits returns the edits the plan was made of, in their order, as a copy.
// Their indexes are those of [Touched].
func (p *Plan) Edits() []Edit {
	edits := slices.Clone(p.edits)
	for i := range edits {
		edits[i].Path = slices.Clone(edits[i].Path)
	}
	return edits
}
