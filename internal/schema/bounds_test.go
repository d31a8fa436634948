package schema_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/schema"
)

// TestBoundsWithoutRoom: a schema that no value fits is a slip of its author, not something to find out by calling.
func TestBoundsWithoutRoom(t *testing.T) {
	t.Parallel()
	for tag, c := range map[string]struct {
		typ  reflect.Type
		says string // "" for none
	}{
		"minLength=5,maxLength=3":                           {reflect.TypeFor[string](), "minLength=5 is above maxLength=3, so no value fits: swap them"},
		"minLength=3,maxLength=3":                           {reflect.TypeFor[string](), ""},
		"minItems=2,maxItems=1":                             {reflect.TypeFor[[]string](), "minItems=2 is above maxItems=1"},
		"minItems=1,maxItems=2,minLength=9,maxLength=8":     {reflect.TypeFor[[]string](), "minLength=9 is above maxLength=8"},
		"minimum=10,maximum=5":                              {reflect.TypeFor[int](), "minimum=10 and maximum=5 leave no value between them: correct one"},
		"minimum=5,maximum=5":                               {reflect.TypeFor[int](), ""},
		"minimum=1.5,maximum=1.25":                          {reflect.TypeFor[float64](), "minimum=1.5 and maximum=1.25 leave"},
		"minimum=1.25,maximum=1.5":                          {reflect.TypeFor[float64](), ""},
		"minimum=1,exclusiveMaximum=1":                      {reflect.TypeFor[float64](), "minimum=1 and exclusiveMaximum=1 leave"},
		"exclusiveMinimum=1,exclusiveMaximum=2":             {reflect.TypeFor[int](), "exclusiveMinimum=1 and exclusiveMaximum=2 leave"},
		"exclusiveMinimum=1,exclusiveMaximum=2.0 ":          {reflect.TypeFor[float64](), "write a number as JSON has it"},
		"exclusiveMinimum=1,exclusiveMaximum=2e0":           {reflect.TypeFor[float64](), ""},
		"exclusiveMinimum=-2,exclusiveMaximum=0":            {reflect.TypeFor[int](), ""},
		"minimum=-1.5,maximum=-1.25":                        {reflect.TypeFor[int](), "leave no value between"},
		"minimum=1,exclusiveMinimum=3,maximum=3":            {reflect.TypeFor[int](), "exclusiveMinimum=3 and maximum=3 leave"},
		"minimum=9007199254740993,maximum=9007199254740992": {reflect.TypeFor[int64](), "leave no value between"},
		"minimum=256":                                       {reflect.TypeFor[uint8](), "minimum=256 and the range of uint8, from 0 to 255, leave no value between them"},
		"minimum=255":                                       {reflect.TypeFor[uint8](), ""},
		"maximum=-1":                                        {reflect.TypeFor[uint64](), "the range of uint64, from 0 to 18446744073709551615, and maximum=-1 leave"},
		"minimum=2e18":                                      {reflect.TypeFor[int64](), ""},
		"minimum=1e19":                                      {reflect.TypeFor[int64](), "the range of int64"},
		"minimum=1e400":                                     {reflect.TypeFor[float64](), "no double holds this number"},
		"multipleOf=1e-99999999":                            {reflect.TypeFor[float64](), "no double holds this number"},
		"default=1e999999999":                               {reflect.TypeFor[float64](), "no double holds this number"},
	} {
		typ := reflect.StructOf([]reflect.StructField{{Name: "A", Type: c.typ, Tag: reflect.StructTag(`json:"a" jsonschema:"` + tag + `"`)}})
		for _, compile := range []func() error{
			func() error { _, err := schema.NewInput(typ); return err },
			func() error { _, err := schema.NewOutput(typ, nil, nil); return err },
		} {
			if c.says == "" {
				require.NoError(t, compile(), tag)
				continue
			}
			require.ErrorContains(t, compile(), c.says, tag)
		}
	}
}

// TestHeadersBelowALabel: a header repeats the value of a field, and so of the labelled one it is part of.
func TestHeadersBelowALabel(t *testing.T) {
	t.Parallel()
	type address struct {
		Zone string `json:"zone" jsonschema_extras:"x-MCP-Header=Zone"`
	}
	type wrapped struct {
		In []map[string]*address `json:"in"`
	}
	type free struct {
		Home address `json:"home"`
	}
	type labelled struct {
		Home address `json:"home"`
		Work wrapped `json:"work" gov:"pii"`
	}
	_, err := schema.NewInput(reflect.TypeFor[free]())
	require.NoError(t, err)
	_, err = schema.NewInput(reflect.TypeFor[labelled]())
	require.ErrorContains(t, err, "schema_test.address.Zone: jsonschema tag: x-mcp-header copies the value into an HTTP header, where proxies log it; "+
		"it lies in schema_test.labelled.Work, which is labelled in its gov tag: remove one of the two")
}
