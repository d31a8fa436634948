package schema

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/strictjson"
)

type quickIn struct {
	ID    string   `json:"id" jsonschema:"pattern=^c_[0-9]+$"`
	Kind  string   `json:"kind" jsonschema:"enum=a,enum=b"`
	Mail  string   `json:"mail,omitempty" jsonschema:"format=email"`
	Count int      `json:"count,omitempty" jsonschema:"minimum=1,maximum=500"`
	Small int8     `json:"small,omitempty"`
	Many  uint64   `json:"many,omitempty"`
	Ratio float64  `json:"ratio"`
	Open  bool     `json:"open,omitempty" jsonschema:"default=true"`
	Page  int      `json:"page,omitempty" jsonschema:"default=7,minimum=1"`
	Tags  []string `json:"tags,omitempty" jsonschema:"minItems=1,maxItems=3,minLength=2"`
	Nums  []int    `json:"nums,omitempty"`
}

// TestQuickAgrees compares both ways of reading on documents near the edge of what is right.
func TestQuickAgrees(t *testing.T) {
	t.Parallel()
	in, err := NewInput(reflect.TypeFor[quickIn]())
	require.NoError(t, err)
	require.NotNil(t, in.quick)
	values := map[string][]string{
		"id": {`"c_1"`, `"c_1"`, `"c_1"`, `"d"`, `null`, `1`, `"c_\u0031"`, `""`}, "kind": {`"a"`, `"b"`, `"a"`, `"c"`, `["a"]`},
		"mail": {`"a@b.example"`, `"x"`, `""`, `null`}, "count": {`1`, `500`, `0`, `501`, `1.0`, `1e2`, `-1`, `null`, `"1"`, `9007199254740993`},
		"small": {`127`, `128`, `-128`, `0`}, "many": {`18446744073709551615`, `18446744073709551616`, `-1`, `0`},
		"ratio": {`0.5`, `1`, `2e3`, `0`, `-0.0`, `1e400`, `1e-400`, `1e-401`, `0.` + strings.Repeat("1", 70), `0.` + strings.Repeat("1", 600), `NaN`}, "open": {`true`, `false`, `0`, `null`},
		"tags": {`["ab"]`, `["ab","cd"]`, `[]`, `["a"]`, `["ab",null]`, `["null"]`, `null`, `"ab"`, `[["ab"]]`, `["ab","ab","ab","ab"]`}, "nums": {`[1,2]`, `[1.5]`, `[1e1]`, `[null]`, `[]`, `{}`},
		"x": {`1`}, "ID": {`"c_1"`}, "i\\u0064": {`"c_1"`},
	}
	names := []string{"id", "kind", "mail", "count", "small", "many", "ratio", "open", "tags", "nums", "x", "ID", "i\\u0064"}
	random := rand.New(rand.NewPCG(1, 2))
	yes := 0
	for range 60_000 {
		var members []string
		for i, name := range names {
			odds := 3 // mostly what belongs there
			if i >= 10 {
				odds = 60
			}
			if name == "id" || name == "kind" || name == "ratio" {
				if random.IntN(30) == 0 {
					continue
				}
			} else if random.IntN(odds) != 0 {
				continue
			}
			of := values[name]
			pick := of[random.IntN(len(of))]
			if random.IntN(4) != 0 {
				pick = of[0]
			}
			members = append(members, fmt.Sprintf(`"%s":%s`, name, pick))
			if random.IntN(100) == 0 {
				members = append(members, members[len(members)-1])
			}
		}
		random.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		doc := []byte("{" + strings.Join(members, " , ") + "}" + []string{"", " ", "x", "{}"}[min(random.IntN(60), 3)%4*min(1, random.IntN(20)/19)])
		whole, wholeErr := in.decodeWhole(doc, strictjson.Limits{})
		if _, ok := in.quick.read(doc, reflect.New(in.typ), strictjson.Limits{}); ok {
			yes++
			require.NoError(t, wholeErr, "%s", doc)
			value, err := in.Decode(doc, strictjson.Limits{})
			require.NoError(t, err)
			require.Equal(t, whole, value, "%s", doc)
		}
	}
	require.Greater(t, yes, 5_000, "the quick way is hardly ever gone")
}

func TestQuickKnowsItsLimits(t *testing.T) {
	t.Parallel()
	in, err := NewInput(reflect.TypeFor[quickIn]())
	require.NoError(t, err)
	doc := []byte(`{"id":"c_1","kind":"a","ratio":1}`)
	read := func(doc []byte, l strictjson.Limits) bool {
		_, ok := in.quick.read(doc, reflect.New(in.typ), l)
		return ok
	}
	require.True(t, read(doc, strictjson.Limits{}))
	require.True(t, read(doc, strictjson.Limits{Bytes: -1}))
	require.False(t, read(doc, strictjson.Limits{Bytes: 10}))
	require.False(t, read(doc, strictjson.Limits{Depth: 1}))
	for _, bad := range []string{``, ` `, `[]`, `{`, `{"id":"c_1","kind":"a","ratio":1}}`, `{"id":"c_1","kind":"a","ratio":1,"id":"c_2"}`, "{\"id\":\"c_1\",\"kind\":\"a\",\"ratio\":1,\"mail\":\"\xff@b.example\"}"} {
		require.False(t, read([]byte(bad), strictjson.Limits{}), "%q", bad)
	}
	type nested struct {
		In quickIn `json:"in"`
	}
	type open struct {
		A any `json:"a"`
	}
	type ptr struct {
		P *int `json:"p,omitempty"`
	}
	type bounded struct {
		F float64 `json:"f" jsonschema:"maximum=0.1"` // judged as it is written, which a float64 forgets
	}
	type floats struct {
		F []float64 `json:"f"`
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[nested](), reflect.TypeFor[open](), reflect.TypeFor[bounded](), reflect.TypeFor[floats]()} {
		in, err := NewInput(typ)
		require.NoError(t, err)
		require.Nil(t, in.quick)
	}
	pointer, err := NewInput(reflect.TypeFor[ptr]())
	require.NoError(t, err)
	if pointer.quick != nil {
		value, err := pointer.Decode([]byte(`{"p":null}`), strictjson.Limits{})
		whole, wholeErr := pointer.decodeWhole([]byte(`{"p":null}`), strictjson.Limits{})
		require.Equal(t, wholeErr == nil, err == nil)
		require.Equal(t, whole, value)
	}
}
