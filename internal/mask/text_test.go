package mask_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

func TestApplyText(t *testing.T) {
	t.Parallel()
	p := plan(t, "a", "zero")
	for text, want := range map[string]string{
		` {"a":1} `:                        ` {"a":0} `,
		`[{"a":1}]`:                        `[{"a":0}]`,
		"{\"a\":1}\n\n{\"a\":2,\"b\":3}\n": "{\"a\":0}\n\n{\"a\":0,\"b\":3}\n",
		"{\n\"a\":1\n}\n":                  "{\n\"a\":0\n}\n",
		`"{\"a\":1}"`:                      `"{\"a\":0}"`,
		`"\"{\\\"a\\\":1}\""`:              `"\"{\\\"a\\\":0}\""`,
	} {
		out, ok := p.ApplyText(nil, text, nil)
		require.True(t, ok, text)
		require.Equal(t, want, string(out))
	}
}

func TestApplyTextFollowsThreeQuotings(t *testing.T) {
	t.Parallel()
	p := plan(t, "a", "zero")
	text := `{"a":1}`
	for depth := range 5 {
		out, ok := p.ApplyText(nil, text, nil)
		require.Equal(t, depth <= 3, ok, "%d", depth)
		if ok {
			got := string(out)
			for range depth {
				var inner string
				require.NoError(t, json.Unmarshal([]byte(got), &inner))
				got = inner
			}
			require.Equal(t, `{"a":0}`, got)
		}
		quoted, err := json.Marshal(text)
		require.NoError(t, err)
		text = string(quoted)
	}
}

func TestApplyTextCountsOnlyWhatItReturns(t *testing.T) {
	t.Parallel()
	p := plan(t, "a", "zero")
	var touched mask.Touched
	_, ok := p.ApplyText(nil, "{\"a\":1}\n{\"a\":2}\nprose", &touched)
	require.False(t, ok)
	require.False(t, touched.Any())
	_, ok = p.ApplyText(nil, "{\"a\":1}\n{\"a\":2}", &touched)
	require.True(t, ok)
	require.Equal(t, 2, touched.Count(0))
}

func TestApplyTextUnderAnEmptyPlan(t *testing.T) {
	t.Parallel()
	p, err := mask.Compile(nil, nil)
	require.NoError(t, err)
	require.True(t, p.Empty())
	out, ok := p.ApplyText([]byte("a"), "any prose", nil)
	require.True(t, ok)
	require.Equal(t, "aany prose", string(out))
}
