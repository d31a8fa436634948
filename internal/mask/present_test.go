package mask_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

func TestPresent(t *testing.T) {
	t.Parallel()
	p := plan(t, "a/b", "redact", "c", "remove", "rows/x", "null")
	for doc, want := range map[string][3]int{
		`{}`: {},
		`{"a":{"b":null},"c":null,"rows":[{"x":null}]}`:                 {},
		`{"a":{"b":false},"c":0,"rows":[{"x":""},{"x":[]},{"x":null}]}`: {1, 1, 2},
		`{"a":null,"rows":null}`:                                        {},
	} {
		before := doc
		var touched mask.Touched
		require.NoError(t, p.Present([]byte(doc), &touched))
		require.Equal(t, want, [3]int{touched.Count(0), touched.Count(1), touched.Count(2)}, doc)
		require.Equal(t, before, doc)
		require.NotEmpty(t, apply(t, p, doc), "the plan is as it was")
	}
	require.Error(t, p.Present([]byte(`{"a":`), &mask.Touched{}))
}
