package mask

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// maxNodes bounds a compiled plan. Literal names beside "*" multiply: n paths
// that each have "*" in all places but one need up to 2^n nodes.
const maxNodes = 10_000

// action is what happens at a node.
type action uint8

const (
	descend action = iota // only deeper nodes act
	remove                // the member goes; nothing below is looked at
	replace               // the value goes; nothing below is looked at
)

// node is a place in documents. Its name has been resolved against literal
// names and "*" together, so a document walks from node to node and never holds
// a set of places.
type node struct {
	id    int
	act   action
	mask  Mask
	at    []int32          // edits whose path ends here
	below []int32          // edits whose path has to go on from here, or ends here
	names map[string]*node // children by folded name
	any   *node            // child for every other name, or nil
	again bool             // objects at this node may lie inside one another
}

// branch is a place in the trie of paths as written, before names and "*" are
// resolved against each other.
type branch struct {
	id    int
	at    []int32
	names map[string]*branch
	any   *branch
	deep  *branch // what follows "**" here; stands wherever this branch does, for "**" may be no member at all
	loop  bool    // this branch follows "**": every member leads to it again
}

// buildTrie returns the root of the resolved trie and the number of its nodes.
func buildTrie(edits []Edit) (*node, int, error) {
	written := 0
	grow := func() *branch {
		written++
		return &branch{id: written, names: map[string]*branch{}}
	}
	root := grow()
	for i, edit := range edits {
		at := root
		for _, name := range edit.Path {
			at = at.grown(name, grow)
		}
		at.at = append(at.at, int32(i))
	}
	r := resolver{edits: edits, done: map[string]*node{}}
	resolved, err := r.resolve([]*branch{root})
	return resolved, r.count, err
}

// grown returns the branch a segment leads to, which grows if it is not there.
func (b *branch) grown(segment string, grow func() *branch) *branch {
	switch segment {
	case "*":
		if b.any == nil {
			b.any = grow()
		}
		return b.any
	case "**":
		if b.loop {
			return b // "**" twice is "**"
		}
		if b.deep == nil {
			b.deep = grow()
			b.deep.loop = true
		}
		return b.deep
	}
	name := fold(segment)
	if b.names[name] == nil {
		b.names[name] = grow()
	}
	return b.names[name]
}

// beneath lists the edits that a value standing here is expected to hold: all below, and those behind "**" only
// where a name leads on to it, because "**" itself expects nothing.
func (b *branch) beneath(further bool) []int32 {
	below := slices.Clone(b.at)
	for _, next := range b.names {
		below = append(below, next.beneath(true)...)
	}
	if b.any != nil {
		below = append(below, b.any.beneath(true)...)
	}
	if b.deep != nil && further {
		below = append(below, b.deep.beneath(true)...)
	}
	return below
}

// standing adds what stands wherever the branches of a set do, and makes the set one of its kind.
func standing(set []*branch) []*branch {
	for i := 0; i < len(set); i++ {
		if deep := set[i].deep; deep != nil {
			set = append(set, deep)
		}
	}
	slices.SortFunc(set, func(a, b *branch) int { return a.id - b.id })
	return slices.Compact(set)
}

// resolver turns sets of branches that one place may stand for into nodes.
type resolver struct {
	edits []Edit
	done  map[string]*node // by the ids of the set
	count int
}

// resolve returns the node for a set of branches, making it and everything below
// it if the set is new.
func (r *resolver) resolve(set []*branch) (*node, error) {
	set = standing(set)
	var key []byte
	for _, b := range set {
		key = binary.AppendUvarint(key, uint64(b.id))
	}
	if n, ok := r.done[string(key)]; ok {
		return n, nil
	}
	if r.count == maxNodes {
		return nil, fmt.Errorf(`the edits need more than %d places, because "*" meets many names at many levels; write fewer paths with "*"`, maxNodes)
	}
	n := &node{id: r.count, names: map[string]*node{}}
	r.count++
	r.done[string(key)] = n

	var anyName []*branch
	literal := map[string]bool{}
	for _, b := range set {
		n.at = append(n.at, b.at...)
		if !b.loop {
			n.below = append(n.below, b.beneath(false)...)
		}
		if b.any != nil {
			anyName = append(anyName, b.any)
		}
		if b.loop {
			anyName, n.again = append(anyName, b), true
		}
		for name := range b.names {
			literal[name] = true
		}
	}
	r.settle(n)
	slices.Sort(n.below)
	n.below = slices.Compact(n.below)
	var err error
	if len(anyName) > 0 {
		if n.any, err = r.resolve(slices.Clone(anyName)); err != nil {
			return nil, err
		}
	}
	for name := range literal {
		// A literal name is also some name: "*" applies beside it.
		both := slices.Clone(anyName)
		for _, b := range set {
			if next := b.names[name]; next != nil {
				both = append(both, next)
			}
		}
		if n.names[name], err = r.resolve(both); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// settle decides between the edits that end at one node.
func (r *resolver) settle(n *node) {
	for _, i := range n.at {
		edit := r.edits[i]
		mask := edit.Mask.plain()
		switch {
		case n.act == remove:
		case edit.Remove:
			n.act, n.mask = remove, Mask{Kind: Null} // a root cannot be cut
		case n.act == descend:
			n.act, n.mask = replace, mask
		case n.mask != mask:
			n.mask = Mask{Kind: Redact}
		}
	}
}
