package fields_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// asTheEncoder checks that the table of a struct type is what encoding/json and strictjson write: the same members in the same order, each
// found at its index, each of its kind.
//
// In value nothing may be empty, or it may be missing for that.
func asTheEncoder(t *testing.T, value reflect.Value) {
	t.Helper()
	typ := value.Type()
	s, err := fields.Of(typ)
	require.NoError(t, err, typ)
	names, members := written(t, value.Interface(), json.Marshal)
	require.Equal(t, names, s.Names(), "%s\n%v", typ, members)
	if _, err := strictjson.Marshal(value.Interface()); err == nil { // it refuses names that clash inside one struct
		again, _ := written(t, value.Interface(), strictjson.Marshal)
		require.Equal(t, again, s.Names(), typ)
	}

	for i := range s.Fields {
		f := &s.Fields[i]
		at, err := value.FieldByIndexErr(f.Index)
		require.NoError(t, err, "%s.%s", typ, f.GoName)
		require.Equal(t, f.Type, at.Type(), "%s.%s", typ, f.GoName)
		require.True(t, isKind(f.Kind, members[i]), "%s.%s is written %s, which is no %s", typ, f.GoName, members[i], f.Kind)
		if !f.Quoted && at.CanInterface() {
			alone, err := json.Marshal(at.Interface())
			require.NoError(t, err)
			require.JSONEq(t, string(alone), string(members[i]), "%s.%s leads elsewhere", typ, f.GoName)
		}
	}

	// Of an empty value only the members that say so are missing.
	present, _ := written(t, reflect.New(typ).Elem().Interface(), json.Marshal)
	for i := range s.Fields {
		f := &s.Fields[i]
		if _, err := reflect.New(typ).Elem().FieldByIndexErr(f.Index); err != nil {
			continue // behind an embedded pointer that is nil
		}
		require.True(t, f.Optional || strings.Contains(fmt.Sprintf("%q", present), fmt.Sprintf("%q", f.Name)), "%s.%s is not optional and missing", typ, f.GoName)
	}
}

// written returns the members of the object v is written as, in order.
func written(t *testing.T, v any, marshal func(any) ([]byte, error)) (names []string, members []json.RawMessage) {
	t.Helper()
	text, err := marshal(v)
	require.NoError(t, err, "%T", v)
	d := json.NewDecoder(bytes.NewReader(text))
	_, err = d.Token()
	require.NoError(t, err)
	names = []string{}
	for d.More() {
		name, err := d.Token()
		require.NoError(t, err)
		names = append(names, name.(string))
		var member json.RawMessage
		require.NoError(t, d.Decode(&member))
		members = append(members, member)
	}
	return names, members
}

// isKind reports whether a member that is neither null nor empty is of a kind.
func isKind(k fields.Kind, member json.RawMessage) bool {
	switch k {
	case fields.Any:
		return true
	case fields.Text:
		return member[0] == '"'
	case fields.Integer, fields.Number:
		return member[0] == '-' || member[0] >= '0' && member[0] <= '9'
	case fields.Boolean:
		return member[0] == 't' || member[0] == 'f'
	case fields.List:
		return member[0] == '['
	case fields.Object, fields.Map:
		return member[0] == '{'
	default:
		return false
	}
}

// fill puts something that is not empty into everything that can be set.
func fill(v reflect.Value, depth int) {
	if !v.CanSet() || depth > 20 {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1, 0).UTC()))
		return
	case json.Number:
		v.SetString("7")
		return
	case json.RawMessage:
		v.SetBytes([]byte(`["raw"]`))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("x")
	case reflect.Float32, reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Interface:
		if v.NumMethod() == 0 {
			v.Set(reflect.ValueOf("x"))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth+1)
		fill(elem, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, elem)
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, depth+1)
		}
	default:
		switch {
		case v.CanInt():
			v.SetInt(1)
		case v.CanUint():
			v.SetUint(1)
		}
	}
}

// randomStruct makes a struct type of few names and many clashes, with structs embedded by value and by pointer.
func randomStruct(r *rand.Rand, depth int) reflect.Type {
	leaves := []reflect.Type{
		reflect.TypeFor[int](), reflect.TypeFor[string](), reflect.TypeFor[bool](), reflect.TypeFor[uint8](), reflect.TypeFor[float32](),
		reflect.TypeFor[*int](), reflect.TypeFor[**bool](), reflect.TypeFor[any](), reflect.TypeFor[[]string](), reflect.TypeFor[[]byte](),
		reflect.TypeFor[[2]int](), reflect.TypeFor[map[string]int](), reflect.TypeFor[map[int]bool](), reflect.TypeFor[time.Time](),
		reflect.TypeFor[json.Number](), reflect.TypeFor[json.RawMessage](), reflect.TypeFor[time.Duration](), reflect.TypeFor[*time.Time](),
	}
	tags := []string{"", "", "", `json:"a"`, `json:"B"`, `json:"c,omitempty"`, `json:",omitzero"`, `json:"-"`, `json:"d e"`}
	names := []string{"A", "B", "C", "D", "E"}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var list []reflect.StructField
	for _, name := range names[:1+r.IntN(len(names))] {
		f := reflect.StructField{Name: name, Type: leaves[r.IntN(len(leaves))], Tag: reflect.StructTag(tags[r.IntN(len(tags))])}
		if depth > 0 && r.IntN(2) == 0 {
			f.Type = randomStruct(r, depth-1)
			if r.IntN(3) == 0 {
				f.Type = reflect.PointerTo(f.Type)
			}
			f.Anonymous = r.IntN(4) > 0
		} else if k := fields.KindOf(f.Type); (k == fields.Integer || k == fields.Number || k == fields.Boolean) && r.IntN(4) == 0 {
			f.Tag = `json:",string"` // on others strictjson refuses what encoding/json does not look at
		}
		list = append(list, f)
	}
	return reflect.StructOf(list)
}

// TestOfIsTheEncoder: for any struct type the table says what the encoders write.
func TestOfIsTheEncoder(t *testing.T) {
	t.Parallel()
	const seed = 20
	r := rand.New(rand.NewPCG(seed, seed))
	for range 3000 {
		value := reflect.New(randomStruct(r, 3)).Elem()
		fill(value, 0)
		asTheEncoder(t, value)
	}
}

// What reflect.StructOf cannot make: types with names, that are not exported, with methods, that hold themselves.

type leaf struct {
	Leaf  int `json:"leaf"`
	Clash int `json:"clash"`
}

type middle struct{ leaf }

type upper struct {
	middle
	Upper string
}

type lower struct {
	middle
	Lower string
}

type Exported struct {
	Shown  string
	hidden string //nolint:unused // the encoder must not see it
}

type Word string

type word string

type selfish struct {
	*selfish //nolint:unused // embedding is all it does
	A        int
}

type ring struct {
	*chain
	R int
}

type chain struct {
	*ring
	C int
}

type marshalsA struct{ A int }

func (marshalsA) MarshalJSON() ([]byte, error) { return []byte(`"a"`), nil }

type marshalsB struct{ B int }

func (marshalsB) MarshalJSON() ([]byte, error) { return []byte(`"b"`), nil }

type flag *bool

func TestOfIsTheEncoderForEmbeddedTypes(t *testing.T) {
	t.Parallel()
	yes := true
	for name, value := range map[string]any{
		"by value":              struct{ Exported }{Exported{Shown: "x"}},
		"by pointer":            struct{ *Exported }{&Exported{Shown: "x"}},
		"unexported by value":   struct{ leaf }{leaf{1, 2}},
		"unexported by pointer": struct{ *leaf }{&leaf{1, 2}},
		"with a name": struct {
			Exported `json:"named"`
		}{Exported{Shown: "x"}},
		"unexported with a name": struct {
			leaf `json:"named"`
		}{leaf{1, 2}},
		"with options only": struct {
			Exported `json:",omitzero"`
		}{Exported{Shown: "x"}},
		"left out": struct {
			Exported `json:"-"`
			A        int
		}{Exported{}, 1},
		"a text": struct{ Word }{"x"},
		"an unexported text": struct {
			word
			A int
		}{"x", 1},
		"an interface":                struct{ fmt.Stringer }{time.Second},
		"a list is named by its type": struct{ List }{List{"x"}},
		"the outer one hides": struct {
			leaf
			Clash string `json:"clash"`
		}{leaf{1, 2}, "outer"},
		"the tagged one hides": struct {
			upper
			Tagged `json:""`
		}{upper{}, Tagged{"x"}},
		"two of one level clash": struct {
			leaf
			*Second
		}{leaf{1, 2}, &Second{"x"}},
		"one type twice": struct {
			upper
			lower
		}{upper{middle{leaf{1, 2}}, "u"}, lower{middle{leaf{3, 4}}, "l"}},
		"itself":                   selfish{A: 1},
		"itself by way of another": ring{chain: &chain{C: 2}, R: 1},
		"two that marshal themselves": struct {
			marshalsA
			marshalsB
		}{marshalsA{1}, marshalsB{2}},
		"the name dash": struct {
			A int `json:"-,"` //nolint:staticcheck // SA5008 takes the name for a slip, here it is meant
		}{1},
		"quoted behind a pointer": struct {
			A *bool `json:"a,string"`
		}{&yes},
		"not quoted behind a named one": struct {
			A flag `json:"a,string"`
		}{&yes},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asTheEncoder(t, reflect.ValueOf(value))
		})
	}
}

type List []string

type Second struct {
	Clash string `json:"clash"`
}

type Tagged struct {
	Other string `json:"Upper"`
}
