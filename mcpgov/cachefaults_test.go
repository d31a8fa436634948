package mcpgov_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// TestCacheFaults: what cannot be meant is told by New.
func TestCacheFaults(t *testing.T) {
	t.Parallel()
	tool := func(change func(*mcpgov.ToolSpec)) func(*mcpgov.Config) mcpgov.Feature {
		spec := cachedSpec()
		change(&spec)
		return func(*mcpgov.Config) mcpgov.Feature { return mcpgov.Tool(spec, found) }
	}
	with := func(change func(*mcpgov.Config)) func(*mcpgov.Config) mcpgov.Feature {
		return func(c *mcpgov.Config) mcpgov.Feature { change(c); return mcpgov.Tool(cachedSpec(), found) }
	}
	for want, feature := range map[string]func(*mcpgov.Config) mcpgov.Feature{
		`tool "get_customer": Cache: what is not ReadOnly cannot be cached`:                                                          tool(func(s *mcpgov.ToolSpec) { s.ReadOnly = false }),
		`tool "get_customer": Cache.TTL is -1s: write how long an answer is good for, or 0 for 1h0m0s`:                               tool(func(s *mcpgov.ToolSpec) { s.Cache.TTL = -time.Second }),
		`tool "get_customer": Cache.Tags: "a b": write 1 to 128`:                                                                     tool(func(s *mcpgov.ToolSpec) { s.Cache.Tags = []string{"a b"} }),
		`tool "get_customer": Cache.Tags: "": write 1 to 128`:                                                                        tool(func(s *mcpgov.ToolSpec) { s.Cache.Tags = []string{""} }),
		`tool "get_customer": Cache.Tags: "a" stands there twice`:                                                                    tool(func(s *mcpgov.ToolSpec) { s.Cache.Tags = []string{"a", "b", "a"} }),
		`tool "get_customer": it is ReadOnly and Invalidates ["customers"]`:                                                          tool(func(s *mcpgov.ToolSpec) { s.Invalidates = []string{"customers"} }),
		`tool "get_customer": Provenance is 2: write ProvenanceMeta or ProvenanceText`:                                               tool(func(s *mcpgov.ToolSpec) { s.Provenance = 2 }),
		`tool "get_customer": Invalidates names the tag "customers", and nothing is cached under it: leave it out`:                   tool(func(s *mcpgov.ToolSpec) { s.ReadOnly, s.Cache, s.Invalidates = false, nil, []string{"customers"} }),
		`tool "set_customer": Invalidates names the tag "customers", and nothing is cached under it (did you mean "customer"?); the`: tool(func(s *mcpgov.ToolSpec) { s.Cache.Tags = []string{"customer"} }),
		`config: field Store needs Key`:                                                                                              with(func(c *mcpgov.Config) { c.Store, c.Key = newMemoryStore(), nil }),
		`config: field Store holds a nil pointer`:                                                                                    with(func(c *mcpgov.Config) { c.Store, c.Key = (*memoryStore)(nil), make([]byte, 32) }),
		`resource "crm://a": Cache.TTL is -1s: wri`: func(*mcpgov.Config) mcpgov.Feature {
			return mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://a", Description: "d", Cache: &mcpgov.Cache{TTL: -time.Second, Tags: []string{"customers"}}},
				func(context.Context) (string, error) { return "", nil })
		},
	} {
		config := crmConfig(t, &mcptest.Recorder{})
		config.Policy = policy.AllowAll()
		one := feature(&config)
		_, err := mcpgov.New(config, one, writeTool(done))
		require.ErrorContains(t, err, want)
	}
}

// TestCachedSpecIsItsOwn: what is done to a spec afterwards does nothing to the tool, and zero is an hour.
func TestCachedSpecIsItsOwn(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	spec := cachedSpec()
	spec.Cache.TTL = 0
	tool := mcpgov.Tool(spec, countedRuns(&runs))
	require.Zero(t, spec.Cache.TTL)
	spec.Cache.TTL, spec.Cache.Tags[0] = -1, "x"
	h := mcptest.New(t, newServer(t, crmConfig(t, &mcptest.Recorder{}), tool, writeTool(done))).As(admin)
	h.Call("get_customer", asksForAnn).OK()
	require.True(t, h.Call("get_customer", asksForAnn).OK().Cached())
}

// TestCachedResources: resources and templates are cached as tools are, until somebody says that they have changed.
func TestCachedResources(t *testing.T) {
	t.Parallel()
	store := newMemoryStore()
	var runs atomic.Int64
	replica := func() (*mcpgov.Server, *mcp.ClientSession) {
		config := crmConfig(t, &mcptest.Recorder{})
		config.Policy, config.Key, config.Store = policy.AllowAll(), bytes.Repeat([]byte("k"), 32), store
		srv := newServer(t, config,
			mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://text", Description: "d", Cache: &mcpgov.Cache{}},
				func(context.Context) (string, error) { runs.Add(1); return "Be kind.", nil }),
			mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://blob", Description: "d", Cache: &mcpgov.Cache{}},
				func(context.Context) ([]byte, error) { runs.Add(1); return []byte{1, 2}, nil }),
			mcpgov.Template(mcpgov.ResourceSpec{URI: "crm://customers/{id}", Description: "d", Cache: &mcpgov.Cache{}},
				func(context.Context, customerVars) (*customer, error) { runs.Add(1); c := ann(); return &c, nil }))
		return srv, mcptest.New(t, srv).As(admin).Session()
	}
	first, one := replica()
	_, two := replica()
	ask := func(session *mcp.ClientSession, uri string) (*mcp.ResourceContents, bool) {
		res, err := session.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri})
		require.NoError(t, err)
		return res.Contents[0], res.Meta["mcpgov/cached"] != nil
	}
	for _, uri := range []string{"crm://text", "crm://blob", "crm://customers/cust_1", "crm://customers/cust_2"} {
		fresh, cached := ask(one, uri)
		require.False(t, cached, uri)
		for _, session := range []*mcp.ClientSession{one, two} {
			again, cached := ask(session, uri)
			require.True(t, cached, uri)
			require.Equal(t, fresh, again)
		}
	}
	require.Equal(t, int64(4), runs.Load())
	require.NoError(t, first.ResourceUpdated(t.Context(), "crm://text"))
	_, cached := ask(two, "crm://text")
	require.False(t, cached)
	_, cached = ask(two, "crm://blob")
	require.True(t, cached)
	require.NoError(t, first.ResourceUpdated(t.Context(), "crm://customers/cust_1"))
	_, cached = ask(one, "crm://customers/cust_1")
	require.False(t, cached)
}

// oneWay is written as another thing than it is read from.
type oneWay struct{ celsius float64 }

func (o oneWay) MarshalJSON() ([]byte, error) { return json.Marshal(o.celsius) }

func (o *oneWay) UnmarshalJSON(raw []byte) error {
	err := json.Unmarshal(raw, &o.celsius)
	o.celsius++
	return err
}

type refusing struct{ Value int }

func (r *refusing) UnmarshalJSON([]byte) error { return errors.New("no") }

type exploding struct{ Value int }

func (e *exploding) UnmarshalJSON([]byte) error { panic("no") }

// TestOnlyWhatComesBackIsStored: a type that JSON does not give back as it was stays in its process.
func TestOnlyWhatComesBackIsStored(t *testing.T) {
	t.Parallel()
	stays(t, struct {
		V any `json:"v"`
	}{1.5})
	stays(t, struct {
		V oneWay `json:"v"`
	}{oneWay{1}})
	stays(t, struct {
		V refusing `json:"v"`
	}{refusing{1}})
	stays(t, struct {
		V exploding `json:"v"`
	}{exploding{1}})
	stays(t, mcpgov.Content{&mcp.TextContent{Text: "x"}})
	stays(t, struct {
		Text  string         `json:"text"`
		Extra mcpgov.Content `json:"extra"`
	}{"x", mcpgov.Content{&mcp.TextContent{Text: "y"}}})
}

func stays[Out any](t *testing.T, value Out) {
	t.Helper()
	store := newMemoryStore()
	client := func() *mcptest.Client {
		config := crmConfig(t, &mcptest.Recorder{})
		config.Policy, config.Key, config.Store = policy.AllowAll(), bytes.Repeat([]byte("k"), 32), store
		srv := newServer(t, config, mcpgov.Tool(mcpgov.ToolSpec{Name: "t", Description: "d", ReadOnly: true, Cache: &mcpgov.Cache{Tags: []string{"a"}}},
			func(context.Context, struct{}) (Out, error) { return value, nil }))
		return mcptest.New(t, srv).As(admin)
	}
	one, two := client(), client()
	first := one.Call("t", nil).OK()
	require.False(t, first.Cached())
	again := one.Call("t", nil).OK()
	require.True(t, again.Cached())
	require.Equal(t, first.Text(), again.Text())
	require.Zero(t, store.change(":answer:", func(map[string][]byte, string) {}))
	require.False(t, two.Call("t", nil).OK().Cached())
}
