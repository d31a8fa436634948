package mcpgov_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// FuzzTexts: no file breaks New, and one that is accepted leaves schemas that are JSON.
func FuzzTexts(f *testing.F) {
	f.Add("---\ntool: get_customer\ninput: {customer_id: {description: x, examples: [1, {a: b}]}}\n---\ntext")
	f.Add("---\ntool: get_customer\noutput: {orders.card: {description: x}}\ntags: [a]\n---\n")
	f.Fuzz(func(t *testing.T, text string) {
		srv, err := mcpgov.New(crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(lookupSpec(), found),
			mcpgov.Texts(fstest.MapFS{"a.md": {Data: []byte(text)}}))
		if err != nil {
			return
		}
		tool := srv.Manifest().Tools[0]
		for _, schema := range []any{tool.InputSchema, tool.OutputSchema} {
			raw, ok := schema.(json.RawMessage)
			require.True(t, ok && json.Valid(raw))
		}
	})
}
