package interop_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

const hashKey = "0123456789abcdef0123456789abcdef"

// person is somebody whose role meets one output rule.
type person struct {
	role   string
	mask   string   // how the places are hidden; "remove" takes them out, "" hides nothing
	places []string // what the rule names
	labels bool     // the rule names labels instead: every labelled field, each under the mask of its tag
}

func (p person) user() mcpgov.User { return mcpgov.User{ID: p.role, Role: p.role} }

// people has one person for every mask on everything it fits, and some for what masks are mixed with.
func people() []person {
	leaves := slices.Concat(textPlaces, plainPlaces)
	people := []person{
		{role: "owner"},
		{role: "stranger"}, // may call one tool only
		{role: "redact", mask: "redact", places: leaves},
		{role: "null", mask: "null", places: leaves},
		{role: "zero", mask: "zero", places: leaves},
		{role: "removed", mask: "remove", places: leaves},
		{role: "whole", mask: "null", places: wholePlaces},
		{role: "nothing", mask: "remove", places: wholePlaces},
		{role: "labels", labels: true},
	}
	for _, mask := range []string{"email", "last4", "first=2", "last=3", "hash", "year"} {
		people = append(people, person{role: mask, mask: mask, places: textPlaces})
	}
	return people
}

func personCalled(role string) (person, error) {
	for _, p := range people() {
		if p.role == role {
			return p, nil
		}
	}
	return person{}, fmt.Errorf("nobody is called %q", role)
}

// rules gives each person the rule of the own role, and every tool one way to refuse.
func rules() *policy.Set {
	profiles := policy.Block{Tools: []string{"show_profile"}}
	for _, p := range people() {
		rule := policy.Rule{ID: p.role, Condition: fmt.Sprintf("user.role == '%s'", p.role), Fields: p.places, Mask: p.mask, Action: policy.ActionMaskFields}
		switch {
		case p.labels:
			rule.Action = policy.ActionMaskSensitive
		case p.mask == "":
			continue
		case p.mask == "remove":
			rule.Action, rule.Mask = policy.ActionFilterFields, ""
		}
		profiles.Output = append(profiles.Output, rule)
	}
	return &policy.Set{Name: "interop", Blocks: []policy.Block{
		profiles,
		{Tools: []string{"show_report"}, Output: []policy.Rule{
			{Condition: "user.role != 'owner'", Action: policy.ActionFilterFields, Fields: []string{"total"}},
		}},
		{Tools: []string{"show_offices"}, Output: []policy.Rule{
			{Condition: "user.role == 'removed'", Action: policy.ActionFilterRows, Path: "offices", Where: "item.zip == 'none'"},
			{Condition: "user.role == 'null'", Action: policy.ActionLimitRows, Path: "offices", Limit: 1},
			{Condition: "user.role == 'labels'", Action: policy.ActionFilterRows, Path: "offices", Where: "item.street.startsWith('9')"},
		}},
		{Tools: []string{"show_pictures"}, Input: []policy.Rule{{Condition: "true", Action: policy.ActionAllow}}},
		{Tools: []string{"open_vault"}, Input: []policy.Rule{{Condition: "user.role != 'owner'", Action: policy.ActionDeny}}},
		{Tools: []string{"close_account"}, Input: []policy.Rule{
			{Condition: "customer_id == 'cust_1'", Action: policy.ActionDeny, Reason: "This account stays open."},
			{Condition: "customer_id == 'cust_2'", Action: policy.ActionRequireApproval},
		}},
		{Tools: []string{"*"}, Input: []policy.Rule{{Condition: "user.role != 'stranger'", Action: policy.ActionAllow}}},
	}}
}

type nothing struct{}

type customerID struct {
	ID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$"`
}

type offices struct {
	Offices []address      `json:"offices" jsonschema:"minItems=2"` // which no result with rows cut can promise
	Opened  time.Time      `json:"opened"`
	Staff   map[string]int `json:"staff"`
	Closed  []address      `json:"closed"` // left nil: clients get an empty list
}

type report struct {
	Title string         `json:"title"`
	Total float64        `json:"total" jsonschema:"minimum=1"`
	Pages mcpgov.Content `json:"pages"`
}

type how struct {
	Way string `json:"way" jsonschema:"enum=error,enum=user,enum=panic,enum=business,enum=undeclared,enum=invalid,enum=slow"`
}

func pictures(context.Context, nothing) (mcpgov.Content, error) {
	return mcpgov.Content{
		&mcp.TextContent{Text: "three blocks follow"},
		&mcp.ImageContent{MIMEType: "image/png", Data: []byte("no real picture")},
		&mcp.AudioContent{MIMEType: "audio/wav", Data: []byte("no real sound")},
		&mcp.ResourceLink{URI: "file:///report.txt", Name: "report"},
		&mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: "file:///note.txt", MIMEType: "text/plain", Text: "a note"}},
	}, nil
}

// breaking ends in the way it is asked to.
func breaking(ctx context.Context, in how) (address, error) {
	switch in.Way {
	case "user":
		return address{}, mcpgov.Userf("the house has no door")
	case "panic":
		panic("a secret cause")
	case "business":
		return address{}, mcpgov.Fail("already_moved", "they moved in May")
	case "undeclared":
		return address{}, mcpgov.Fail("never_declared", "a secret cause")
	case "invalid":
		return address{Street: "1 Long Lane", Zip: "no zip"}, nil
	case "slow":
		<-ctx.Done()
		return address{}, ctx.Err()
	}
	return address{}, errors.New("a secret cause")
}

// governedServer is the server all clients meet. Who calls is the bearer token over HTTP and the host's word elsewhere.
func governedServer(sink audit.Sink) (*mcpgov.Server, error) {
	show := func(name string) mcpgov.ToolSpec {
		return mcpgov.ToolSpec{Name: name, Description: "Shows what its name says.", ReadOnly: true}
	}
	broken := show("break_down")
	broken.Timeout = 50 * time.Millisecond
	broken.Errors = []mcpgov.ErrorSpec{{Code: "already_moved", Meaning: "The customer has moved.", Retryable: true}}
	return mcpgov.New(mcpgov.Config{
		Name: "interop", Version: "1.0.0", Policy: rules(), Audit: sink, Key: []byte(hashKey), Logger: slog.New(slog.DiscardHandler),
		Identify: mcpgov.Token(func(token *auth.TokenInfo) (mcpgov.User, error) {
			p, err := personCalled(token.UserID)
			return p.user(), err
		}),
		Limits: mcpgov.Limits{PerMinute: mcpgov.Unlimited},
	},
		mcpgov.Tool(show("show_profile"), func(context.Context, customerID) (profile, error) { return ann(), nil }),
		mcpgov.Tool(show("show_offices"), func(context.Context, nothing) (offices, error) {
			return offices{Offices: []address{ann().Office, ann().Home}, Opened: ann().Since, Staff: map[string]int{"Hamburg": 12}}, nil
		}),
		mcpgov.Tool(show("show_report"), func(context.Context, nothing) (report, error) {
			return report{Title: "May", Total: 12.5, Pages: mcpgov.Content{
				&mcp.TextContent{Text: `{"title":"May","total":12.5}`}, &mcp.TextContent{Text: "In May the total was 12.5."},
			}}, nil
		}),
		mcpgov.Tool(show("show_pictures"), pictures),
		mcpgov.Tool(show("open_vault"), func(context.Context, nothing) (address, error) { return ann().Home, nil }),
		mcpgov.Tool(mcpgov.ToolSpec{Name: "close_account", Description: "Closes an account.", Destructive: true},
			func(context.Context, customerID) (nothing, error) { return nothing{}, nil }),
		mcpgov.Tool(broken, breaking))
}

// verify takes a role as its own token: the tests are about what clients see, not about who signs tokens.
func verify(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
	if _, err := personCalled(token); err != nil {
		return nil, fmt.Errorf("%w: %w", auth.ErrInvalidToken, err)
	}
	return &auth.TokenInfo{UserID: token, Expiration: time.Now().Add(time.Hour)}, nil
}
