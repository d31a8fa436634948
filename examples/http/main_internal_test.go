package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// The README shows this test.
func TestSupportSeesNoEmail(t *testing.T) {
	log := &mcptest.Recorder{}
	srv, err := newServer(log)
	require.NoError(t, err)
	sam := mcptest.New(t, srv).As(mcpgov.User{ID: "sam", Role: "support"})
	sam.Call("get_customer", lookup{"cust_7"}).OK().Masked("email").NoLeak("ann@example.com")
	log.NoLeak(t, "ann@example.com")
}

func TestOthers(t *testing.T) {
	t.Parallel()
	srv, err := newServer(&mcptest.Recorder{})
	require.NoError(t, err)
	h := mcptest.New(t, srv)
	h.As(mcpgov.User{ID: "mia", Role: "manager"}).Call("get_customer", lookup{"cust_7"}).OK().Has("email", "ann@example.com")
	h.As(mcpgov.User{ID: "bob", Role: "guest"}).Call("get_customer", lookup{"cust_7"}).Denied()
	h.As(mcpgov.User{ID: "bob"}).Call("get_customer", lookup{"cust_7"}).Denied()
}

// bearer sends a token with every request.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// Over real HTTP, a token is asked for, and it says who calls.
func TestTokens(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	srv, err := newServer(log)
	require.NoError(t, err)
	handler, err := srv.Handler(&mcpgov.HTTPOptions{Verify: verifier("sesame")})
	require.NoError(t, err)
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	connect := func(token string) (*mcp.ClientSession, error) {
		return client.Connect(t.Context(), &mcp.StreamableClientTransport{
			Endpoint: web.URL, HTTPClient: &http.Client{Transport: bearer(token)}, DisableStandaloneSSE: true,
		}, nil)
	}
	session, err := connect("sesame")
	require.NoError(t, err)
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_customer", Arguments: lookup{"cust_7"}})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"name": "Ann", "email": "a***@example.com"}, result.StructuredContent)
	require.NoError(t, session.Close())
	require.Equal(t, "sam", log.Outcomes()[0].User.ID)
	for _, wrong := range []string{"Sesame", ""} {
		_, err = connect(wrong)
		require.Error(t, err)
	}
}

// What a server cannot run without is said, and what was opened is closed.
func TestServeEnds(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "log")
	require.ErrorContains(t, serve(t.Context(), "127.0.0.1:0", folder, ""), "CRM_TOKEN is empty")
	require.Error(t, serve(t.Context(), "256.0.0.1:1", folder, "sesame"))
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	require.NoError(t, serve(interrupted, "127.0.0.1:0", folder, "sesame"))
}
