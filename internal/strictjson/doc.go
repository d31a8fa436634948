// Package strictjson reads and writes JSON so that two readers of the same bytes can never see two things.
//
//	var in LookupIn
//	if err := strictjson.Decode(raw, &in); err != nil { ... }        // into a Go value
//	tree, err := strictjson.Tree(raw, strictjson.Limits{})           // into maps, lists and json.Number
//	body, err := strictjson.Marshal(out)                             // nil slices as [], nil maps as {}
//
// encoding/json takes the last of two members with one name, matches names without regard to case and ignores
// what it does not know; other readers take the first, or match exactly. Whoever judges such a document and
// whoever acts on it may disagree. Here all of that is refused, and so are invalid UTF-8, lone surrogates and
// trailing data.
//
// Struct tags mean what they mean to encoding/json. This is the only package that imports
// github.com/go-json-experiment/json, which becomes encoding/json/v2; when that is stable this package changes
// and nothing else does. All functions are safe for concurrent use.
package strictjson
