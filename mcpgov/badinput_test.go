package mcpgov_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "write it with: go test ./mcpgov -run %s -update", t.Name())
	require.Equal(t, string(want), text)
}

// The types below each hold one mistake somebody will make.
type (
	misspelt struct {
		ID string `json:"id" jsonschema:"patern=^cust_[0-9]+$"`
	}
	buried struct {
		Inner struct {
			Blocks mcpgov.Content `json:"blocks"`
		} `json:"inner"`
	}
	bare struct {
		Name string `json:"name"`
		Card string `json:"card" gov:"pii,mask=last4"`
	}
	unread struct {
		Card string `json:"card" gvo:"pii,mask=last4"`
	}
)

func nothing[In, Out any](context.Context, In) (Out, error) {
	var none Out
	return none, nil
}

// badProgram is one program with every mistake that can stand beside the others. What a Config without a policy
// can say about rules comes from the tools' own; what needs a policy stands in badPolicy.
func badProgram() (mcpgov.Config, []mcpgov.Feature) {
	config := mcpgov.Config{
		Key:          []byte("too short"),
		AuditLevel:   "everything",
		Limits:       mcpgov.Limits{Tool: -5 * time.Second, PerMinute: -2},
		Interceptors: []mcpgov.Interceptor{nil},
	}
	spec := func(name string, change func(*mcpgov.ToolSpec)) mcpgov.ToolSpec {
		s := mcpgov.ToolSpec{Name: name, Description: "Does " + name + "."}
		if change != nil {
			change(&s)
		}
		return s
	}
	unknownField := policy.Own{Input: []policy.Rule{{Condition: "custmer_id == 'cust_1'", Action: policy.ActionAllow}}}
	lostMask := policy.Own{Output: []policy.Rule{{Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"orders.cvc"}}}}
	return config, []mcpgov.Feature{
		mcpgov.Tool(spec("misspelt_tag", nil), nothing[misspelt, bare]),
		mcpgov.Tool(spec("unread_tag", nil), nothing[lookupIn, unread]),
		mcpgov.Tool(spec("unknown_field", func(s *mcpgov.ToolSpec) { s.Policy = &unknownField }), nothing[lookupIn, bare]),
		mcpgov.Tool(spec("lost_mask", func(s *mcpgov.ToolSpec) { s.Policy = &lostMask }), nothing[lookupIn, customer]),
		mcpgov.Tool(spec("twin", nil), nothing[lookupIn, bare]),
		mcpgov.Tool(spec("twin", nil), nothing[lookupIn, bare]),
		mcpgov.Tool(spec("fine", func(s *mcpgov.ToolSpec) { s.Aliases = []string{"twin"} }), nothing[lookupIn, bare]),
		mcpgov.Tool(spec("bad name!", nil), nothing[lookupIn, bare]),
		mcpgov.Tool(spec("", nil), nothing[lookupIn, bare]),
		mcpgov.Tool[lookupIn, bare](spec("no_handler", nil), nil),
		mcpgov.Tool(spec("no_description", func(s *mcpgov.ToolSpec) { s.Description = "" }), nothing[lookupIn, bare]),
		mcpgov.Tool(spec("no_struct", nil), nothing[string, []bare]),
		mcpgov.Tool(spec("deep_content", nil), nothing[lookupIn, buried]),
		mcpgov.Tool(spec("two_minds", func(s *mcpgov.ToolSpec) { s.ReadOnly, s.Destructive = true, true }), nothing[lookupIn, bare]),
		mcpgov.Tool(spec("bad_bounds", func(s *mcpgov.ToolSpec) { s.Timeout, s.AuditLevel = -time.Second, "all" }), nothing[lookupIn, bare]),
		mcpgov.Tool(spec("bad_errors", func(s *mcpgov.ToolSpec) {
			s.Errors = []mcpgov.ErrorSpec{
				{Code: mcpgov.Denied, Meaning: "Not you."},
				{Code: "Out Of Stock", Meaning: "None left."},
				{Code: "no_meaning"},
				{Code: "sold_out", Meaning: "None left."},
				{Code: "sold_out", Meaning: "None left."},
			}
		}), nothing[lookupIn, bare]),
		nil,
	}
}

// badPolicy is a program whose Config is complete and whose rules are not.
func badPolicy() (mcpgov.Config, []mcpgov.Feature) {
	set := &policy.Set{Blocks: []policy.Block{
		{
			Tools: []string{"get_customer"},
			Input: []policy.Rule{
				{ID: "typo", Condition: "custmer_id == 'cust_1'", Action: policy.ActionAllow},
				{ID: "kind", Condition: "with_orders == 'yes'", Action: policy.ActionAllow},
				{ID: "all", Condition: "true", Action: policy.ActionAllow},
				{ID: "late", Condition: "user.anonymous", Action: policy.ActionDeny},
			},
			Output: []policy.Rule{
				{ID: "lost", Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"emial"}},
				{ID: "half", Condition: "user.role != 'admin'", Action: policy.ActionMaskFields, Fields: []string{"email"}},
				{ID: "misfit", Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"credit_score"}, Mask: "last4"},
			},
		},
		{Tools: []string{"get_custmer"}, Input: []policy.Rule{{Condition: "user.departement == 'x'", Action: policy.ActionAllow}}},
	}}
	config := mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: set, Audit: audit.Discard(), Identify: mcpgov.Anonymous()}
	return config, []mcpgov.Feature{mcpgov.Tool(lookupSpec(), found)}
}

// TestBadInput: one error lists every fault of a program, each with where it is and what to write instead.
func TestBadInput(t *testing.T) {
	t.Parallel()
	for name, program := range map[string]func() (mcpgov.Config, []mcpgov.Feature){
		"badinput_program.txt": badProgram,
		"badinput_policy.txt":  badPolicy,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, features := program()
			srv, err := mcpgov.New(config, features...)
			require.Error(t, err)
			require.Nil(t, srv)
			golden(t, name, err.Error()+"\n")
			lines := strings.Split(err.Error(), "\n")
			seen := map[string]bool{}
			for _, line := range lines[1:] {
				require.False(t, seen[line], "twice: %s", line)
				seen[line] = true
			}
		})
	}
}

// TestBadInputNeverOff: leaving a required field out is a fault that names the word for wanting nothing.
func TestBadInputNeverOff(t *testing.T) {
	t.Parallel()
	for field, test := range map[string]struct {
		leave func(*mcpgov.Config)
		write string
	}{
		"Policy":   {func(c *mcpgov.Config) { c.Policy = nil }, "policy.AllowAll()"},
		"policy":   {func(c *mcpgov.Config) { c.Policy = (*policy.Set)(nil) }, "policy.AllowAll()"},
		"audit":    {func(c *mcpgov.Config) { c.Audit = (*mcptest.Recorder)(nil) }, "audit.Discard()"},
		"Audit":    {func(c *mcpgov.Config) { c.Audit = nil }, "audit.Discard()"},
		"Identify": {func(c *mcpgov.Config) { c.Identify = nil }, "mcpgov.Anonymous()"},
		"Name":     {func(c *mcpgov.Config) { c.Name = "" }, "the server's name"},
		"Version":  {func(c *mcpgov.Config) { c.Version = "" }, `"1.0.0"`},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			field = strings.ToUpper(field[:1]) + field[1:] // in small letters: a nil pointer in an interface
			config := mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous()}
			test.leave(&config)
			_, err := mcpgov.New(config)
			require.ErrorContains(t, err, field+" is missing: write ")
			require.ErrorContains(t, err, test.write)
		})
	}
}
