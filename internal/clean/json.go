package clean

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mcpgov/go-sdk/internal/canon"
)

var errMalformed = errors.New("the document is no JSON")

// JSON cleans every text of a JSON document, names of members included, and appends it to dst. Everything else stays to the byte. A document in
// which nothing is found is returned as it came: src itself, and dst is not used. Where cleaning makes two names of one object equal, that is an
// error: one would hide the other.
func (c *Cleaner) JSON(dst, src []byte) ([]byte, Counts, error) {
	var counts Counts
	if c.Idle() || !c.options.Patterns && !suspiciousJSON(src) {
		return src, counts, nil
	}
	kept, names := 0, false
	for i := 0; i < len(src); i++ {
		if src[i] != '"' {
			continue
		}
		end := stringEnd(src, i)
		if end < 0 {
			return nil, counts, errMalformed
		}
		quoted := src[i:end]
		if c.options.Patterns || suspiciousJSON(quoted) {
			var text string
			if json.Unmarshal(quoted, &text) != nil {
				return nil, counts, errMalformed
			}
			cleaned, found, err := c.Text(text)
			if err != nil {
				return nil, counts, err
			}
			if found.Sum() > 0 {
				counts.add(found)
				dst = canon.AppendString(append(dst, src[kept:i]...), cleaned)
				kept = end
				names = names || isName(src[end:])
			}
		}
		i = end - 1
	}
	if kept == 0 {
		return src, counts, nil
	}
	dst = append(dst, src[kept:]...)
	if names {
		if _, err := canon.JSON(dst); err != nil {
			return nil, counts, fmt.Errorf("%w, without which two members of an object have one name", ErrRefused)
		}
	}
	return dst, counts, nil
}

// stringEnd returns the end of the string that begins at i, -1 if it has none.
func stringEnd(src []byte, i int) int {
	for i++; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// isName reports whether what stands before rest is the name of a member.
func isName(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

// suspiciousJSON is a quick look at JSON: false if no text in it can hold anything that is cleaned. Results of 25 KB are looked at on every call,
// so it takes eight bytes at once where they are plain.
func suspiciousJSON(src []byte) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for i := 0; i < len(src); {
		if i+8 <= len(src) {
			x := binary.LittleEndian.Uint64(src[i:])
			escape, del := x^('\\'*ones), x^(0x7f*ones)
			if (x|(escape-ones)&^escape|(del-ones)&^del)&highs == 0 {
				i += 8
				continue
			}
		}
		for end := min(i+8, len(src)); i < end; i++ {
			switch b := src[i]; {
			case b == 0x7f, b >= 0xc2 && suspiciousLead(src, i):
				return true
			case b == '\\' && i+1 < len(src):
				if next := src[i+1]; next == 'u' || next == 'b' || next == 'f' {
					return true
				}
			}
		}
	}
	return false
}
