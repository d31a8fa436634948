package mcpgov_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

type doorIn struct {
	ID     string         `json:"id" jsonschema:"minLength=1"`
	Count  int64          `json:"count,omitempty"`
	Ratio  float64        `json:"ratio,omitempty"`
	Filter map[string]any `json:"filter,omitempty"`
	Token  string         `json:"token,omitempty" gov:"secret" jsonschema:"maxLength=4"`
}

type doorOut struct {
	ID    string  `json:"id"`
	Count int64   `json:"count"`
	Ratio float64 `json:"ratio"`
}

// door is a server with one tool that echoes what came through, and counts.
func door(t testing.TB, log *mcptest.Recorder, entered *atomic.Int64, change func(*mcpgov.Config)) *mcpgov.Server {
	t.Helper()
	config := crmConfig(t, log)
	config.Policy = policy.AllowAll()
	if change != nil {
		change(&config)
	}
	return newServer(t, config, mcpgov.Tool(mcpgov.ToolSpec{Name: "echo", Description: "Echoes."},
		func(_ context.Context, in doorIn) (doorOut, error) {
			entered.Add(1)
			return doorOut{in.ID, in.Count, in.Ratio}, nil
		}))
}

// TestStrictDoor: what two readers could read differently, or what the schema does not ask for, never reaches the
// handler, and the caller is told where and what to write instead.
func TestStrictDoor(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string {
		return `{"id":"a","filter":` + strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth) + "}"
	}
	for name, test := range map[string]struct {
		arguments string
		told      []string
		not       string
	}{
		"a member twice":              {arguments: `{"id":"a","id":"b"}`, told: []string{"/id", "duplicate"}},
		"a member twice, escaped":     {arguments: `{"id":"a","\u0069d":"b"}`, told: []string{"/id", "duplicate"}},
		"a member twice, deep":        {arguments: `{"id":"a","filter":{"x":{"y":1,"y":2}}}`, told: []string{"/filter/x/y", "duplicate"}},
		"another case":                {arguments: `{"ID":"a"}`, told: []string{"ID", "id"}},
		"two cases":                   {arguments: `{"id":"a","Id":"b"}`, told: []string{"case"}},
		"an unknown member":           {arguments: `{"id":"a","idd":"b"}`, told: []string{"/idd", "id"}},
		"a raw half of a pair":        {arguments: `{"id":"\ud800"}`, told: []string{"/id", "utf8"}},
		"a raw half in a name":        {arguments: `{"id":"a","filter":{"\udc00":1}}`, told: []string{"utf8"}},
		"too deep":                    {arguments: nested(100), told: []string{"depth"}},
		"null":                        {arguments: `null`, told: []string{"object"}},
		"a list":                      {arguments: `[]`, told: []string{"object"}},
		"a text":                      {arguments: `"id"`, told: []string{"object"}},
		"a number past int64":         {arguments: `{"id":"a","count":9223372036854775808}`, told: []string{"/count"}},
		"a fraction for an integer":   {arguments: `{"id":"a","count":1.5}`, told: []string{"/count", "integer"}},
		"a number in a text":          {arguments: `{"id":"a","count":"1"}`, told: []string{"/count", "integer"}},
		"null for a text":             {arguments: `{"id":null}`, told: []string{"/id"}},
		"a member missing":            {arguments: `{}`, told: []string{"/id", "required"}},
		"everything at once":          {arguments: `{"id":"","count":"x","ratio":true,"fliter":{}}`, told: []string{"/id", "/count", "/ratio", "/fliter", "filter"}},
		"a sensitive value too long":  {arguments: `{"id":"a","token":"Secret-0815"}`, told: []string{"/token", "maxLength"}, not: "Secret-0815"},
		"a sensitive value, bad kind": {arguments: `{"id":"a","token":["Secret-0815"]}`, told: []string{"/token", "string"}, not: "Secret-0815"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, entered := &mcptest.Recorder{}, &atomic.Int64{}
			eachWeb(t, door(t, log, entered, nil), mcpgov.HTTPOptions{}, "", func(t *testing.T, w *web) {
				log.Reset()
				answer := w.call(t, "echo", test.arguments)
				require.Equal(t, mcpgov.InvalidInput, answer.refusal.Code, answer.body)
				for _, told := range test.told {
					require.Contains(t, answer.refusal.Message, told)
				}
				require.Zero(t, entered.Load(), "the handler was entered")
				require.Len(t, log.Requests(), 1)
				require.Nil(t, log.Requests()[0].Arguments, "of what cannot be read nobody knows what is sensitive")
				if test.not != "" {
					require.NotContains(t, answer.body, test.not)
					log.NoLeak(t, test.not)
				}
			})
		})
	}
}

// TestBrokenFrame: what breaks the message itself is refused before the tool.
func TestBrokenFrame(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string]string{
		"bytes that are not UTF-8": "{\"id\":\"\xff\"}",
		"a number past float":      `{"id":"a","ratio":1e400}`,
		"no JSON":                  `{"id":`,
		"NaN":                      `{"id":"a","ratio":NaN}`,
		"a leading zero":           `{"id":"a","count":01}`,
		"a single quote":           `{'id':'a'}`,
		"a control character":      "{\"id\":\"a\nb\"}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, entered := &mcptest.Recorder{}, &atomic.Int64{}
			eachWeb(t, door(t, log, entered, nil), mcpgov.HTTPOptions{}, "", func(t *testing.T, w *web) {
				log.Reset()
				answer := w.call(t, "echo", arguments)
				require.True(t, answer.status == 400 || answer.refusal.Code == mcpgov.InvalidInput, answer.body)
				require.Zero(t, entered.Load(), "the handler was entered")
				require.Len(t, log.Requests(), 1)
				require.Equal(t, string(mcpgov.InvalidInput), log.Requests()[0].Outcome)
			})
		})
	}
}

// TestNumberPastFloat: where the frame lets it through, the number is found where it stands.
func TestNumberPastFloat(t *testing.T) {
	t.Parallel()
	entered := &atomic.Int64{}
	mcptest.EachEra(t, door(t, &mcptest.Recorder{}, entered, nil), func(t *testing.T, h *mcptest.Harness) {
		h.As(owner).Call("echo", `{"id":"a","ratio":1e400}`).Invalid("/ratio", "number")
		h.As(owner).Call("echo", `{"id":"a","count":1e400}`).Invalid("/count")
		require.Zero(t, entered.Load())
	})
}

// TestArgumentLimits: size and depth of the arguments are the operator's to set.
func TestArgumentLimits(t *testing.T) {
	t.Parallel()
	entered := &atomic.Int64{}
	srv := door(t, &mcptest.Recorder{}, entered, func(c *mcpgov.Config) {
		c.Limits.ArgumentBytes, c.Limits.ArgumentDepth, c.Limits.ResultBytes = 100, 3, mcpgov.Unlimited
	})
	w := webServer(t, srv, mcpgov.HTTPOptions{})
	for arguments, fault := range map[string]string{
		fmt.Sprintf(`{"id":%q}`, large(91)):       "",
		fmt.Sprintf(`{"id":%q}`, large(92)):       "size",
		`{"id":"a","filter":{"a":{}}}`:            "",
		`{"id":"a","filter":{"a":{"b":{}}}}`:      "depth",
		`{"id":"a","filter":{"a":{"b":[[[1]]]}}}`: "depth",
	} {
		answer := w.call(t, "echo", arguments)
		if fault == "" {
			require.False(t, answer.Result.IsError, "%s: %s", arguments, answer.body)
			continue
		}
		require.Equal(t, mcpgov.InvalidInput, answer.refusal.Code)
		require.Contains(t, answer.refusal.Message, fault)
		require.Less(t, len(answer.refusal.Message), 200, "a fault does not send back what was wrong")
	}
}

// TestExactNumbers: integers arrive and leave as they were written.
func TestExactNumbers(t *testing.T) {
	t.Parallel()
	w := webServer(t, door(t, &mcptest.Recorder{}, &atomic.Int64{}, nil), mcpgov.HTTPOptions{JSONResponse: true})
	for _, number := range []string{"9007199254740993", "-9223372036854775808", "9223372036854775807", "0"} {
		answer := w.call(t, "echo", `{"id":"a","count":`+number+`}`)
		var out map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(answer.Result.StructuredContent, &out), answer.body)
		require.Equal(t, number, string(out["count"]))
		want, _ := new(big.Int).SetString(number, 10)
		require.Contains(t, answer.Result.Content[0].Text, `"count":`+want.String())
	}
}
