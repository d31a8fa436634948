package strictjson_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/strictjson"
)

func TestAlike(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		`null`, ` {"a": [1, -2.5e3, "x]}\"1e999", true], "b": {"a": {}}} `, `12345678901234567890.10`, `"\ud83d\ude00"`, `[[[]]]`, `{"a":1,"A":2}`,
	} {
		require.True(t, strictjson.Alike([]byte(value), 3), value)
	}
	for _, value := range []string{
		``, `{`, `[1,]`, `1 2`, `"`, `"\`, `NaN`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `1e999`, `[-1E+4000]`, `"\ud800"`, "\"\xff\"", `[[[[]]]]`,
		strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
	} {
		require.False(t, strictjson.Alike([]byte(value), 3), value)
	}
}
