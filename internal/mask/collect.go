package mask

// Collect returns the texts (unescaped) and numbers (as written) at the paths
// of the plan, at any depth below an edited object or list too, in the order of
// the document and with repetitions. They are what must not appear elsewhere,
// in an error text above all: see [NewScrubber]. Names of members are not
// collected.
//
// The error is that of [Plan.Apply] and means that it is unknown which values
// are sensitive: free text about this document has to be withheld then.
func (p *Plan) Collect(src []byte) ([]string, error) {
	w := p.walkers.Get().(*walker)
	defer w.release()
	var values []string
	w.src, w.values = src, &values
	if err := w.document(); err != nil {
		return nil, err
	}
	return values, nil
}

// gather adds the texts and numbers in the checked value src[from:to].
func (w *walker) gather(from, to int) {
	for i := from; i < to; {
		switch c := w.src[i]; {
		case c == '"':
			end, _, _ := skipString(w.src, i) // checked before
			if next := skipSpace(w.src[:to], end); next == to || w.src[next] != ':' {
				w.text, _ = unescape(w.text[:0], w.src[i+1:end-1])
				*w.values = append(*w.values, string(w.text))
			}
			i = end
		case c == '-' || '0' <= c && c <= '9':
			end, _ := skipNumber(w.src, i) // checked before
			*w.values = append(*w.values, string(w.src[i:end]))
			i = end
		default:
			i++
		}
	}
}
