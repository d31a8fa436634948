package mask

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
)

// Apply appends the masked form of the JSON document in src to dst and returns
// the extended slice. It adds to touched, which may be nil, how often each edit
// was applied. It does not change src, and dst must not overlap it.
//
// The error, an [*InputError], means that src cannot be masked for sure and has
// to be withheld as a whole: dst comes back with its old length, and what was
// added to touched means nothing.
func (p *Plan) Apply(dst, src []byte, touched *Touched) ([]byte, error) {
	return p.ApplyUnder(nil, dst, src, touched)
}

// ApplyUnder is Apply with another key for [Hash] than the plan's; nil means the plan's.
func (p *Plan) ApplyUnder(key, dst, src []byte, touched *Touched) ([]byte, error) {
	w := p.walkers.Get().(*walker)
	defer w.release()
	if key != nil {
		own := w.mac
		w.mac = hmac.New(sha256.New, key)
		defer func() { w.mac = own }()
	}
	if touched != nil {
		touched.reserve(len(p.edits))
		w.counts = touched.counts
	}
	w.src, w.dst = src, dst
	if err := w.document(); err != nil {
		return dst, err
	}
	return append(w.dst, src[w.copied:]...), nil
}

// walker is one pass over one document along the nodes of a plan.
type walker struct {
	plan   *Plan
	src    []byte
	dst    []byte
	copied int       // src before this index is in dst, or cut
	counts []uint32  // per edit; nil if nobody asks
	values *[]string // where Collect gathers; nil while applying

	looking bool // Present: nothing is changed

	shapes []shape   // by node id; a node is never inside itself, so one is enough
	folded []byte    // scratch for a folded name
	text   []byte    // scratch for an unescaped text
	mac    hash.Hash // keyed once, on the first hash
	sum    []byte    // scratch for its result
}

func newWalker(p *Plan) *walker {
	return &walker{plan: p, shapes: make([]shape, p.nodes)}
}

// release gives the walker back to its plan without anything of the document.
func (w *walker) release() {
	for i := range w.shapes {
		w.shapes[i].forget()
	}
	w.text, w.folded = wipe(w.text), wipe(w.folded)
	w.src, w.dst, w.copied, w.counts, w.values, w.looking = nil, nil, 0, nil, nil, false
	w.plan.walkers.Put(w)
}

// wipe empties scratch memory, and drops it if one document made it large.
func wipe(scratch []byte) []byte {
	if cap(scratch) > 4096 {
		return nil
	}
	clear(scratch[:cap(scratch)])
	return scratch[:0]
}

// document walks the whole of src.
func (w *walker) document() error {
	i, err := w.place(w.plan.root, skipSpace(w.src, 0), 0)
	if err != nil {
		return err
	}
	if i = skipSpace(w.src, i); i < len(w.src) {
		return fault(i, "more data after the end of the document")
	}
	return nil
}

// place handles the value at src[i], which stands at node n, and returns the
// index after it.
func (w *walker) place(n *node, i, depth int) (int, error) {
	if n.act != descend {
		end, err := skipValue(w.src, i, depth)
		if err == nil {
			w.hide(n.mask, n.at, i, end) // a removal only at the root
		}
		return end, err
	}
	if i < len(w.src) {
		switch w.src[i] {
		case '{':
			return w.object(n, i, depth+1)
		case '[':
			return w.array(n, i, depth+1)
		}
	}
	end, err := skipValue(w.src, i, depth)
	if err == nil && len(n.below) > 0 && w.src[i] != 'n' {
		w.hide(Mask{Kind: Redact}, n.below, i, end) // drift: see the package comment
	}
	return end, err
}

// array passes through a list: its elements stand at the node of the list.
func (w *walker) array(n *node, i, depth int) (int, error) {
	if depth > MaxDepth {
		return i, fault(i, "nesting too deep")
	}
	if i = skipSpace(w.src, i+1); i < len(w.src) && w.src[i] == ']' {
		return i + 1, nil
	}
	for {
		var err error
		if i, err = w.place(n, i, depth); err != nil {
			return i, err
		}
		i = skipSpace(w.src, i)
		if i < len(w.src) && w.src[i] == ']' {
			return i + 1, nil
		}
		if i >= len(w.src) || w.src[i] != ',' {
			return i, fault(i, "neither comma nor end of list after an element")
		}
		i = skipSpace(w.src, i+1)
	}
}

// object walks the members of an object, and cuts those to be removed together
// with one comma: the one before, or, as long as nothing is kept, the one after.
func (w *walker) object(n *node, i, depth int) (int, error) {
	if depth > MaxDepth {
		return i, fault(i, "nesting too deep")
	}
	src, seen := w.src, &w.shapes[n.id]
	if n.again {
		seen = &shape{} // an object inside this one would use the same
	}
	cutFrom, kept := i+1, false
	if i = skipSpace(src, i+1); i < len(src) && src[i] == '}' {
		return i + 1, nil
	}
	for k := 0; ; k++ {
		end, child, err := w.member(n, seen, k, i)
		if err != nil {
			return end, err
		}
		if i, err = skipColon(src, end); err != nil {
			return i, err
		}
		cut := false
		switch {
		case child == nil:
			i, err = skipValue(src, i, depth)
		case child.act == remove:
			start := i
			if i, err = skipValue(src, i, depth); err == nil {
				cut = w.take(child.at, start, i)
			}
		default:
			i, err = w.place(child, i, depth)
		}
		if err != nil {
			return i, err
		}
		if cut {
			w.cut(cutFrom, i)
		} else {
			kept = true
		}
		i = skipSpace(src, i)
		if i < len(src) && src[i] == '}' {
			return i + 1, nil
		}
		if i >= len(src) || src[i] != ',' {
			return i, fault(i, "neither comma nor end of object after a member")
		}
		// The next member is cut from the comma before it, if that comma
		// separates it from something kept.
		if cutFrom = i; !kept {
			w.cut(i, i+1)
			cutFrom = i + 1
		}
		i = skipSpace(src, i+1)
	}
}

// cut leaves src[from:to] out of the copy.
func (w *walker) cut(from, to int) {
	w.dst = append(w.dst, w.src[w.copied:from]...)
	w.copied = to
}

// hide replaces the value src[from:to] for the sake of edits.
func (w *walker) hide(mask Mask, edits []int32, from, to int) {
	if w.take(edits, from, to) {
		w.cut(from, to)
		w.conceal(mask, w.src[from:to])
	}
}

// take notes that edits apply to the value src[from:to]. It reports whether the
// document is to be changed, which it is not while values are collected or
// looked for.
func (w *walker) take(edits []int32, from, to int) bool {
	switch {
	case w.values != nil:
		w.gather(from, to)
		return false
	case w.looking:
		if w.src[from] != 'n' {
			w.count(edits)
		}
		return false
	}
	w.count(edits)
	return true
}

func (w *walker) count(edits []int32) {
	if w.counts != nil {
		for _, edit := range edits {
			w.counts[edit]++
		}
	}
}
