package strictjson

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// shallow keeps decoders for Members: a new one costs more than what it reads here.
//
//nolint:gochecknoglobals // a pool holds nothing but memory
var shallow = sync.Pool{New: func() any { return new(shallowReader) }}

type shallowReader struct {
	decoder jsontext.Decoder
	source  bytes.Buffer
	seen    foldSet
}

// Members shows each member of one object to visit, without looking into its value, which is a part of raw. A
// name that stands in it twice, or twice but for case, data after the object, and whatever is no object are an
// *Error; members may have been shown by then.
func Members(raw []byte, visit func(name string, value []byte)) error {
	r := shallow.Get().(*shallowReader) //nolint:forcetypeassert // the pool's own
	defer shallow.Put(r)
	r.source = *bytes.NewBuffer(raw)
	r.seen = foldSet{names: r.seen.names[:0]}
	d := &r.decoder
	d.Reset(&r.source, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if d.PeekKind() != '{' {
		return &Error{Kind: KindType, Message: "write one JSON object"}
	}
	if _, err := d.ReadToken(); err != nil {
		return syntaxError(raw, err, false)
	}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return syntaxError(raw, err, false)
		}
		name := token.String()
		if _, twice := r.seen.add(name); twice {
			return &Error{Offset: int(d.InputOffset()), Kind: KindDuplicate, Message: fmt.Sprintf("the member %q stands here twice; keep one", Clip(name))}
		}
		value, err := d.ReadValue()
		if err != nil {
			return syntaxError(raw, err, false)
		}
		visit(name, value)
	}
	if _, err := d.ReadToken(); err != nil {
		return syntaxError(raw, err, false)
	}
	if rest := bytes.TrimSpace(raw[d.InputOffset():]); len(rest) > 0 {
		return &Error{Offset: int(d.InputOffset()), Kind: KindTrailing, Message: "something follows the object; send one object alone"}
	}
	return nil
}
