package strictjson

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// Flat shows the members of one object whose names are written without escapes, and reports whether raw is such an
// object and visit was content with each. It is for a quick look at documents that Decode reads as well: it does not
// notice names given twice, and says nothing about what is wrong. name and value are parts of raw.
func Flat(raw []byte, visit func(name, value []byte) bool) bool {
	r := shallow.Get().(*shallowReader) //nolint:forcetypeassert // the pool's own
	defer shallow.Put(r)
	r.source = *bytes.NewBuffer(raw)
	d := &r.decoder
	d.Reset(&r.source, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if _, err := d.ReadToken(); err != nil || raw[0] != '{' {
		return false
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadValue()
		if err != nil || bytes.IndexByte(name, '\\') >= 0 {
			return false
		}
		value, err := d.ReadValue()
		if err != nil || !visit(name[1:len(name)-1], value) {
			return false
		}
	}
	_, err := d.ReadToken()
	return err == nil && len(bytes.TrimSpace(raw[d.InputOffset():])) == 0
}
