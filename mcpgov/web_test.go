package mcpgov_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// The bare HTTP client of this package's tests: requests go straight into the handler, without a socket, so that
// they work in virtual time and every byte can be chosen and seen.

type web struct {
	handler http.Handler
	era     mcptest.Era
	token   string
	session string // of the older protocol; set by greet
}

// webServer serves srv. Tokens are those of verify.
func webServer(t testing.TB, srv *mcpgov.Server, opts mcpgov.HTTPOptions) *web {
	t.Helper()
	h, err := srv.Handler(&opts)
	require.NoError(t, err)
	return &web{handler: h, era: mcptest.Stateless}
}

// eachWeb runs f for a client of each era that has said hello.
func eachWeb(t *testing.T, srv *mcpgov.Server, opts mcpgov.HTTPOptions, token string, f func(t *testing.T, w *web)) {
	t.Helper()
	for _, era := range []mcptest.Era{mcptest.Stateless, mcptest.Sessions} {
		t.Run(string(era), func(t *testing.T) {
			w := webServer(t, srv, opts)
			w.era, w.token = era, token
			w.greet(t)
			f(t, w)
		})
	}
}

// greet opens a session, where the protocol has sessions.
func (w *web) greet(t testing.TB) {
	t.Helper()
	if w.era != mcptest.Sessions {
		return
	}
	w.session = ""
	answer := w.post(t, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":%q,"capabilities":{},`+
		`"clientInfo":{"name":"bare","version":"1"}}}`, w.era), nil)
	require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
	w.session = answer.Header().Get("Mcp-Session-Id")
	require.NotEmpty(t, w.session)
	require.Equal(t, http.StatusAccepted, w.post(t, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, nil).Code)
}

// request makes a POST as a client of the era sends it.
func (w *web) request(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://crm.example/mcp", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("Mcp-Protocol-Version", string(w.era))
	if w.token != "" {
		r.Header.Set("Authorization", "Bearer "+w.token)
	}
	if w.session != "" {
		r.Header.Set("Mcp-Session-Id", w.session)
	}
	if w.era == mcptest.Sessions {
		return r
	}
	var message struct {
		Method string `json:"method"`
		Params struct {
			Name string `json:"name"`
		} `json:"params"`
	}
	if json.Unmarshal([]byte(body), &message) == nil {
		r.Header.Set("Mcp-Method", message.Method)
		if message.Params.Name != "" {
			r.Header.Set("Mcp-Name", message.Params.Name)
		}
	}
	return r
}

// post sends a body; change, if not nil, changes the request first.
func (w *web) post(t testing.TB, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := w.request(body)
	if change != nil {
		change(r)
	}
	answer := httptest.NewRecorder()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel() // as a connection ends
	w.handler.ServeHTTP(answer, r.WithContext(ctx))
	return answer
}

// message is a request of the era.
func (w *web) message(method, params string) string {
	if w.era == mcptest.Sessions {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":7,"method":%q,"params":{%s}}`, method, params)
	}
	if params != "" {
		params = "," + params
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":7,"method":%q,"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":%q,`+
		`"io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"bare","version":"1"}}%s}}`,
		method, w.era, params)
}

// answered is what a call came to, read from the bare answer.
type answered struct {
	status int
	body   string // without the frame of an event stream
	Error  struct {
		Code    int64
		Message string
	}
	Result struct {
		IsError           bool
		Content           []struct{ Text string }
		StructuredContent json.RawMessage
	}
	refusal struct {
		Code    mcpgov.Code
		Message string
	}
}

func readAnswer(t testing.TB, answer *httptest.ResponseRecorder) answered {
	t.Helper()
	a := answered{status: answer.Code, body: answer.Body.String()}
	if strings.HasPrefix(answer.Header().Get("Content-Type"), "text/event-stream") {
		for line := range strings.Lines(a.body) {
			if data, ok := strings.CutPrefix(line, "data: "); ok {
				a.body = strings.TrimSuffix(data, "\n")
			}
		}
	}
	if json.Valid([]byte(a.body)) {
		require.NoError(t, json.Unmarshal([]byte(a.body), &a))
	}
	if a.Result.IsError && len(a.Result.Content) > 0 {
		require.NoError(t, json.Unmarshal([]byte(a.Result.Content[0].Text), &a.refusal))
	}
	return a
}

// call calls a tool with arguments as they stand.
func (w *web) call(t testing.TB, tool, arguments string) answered {
	t.Helper()
	return readAnswer(t, w.post(t, w.message("tools/call", fmt.Sprintf(`"name":%q,"arguments":%s`, tool, arguments)), nil))
}

// loopback makes a request arrive on a loopback socket.
func loopback(r *http.Request) *http.Request {
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	return r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
}

// verify knows the tokens of the tests: "owner", "admin" and "nobody" are good, with the scope crm.
func verify(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
	info := &auth.TokenInfo{
		UserID: token, Scopes: []string{"crm"}, Expiration: time.Now().Add(time.Hour),
		Extra: map[string]any{"azp": "app-" + token},
	}
	switch token {
	case "owner", "admin", "nobody":
	case "expired":
		info.Expiration = time.Now().Add(-time.Minute)
	case "eternal":
		info.Expiration = time.Time{}
	case "narrow":
		info.Scopes = nil
	default:
		return nil, fmt.Errorf("signature of %q: %w", token, auth.ErrInvalidToken)
	}
	return info, nil
}

// unbound is verify for a provider without user ids: the SDK cannot bind sessions to users.
func unbound(ctx context.Context, token string, r *http.Request) (*auth.TokenInfo, error) {
	info, err := verify(ctx, token, r)
	if info != nil {
		info.UserID, info.Extra = "", map[string]any{"name": token}
	}
	return info, err
}

// userOf turns a token into one of the users of the tests.
func userOf(info *auth.TokenInfo) (mcpgov.User, error) {
	name := info.UserID
	if name == "" {
		name, _ = info.Extra["name"].(string)
	}
	switch name {
	case "owner":
		return owner, nil
	case "admin":
		return admin, nil
	case "nobody":
		return nobody, nil
	}
	return mcpgov.User{}, fmt.Errorf("no user for %q", name)
}

// httpServer is the crm server behind tokens.
func httpServer(t testing.TB, log *mcptest.Recorder, change func(*mcpgov.Config)) *mcpgov.Server {
	t.Helper()
	config := crmConfig(t, log)
	config.Identify = mcpgov.Token(userOf)
	if change != nil {
		change(&config)
	}
	return newServer(t, config, mcpgov.Tool(lookupSpec(), found))
}

func large(size int) string { return string(bytes.Repeat([]byte("x"), size)) }
