package strictjson_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/strictjson"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	doc := ` {"a": 1, "b":{"x":1,"x":2} , "c\u0041":"\ud800"} `
	for range 2 { // the second reader is a used one
		got := map[string]string{}
		raw := []byte(doc)
		require.NoError(t, strictjson.Members(raw, func(name string, value []byte) { got[name] = string(value) }))
		require.Equal(t, map[string]string{"a": "1", "b": `{"x":1,"x":2}`, "cA": `"\ud800"`}, got)
		require.Equal(t, doc, string(raw))
	}
	for doc, kind := range map[string]strictjson.Kind{
		``: strictjson.KindType, `[]`: strictjson.KindType, `"a"`: strictjson.KindType, `{`: strictjson.KindSyntax, `{"a":}`: strictjson.KindSyntax,
		`{"a":1,"a":2}`: strictjson.KindDuplicate, `{"a":1,"A":2}`: strictjson.KindDuplicate, `{"a":1,"\u0061":2}`: strictjson.KindDuplicate,
		`{} {}`: strictjson.KindTrailing, `{"a":1}x`: strictjson.KindTrailing,
	} {
		err := strictjson.Members([]byte(doc), func(string, []byte) {})
		var fault *strictjson.Error
		require.ErrorAs(t, err, &fault, doc)
		require.Equal(t, kind, fault.Kind, doc)
	}
}
