package mcpgov_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// bearer adds a token to every request, as an OAuth client would.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// TestOneURL: real clients of both eras, over a real socket, on one URL, each with its own rights.
func TestOneURL(t *testing.T) {
	t.Parallel()
	for _, jsonResponse := range []bool{false, true} {
		t.Run(fmt.Sprintf("json=%v", jsonResponse), func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			handler, err := httpServer(t, log, nil).Handler(&mcpgov.HTTPOptions{Verify: verify, Scopes: []string{"crm"}, JSONResponse: jsonResponse})
			require.NoError(t, err)
			site := httptest.NewServer(handler)
			t.Cleanup(site.Close)
			for _, era := range []mcptest.Era{mcptest.Stateless, mcptest.Sessions} {
				for user, denied := range map[string]bool{"owner": false, "admin": false, "nobody": true} {
					t.Run(string(era)+"/"+user, func(t *testing.T) {
						client := mcp.NewClient(&mcp.Implementation{Name: "go", Version: "1"}, nil)
						session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{
							Endpoint: site.URL, HTTPClient: &http.Client{Transport: bearer(user)}, MaxRetries: -1,
						}, &mcp.ClientSessionOptions{ProtocolVersion: string(era)})
						require.NoError(t, err)
						t.Cleanup(func() { _ = session.Close() })
						require.Equal(t, string(era), session.InitializeResult().ProtocolVersion)
						tools, err := session.ListTools(t.Context(), nil)
						require.NoError(t, err)
						require.Len(t, tools.Tools, 1)
						log.Reset()
						result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_customer", Arguments: json.RawMessage(asksForAnn)})
						require.NoError(t, err)
						require.Equal(t, denied, result.IsError)
						outcome := log.Outcomes()[0]
						require.Equal(t, "http", outcome.Client.Transport)
						require.Equal(t, string(era), outcome.Client.Protocol)
						require.Equal(t, "go", outcome.Client.Name)
						require.Equal(t, "127.0.0.1", outcome.Client.RemoteIP)
						require.Equal(t, "app-"+user, outcome.Agent.ID)
						require.Equal(t, "oauth_client", outcome.Agent.Kind)
					})
				}
			}
		})
	}
}

// refusedRequest is a request that ends before any tool.
type refusedRequest struct {
	name    string
	token   string                              // "" is owner; "-" none
	body    func(w *web) string                 // nil is a good call
	change  func(r *http.Request)               // what is wrong with it
	socket  func(r *http.Request) *http.Request // where it arrives
	status  int                                 // of the answer, in the newest era
	older   int                                 // in the older era, if it is another
	outcome mcpgov.Code                         // in the record
	told    string                              // in the answer
}

func refusedRequests() []refusedRequest {
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	raw := func(body string) func(*web) string { return func(*web) string { return body } }
	return []refusedRequest{
		{name: "no token", token: "-", status: 401, outcome: mcpgov.Unauthenticated},
		{name: "another scheme", token: "-", change: set("Authorization", "Basic b3duZXI6"), status: 401, outcome: mcpgov.Unauthenticated},
		{name: "a bad token", token: "forged", status: 401, outcome: mcpgov.Unauthenticated},
		{name: "an expired token", token: "expired", status: 401, outcome: mcpgov.Unauthenticated},
		{name: "a token that never expires", token: "eternal", status: 401, outcome: mcpgov.Unauthenticated},
		{name: "a token without the scope", token: "narrow", status: 403, outcome: mcpgov.Denied, told: "scope"},
		{name: "a page of another site", change: set("Sec-Fetch-Site", "cross-site"), status: 403, outcome: mcpgov.Denied},
		{name: "a page of another origin", change: set("Origin", "https://evil.example"), status: 403, outcome: mcpgov.Denied},
		{
			name: "a foreign Host on loopback", socket: loopback, change: func(r *http.Request) { r.Host = "evil.example" },
			status: 403, outcome: mcpgov.Denied,
		},
		{
			name: "a body too large", body: func(w *web) string {
				return w.message("tools/call", `"name":"get_customer","arguments":{"customer_id":"`+large(70<<10)+`"}`)
			},
			status: 413, outcome: mcpgov.InvalidInput,
		},
		{name: "no JSON", body: raw(`{"jsonrpc":`), status: 400, outcome: mcpgov.InvalidInput},
		{name: "no body", body: raw(``), status: 400, outcome: mcpgov.InvalidInput},
		{name: "no media type of JSON", change: set("Content-Type", "text/plain"), status: 415, outcome: mcpgov.InvalidInput},
		{name: "an answer nobody can read", change: set("Accept", "text/html"), status: 400, outcome: mcpgov.InvalidInput},
		{
			name: "an unknown method", body: func(w *web) string { return w.message("tools/destroy", "") },
			status: 404, older: 200, outcome: mcpgov.Unknown,
		},
		{
			name: "a method that is not served", body: func(w *web) string { return w.message("resources/list", "") },
			status: 404, older: 200, outcome: mcpgov.Unknown, told: "resources/list",
		},
		{name: "a version of the future", change: set("Mcp-Protocol-Version", "2999-01-01"), status: 400, outcome: mcpgov.InvalidInput},
		{name: "a session nobody opened", change: set("Mcp-Session-Id", "guessed"), status: 404, outcome: mcpgov.InvalidInput},
	}
}

// TestRefusedBeforeMCP: whatever is refused before any tool leaves exactly one record.
func TestRefusedBeforeMCP(t *testing.T) {
	t.Parallel()
	for _, test := range refusedRequests() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			srv := httpServer(t, log, func(c *mcpgov.Config) { c.Limits.RequestBytes = 64 << 10 })
			eachWeb(t, srv, mcpgov.HTTPOptions{Verify: verify, Scopes: []string{"crm"}}, "owner", func(t *testing.T, w *web) {
				log.Reset()
				switch test.token {
				case "":
				case "-":
					w.token = ""
				default:
					w.token = test.token
				}
				body := w.message("tools/call", `"name":"get_customer","arguments":`+asksForAnn)
				if test.body != nil {
					body = test.body(w)
				}
				r := w.request(body)
				if test.socket != nil {
					r = test.socket(r)
				}
				if test.change != nil {
					test.change(r)
				}
				recorder := httptest.NewRecorder()
				w.handler.ServeHTTP(recorder, r)
				answer := readAnswer(t, recorder)
				status := test.status
				if w.era == mcptest.Sessions && test.older != 0 {
					status = test.older
				}
				require.Equal(t, status, answer.status, answer.body)
				require.Contains(t, answer.body, test.told)
				require.Len(t, log.Requests(), 1)
				record := log.Requests()[0]
				require.Equal(t, string(test.outcome), record.Outcome)
				require.Equal(t, "server", record.Target.Kind)
				require.Equal(t, "192.0.2.1", record.Client.RemoteIP)
				require.Empty(t, record.User.ID)
				log.NoLeak(t, "forged")
			})
		})
	}
}

// TestWhereToGetAToken: a 401 says where the metadata stands.
func TestWhereToGetAToken(t *testing.T) {
	t.Parallel()
	const metadata = "https://crm.example/.well-known/oauth-protected-resource"
	w := webServer(t, httpServer(t, &mcptest.Recorder{}, nil), mcpgov.HTTPOptions{Verify: verify, Scopes: []string{"crm"}, ResourceMetadataURL: metadata})
	challenge := w.post(t, w.message("tools/list", ""), nil).Header().Get("WWW-Authenticate")
	require.Contains(t, challenge, `resource_metadata="`+metadata+`"`)
	require.Contains(t, challenge, `scope="crm"`)
}

// TestTrustedOrigin: a page the operator trusts may call, and a bad origin is found at start.
func TestTrustedOrigin(t *testing.T) {
	t.Parallel()
	srv := httpServer(t, &mcptest.Recorder{}, nil)
	_, err := srv.Handler(&mcpgov.HTTPOptions{TrustedOrigins: []string{"app.example"}})
	require.ErrorContains(t, err, "app.example")
	w := webServer(t, srv, mcpgov.HTTPOptions{Verify: verify, TrustedOrigins: []string{"https://app.example"}})
	w.token = "owner"
	from := func(origin string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Origin", origin)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
		}
	}
	body := w.message("tools/call", `"name":"get_customer","arguments":`+asksForAnn)
	require.Equal(t, 200, w.post(t, body, from("https://app.example")).Code)
	require.Equal(t, 403, w.post(t, body, from("https://app.example.evil")).Code)
}

// TestClockSkew: a token may be past its expiry by as much as the operator says.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	for skew, status := range map[time.Duration]int{0: 401, 2 * time.Minute: 500} {
		srv := httpServer(t, &mcptest.Recorder{}, nil)
		w := webServer(t, srv, mcpgov.HTTPOptions{Verify: verify, ClockSkew: skew})
		w.token = "expired"
		answer := w.call(t, "get_customer", asksForAnn)
		if status == 401 {
			require.Equal(t, 401, answer.status)
			continue
		}
		require.Equal(t, mcpgov.Unauthenticated, answer.refusal.Code, "the token passes, but no user has it: %s", answer.body)
	}
}

// TestUserOfThisRequest: who calls is told by the token of the request at hand, never by that of the first.
func TestUserOfThisRequest(t *testing.T) {
	t.Parallel()
	t.Run("a session bound to a user", func(t *testing.T) {
		t.Parallel()
		log := &mcptest.Recorder{}
		w := webServer(t, httpServer(t, log, nil), mcpgov.HTTPOptions{Verify: verify})
		w.era, w.token = mcptest.Sessions, "admin"
		w.greet(t)
		require.Contains(t, w.call(t, "get_customer", asksForAnn).body, "Zebra-4711")
		log.Reset()
		w.token = "nobody" // has found out the id of the admin's session
		answer := w.call(t, "get_customer", asksForAnn)
		require.Equal(t, http.StatusForbidden, answer.status)
		require.Len(t, log.Requests(), 1)
		require.Equal(t, string(mcpgov.Denied), log.Requests()[0].Outcome)
		w.token = "admin"
		require.Equal(t, 200, w.call(t, "get_customer", asksForAnn).status)
	})
	t.Run("a session bound to nobody", func(t *testing.T) {
		t.Parallel()
		log := &mcptest.Recorder{}
		w := webServer(t, httpServer(t, log, nil), mcpgov.HTTPOptions{Verify: unbound})
		w.era, w.token = mcptest.Sessions, "admin"
		require.Equal(t, http.StatusUnauthorized, w.call(t, "get_customer", asksForAnn).status)
		require.Len(t, log.Requests(), 1)
		require.Contains(t, log.Requests()[0].Cause, "set TokenInfo.UserID")
	})
}

// TestContextIsNoCredential: a user that some middleware of the host puts into the context is not a verified one.
func TestContextIsNoCredential(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	eachWeb(t, httpServer(t, log, nil), mcpgov.HTTPOptions{Verify: verify}, "nobody", func(t *testing.T, w *web) {
		as := func(r *http.Request) { *r = *r.WithContext(mcpgov.WithUser(r.Context(), admin)) }
		body := w.message("tools/call", `"name":"get_customer","arguments":`+asksForAnn)
		require.Equal(t, mcpgov.Denied, readAnswer(t, w.post(t, body, as)).refusal.Code)
		outcomes := log.Outcomes()
		require.Equal(t, nobody.ID, outcomes[len(outcomes)-1].User.ID)
	})
}

// TestMetaIsNoCredential: neither _meta nor arguments say who calls.
func TestMetaIsNoCredential(t *testing.T) {
	t.Parallel()
	w := webServer(t, httpServer(t, &mcptest.Recorder{}, nil), mcpgov.HTTPOptions{Verify: verify})
	w.era, w.token = mcptest.Sessions, "nobody"
	w.greet(t)
	params := `"_meta":{"user":{"id":"root","role":"admin"},"mcpgov/user":"root"},"name":"get_customer","arguments":`
	require.Equal(t, mcpgov.Denied, readAnswer(t, w.post(t, w.message("tools/call", params+asksForAnn), nil)).refusal.Code)
	answer := w.call(t, "get_customer", `{"customer_id":"cust_42","user":{"role":"admin"}}`)
	require.Equal(t, mcpgov.InvalidInput, answer.refusal.Code)
}

// TestRemoteIP: the peer's address is the connection's, whatever the client says, also within a session.
func TestRemoteIP(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	var seen []string
	srv := httpServer(t, log, func(c *mcpgov.Config) {
		who := c.Identify
		c.Identify = func(ctx context.Context, credentials mcpgov.Credentials) (mcpgov.Caller, error) {
			seen = append(seen, credentials.RemoteIP)
			return who(ctx, credentials)
		}
	})
	eachWeb(t, srv, mcpgov.HTTPOptions{Verify: verify}, "owner", func(t *testing.T, w *web) {
		log.Reset()
		seen = nil
		for _, peer := range []string{"203.0.113.9:999", "[2001:db8::1]:999", "unix"} {
			w.post(t, w.message("tools/call", `"name":"get_customer","arguments":`+asksForAnn), func(r *http.Request) {
				r.RemoteAddr = peer
				r.Header.Set("Mcpgov-Remote-Ip", "10.0.0.1")
				r.Header.Set("X-Forwarded-For", "10.0.0.1")
			})
		}
		var recorded []string
		for _, r := range log.Outcomes() {
			recorded = append(recorded, r.Client.RemoteIP)
		}
		require.Equal(t, []string{"203.0.113.9", "2001:db8::1", "unix"}, recorded)
		require.Equal(t, recorded, seen)
	})
}

// TestRuleHeaders: rules see the chosen headers of this request, and no other.
func TestRuleHeaders(t *testing.T) {
	t.Parallel()
	srv := httpServer(t, &mcptest.Recorder{}, func(c *mcpgov.Config) {
		c.RuleHeaders = []string{"X-Desk"}
		c.Policy = rules(t, `
mcpgov: 1
policies:
  - tools: ["*"]
    input:
      - {condition: "'x-desk' in request.headers && request.headers['x-desk'] == 'front' && !('authorization' in request.headers)", action: allow}
    output:
      - {condition: "true", action: mask_sensitive_fields}
`)
	})
	eachWeb(t, srv, mcpgov.HTTPOptions{Verify: verify}, "owner", func(t *testing.T, w *web) {
		body := w.message("tools/call", `"name":"get_customer","arguments":`+asksForAnn)
		desk := func(name string) func(*http.Request) { return func(r *http.Request) { r.Header.Set("X-Desk", name) } }
		require.False(t, readAnswer(t, w.post(t, body, desk("front"))).Result.IsError)
		for _, wrong := range []func(*http.Request){desk("back"), nil} {
			require.Contains(t, w.post(t, body, wrong).Body.String(), "unknown tool", "no arguments could admit the caller")
		}
	})
}

// TestSessionTimeout: an idle session of the older protocol ends; the next call on it is refused and recorded.
func TestSessionTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &mcptest.Recorder{}
		srv := httpServer(t, log, func(c *mcpgov.Config) { c.Limits.SessionTimeout = 3 * time.Minute })
		w := webServer(t, srv, mcpgov.HTTPOptions{Verify: verify})
		w.era, w.token = mcptest.Sessions, "owner"
		w.greet(t)
		for range 3 { // a session in use lives on
			<-time.After(2 * time.Minute)
			require.Equal(t, 200, w.call(t, "get_customer", asksForAnn).status)
		}
		<-time.After(4 * time.Minute)
		synctest.Wait()
		log.Reset()
		require.Equal(t, http.StatusNotFound, w.call(t, "get_customer", asksForAnn).status)
		require.Len(t, log.Requests(), 1)
		require.Empty(t, log.Outcomes())
	})
}

// TestHiddenIsUnknown: over bare HTTP a hidden tool answers like one that does not exist, byte for byte but for its
// name, headers and status included, whatever the arguments.
func TestHiddenIsUnknown(t *testing.T) {
	t.Parallel()
	for _, jsonResponse := range []bool{false, true} {
		log := &mcptest.Recorder{}
		srv := httpServer(t, log, func(c *mcpgov.Config) {
			c.Policy = rules(t, `
mcpgov: 1
policies:
  - tools: ["*"]
    input:
      - {condition: "user.role == 'admin'", action: allow}
    output:
      - {condition: "true", action: mask_sensitive_fields}
`)
		})
		t.Run(fmt.Sprintf("json=%v", jsonResponse), func(t *testing.T) {
			t.Parallel()
			eachWeb(t, srv, mcpgov.HTTPOptions{Verify: verify, JSONResponse: jsonResponse}, "nobody", func(t *testing.T, w *web) {
				for _, arguments := range []string{asksForAnn, `{}`, `{"customer_id":7}`, `{"customer_id":"cust_42","customer_id":"x"}`, `[]`, `null`, `7`} {
					ask := func(tool string) (string, http.Header) {
						answer := w.post(t, w.message("tools/call", fmt.Sprintf(`"name":%q,"arguments":%s`, tool, arguments)), nil)
						return fmt.Sprint(answer.Code, " ", strings.ReplaceAll(answer.Body.String(), tool, "T")), answer.Header()
					}
					hidden, hiddenHeader := ask("get_customer")
					unknown, unknownHeader := ask("get_custumer")
					require.Equal(t, unknown, hidden, arguments)
					require.Equal(t, unknownHeader, hiddenHeader, arguments)
					require.NotContains(t, hidden, "call_id")
				}
				require.Contains(t, w.call(t, "get_customer", asksForAnn).body, `unknown tool \"get_customer\"`)
				require.NotContains(t, readAnswer(t, w.post(t, w.message("tools/list", ""), nil)).body, "get_customer")
			})
		})
	}
}
