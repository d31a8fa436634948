package strictjson

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// Members reads one object without looking into its values. A name that stands in it twice, or twice but for
// case, data after the object, and whatever is no object are an *Error. The values belong to raw.
func Members(raw []byte) (map[string]json.RawMessage, error) {
	d := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if d.PeekKind() != '{' {
		return nil, &Error{Kind: KindType, Message: "write one JSON object"}
	}
	members := map[string]json.RawMessage{}
	var seen foldSet
	if _, err := d.ReadToken(); err != nil {
		return nil, syntaxError(raw, err, false)
	}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return nil, syntaxError(raw, err, false)
		}
		name := token.String()
		if _, twice := seen.add(name); twice {
			return nil, &Error{Offset: int(d.InputOffset()), Kind: KindDuplicate, Message: fmt.Sprintf("the member %q stands here twice; keep one", Clip(name))}
		}
		value, err := d.ReadValue()
		if err != nil {
			return nil, syntaxError(raw, err, false)
		}
		members[name] = json.RawMessage(bytes.Clone(value))
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, syntaxError(raw, err, false)
	}
	if rest := bytes.TrimSpace(raw[d.InputOffset():]); len(rest) > 0 {
		return nil, &Error{Offset: int(d.InputOffset()), Kind: KindTrailing, Message: "something follows the object; send one object alone"}
	}
	return members, nil
}
