package mask_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCollect(t *testing.T) {
	t.Parallel()
	p := plan(t, "user/email", "email", "user/card", "remove", "rows/*/pin", "redact", "deep", "null")
	values, err := p.Collect([]byte(`{
		"id": 1,
		"user": {"name": "Ann", "email": "\u00e9@\"x\"", "card": {"no": "4111", "cvv": 123, "ok": true, "list": ["a", [2.50e1]]}},
		"rows": [{"r1": {"pin": "p1"}}, {"r2": "drifted"}, null],
		"deep" : {"name" : "v", "empty":"", "none":null}
	}`))
	require.NoError(t, err)
	require.Equal(t, []string{`é@"x"`, "4111", "123", "a", "2.50e1", "p1", "drifted", "v", ""}, values)
}

func TestCollectRefusesWhatApplyRefuses(t *testing.T) {
	t.Parallel()
	p := plan(t, "a", "redact")
	for _, doc := range []string{`{"a":1,"a":2}`, `{"a":`, `{"a":"x"} tail`} {
		values, err := p.Collect([]byte(doc))
		require.Error(t, err, doc)
		require.Empty(t, values)
	}
}

// A walker that collected must not go on collecting when it is used to apply.
func TestCollectAndApplyShareWalkers(t *testing.T) {
	t.Parallel()
	p := plan(t, "a", "remove")
	for range 10 {
		values, err := p.Collect([]byte(`{"a":"x"}`))
		require.NoError(t, err)
		require.Equal(t, []string{"x"}, values)
		require.Equal(t, `{}`, apply(t, p, `{"a":"x"}`))
	}
}
