package mask

// Present adds to touched which edits would meet a value in src, other than
// null, and changes nothing. Edits below another's place meet none, as in
// [Plan.Apply].
//
// The error is that of [Plan.Apply] and means that it is unknown what is there.
func (p *Plan) Present(src []byte, touched *Touched) error {
	w := p.walkers.Get().(*walker)
	defer w.release()
	touched.reserve(len(p.edits))
	w.src, w.counts, w.looking = src, touched.counts, true
	return w.document()
}
