package mcptest

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
	mcpschema "github.com/mcpgov/go-sdk/internal/schema"
)

type holding struct {
	Code   string     `json:"code" gov:"pii"`
	Bought *time.Time `json:"bought,omitempty"`
	Sum    int64      `json:"sum"`
}

type desk struct {
	Name    string                         `json:"name"`
	Top     *holding                       `json:"top"`
	Lines   []holding                      `json:"lines"`
	ByDay   map[string][]holding           `json:"by_day"`
	Nested  map[string]map[string]*holding `json:"nested"`
	Counts  map[string]int                 `json:"counts"`
	Extra   map[string]any                 `json:"extra"`
	Deeper  map[string]map[string]any      `json:"deeper"`
	Raw     json.RawMessage                `json:"raw"`
	Kids    []*desk                        `json:"kids,omitempty"`
	ByName  map[string]*desk               `json:"by_name,omitempty"`
	Secrets map[string]string              `json:"secrets" gov:"secret"`
}

// TestPathsMeanWhatRulesMean: a path that a harness reads off the advertised schema leads where the same path of a
// rule, read off the Go type, leads; and one that is a fault in a rule is a fault in a test.
func TestPathsMeanWhatRulesMean(t *testing.T) {
	t.Parallel()
	names := []string{
		"name", "top", "lines", "by_day", "nested", "counts", "extra", "deeper", "raw", "kids", "by_name", "secrets", "code", "sum", "other", "*", "**",
	}
	typ := reflect.TypeFor[desk]()
	out, err := mcpschema.NewOutput(typ, nil, nil)
	require.NoError(t, err)
	c := newContract(out.JSON())
	good := 0
	for _, a := range names {
		for _, b := range append(names, "") {
			for _, last := range append(names, "") {
				path := []string{a}
				for _, name := range []string{b, last} {
					if name != "" {
						path = append(path, name)
					}
				}
				wanted, wantErr := fields.Resolve(typ, path)
				got, gotErr := c.resolve(path)
				require.Equal(t, wantErr == nil, gotErr == nil, "%s: in rules %v, in tests %v", path, wantErr, gotErr)
				if wantErr == nil {
					good++
				}
				require.Equal(t, spots(wanted, func(p fields.Place) []string { return p.Path }), spots(got, func(p place) []string { return p.path }), path)
				for _, p := range got {
					require.True(t, p.maskable || !labelled(wanted), "%s: a labelled field may be masked", path)
				}
			}
		}
	}
	require.Greater(t, good, 500)
}

func spots[P any](places []P, path func(P) []string) map[string]bool {
	all := map[string]bool{}
	for _, p := range places {
		all[fields.JoinPath(path(p))] = true
	}
	return all
}

func labelled(places []fields.Place) bool {
	for _, p := range places {
		if !p.Gov.Sensitive() {
			return false
		}
	}
	return true
}

// TestForeignSchemas: a schema of a type's own making may hold anything, itself too; what is not understood is let pass.
func TestForeignSchemas(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"true":                     `true`,
		"nothing said":             `{}`,
		"an object of anything":    `{"type":"object"}`,
		"more members":             `{"type":"object","properties":{"b":{}},"additionalProperties":true}`,
		"two alternatives":         `{"anyOf":[{"type":"string"},{"properties":{"b":{}}}]}`,
		"a list of itself":         `{"$ref":"#/$defs/l","$defs":{"l":{"type":"array","items":{"$ref":"#/$defs/l"}}}}`,
		"a map of itself":          `{"$ref":"#/$defs/m","$defs":{"m":{"type":"object","additionalProperties":{"$ref":"#"}}}}`,
		"a reference to itself":    `{"$ref":"#"}`,
		"a reference to nowhere":   `{"$ref":"https://example.com/schema"}`,
		"words used another way":   `{"properties":["a"]}`,
		"a list without elements":  `{"type":["array","null"]}`,
		"a null among the schemas": `{"anyOf":[null,{"type":"null"}]}`,
	} {
		places, err := newContract(json.RawMessage(text)).resolve([]string{"a", "b"})
		require.NoError(t, err, name)
		require.NotEmpty(t, places, name)
		_, err = newContract(json.RawMessage(text)).resolve([]string{"**", "b"})
		require.Equal(t, name == "a map of itself", err != nil, "%s: what follows ** is a field, and there is none: %v", name, err)
	}
	_, err := newContract(json.RawMessage(`{"properties":{"b":{"type":"string"}},"additionalProperties":false}`)).resolve([]string{"a"})
	require.ErrorContains(t, err, `no field "a"`)
}
