package mask

import "bytes"

// maxQuoted is how often JSON may be wrapped in a JSON string: a text that says
// it is JSON in a string in a string is followed, and beyond that refused.
const maxQuoted = 3

// ApplyText appends the masked form of free text to dst if it is text the plan
// can be applied to: a JSON object or list, such a text written as a JSON
// string (up to three times over), or objects and lists one a line (NDJSON;
// empty lines are kept). Everything else, prose, CSV, JSON in a code fence, a
// lone number, is not ok: dst comes back with its old length and the caller
// withholds the text. Under an empty plan every text is ok as it stands.
// touched may be nil.
func (p *Plan) ApplyText(dst []byte, text string, touched *Touched) (masked []byte, ok bool) {
	if p.Empty() {
		return append(dst, text...), true
	}
	var counts Touched
	out, ok := p.applyText(dst, []byte(text), &counts, maxQuoted)
	if !ok {
		return dst, false
	}
	if touched != nil {
		touched.merge(&counts)
	}
	return out, true
}

// applyText applies the plan to text that may be quoted so many more times.
func (p *Plan) applyText(dst, text []byte, counts *Touched, quoted int) ([]byte, bool) {
	start := skipSpace(text, 0)
	if start == len(text) {
		return dst, false
	}
	switch text[start] {
	case '"':
		return p.applyQuoted(dst, text[start:], counts, quoted)
	case '{', '[':
		counts.Reset()
		// What is not one document may be one a line; then nothing of the first
		// try may count.
		if out, err := p.Apply(dst, text, counts); err == nil {
			return out, true
		}
		return p.applyLines(dst, text, counts)
	}
	return dst, false
}

// applyQuoted handles text that is one JSON string and holds JSON in turn.
func (p *Plan) applyQuoted(dst, text []byte, counts *Touched, quoted int) ([]byte, bool) {
	end, _, err := skipString(text, 0)
	if err != nil || quoted == 0 || skipSpace(text, end) != len(text) {
		return dst, false
	}
	inner, ok := unescape(nil, text[1:end-1])
	if !ok {
		return dst, false
	}
	masked, ok := p.applyText(nil, inner, counts, quoted-1)
	if !ok {
		return dst, false
	}
	return append(appendEscaped(append(dst, '"'), masked), '"'), true
}

// applyLines handles a text of which each line is an object or list.
func (p *Plan) applyLines(dst, text []byte, counts *Touched) ([]byte, bool) {
	if bytes.IndexByte(text, '\n') < 0 {
		return dst, false
	}
	counts.Reset()
	out := dst
	for line := range bytes.Lines(text) {
		at := skipSpace(line, 0)
		if at == len(line) {
			out = append(out, line...)
			continue
		}
		if line[at] != '{' && line[at] != '[' {
			return dst, false
		}
		var err error
		if out, err = p.Apply(out, line, counts); err != nil {
			return dst, false
		}
	}
	return out, true
}
