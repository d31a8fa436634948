package mcpgov_test

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

type listIn struct {
	Region string `json:"region"`
}

type listOut struct {
	Rows []listRow `json:"rows"`
}

type listRow struct {
	Region string `json:"region"`
}

func listed(context.Context, listIn) (listOut, error) {
	return listOut{Rows: []listRow{{"eu"}, {"us"}}}, nil
}

// replayed serves one call under a policy and replays its record, read back from its line, against others.
func replayed(t *testing.T, spec mcpgov.ToolSpec, u mcpgov.User, arguments, under string, against ...string) (reports []*policy.Report) {
	t.Helper()
	log := &mcptest.Recorder{}
	srv := newServer(t, mcpgov.Config{
		Name: "edges", Version: "1", Policy: rules(t, under), Audit: log, Identify: mcpgov.Anonymous(), AuditLevel: audit.LevelComplete,
	}, mcpgov.Tool(spec, listed))
	_, _ = mcptest.New(t, srv).As(u).Session().CallTool(t.Context(), &mcp.CallToolParams{Name: spec.Name, Arguments: json.RawMessage(arguments)}) // may be hidden
	for _, text := range against {
		candidate, err := srv.BindPolicy(rules(t, text))
		require.NoError(t, err)
		report, err := policy.Replay(t.Context(), candidate, mcpgov.Recorded(lines(t, log.All())))
		require.NoError(t, err)
		require.Equal(t, 1, report.Calls)
		reports = append(reports, report)
	}
	return reports
}

func lines(t *testing.T, records []audit.Record) iter.Seq2[audit.Record, error] {
	t.Helper()
	return func(yield func(audit.Record, error) bool) {
		for _, r := range records {
			line, err := r.AppendJSON(nil)
			require.NoError(t, err)
			if !yield(audit.ParseRecord(line)) {
				return
			}
		}
	}
}

func listSpec() mcpgov.ToolSpec {
	return mcpgov.ToolSpec{Name: "list", Description: "lists rows", ReadOnly: true}
}

// A rule for rows that is taken away is a change, or unknown; never the same.
func TestReplaySeesRowsComeBack(t *testing.T) {
	t.Parallel()
	const cut = `{mcpgov: 1, policies: [{tools: ["*"], input: [{id: all, condition: "true", action: allow}],
		output: [{id: rows, condition: "true", action: filter_rows, path: rows, where: "item.region == 'eu'"}]}]}`
	const whole = `{mcpgov: 1, policies: [{tools: ["*"], input: [{id: all, condition: "true", action: allow}]}]}`
	got := replayed(t, listSpec(), mcpgov.User{ID: "u"}, `{"region":"eu"}`, cut, cut, whole)
	require.Equal(t, 1, got[0].Same+got[0].Unknown)
	require.Zero(t, got[1].Same, "the caller would get a row that was kept from him")
}

// Replayed against the policy it was made under, nothing changes, whatever attributes hold.
func TestReplayTakesAttributesAsTheyWere(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		declared, condition string
		value               any
	}{
		"duration": {"duration", "user.a > duration('1m')", time.Hour},
		"time":     {"timestamp", "user.a > timestamp('2020-01-01T00:00:00Z')", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
		"any int":  {"any", "user.a > 2", 3},
		"any list": {"any", "user.a[0] + 1 == 4", []int{3}},
		"nil list": {"list(string)", "size(user.a) == 0", []string(nil)},
		"nil map":  {"map(string)", "size(user.a) == 0", map[string]string(nil)},
		"big":      {"int", "user.a == 9007199254740993", int64(9007199254740993)},
		"bytes":    {"any", "user.a == b'x'", []byte("x")},
		"text":     {"string", "user.a == 'x'", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := `{mcpgov: 1, user: {a: "` + one.declared + `"}, policies: [{tools: ["*"], input: [{id: a, condition: "` + one.condition + `", action: allow}]}]}`
			got := replayed(t, listSpec(), mcpgov.User{ID: "u", Attributes: map[string]any{"a": one.value}}, `{"region":"eu"}`, text, text)
			require.Equal(t, 1, got[0].Same+got[0].Unknown, got[0].String())
		})
	}
}

// A type that no value of the caller's can have is no reason to guess.
func TestReplayKnowsWhatAttributesCannotTell(t *testing.T) {
	t.Parallel()
	const asTime = `{mcpgov: 1, user: {a: timestamp}, policies: [{tools: ["*"], input: [{id: a, condition: "user.a > timestamp('2020-01-01T00:00:00Z')", action: allow}]}]}`
	const asText = `{mcpgov: 1, user: {a: string}, policies: [{tools: ["*"], input: [{id: a, condition: "user.a != ''", action: allow}]}]}`
	u := mcpgov.User{ID: "u", Attributes: map[string]any{"a": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
	truth := replayed(t, listSpec(), u, `{"region":"eu"}`, asText, asText)
	require.Equal(t, 1, truth[0].Same+truth[0].Unknown, "a time is no text: the call was refused\n%s", truth[0])
	got := replayed(t, listSpec(), u, `{"region":"eu"}`, asTime, asText)
	require.Equal(t, 1, got[0].Lost+got[0].Unknown, got[0].String())
}

// A target that is hidden is refused before anybody reads why it is called.
func TestReplayKnowsNoPurposeOfWhatWasHidden(t *testing.T) {
	t.Parallel()
	spec := listSpec()
	spec.Purpose = mcpgov.PurposeOptional
	const closed = `{mcpgov: 1, policies: [{tools: ["*"], input: [{id: none, condition: "user.role == 'visitor'", action: deny}, {id: all, condition: "true", action: allow}]}]}`
	const stated = `{mcpgov: 1, policies: [{tools: ["*"], input: [{id: why, condition: "request.purpose == 'audit'", action: allow}]}]}`
	got := replayed(t, spec, mcpgov.User{ID: "v", Role: "visitor"}, `{"region":"eu","purpose":"audit"}`, closed, stated)
	require.Equal(t, 1, got[0].Gained+got[0].Unknown, "with this purpose the call is admitted\n%s", got[0])
}

// A call whose caller hung up before the policy was asked is none that a policy decided.
func TestReplayLeavesOutWhatWasNeverDecided(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	entered, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	srv := newServer(t, mcpgov.Config{
		Name: "edges", Version: "1", Audit: log, AuditLevel: audit.LevelComplete,
		Policy: rules(t, `{mcpgov: 1, policies: [{tools: ["*"], input: [{id: all, condition: "true", action: allow}]}]}`),
		Identify: func(context.Context, mcpgov.Credentials) (mcpgov.Caller, error) {
			entered <- struct{}{}
			<-release
			return mcpgov.Caller{}, nil
		},
	}, mcpgov.Tool(listSpec(), listed))
	ours, theirs := mcp.NewInMemoryTransports()
	_, err := srv.Connect(t.Context(), theirs)
	require.NoError(t, err)
	client, err := mcp.NewClient(&mcp.Implementation{Name: "c", Version: "1"}, nil).Connect(t.Context(), ours, nil)
	require.NoError(t, err)
	defer func() { _ = client.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-entered; cancel() }()
	_, err = client.CallTool(ctx, &mcp.CallToolParams{Name: "list", Arguments: json.RawMessage(`{"region":"eu"}`)})
	require.Error(t, err)
	cancelled := func(r audit.Record) bool { return r.Target.Kind == "tool" && r.Outcome == string(mcpgov.Cancelled) }
	require.Eventually(t, func() bool { return slices.ContainsFunc(log.All(), cancelled) }, 5*time.Second, time.Millisecond)
	for call, err := range mcpgov.Recorded(lines(t, log.All())) {
		require.NoError(t, err)
		require.Fail(t, "no policy decided this", "%+v", call)
	}
}

// TestAttributesThatHoldThemselves: what an Identifier brings is recorded as far as it can be, and never for ever.
func TestAttributesThatHoldThemselves(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.Policy = rules(t, `{mcpgov: 1, user: {loop: "any?", customer_id: "string?"}, policies: [{tools: ["*"], input: [{condition: "true", action: allow}], output: [{condition: "true", action: mask_sensitive_fields}]}]}`)
	loop := map[string]any{"a": 1}
	loop["self"] = []any{loop}
	config.Identify = func(context.Context, mcpgov.Credentials) (mcpgov.Caller, error) {
		return mcpgov.Caller{User: mcpgov.User{ID: "u", Attributes: map[string]any{"loop": loop, "customer_id": "cust_42"}}}, nil
	}
	srv := newServer(t, config, mcpgov.Tool(lookupSpec(), found))
	here, there := mcp.NewInMemoryTransports()
	_, err := srv.Connect(t.Context(), there)
	require.NoError(t, err)
	session, err := mcp.NewClient(&mcp.Implementation{Name: "t", Version: "1"}, nil).Connect(t.Context(), here, nil)
	require.NoError(t, err)
	_, err = session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_customer", Arguments: json.RawMessage(asksForAnn)})
	require.NoError(t, err)
	require.JSONEq(t, `{"customer_id":"cust_42"}`, string(last(log).User.Attributes))
}
