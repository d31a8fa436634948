package schema

import "github.com/mcpgov/go-sdk/internal/strictjson"

// ValidateDocument validates bytes against the whole advertised schema, as a strict client does.
func (o *Output) ValidateDocument(body []byte) error {
	tree, err := strictjson.Tree(body, strictjson.Limits{Bytes: -1, Depth: -1, CaseVariants: true})
	if err != nil {
		return err
	}
	return o.validator.Validate(tree)
}

// The tables of keywords, which the documentation repeats.
var (
	Generic  = generic
	ListKeys = listKeys
	KeysFor  = keysFor
)
