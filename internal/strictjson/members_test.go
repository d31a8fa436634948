package strictjson_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/strictjson"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	got, err := strictjson.Members([]byte(` {"a": 1, "b":{"x":1,"x":2} , "c\u0041":"\ud800"} `))
	require.NoError(t, err)
	require.Equal(t, map[string]json.RawMessage{"a": json.RawMessage("1"), "b": json.RawMessage(`{"x":1,"x":2}`), "cA": json.RawMessage(`"\ud800"`)}, got)
	for doc, kind := range map[string]strictjson.Kind{
		``: strictjson.KindType, `[]`: strictjson.KindType, `"a"`: strictjson.KindType, `{`: strictjson.KindSyntax, `{"a":}`: strictjson.KindSyntax,
		`{"a":1,"a":2}`: strictjson.KindDuplicate, `{"a":1,"A":2}`: strictjson.KindDuplicate, `{"a":1,"\u0061":2}`: strictjson.KindDuplicate,
		`{} {}`: strictjson.KindTrailing, `{"a":1}x`: strictjson.KindTrailing,
	} {
		_, err := strictjson.Members([]byte(doc))
		var fault *strictjson.Error
		require.ErrorAs(t, err, &fault, doc)
		require.Equal(t, kind, fault.Kind, doc)
	}
}
