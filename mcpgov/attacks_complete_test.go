package mcpgov_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// strangeRequests are what clients may ask, well and badly: whatever it is, and by whatever way it comes, one outcome says how it ended.
func strangeRequests() map[string]string {
	all := map[string]string{}
	for name, params := range map[string]string{
		"tools/call":                `"name":"nothing","arguments":{}`,
		"tools/list":                ``,
		"resources/list":            ``,
		"resources/templates/list":  ``,
		"resources/read":            `"uri":"crm://handbook"`,
		"resources/subscribe":       `"uri":"crm://handbook"`,
		"resources/unsubscribe":     `"uri":"crm://handbook"`,
		"prompts/list":              ``,
		"prompts/get":               `"name":"hello"`,
		"completion/complete":       `"ref":{"type":"ref/prompt","name":"dunning"},"argument":{"name":"customer","value":"c"}`,
		"logging/setLevel":          `"level":"debug"`,
		"server/discover":           ``,
		"tasks/get":                 ``,
		"no/such":                   ``,
		"":                          ``,
		"tools/call\n{}":            ``,
		"notifications/initialized": ``,
		"initialize":                `"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}`,
	} {
		all[name] = message(name, params)
		all[name+" without params"] = fmt.Sprintf(`{"jsonrpc":"2.0","id":7,"method":%q}`, name)
		all[name+" with null params"] = fmt.Sprintf(`{"jsonrpc":"2.0","id":7,"method":%q,"params":null}`, name)
		all[name+" with empty params"] = message(name, "")
		all[name+" with params of a list"] = fmt.Sprintf(`{"jsonrpc":"2.0","id":7,"method":%q,"params":[]}`, name)
		all[name+" with null in _meta"] = message(name, `"_meta":{"io.modelcontextprotocol/protocolVersion":null}`)
		all[name+" with a number in _meta"] = message(name, `"_meta":{"io.modelcontextprotocol/protocolVersion":5}`)
		all[name+" of the future"] = message(name, `"_meta":{"io.modelcontextprotocol/protocolVersion":"2999-01-01","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"}}`)
		all[name+" of the other era"] = message(name, orNothing(params)+`"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"}}`)
		all[name+" half of the other era"] = message(name, orNothing(params)+`"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`)
		all[name+" with bad facts"] = message(name, orNothing(params)+`"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":5,"io.modelcontextprotocol/clientInfo":"x"}`)
		all[name+" as a notification"] = strings.Replace(message(name, params), `"id":7,`, "", 1)
	}
	for name, params := range map[string]string{
		"no ref": `"argument":{"name":"customer","value":"c"}`, "null ref": `"ref":null,"argument":{"name":"customer","value":"c"}`,
		"odd ref": `"ref":{"type":"ref/tool","name":"x"},"argument":{"name":"customer","value":"c"}`, "no argument": `"ref":{"type":"ref/prompt","name":"dunning"}`,
	} {
		all["completion/complete with "+name] = message("completion/complete", params)
	}
	all["subscriptions/listen to nothing"] = message("subscriptions/listen", "")
	all["subscriptions/listen to null"] = message("subscriptions/listen", `"notifications":null`)
	delete(all, "server/discover of the other era")
	return all
}

func orNothing(params string) string {
	if params == "" {
		return ""
	}
	return params + ","
}

func message(method, params string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":7,"method":%q,"params":{%s}}`, method, params)
}

// quiet are messages that say nothing and ask for nothing: no record is made of them when they are as they should be.
func quiet(name string) bool { return strings.HasPrefix(name, "notifications/initialized") }

func TestStrangeRequestsOverHTTP(t *testing.T) {
	t.Parallel()
	for _, greeted := range []bool{true, false} {
		for _, era := range []mcptest.Era{mcptest.Stateless, mcptest.Sessions} {
			t.Run(fmt.Sprint(era, greeted), func(t *testing.T) {
				t.Parallel()
				log := &mcptest.Recorder{}
				w := webServer(t, deskServer(t, log), mcpgov.HTTPOptions{})
				w.era = era
				for name, body := range strangeRequests() {
					w.session = ""
					if greeted {
						w.greet(t)
					}
					log.Reset()
					answer := readAnswer(t, w.post(t, body, nil))
					want := 1
					if quiet(name) && answer.status < 300 && answer.Error.Code == 0 {
						want = 0
					}
					if n := len(log.Requests()); n != want {
						t.Errorf("%s: %d records of %q: %d %s", name, n, body, answer.status, answer.body)
					}
				}
			})
		}
	}
}

func TestStrangeRequestsOverStreams(t *testing.T) {
	t.Parallel()
	for _, greeted := range []bool{true, false} {
		t.Run(fmt.Sprint(greeted), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log := &mcptest.Recorder{}
				s := deskServer(t, log)
				for name, line := range strangeRequests() {
					in, toServer := io.Pipe()
					fromServer, out := io.Pipe()
					go func() {
						_ = s.Run(mcpgov.WithUser(context.Background(), owner), &mcp.IOTransport{Reader: in, Writer: out})
						_ = out.Close()
					}()
					go func() {
						if greeted {
							_, _ = io.WriteString(toServer, message("initialize", `"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}`)+
								"\n"+`{"jsonrpc":"2.0","method":"notifications/initialized"}`+"\n")
						}
						<-time.After(time.Second)
						log.Reset()
						_, _ = io.WriteString(toServer, line+"\n")
						<-time.After(time.Second)
						_ = toServer.Close()
					}()
					answers, _ := io.ReadAll(fromServer)
					if quiet(name) && len(log.Requests()) == 0 && !strings.Contains(line, `"id":7`) {
						continue
					}
					if n := len(log.Requests()); n != 1 {
						t.Errorf("%s: %d records of %s: %s", name, n, line, answers)
					}
				}
			})
		})
	}
}
