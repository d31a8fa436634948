package mcpgov_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

type halfMade struct {
	Secret string          `json:"secret" gov:"secret"`
	Raw    json.RawMessage `json:"raw" gov:"secret"`
}

// What of a half-made result cannot be read cannot be looked for either: the whole text is withheld.
func TestHalfMadeResultThatCannotBeRead(t *testing.T) {
	for name, raw := range map[string]string{"a member twice": `{"a":{"b":1,"b":2}}`, "no JSON": `{`} {
		t.Run(name, func(t *testing.T) {
			log := &mcptest.Recorder{}
			config := crmConfig(t, log)
			config.Policy = rules(t, leakRules[:strings.Index(leakRules, "  - tools: [\"nested\"")])
			srv := newServer(t, config, mcpgov.Tool(mcpgov.ToolSpec{Name: "half", Description: "d", ReadOnly: true},
				func(context.Context, lookupIn) (halfMade, error) {
					return halfMade{"Out9Xv-4711", json.RawMessage(raw)}, mcpgov.Userf("stopped at Out9Xv-4711")
				}))
			mcptest.New(t, srv).As(owner).Call("half", asksForAnn).NoLeak("Out9Xv-4711")
			log.NoLeak(t, "Out9Xv-4711")
		})
	}
}
