package interop_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// planned is what one person is to meet, in a form clients in other languages read too.
type planned struct {
	Role  string        `json:"role"`
	Tools []string      `json:"tools"` // all the person is shown, in order
	Calls []plannedCall `json:"calls"`
}

// plannedCall is one call and the one way it may end.
type plannedCall struct {
	Tool      string          `json:"tool"`
	Arguments json.RawMessage `json:"arguments"`

	Structured json.RawMessage `json:"structured,omitempty"` // the structured result, and its text as the first block
	Content    []mcp.Content   `json:"content,omitempty"`    // the blocks that stand alone or after that text
	Refusal    *refusal        `json:"refusal,omitempty"`    // an error in the result, which a model can read
	Unknown    bool            `json:"unknown,omitempty"`    // a protocol error, whether hidden or not there
}

// refusal is what the text of a refusal must hold, besides a call id.
type refusal struct {
	Code      mcpgov.Code     `json:"code"`
	Category  mcpgov.Category `json:"category"`
	Message   string          `json:"message,omitempty"` // "" is not compared
	Retryable bool            `json:"retryable,omitempty"`
}

func plan(t testing.TB) []planned {
	t.Helper()
	var all []planned
	for _, p := range people() {
		one := planned{Role: p.role}
		if p.role == "stranger" {
			// Approval could admit a stranger to close_account, so it is shown; what no arguments could open is not.
			one.Tools = []string{"close_account", "show_pictures"}
			one.Calls = strangerCalls()
		} else {
			one.Tools = []string{"break_down", "close_account", "open_vault", "show_offices", "show_pictures", "show_profile", "show_report"}
			one.Calls = profileCalls(t, p)
			if p.role != "owner" {
				one.Tools = append(one.Tools[:2:2], one.Tools[3:]...)
			}
		}
		all = append(all, one)
	}
	return all
}

func arguments(text string) json.RawMessage { return json.RawMessage(text) }

func refused(tool, args string, code mcpgov.Code, message string) plannedCall {
	return plannedCall{Tool: tool, Arguments: arguments(args), Refusal: &refusal{Code: code, Category: code.Category(), Message: message}}
}

func unknown(tool, args string) plannedCall {
	return plannedCall{Tool: tool, Arguments: arguments(args), Unknown: true}
}

func strangerCalls() []plannedCall {
	return []plannedCall{
		{Tool: "show_pictures", Arguments: arguments(`{}`), Content: pictureBlocks()},
		unknown("no_such_tool", `{}`),
		unknown("show_profile", `{"customer_id":"cust_1"}`),
		unknown("show_profile", `{"customer_id":"no id"}`), // a fault in the arguments must not betray the tool
		unknown("open_vault", `{}`),
		refused("close_account", `{"customer_id":"cust_1"}`, mcpgov.Denied, "This account stays open."),
		refused("close_account", `{"customer_id":"cust_3"}`, mcpgov.Denied, ""),
	}
}

// officesFor are the rows a person gets.
func officesFor(p person) []address {
	switch p.role {
	case "removed":
		return []address{}
	case "null", "labels":
		return []address{ann().Office}
	}
	return []address{ann().Office, ann().Home}
}

func profileCalls(t testing.TB, p person) []plannedCall {
	t.Helper()
	vault := unknown("open_vault", `{}`)
	reported := plannedCall{
		Tool: "show_report", Arguments: arguments(`{}`), Structured: json.RawMessage(`{"title":"May"}`),
		Content: []mcp.Content{
			&mcp.TextContent{Text: `{"title":"May"}`}, &mcp.TextContent{Text: "[withheld: this content cannot be masked field by field]"},
		},
	}
	if p.role == "owner" {
		vault = plannedCall{Tool: "open_vault", Arguments: arguments(`{}`), Structured: encode(t, ann().Home)}
		reported.Structured = json.RawMessage(`{"title":"May","total":12.5}`)
		reported.Content = []mcp.Content{
			&mcp.TextContent{Text: `{"title":"May","total":12.5}`}, &mcp.TextContent{Text: "In May the total was 12.5."},
		}
	}
	moved := refused("break_down", `{"way":"business"}`, "already_moved", "they moved in May")
	moved.Refusal.Retryable = true
	return []plannedCall{
		{Tool: "show_profile", Arguments: arguments(`{"customer_id":"cust_1"}`), Structured: seenBy(t, p)},
		{Tool: "show_offices", Arguments: arguments(`{}`), Structured: json.RawMessage(
			`{"offices":` + string(encode(t, officesFor(p))) + `,"opened":"2019-03-04T05:06:07Z","staff":{"Hamburg":12},"closed":[]}`)},
		reported,
		{Tool: "show_pictures", Arguments: arguments(`{}`), Content: pictureBlocks()},
		vault,
		unknown("no_such_tool", `{}`),
		{Tool: "close_account", Arguments: arguments(`{"customer_id":"cust_3"}`), Structured: json.RawMessage(`{}`)},
		refused("close_account", `{"customer_id":"cust_1"}`, mcpgov.Denied, "This account stays open."),
		refused("close_account", `{"customer_id":"cust_2"}`, mcpgov.ApprovalRequired, ""),
		refused("show_profile", `{"customer_id":"no id"}`, mcpgov.InvalidInput, ""),
		refused("show_profile", `{"customer_id":7,"more":true}`, mcpgov.InvalidInput, ""),
		refused("break_down", `{"way":"error"}`, mcpgov.Failed, "the tool failed"),
		refused("break_down", `{"way":"user"}`, mcpgov.Failed, "the house has no door"),
		refused("break_down", `{"way":"panic"}`, mcpgov.Panicked, "internal error"),
		refused("break_down", `{"way":"undeclared"}`, mcpgov.Failed, "the tool failed"),
		refused("break_down", `{"way":"invalid"}`, mcpgov.OutputInvalid, ""),
		refused("break_down", `{"way":"slow"}`, mcpgov.Timeout, ""),
		moved,
	}
}

// pictureBlocks are what show_pictures returns: no rule hides any of it from anybody.
func pictureBlocks() []mcp.Content {
	blocks, _ := pictures(context.Background(), nothing{}) // it never fails
	return blocks
}

func encode(t testing.TB, value any) json.RawMessage {
	t.Helper()
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	return encoded
}
