package mask

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// RowCut says which elements of one list stay.
type RowCut struct {
	List string // JSON Pointer (RFC 6901) of the list; indexes in it are those of the document as it comes in
	Keep []int  // indexes of the elements that stay, ascending
}

// CutRows appends the document in src to dst without the elements the cuts leave out, and returns the extended slice
// and the number of elements left out. All that stays is copied byte by byte. A cut may name a list inside an element of another
// cut list; if that element goes, so does all in it, and its elements are not counted.
//
// The error means that src was not cut and has to be withheld: it is no JSON, a pointer leads nowhere or to something
// else than a list, a name on its way stands twice, an index is not there. dst then comes back with its old length.
func CutRows(dst, src []byte, cuts []RowCut) ([]byte, int, error) {
	root, err := newRowNode(cuts)
	if err != nil {
		return dst, 0, err
	}
	c := rowCutter{src: src, dst: dst}
	i, err := c.value(root, skipSpace(src, 0), 0)
	if err == nil {
		if i = skipSpace(src, i); i < len(src) {
			err = fault(i, "more data after the end of the document")
		}
	}
	if err != nil {
		return dst, 0, err
	}
	return append(c.dst, src[c.copied:]...), c.cut, nil
}

// rowNode is one place on the way to a list that is cut.
type rowNode struct {
	path  string
	cut   *RowCut // nil: only passed through
	below map[string]*rowNode
}

func newRowNode(cuts []RowCut) (*rowNode, error) {
	root := &rowNode{}
	for i := range cuts {
		pointer := cuts[i].List
		at := root
		if pointer != "" && pointer[0] != '/' {
			return nil, fmt.Errorf("%q is no JSON Pointer: it begins with a slash", pointer)
		}
		for _, token := range strings.Split(pointer, "/")[1:] {
			name := strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
			next := at.below[name]
			if next == nil {
				next = &rowNode{path: at.path + "/" + token}
				if at.below == nil {
					at.below = map[string]*rowNode{}
				}
				at.below[name] = next
			}
			at = next
		}
		if at.cut != nil {
			return nil, fmt.Errorf("%q is cut twice", pointer)
		}
		at.cut = &cuts[i]
	}
	return root, nil
}

// rowCutter is one pass over one document.
type rowCutter struct {
	src, dst []byte
	copied   int // src before this index is in dst, or cut
	cut      int
}

// value walks the value at src[i], which stands at node n, and returns the index after it.
func (c *rowCutter) value(n *rowNode, i, depth int) (int, error) {
	switch {
	case depth > MaxDepth:
		return i, fault(i, "nesting too deep")
	case i < len(c.src) && c.src[i] == '[':
		return c.list(n, i, depth+1)
	case n.cut != nil:
		return i, fmt.Errorf("%q, whose rows are to be cut, is no list", n.path)
	case i < len(c.src) && c.src[i] == '{':
		return c.object(n, i, depth+1)
	}
	return i, fmt.Errorf("%q is neither object nor list, and rows inside it are to be cut", n.path)
}

// object walks the members on the way.
func (c *rowCutter) object(n *rowNode, i, depth int) (int, error) {
	met := map[string]bool{}
	if i = skipSpace(c.src, i+1); i < len(c.src) && c.src[i] == '}' {
		return i + 1, n.missing(met)
	}
	for {
		if i >= len(c.src) || c.src[i] != '"' {
			return i, fault(i, "no member name where one should be")
		}
		end, escaped, err := skipString(c.src, i)
		if err != nil {
			return end, err
		}
		name := c.src[i+1 : end-1]
		if escaped {
			name, _ = unescape(nil, name)
		}
		if i, err = skipColon(c.src, end); err != nil {
			return i, err
		}
		if child := n.below[string(name)]; child != nil {
			if met[string(name)] {
				return i, fault(i, "a member on the way to a list stands twice")
			}
			met[string(name)] = true
			i, err = c.value(child, i, depth)
		} else {
			i, err = skipValue(c.src, i, depth)
		}
		if err != nil {
			return i, err
		}
		i = skipSpace(c.src, i)
		if i < len(c.src) && c.src[i] == '}' {
			return i + 1, n.missing(met)
		}
		if i >= len(c.src) || c.src[i] != ',' {
			return i, fault(i, "neither comma nor end of object after a member")
		}
		i = skipSpace(c.src, i+1)
	}
}

// missing is the error of a place the document does not have.
func (n *rowNode) missing(met map[string]bool) error {
	for name, child := range n.below {
		if !met[name] {
			return fmt.Errorf("%q, where rows are to be cut, is not there", child.path)
		}
	}
	return nil
}

// list walks the elements: what stays is walked on or copied, what goes is cut with one comma, the one before it, or, as long as nothing
// was kept, the one after.
func (c *rowCutter) list(n *rowNode, i, depth int) (int, error) {
	met := map[string]bool{}
	var keep []int
	if n.cut != nil {
		keep = n.cut.Keep
	}
	cutFrom, kept := i+1, false
	if i = skipSpace(c.src, i+1); i < len(c.src) && c.src[i] == ']' {
		return i + 1, n.leftOver(keep, met)
	}
	for index := 0; ; index++ {
		stays := n.cut == nil
		if len(keep) > 0 && keep[0] == index {
			stays, keep = true, keep[1:]
		}
		child := n.element(index, met)
		var err error
		if stays && child != nil {
			i, err = c.value(child, i, depth)
		} else {
			i, err = skipValue(c.src, i, depth)
		}
		if err != nil {
			return i, err
		}
		if stays {
			kept = true
		} else {
			c.leaveOut(cutFrom, i)
			c.cut++
		}
		i = skipSpace(c.src, i)
		if i < len(c.src) && c.src[i] == ']' {
			return i + 1, n.leftOver(keep, met)
		}
		if i >= len(c.src) || c.src[i] != ',' {
			return i, fault(i, "neither comma nor end of list after an element")
		}
		if cutFrom = i; !kept {
			c.leaveOut(i, i+1)
			cutFrom = i + 1
		}
		i = skipSpace(c.src, i+1)
	}
}

// element is the place of an element that leads on, nil for most.
func (n *rowNode) element(index int, met map[string]bool) *rowNode {
	if len(n.below) == 0 {
		return nil
	}
	name := strconv.Itoa(index)
	met[name] = true
	return n.below[name]
}

var errRowIndex = errors.New("a row that is to stay is not there, or the rows are not named in ascending order")

// leftOver refuses indexes that were not met.
func (n *rowNode) leftOver(keep []int, met map[string]bool) error {
	if len(keep) > 0 {
		return fmt.Errorf("%q: %w", n.path, errRowIndex)
	}
	return n.missing(met)
}

func (c *rowCutter) leaveOut(from, to int) {
	if from > c.copied {
		c.dst = append(c.dst, c.src[c.copied:from]...)
	}
	c.copied = to
}
