package mcpgov_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

type importIn struct {
	File string `json:"file"`
	Pin  string `json:"pin,omitempty" gov:"secret"`
}

// importing reports its progress twice and returns out.
func importing[Out any](out Out) func(context.Context, importIn) (Out, error) {
	return func(ctx context.Context, in importIn) (Out, error) {
		mcpgov.Progress(ctx, 1, 2, "reading "+in.File+" with "+in.Pin)
		mcpgov.Progress(ctx, 2, 0, "done")
		return out, nil
	}
}

// progressOf calls the tool with a progress token and returns what the client was told meanwhile.
func progressOf(t *testing.T, srv *mcpgov.Server, era mcptest.Era, token any) []mcp.ProgressNotificationParams {
	t.Helper()
	var told []mcp.ProgressNotificationParams
	serverEnd, clientEnd := mcp.NewInMemoryTransports()
	server, err := srv.Connect(mcpgov.WithUser(t.Context(), nobody), serverEnd)
	require.NoError(t, err)
	client := mcp.NewClient(&mcp.Implementation{Name: "progress", Version: "1"}, &mcp.ClientOptions{
		ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) {
			told = append(told, *r.Params)
		},
	})
	session, err := client.Connect(t.Context(), clientEnd, &mcp.ClientSessionOptions{ProtocolVersion: string(era)})
	require.NoError(t, err)
	params := &mcp.CallToolParams{Name: "import", Arguments: map[string]any{"file": "may.csv", "pin": "Secret-0815"}}
	if token != nil {
		params.SetProgressToken(token)
	}
	result, err := session.CallTool(t.Context(), params)
	require.NoError(t, err)
	require.False(t, result.IsError)
	synctest.Wait()
	require.NoError(t, session.Close())
	_ = server.Wait() // the client has left
	return told
}

// TestProgress: a client that asks learns how far a call is; the message comes along only where no result is ever
// masked, and without sensitive arguments.
func TestProgress(t *testing.T) {
	t.Parallel()
	type plain struct {
		Rows int `json:"rows"`
	}
	spec := mcpgov.ToolSpec{Name: "import", Description: "Imports a file."}
	for name, test := range map[string]struct {
		tool     mcpgov.Feature
		token    any
		messages []string
	}{
		"a plain tool":           {mcpgov.Tool(spec, importing(plain{3})), "t1", []string{"reading may.csv with [redacted]", "done"}},
		"a tool with a mask":     {mcpgov.Tool(spec, importing(report{Title: "May"})), "t1", []string{"", ""}},
		"a client that asks not": {mcpgov.Tool(spec, importing(plain{3})), nil, nil},
	} {
		for _, era := range []mcptest.Era{mcptest.Stateless, mcptest.Sessions} {
			t.Run(name+"/"+string(era), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					config := crmConfig(t, &mcptest.Recorder{})
					config.Policy = policy.AllowAll()
					told := progressOf(t, newServer(t, config, test.tool), era, test.token)
					require.Len(t, told, len(test.messages))
					for i, message := range test.messages {
						require.Equal(t, message, told[i].Message)
						require.Equal(t, test.token, told[i].ProgressToken)
						require.InDelta(t, float64(i+1), told[i].Progress, 0)
					}
				})
			})
		}
	}
}

// TestProgressOutsideACall does nothing, as does asking for the call.
func TestProgressOutsideACall(t *testing.T) {
	t.Parallel()
	mcpgov.Progress(t.Context(), 1, 2, "nobody listens")
	mcpgov.AddSource(t.Context(), mcpgov.Source{System: "crm"})
	_, ok := mcpgov.CallFrom(t.Context())
	require.False(t, ok)
	_, ok = mcpgov.UserFrom(mcpgov.WithUser(t.Context(), admin))
	require.False(t, ok, "vouching for a connection makes no call")
}
