package mcpgov

// halfMade is what a failing handler returned beside its error: what of it must be found in the error's text.
type halfMade struct {
	values []string // sensitive ones
	people []string // whom it is about
	opaque bool     // it cannot be read, and so the text cannot be searched
}

// begunValues finds what is sensitive in a result a handler had begun when it failed.
func (c *call) begunValues(out any) (h halfMade) {
	t := c.shows
	if out == nil || t.either.fields.Empty() && t.subjectsOut.none() && len(t.rows) == 0 {
		return h
	}
	if len(t.rows) > 0 {
		return halfMade{opaque: true} // any value may be one of a row this caller does not get
	}
	body, err := c.target.encode(out)
	if err != nil {
		return halfMade{opaque: true}
	}
	if h.people, err = t.subjectsOut.in(body); err != nil {
		return halfMade{opaque: true}
	}
	if h.values, err = t.either.fields.Collect(body); err != nil {
		return halfMade{opaque: true}
	}
	return h
}

// noteHalfMade keeps out of every text of the call what its handler had begun.
func (c *call) noteHalfMade(h halfMade) {
	c.secrets.begun(h.values, h.opaque)
	c.people.begun(h.people, h.opaque)
}
