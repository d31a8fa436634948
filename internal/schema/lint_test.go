package schema_test

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/schema"
)

type selfEmbedding struct{ *selfEmbedding }

type nest []nest

type ownJSON struct {
	Secret string `gov:"pii"`
}

func (ownJSON) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

type hiddenBase struct {
	Name string `json:"name" gov:"pii"`
}

// TestLint is every fault a tag or a type can have, with a word of what the error says to do about it.
func TestLint(t *testing.T) {
	t.Parallel()
	// Not written as a type, because go vet finds it too.
	twice := reflect.StructOf([]reflect.StructField{
		{Name: "A", Type: reflect.TypeFor[int](), Tag: `json:"id"`}, {Name: "B", Type: reflect.TypeFor[string](), Tag: `json:"id"`},
	})
	for name, c := range map[string]struct {
		typ  reflect.Type
		want string
	}{
		"misspelt key": {reflect.TypeFor[struct {
			A string `jsonschema:"minlength=3"`
		}](), `unknown keyword "minlength" (did you mean "minLength"?)`},
		"misspelt far": {reflect.TypeFor[struct {
			A string `jsonschema:"patern=^a$"`
		}](), `did you mean "pattern"?`},
		"wrong kind": {reflect.TypeFor[struct {
			A string `jsonschema:"minimum=3"`
		}](), "minimum= does not fit a field that is string"},
		"wrong kind of element": {reflect.TypeFor[struct {
			A []int `jsonschema:"pattern=a"`
		}](), "pattern= does not fit a field that is array of integer"},
		"enum on bool": {reflect.TypeFor[struct {
			A bool `jsonschema:"enum=true"`
		}](), "enum= does not fit"},
		"default on object": {reflect.TypeFor[struct {
			A struct{} `jsonschema:"default={}"`
		}](), "default= does not fit"},
		"bad number": {reflect.TypeFor[struct {
			A int `jsonschema:"minimum=many"`
		}](), "write a number"},
		"bad length": {reflect.TypeFor[struct {
			A string `jsonschema:"minLength=-1"`
		}](), "write a whole number"},
		"bad multipleOf": {reflect.TypeFor[struct {
			A int `jsonschema:"multipleOf=0"`
		}](), "above 0"},
		"integer with fraction": {reflect.TypeFor[struct {
			A int `jsonschema:"default=1.5"`
		}](), "write an integer"},
		"comma": {reflect.TypeFor[struct {
			A string `jsonschema:"pattern=^a{1,3}$"`
		}](), `.A: jsonschema tag: pattern=^a{1: if the comma belongs to it, write \\,: ^a{1\\,3}$`},
		"comma and backslash in pattern": {reflect.TypeFor[struct {
			A string `jsonschema:"pattern=^\\d{1,3}$,maxLength=3"`
		}](), `: ^\\d{1\\,3}$`},
		"comma between values": {reflect.TypeFor[struct {
			A string `jsonschema:"enum=a,b,c,required"`
		}](), `enum=a: write enum= once for each value: enum=a,enum=b,enum=c; a comma that belongs to one is written \\,`},
		"word after a keyword": {reflect.TypeFor[struct {
			A string `jsonschema:"title=A,requird"`
		}](), `(did you mean "required"?)`},
		"word after a word": {reflect.TypeFor[struct {
			A string `jsonschema:"required,always"`
		}](), `"always" is neither a keyword=value nor required or nullable; a comma inside a value is written \\,`},
		"description of the MCP SDK": {reflect.TypeFor[struct {
			A string `jsonschema:"The id of the thing"`
		}](), `"The id of the thing" is no keyword: write description=The id of the thing`},
		"description of the MCP SDK with a comma": {reflect.TypeFor[struct {
			A string `jsonschema:"The id, where id = key"`
		}](), `write description=The id\\, where id = key`},
		"comma in description": {reflect.TypeFor[struct {
			A string `jsonschema:"description=One, two"`
		}](), `description=One: if the comma belongs to it, write \\,: One\\, two`},
		"trailing comma": {reflect.TypeFor[struct {
			A string `jsonschema:"title=A,"`
		}](), "two commas"},
		"twice": {reflect.TypeFor[struct {
			A string `jsonschema:"title=A,title=B"`
		}](), "written twice"},
		"enum with semicolons": {reflect.TypeFor[struct {
			A string `jsonschema:"enum=a;b"`
		}](), "write enum= once for each value"},
		"unknown format": {reflect.TypeFor[struct {
			A string `jsonschema:"format=datetime"`
		}](), `did you mean "date-time"?`},
		"format of a time": {reflect.TypeFor[struct {
			A time.Time `jsonschema:"format=date"`
		}](), "time.Time is always"},
		"type": {reflect.TypeFor[struct {
			A string `jsonschema:"type=integer"`
		}](), "the Go type decides it"},
		"hidden": {reflect.TypeFor[struct {
			A string `jsonschema:"-"`
		}](), `write json:"-"`},
		"default fails pattern": {reflect.TypeFor[struct {
			A string `jsonschema:"pattern=^a$,default=b"`
		}](), "default=b does not fit the field's own schema"},
		"example fails maximum": {reflect.TypeFor[struct {
			A int `jsonschema:"maximum=3,example=4"`
		}](), "example=4 does not fit"},
		"enum fails length": {reflect.TypeFor[struct {
			A []string `jsonschema:"minLength=2,enum=a,enum=bb"`
		}](), "enum=a does not fit"},
		"default fails go kind": {reflect.TypeFor[struct {
			A uint8 `jsonschema:"default=300"`
		}](), "default=300 does not fit"},
		"default fails maxItems": {reflect.TypeFor[struct {
			A []int `jsonschema:"maxItems=1,default=1,default=2"`
		}](), "at most 1"},
		"default and required": {reflect.TypeFor[struct {
			A int `jsonschema:"default=1,required"`
		}](), "contradict"},
		"json option": {reflect.TypeFor[struct {
			A int `json:"a,omitemtpy"` //nolint:staticcheck // SA5008 is what this package has to find by itself
		}](), `did you mean "omitempty"?`},
		"json string on text": {reflect.TypeFor[struct {
			A string `json:"a,string"`
		}](), "does nothing"},
		"one name twice":       {twice, `Go struct fields A and B conflict over JSON object name "id"`},
		"one name twice below": {reflect.StructOf([]reflect.StructField{{Name: "In", Type: reflect.SliceOf(twice)}}), `Go struct fields A and B conflict over JSON object name "id"`},
		"string on a list": {reflect.TypeFor[struct {
			A []int `json:"a,string"` //nolint:staticcheck // SA5008 is what this package has to find by itself
		}](), `"string" does nothing`},
		"unknown mask": {reflect.TypeFor[struct {
			A string `gov:"pii,mask=emial"`
		}](), `.A: gov tag: mask "emial" is not known (did you mean "email"?); write one of redact, null,`},
		"names but for case": {reflect.TypeFor[struct {
			A int `json:"id"`
			B int `json:"ID"`
		}](), "only in case"},
		"gov on json dash": {reflect.TypeFor[struct {
			A string `json:"-" gov:"pii"`
		}](), "protects and describes nothing"},
		"gov on unexported": {reflect.TypeFor[struct {
			a string `gov:"pii"`
		}](), "protects and describes nothing"},
		"gov on embedded": {reflect.TypeFor[struct {
			hiddenBase `gov:"pii"`
		}](), "protects and describes nothing"},
		"gov on shadowed": {reflect.TypeFor[struct {
			hiddenBase
			Name string `json:"name"`
		}](), "hidden by another"},
		"gov in own json": {reflect.TypeFor[struct{ A ownJSON }](), "the type writes its own JSON"},
		"gov unknown key": {reflect.TypeFor[struct {
			A string `gov:"pii,maks=email"`
		}](), "unknown key"},
		"gov unknown mask": {reflect.TypeFor[struct {
			A string `gov:"pii,mask=blur"`
		}](), "not known"},
		"text mask on number": {reflect.TypeFor[struct {
			A int `gov:"pii,mask=email"`
		}](), "write mask=null, redact or zero"},
		"zero on list": {reflect.TypeFor[struct {
			A []string `gov:"pii,mask=zero"`
		}](), "write mask=null or redact"},
		"last4 on map": {reflect.TypeFor[struct {
			A map[string]string `gov:"pii,mask=last4"`
		}](), "write mask=null or redact"},
		"mcp header": {reflect.TypeFor[struct {
			A string `gov:"pii" jsonschema_extras:"x-mcp-header=X-A"`
		}](), "HTTP header"},
		"extras": {reflect.TypeFor[struct {
			A string `jsonschema_extras:"minimum=3"`
		}](), "write x-name=value"},
		"extras of ours": {reflect.TypeFor[struct {
			A string `jsonschema_extras:"x-sensitive=true"`
		}](), "gov tag"},
		"chan":           {reflect.TypeFor[struct{ A chan int }](), "cannot be written as JSON"},
		"func in map":    {reflect.TypeFor[struct{ A map[string]func() }](), "cannot be written as JSON"},
		"map key":        {reflect.TypeFor[struct{ A map[float64]int }](), "map key float64"},
		"url":            {reflect.TypeFor[struct{ A *url.URL }](), "format=uri"},
		"self embedding": {reflect.TypeFor[selfEmbedding](), "embeds itself"},
		"no struct":      {reflect.TypeFor[[]int](), "wrap it in a struct"},
		"own json root":  {reflect.TypeFor[ownJSON](), "use a plain struct"},
		"no type":        {nil, "not a struct"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := schema.NewInput(c.typ)
			require.ErrorContains(t, err, c.want)
			_, err = schema.NewOutput(c.typ, nil, nil)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestLintReportsAllFaultsWithPlaces(t *testing.T) {
	t.Parallel()
	type inner struct {
		C int `json:"c" jsonschema:"pattern=a"`
	}
	type faulty struct {
		A string  `json:"a" jsonschema:"minlength=1,format=mail"`
		B []inner `json:"b" gov:"pii,mask=first=3"`
		d string  `gov:"pii"`
	}
	_, err := schema.NewInput(reflect.TypeFor[faulty]())
	require.Error(t, err)
	require.Len(t, strings.Split(err.Error(), "\n"), 5)
	for _, want := range []string{"schema_test.faulty.A: ", "schema_test.faulty.B: ", "schema_test.inner.C: ", "schema_test.faulty.d: "} {
		require.ErrorContains(t, err, want)
	}
	_ = faulty{}.d
}

func TestTypesWithoutEnd(t *testing.T) {
	t.Parallel()
	type in struct {
		A nest            `json:"a"`
		B map[string]nest `json:"b"`
	}
	s, err := schema.NewInput(reflect.TypeFor[in]())
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"object","additionalProperties":false,"required":["a","b"],
		"properties":{"a":{},"b":{"type":"object","additionalProperties":true}}}`, string(s.JSON()))
}

func TestExcludedMembersAreNotSurveyed(t *testing.T) {
	t.Parallel()
	type out struct {
		Content func() `json:"content"`
		A       int    `json:"a"`
	}
	o, err := schema.NewOutput(reflect.TypeFor[out](), nil, []string{"content"})
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}`, string(o.JSON()))
}

func TestPortablePatterns(t *testing.T) {
	t.Parallel()
	try := func(pattern string) error {
		typ := reflect.StructOf([]reflect.StructField{{
			Name: "A", Type: reflect.TypeFor[string](),
			Tag: reflect.StructTag(`json:"a" jsonschema:` + quote("pattern="+strings.ReplaceAll(pattern, ",", `\,`))),
		}})
		in, err := schema.NewInput(typ)
		if err == nil {
			var shown struct {
				Properties struct{ A struct{ Pattern string } }
			}
			require.NoError(t, json.Unmarshal(in.JSON(), &shown))
			require.Equal(t, pattern, shown.Properties.A.Pattern)
		}
		return err
	}
	for _, good := range []string{
		`^cust_[0-9]+$`, `^a{1,3}$`, `a{2,}?`, `^(?:x|y)*$`, `^(?<year>\d{4})-`, `[\w.-]+@x`, `[^\]]`, `\p{L}+`, `\x41`,
		`a\.b\/c`, `[a-z&&]`, `[A-Za-z\-_]`, `^$`, `\bword\b`, `[[a]`, `ä+`, `a=b`, `\t|\n`,
	} {
		require.NoError(t, try(good), good)
	}
	for _, bad := range []string{
		`(?i)a`, `(?P<x>a)`, `[[:alpha:]]`, `\x{41}`, `\Aa`, `a\z`, `\Qa\E`, `\pL`, `\p{Greek}`, `\a`, `\-`, `\_`, `\1`, `\123`,
		`a{`, `{a}`, `a]`, `}`, `[]a]`, `^*`, `\b+`, `a{2}{3}`, `(?=a)`, `(a)\1`, `[\w-z]`, `[a`, `(?i:a)`, `a**`, `[^]`, `\C`,
	} {
		require.ErrorContains(t, try(bad), "pattern", bad)
	}
}

func quote(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw)
}
