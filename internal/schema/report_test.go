package schema_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/schema"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// Below a labelled field names are data: a map may be keyed by the very thing that is secret.
func TestNamesBelowALabelAreNotRepeated(t *testing.T) {
	t.Parallel()
	type card struct {
		Number string `json:"number"`
	}
	type in struct {
		M    map[string]string            `json:"m,omitempty" gov:"secret"`
		Deep map[string]map[string]string `json:"deep,omitempty" gov:"pii"`
		Keys map[int]string               `json:"keys,omitempty" gov:"pii"`
		Card card                         `json:"card,omitzero" gov:"secret"`
		Many map[string]card              `json:"many,omitempty" gov:"secret"`
		Any  any                          `json:"any,omitempty" gov:"secret"`
		Open map[string]string            `json:"open,omitempty"`
	}
	s := input[in](t)
	for _, c := range []struct{ raw, want string }{
		{`{"m":{"S3CRET":5}}`, "/m: inside it: must be string, not number (type)"},
		{`{"deep":{"S3CRET":{"S3CRET":5}}}`, "/deep: inside it: must be string, not number (type)"},
		{`{"m":{"S3CRET":"a","S3CRET":"b"}}`, "/m: inside it: this member stands twice in one object; send it once (duplicate)"},
		{`{"m":{"S3CRET":"a","s3cret":"b"}}`, "/m: inside it: two names of one object differ only in case; send one of the two (case)"},
		{`{"m":{"S3CRET":1e400}}`, "/m: inside it: the number is beyond the range of a double, which ends near 1.8e308; write it smaller, or send it as a text (number)"},
		{`{"any":{"S3CRET":1e400}}`, "/any: inside it: the number is beyond the range of a double, which ends near 1.8e308; write it smaller, or send it as a text (number)"},
		{"{\"m\":{\"S3CRET\":\"\\q\"}}", `/m: inside it: a backslash escape that JSON does not have; write one of \" \\ \/ \b \f \n \r \t \uXXXX (syntax)`},
		{`{"keys":{"S3CRET":"a"}}`, "/keys: inside it: is not a name this map takes; write an integer (propertyNames)"},
		{`{"card":{"number":"1","S3CRET":1}}`, "/card: inside it: there is no such member here (unknown)"},
		{`{"card":{"number":"1","nubmer":1}}`, `/card: inside it: there is no such member here; did you mean "number"? (unknown)`},
		{`{"card":{}}`, "/card/number: is missing; add it (required)"},
		{`{"many":{"S3CRET":{}}}`, `/many: inside it: "number" is missing; add it (required)`},
		{`{"m":5}`, "/m: must be object, not number (type)"},
		{`{"open":{"name":5}}`, "/open/name: must be string, not number (type)"},
	} {
		_, text := faults(t, s, c.raw)
		require.Equal(t, c.want, text, c.raw)
		require.NotContains(t, strings.ToLower(text), "s3cret")
	}
}

// A document of a megabyte of mistakes is answered in a few lines, and the same document always in the same ones.
func TestFaultsAreCapped(t *testing.T) {
	t.Parallel()
	type row struct {
		Name string `json:"name"`
	}
	type in struct {
		Rows []row `json:"rows,omitempty"`
	}
	s := input[in](t)
	decode := func(raw string) *schema.Invalid {
		_, err := s.Decode([]byte(raw), strictjson.Limits{Bytes: -1})
		invalid, _ := errors.AsType[*schema.Invalid](err)
		require.NotNil(t, invalid)
		return invalid
	}
	var members []string
	for i := range 50_000 {
		members = append(members, fmt.Sprintf(`"unknown_%05d":1`, i))
	}
	invalid := decode(`{` + strings.Join(members, ",") + `}`)
	require.Len(t, invalid.Faults, 20)
	require.Equal(t, 49_980, invalid.More)
	require.Equal(t, "/unknown_00000", invalid.Faults[0].Pointer)
	require.Equal(t, "/unknown_00019", invalid.Faults[19].Pointer)
	require.True(t, strings.HasSuffix(invalid.Error(), "; and 49980 more faults"), invalid.Error())

	invalid = decode(`{"rows":[` + strings.Repeat(`{"nmae":"x"},`, 30_000) + `{}]}`)
	require.Len(t, invalid.Faults, 20)
	require.Equal(t, 59_981, invalid.More, "one unknown and one missing in each, and the last")
	require.Contains(t, invalid.Error(), `did you mean "name"?`)

	members = members[:0]
	for i := range 30 {
		members = append(members, fmt.Sprintf(`"%d%s":1`, i, strings.Repeat("語", 500)))
	}
	invalid = decode(`{` + strings.Join(members, ",") + `}`)
	require.LessOrEqual(t, len(invalid.Error()), 4<<10)
	require.Regexp(t, `; and \d+ more faults$`, invalid.Error())

	one := schema.Invalid{Faults: []schema.Fault{{Pointer: "/" + strings.Repeat("語", 5000), Keyword: "type", Message: "m"}}, More: 1}
	require.LessOrEqual(t, len(one.Error()), 4<<10)
	require.True(t, utf8.ValidString(one.Error()))
	require.True(t, strings.HasSuffix(one.Error(), "…; and 1 more fault"))
	require.Equal(t, "the document: m (type)", (&schema.Invalid{Faults: []schema.Fault{{Keyword: "type", Message: "m"}}}).Error())
}
