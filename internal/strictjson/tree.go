package strictjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// treeOptions leave duplicates to the reader below, which goes on after one and so finds them all.
//
//nolint:gochecknoglobals // a constant that Go cannot spell as one; options are read only
var treeOptions = jsonv2.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(false))

// Tree reads raw into nil, bool, string, json.Number, []any and map[string]any.
//
// It refuses what Decode refuses of any document, members of one object that differ only in case (by Unicode
// simple folding), and what goes beyond the limits. The error is an Errors. Where the only faults are doubled or similar
// names, the tree (holding the first of each) comes back beside the error, so that a caller can go on and report
// everything else that is wrong; it must not be used for anything more.
func Tree(raw []byte, limits Limits) (any, error) {
	limits = limits.withDefaults()
	if limits.Bytes > 0 && len(raw) > limits.Bytes {
		return nil, Errors{{
			Offset: -1, Kind: KindSize,
			Message: fmt.Sprintf("the document has %d bytes, at most %d are read; send less", len(raw), limits.Bytes),
		}}
	}
	r := treeReader{limits: limits}
	if err := jsonv2.Unmarshal(raw, &r, treeOptions); err != nil {
		// Broken syntax ends the reading, but the doubled names before it are faults of their own and stay in the list.
		if !errors.Is(err, errTooDeep) && !errors.Is(err, errExcessive) {
			r.faults = append(r.faults, syntaxError(raw, err, r.complete))
		}
		return nil, r.faults
	}
	if len(r.faults) > 0 {
		return r.root, r.faults
	}
	return r.root, nil
}

// Both end the reading; the fault itself is already noted.
var (
	errTooDeep   = errors.New("too deep")
	errExcessive = errors.New("excessive number")
)

// treeReader is one reading. It is an UnmarshalerFrom, because that is how the decoder lends out its pooled state.
type treeReader struct {
	limits   Limits
	depth    int
	names    []string // of the objects that are open, innermost last: for the comparison without case
	root     any
	complete bool // the root is read; what fails after that follows the document
	faults   Errors
}

// UnmarshalJSONFrom reads the one value of the document.
func (r *treeReader) UnmarshalJSONFrom(dec *jsontext.Decoder) (err error) {
	r.root, err = r.value(dec)
	r.complete = err == nil
	return err
}

// value reads one value of any kind.
func (r *treeReader) value(dec *jsontext.Decoder) (any, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return r.nested(dec, r.object)
	case '[':
		return r.nested(dec, r.list)
	case '"':
		return token.String(), nil
	case '0': // any number: the kind of all of them is named after one digit
		number := token.String()
		if why := refusal(number); why != "" {
			r.note(dec, KindNumber, why)
			return nil, errExcessive
		}
		return json.Number(number), nil
	case 't', 'f':
		return token.Bool(), nil
	default:
		return nil, nil
	}
}

// nested reads an object or list one level further down, if it may go there.
func (r *treeReader) nested(dec *jsontext.Decoder, read func(*jsontext.Decoder) (any, error)) (any, error) {
	if r.limits.Depth > 0 && r.depth >= r.limits.Depth {
		r.note(dec, KindDepth, fmt.Sprintf("nested deeper than %d levels; send a flatter document", r.limits.Depth))
		return nil, errTooDeep
	}
	r.depth++
	defer func() { r.depth-- }()
	return read(dec)
}

// list reads the elements after "[".
func (r *treeReader) list(dec *jsontext.Decoder) (any, error) {
	list := []any{}
	for dec.PeekKind() != ']' {
		v, err := r.value(dec)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.ReadToken()
	return list, err
}

// object reads the members after "{". Of doubled members the first is kept and the others are read past, so that
// faults inside them are found too.
func (r *treeReader) object(dec *jsontext.Decoder) (any, error) {
	object := map[string]any{}
	// The names of all open objects lie in one stack, so that reading a deep document allocates one list and not one for each object.
	folds := foldSet{names: r.names, from: len(r.names)}
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		_, doubled := object[name]
		if doubled {
			r.note(dec, KindDuplicate, "this member stands twice in one object; send it once")
		} else if !r.limits.CaseVariants {
			if twin, clash := folds.add(name); clash {
				r.note(dec, KindCase, fmt.Sprintf("differs from %q only in case; send one of the two", Clip(twin)))
			}
		}
		r.names = folds.names
		v, err := r.value(dec)
		if err != nil {
			return nil, err
		}
		folds.names = r.names // the value may have made the stack grow elsewhere; what it pushed it has taken off
		if !doubled {
			object[name] = v
		}
	}
	r.names = folds.names[:folds.from]
	_, err := dec.ReadToken()
	return object, err
}

// note records a fault at the token just read and goes on. A hostile document of a million doubled names must not
// become a million faults.
func (r *treeReader) note(dec *jsontext.Decoder, kind Kind, message string) {
	const most = 32
	if len(r.faults) >= most && kind != KindDepth && kind != KindNumber {
		return
	}
	pointer := clipPointer(strings.Clone(string(dec.StackPointer())))
	r.faults = append(r.faults, &Error{Pointer: pointer, Offset: int(dec.InputOffset()), Kind: kind, Message: message})
}
