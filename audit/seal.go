package audit

import "strconv"

// draft is the line of a record without the members that only the log can write, and where those belong. Callers make drafts at the same
// time; the writer seals them one after the other.
type draft struct {
	line []byte
	gaps gaps
}

// gaps are the places in a draft, as offsets, where the members of the chain belong.
type gaps struct{ hash, prev, seq int }

// encode makes d the draft of r.
func (d *draft) encode(r *Record) (err error) {
	if d.line, err = r.appendUpToHash(d.line[:0]); err != nil {
		return err
	}
	d.gaps.hash = len(d.line)
	d.line = r.appendUpToPrev(d.line)
	d.gaps.prev = len(d.line)
	if d.line, err = r.appendUpToSeq(d.line); err != nil {
		return err
	}
	d.gaps.seq = len(d.line)
	d.line = r.appendRest(d.line)
	return nil
}

const (
	hashName   = `"hash":"`
	hashMember = len(hashName) + hashLength + len(`",`)
)

// seal appends the finished line of d to dst, line end included, as the record after last, and moves last on.
func (c *chain) seal(dst []byte, d draft, last *link) []byte {
	gaps := d.gaps
	// The hash covers the line as if it had no hash: the part before the member and the part behind it. Both are written first, around room
	// for the hash, and then hashed where they stand, so that nothing is copied twice.
	dst = append(dst, d.line[:gaps.hash]...)
	before := len(dst)
	dst = append(dst, hashName...)
	dst = append(dst, genesis...) // room for the hash
	dst = append(dst, `",`...)
	after := len(dst)
	dst = append(dst, d.line[gaps.hash:gaps.prev]...)
	dst = append(dst, `"prev":"`...)
	dst = append(dst, last.hash[:]...)
	dst = append(dst, `",`...)
	dst = append(dst, d.line[gaps.prev:gaps.seq]...)
	dst = append(dst, `"seq":`...)
	dst = strconv.AppendUint(dst, last.seq+1, 10)
	dst = append(dst, ',')
	dst = append(dst, d.line[gaps.seq:]...)

	last.seq++
	start := before - gaps.hash
	last.hash = c.hash(dst[start:before], dst[after:])
	copy(dst[before+len(hashName):], last.hash[:])
	return append(dst, '\n')
}
