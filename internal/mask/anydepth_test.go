package mask_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

func TestAnyDepth(t *testing.T) {
	t.Parallel()
	redact := func(path ...string) mask.Edit { return mask.Edit{Path: path} }
	for name, c := range map[string]struct {
		edits     []mask.Edit
		doc, want string
	}{
		"at the root, inside, in lists": {
			[]mask.Edit{redact("**", "pin")},
			`{"pin":"a","x":{"pin":"b","y":[{"pin":"c","z":1}]},"l":[["s",{"pin":"d"}]],"k":"free"}`,
			`{"pin":"[redacted]","x":{"pin":"[redacted]","y":[{"pin":"[redacted]","z":1}]},"l":[["s",{"pin":"[redacted]"}]],"k":"free"}`,
		},
		"a tree of one type": {
			[]mask.Edit{redact("root", "**", "pin")},
			`{"pin":"kept","root":{"pin":"a","kids":[{"pin":"b","kids":[{"pin":"c"}]}]}}`,
			`{"pin":"kept","root":{"pin":"[redacted]","kids":[{"pin":"[redacted]","kids":[{"pin":"[redacted]"}]}]}}`,
		},
		"removal, the first and the last member": {
			[]mask.Edit{{Path: []string{"**", "pin"}, Remove: true}},
			`{"pin":1,"x":{"a":2,"pin":{"pin":3}},"y":{"pin":4}}`, `{"x":{"a":2},"y":{}}`,
		},
		"a name goes on below": {
			[]mask.Edit{redact("**", "contact", "email")},
			`{"a":{"contact":{"email":"x","b":1}},"contact":"x@example.com","c":"free"}`,
			`{"a":{"contact":{"email":"[redacted]","b":1}},"contact":"[redacted]","c":"free"}`,
		},
		"beside a path": {
			[]mask.Edit{redact("**", "pin"), {Path: []string{"x", "y"}, Remove: true}},
			`{"x":{"y":1,"pin":"a"},"y":2}`, `{"x":{"pin":"[redacted]"},"y":2}`,
		},
		"twice is once":   {[]mask.Edit{redact("**", "**", "pin")}, `{"x":{"pin":"a"},"pin":"b"}`, `{"x":{"pin":"[redacted]"},"pin":"[redacted]"}`},
		"then any member": {[]mask.Edit{redact("**", "m", "*", "v")}, `{"q":{"m":{"k":{"v":"a"},"v":{"v":"b"}}}}`, `{"q":{"m":{"k":{"v":"[redacted]"},"v":{"v":"[redacted]"}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := mask.Compile(c.edits, nil)
			require.NoError(t, err)
			for range 2 { // the second pass meets what the first left in the pool
				got, err := p.Apply(nil, []byte(c.doc), nil)
				require.NoError(t, err)
				require.JSONEq(t, c.want, string(got))
				require.Equal(t, c.want, string(got))
			}
		})
	}
}

// Objects that lie inside one another at one place must not share what they saw.
func TestAnyDepthRefusesNamesGivenTwice(t *testing.T) {
	t.Parallel()
	p, err := mask.Compile([]mask.Edit{{Path: []string{"**", "pin"}}}, nil)
	require.NoError(t, err)
	_, err = p.Apply(nil, []byte(`{"a":1,"b":{"a":1,"c":2},"c":3,"b2":{"pin":"x","PIN":"y"}}`), nil)
	require.Error(t, err)
	_, err = p.Apply(nil, []byte(`{"a":1,"b":{"a":1,"c":2},"c":3,"a":4}`), nil)
	require.Error(t, err)
	deep := strings.Repeat(`{"a":`, 900) + `{"pin":"secret"}` + strings.Repeat(`}`, 900)
	got, err := p.Apply(nil, []byte(deep), nil)
	require.NoError(t, err)
	require.NotContains(t, string(got), "secret")
}
