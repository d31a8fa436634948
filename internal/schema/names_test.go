package schema_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	invopop "github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/schema"
)

type outer = address

func TestDefinitionsAreUniquePerType(t *testing.T) {
	t.Parallel()
	type address struct { // another type of the same name
		Zip int `json:"zip"`
	}
	type both struct {
		A outer                      `json:"a"`
		B address                    `json:"b"`
		C page[address]              `json:"c"`
		D page[outer]                `json:"d"`
		E page[map[string][]address] `json:"e"`
		F struct{ X int }            `json:"f"`
	}
	in, err := schema.NewInput(reflect.TypeFor[both]())
	require.NoError(t, err)
	var shown struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
		Properties map[string]struct {
			Ref string `json:"$ref"`
		} `json:"properties"`
	}
	require.NoError(t, json.Unmarshal(in.JSON(), &shown))
	require.Equal(t, "#/$defs/address", shown.Properties["a"].Ref)
	require.Equal(t, "#/$defs/address_2", shown.Properties["b"].Ref)
	require.Contains(t, shown.Defs["address"].Properties, "street")
	require.Contains(t, shown.Defs["address_2"].Properties, "zip")
	var names []string
	for name := range shown.Defs {
		require.Regexp(t, `^[A-Za-z0-9_.-]+$`, name)
		names = append(names, name)
	}
	slices.Sort(names)
	require.Len(t, names, 6)
	again, err := schema.NewInput(reflect.TypeFor[both]())
	require.NoError(t, err)
	require.Equal(t, string(in.JSON()), string(again.JSON()), "names do not depend on chance")
}

type foreign struct{}

func (foreign) MarshalJSON() ([]byte, error) { return []byte(`1`), nil }
func (foreign) JSONSchema() *invopop.Schema {
	return &invopop.Schema{Ref: "https://example.com/schema.json"}
}

func TestExternalReferencesAreRefused(t *testing.T) {
	t.Parallel()
	_, err := schema.NewOutput(reflect.TypeFor[struct{ A foreign }](), nil, nil)
	require.ErrorContains(t, err, "is not followed")
}

func TestDescriptionsHoldAnyText(t *testing.T) {
	t.Parallel()
	type in struct {
		A string `json:"a" jsonschema:"title=A=b,description=One\\, \"two\" <three> \\\\" jsonschema_extras:"x-hint=h,deprecated=true"`
	}
	s, err := schema.NewInput(reflect.TypeFor[in]())
	require.NoError(t, err)
	require.Contains(t, string(s.JSON()), `"title":"A=b","description":"One, \"two\" <three> \\\\","deprecated":true,"x-hint":"h"`)
}
