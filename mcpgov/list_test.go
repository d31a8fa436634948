package mcpgov_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

const listRules = `
mcpgov: 1
user: {customer_id: "string?"}
policies:
  - tools: ["own_record"]
    input:
      - {condition: "customer_id == user.customer_id", action: allow}
  - tools: ["staff_only"]
    input:
      - {condition: "user.role == 'admin'", action: allow}
  - tools: ["never_errs"]
    input:
      - {condition: "user.email == 'root@example.com'", action: allow}
  - tools: ["needs_approval"]
    input:
      - {condition: "true", action: require_approval}
  - tools: ["*"]
    output:
      - {condition: "true", action: mask_sensitive_fields}
`

func listServer(t testing.TB, log *mcptest.Recorder) *mcpgov.Server {
	t.Helper()
	config := crmConfig(t, log)
	config.Policy = rules(t, listRules)
	tool := func(name string, change func(*mcpgov.ToolSpec)) mcpgov.Feature {
		spec := mcpgov.ToolSpec{Name: name, Description: "Does " + name + ".", ReadOnly: true}
		if change != nil {
			change(&spec)
		}
		return mcpgov.Tool(spec, found)
	}
	return newServer(t, config,
		tool("own_record", func(s *mcpgov.ToolSpec) {
			s.Aliases = []string{"get_record", "record"}
			s.Deprecated = &mcpgov.Deprecation{Since: "1.4", Until: "2.0", Use: "get_customer"}
		}),
		tool("staff_only", nil), tool("never_errs", nil), tool("needs_approval", nil), tool("no_rule", nil))
}

// TestListShowsWhatCouldBeAdmitted: a list holds the tools that some arguments could reach, and hides those that
// the caller alone settles, by a rule that says no, that fails, or that is missing.
func TestListShowsWhatCouldBeAdmitted(t *testing.T) {
	t.Parallel()
	mcptest.EachEra(t, listServer(t, &mcptest.Recorder{}), func(t *testing.T, h *mcptest.Harness) {
		require.Equal(t, []string{"needs_approval", "own_record"}, h.As(owner).Tools())
		require.Equal(t, []string{"needs_approval", "own_record", "staff_only"}, h.As(admin).Tools())
		client := h.As(owner)
		for _, hidden := range []string{"staff_only", "never_errs", "no_rule"} {
			client.Call(hidden, asksForAnn).Hidden()
			client.Call(hidden, `{"customer_id":7}`).Hidden()
		}
		client.Call("own_record", `{"customer_id":"cust_43"}`).Ended(mcpgov.Denied) // listed, so it may be refused openly
		client.Call("own_record", asksForAnn).OK()
		client.Call("needs_approval", asksForAnn).Ended(mcpgov.ApprovalRequired)
	})
}

// TestOldNames: aliases are answered, not listed, and the record says which name was used.
func TestOldNames(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	mcptest.EachEra(t, listServer(t, log), func(t *testing.T, h *mcptest.Harness) {
		log.Reset()
		client := h.As(owner)
		require.NotContains(t, client.Tools(), "record")
		client.Call("record", asksForAnn).OK().Has("name", "Ann")
		client.Call("record", `{"customer_id":"cust_43"}`).Ended(mcpgov.Denied)
		client.Call("own_record", asksForAnn).OK()
		outcomes := log.Outcomes()
		require.Len(t, outcomes, 3)
		for i, note := range []string{"called by its old name record", "called by its old name record", ""} {
			require.Equal(t, "own_record", outcomes[i].Target.Name)
			require.Equal(t, note, outcomes[i].Note)
		}
	})
}

// TestDeprecationNotice: clients read in the description that a tool will go, and what takes its place.
func TestDeprecationNotice(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		deprecated mcpgov.Deprecation
		notice     string
	}{
		{mcpgov.Deprecation{}, "Deprecated."},
		{mcpgov.Deprecation{Since: "1.4"}, "Deprecated since 1.4."},
		{mcpgov.Deprecation{Since: "1.4", Until: "2.0"}, "Deprecated since 1.4, until 2.0."},
		{mcpgov.Deprecation{Since: "1.4", Use: "find"}, "Deprecated since 1.4; use find instead."},
	} {
		spec := lookupSpec()
		spec.Deprecated = &test.deprecated
		h := mcptest.New(t, newServer(t, crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(spec, found)))
		list, err := h.As(owner).Session().ListTools(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, "Looks a customer up.\n\n"+test.notice, list.Tools[0].Description)
	}
}

// TestListIsPrivate: a list made for one caller says that no cache may show it to another, and has no cursor that
// could name a hidden tool.
func TestListIsPrivate(t *testing.T) {
	t.Parallel()
	srv := httpServer(t, &mcptest.Recorder{}, nil)
	eachWeb(t, srv, mcpgov.HTTPOptions{Verify: verify, JSONResponse: true}, "owner", func(t *testing.T, w *web) {
		var list struct {
			Result map[string]json.RawMessage
		}
		require.NoError(t, json.Unmarshal([]byte(readAnswer(t, w.post(t, w.message("tools/list", ""), nil)).body), &list))
		require.NotContains(t, list.Result, "nextCursor")
		if w.era == mcptest.Stateless {
			require.Equal(t, `"private"`, string(list.Result["cacheScope"]))
		}
	})
}

// TestListRecords: each list leaves one record, and a list that cannot be recorded is not given.
func TestListRecords(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	mcptest.EachEra(t, listServer(t, log), func(t *testing.T, h *mcptest.Harness) {
		client := h.As(owner)
		log.Reset()
		client.Tools()
		require.Len(t, log.Requests(), 1)
		record := log.Requests()[0]
		require.Equal(t, audit.KindOutcome, record.Kind)
		require.Equal(t, audit.Target{Kind: "list", Name: "tools", ReadOnly: true}, record.Target)
		require.Equal(t, owner.ID, record.User.ID)
		require.Equal(t, string(mcpgov.OK), record.Outcome)
		log.FailWhen(func(audit.Record) error { return errors.New("disk full") })
		_, err := client.Session().ListTools(t.Context(), nil)
		require.ErrorContains(t, err, "could not be recorded")
		log.FailWhen(nil)
		_, err = client.Session().ListTools(t.Context(), &mcp.ListToolsParams{Cursor: "bm9uc2Vuc2U="})
		require.Error(t, err)
		require.Equal(t, string(mcpgov.InvalidInput), log.Requests()[1].Outcome)
	})
}

// TestManifest: the manifest holds every tool, hidden or not, and is the caller's own.
func TestManifest(t *testing.T) {
	t.Parallel()
	srv := listServer(t, &mcptest.Recorder{})
	manifest := srv.Manifest()
	require.Equal(t, "crm", manifest.Name)
	require.Equal(t, "1.0.0", manifest.Version)
	require.NotEmpty(t, manifest.PolicyRevision)
	require.Len(t, manifest.Tools, 5)
	before, err := json.Marshal(manifest)
	require.NoError(t, err)
	for _, tool := range manifest.Tools {
		tool.Name, tool.Description, tool.Annotations.ReadOnlyHint = "x", "x", false
		if tool.Meta != nil {
			tool.Meta["mcpgov/aliases"] = nil
		}
		for i := range tool.InputSchema.(json.RawMessage) {
			tool.InputSchema.(json.RawMessage)[i] = 'x'
		}
	}
	after, err := json.Marshal(srv.Manifest())
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after))
	require.Equal(t, []string{"needs_approval", "own_record"}, mcptest.New(t, srv).As(owner).Tools())
}

// TestAdvertised: what clients are told of a tool is what its spec says.
func TestAdvertised(t *testing.T) {
	t.Parallel()
	spec := mcpgov.ToolSpec{
		Name: "t", Title: "T", Description: "D.", Destructive: true, Idempotent: true, OpenWorld: true, Tags: []string{"crm"},
		Errors: []mcpgov.ErrorSpec{{Code: "sold_out", Meaning: "None left.", Retryable: true}},
	}
	config := crmConfig(t, &mcptest.Recorder{})
	config.Policy = policy.AllowAll()
	tool := newServer(t, config, mcpgov.Tool(spec, found)).Manifest().Tools[0]
	require.Equal(t, "T", tool.Title)
	require.Equal(t, mcp.ToolAnnotations{DestructiveHint: new(true), IdempotentHint: true, OpenWorldHint: new(true)}, *tool.Annotations)
	meta, err := json.Marshal(tool.Meta)
	require.NoError(t, err)
	require.JSONEq(t, `{"mcpgov/tags":["crm"],"mcpgov/errors":[{"code":"sold_out","meaning":"None left.","retryable":true}]}`, string(meta))
}
