package strictjson

import (
	"errors"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// syntaxError turns an error of the decoder into ours. What is wrong is read off the bytes at the offset, not off
// the decoder's text, which quotes input and is not promised to stay.
func syntaxError(raw []byte, err error, complete bool) *Error {
	fault := &Error{Offset: -1, Kind: KindSyntax}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		fault.Offset = int(syntactic.ByteOffset)
		fault.Pointer = clipPointer(string(syntactic.JSONPointer))
	}
	at := fault.Offset
	// The order is that of certainty: bytes that are not UTF-8 make the decoder stumble anywhere, so they are looked for before what
	// stands at the offset is taken for the fault; and what follows a complete document is no fault of the place where it stands.
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		fault.Kind = KindDuplicate
		fault.Message = "this member stands twice in one object; send it once"
	case invalidUTF8(raw) >= 0:
		fault.Kind, fault.Offset = KindUTF8, invalidUTF8(raw)
		fault.Message = "the bytes are not UTF-8; encode the document as UTF-8"
	case complete:
		fault.Kind, fault.Pointer = KindTrailing, ""
		fault.Message = "something follows the end of the document; send exactly one JSON value"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), at >= len(raw):
		fault.Offset = len(raw)
		fault.Message = "the document ends too early; close every string, list and object"
	case at >= 0 && isSurrogateEscape(raw[at:]):
		fault.Kind = KindUTF8
		fault.Message = `a \u escape names half a surrogate pair; write both halves, or the character itself`
	case at >= 0 && raw[at] == '\\':
		fault.Message = `a backslash escape that JSON does not have; write one of \" \\ \/ \b \f \n \r \t \uXXXX`
	default:
		fault.Message = "this is not JSON here; write a value, a comma or a closing bracket as the grammar asks"
	}
	return fault
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1. It is called for documents that are refused only.
func invalidUTF8(raw []byte) int {
	if utf8.Valid(raw) {
		return -1
	}
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// isSurrogateEscape reports whether s begins with an escape of the range U+D800 to U+DFFF. Where the decoder stopped at one, its other half
// is missing or comes first.
func isSurrogateEscape(s []byte) bool {
	return len(s) >= 4 && s[0] == '\\' && s[1] == 'u' && (s[2] == 'd' || s[2] == 'D') && s[3] >= '8'
}
