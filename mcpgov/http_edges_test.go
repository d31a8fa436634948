package mcpgov_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestVerifyKeepsItsTexts: the text of a Verify error does not reach the client, and a Verify that cannot answer is
// not the client's fault.
func TestVerifyKeepsItsTexts(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"broken":  errors.New("dial ldap://10.0.0.7: refused"),
		"invalid": fmt.Errorf("%w: kid 10.0.0.7", auth.ErrInvalidToken),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			w := webServer(t, httpServer(t, log, nil), mcpgov.HTTPOptions{Verify: func(context.Context, string, *http.Request) (*auth.TokenInfo, error) {
				return nil, err
			}})
			w.token = "owner"
			answer := w.call(t, "get_customer", asksForAnn)
			require.Len(t, log.Requests(), 1)
			require.NotEqual(t, string(mcpgov.InvalidInput), log.Requests()[0].Outcome)
			require.NotContains(t, answer.body, "10.0.0.7")
		})
	}
}

// TestVerifyPanics: the request ends, with a record, and the process goes on.
func TestVerifyPanics(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	w := webServer(t, httpServer(t, log, nil), mcpgov.HTTPOptions{Verify: func(context.Context, string, *http.Request) (*auth.TokenInfo, error) {
		panic("no keys")
	}})
	w.token = "owner"
	require.NotPanics(t, func() {
		w.handler.ServeHTTP(httptest.NewRecorder(), w.request(w.message("tools/call", `"name":"get_customer","arguments":{}`)))
	})
	require.Len(t, log.Requests(), 1)
}

// TestUndecodableParams: a request that the SDK answers before any middleware leaves a record as well.
func TestUndecodableParams(t *testing.T) {
	t.Parallel()
	for _, params := range []string{`null`, `{"name":7}`, `{"name":"get_customer","arguments":{},"_meta":7}`} {
		t.Run(params, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			eachWeb(t, httpServer(t, log, nil), mcpgov.HTTPOptions{Verify: verify}, "owner", func(t *testing.T, w *web) {
				log.Reset()
				w.post(t, `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":`+params+`}`, nil)
				require.Len(t, log.Requests(), 1)
			})
		})
	}
}

// TestTrailingDataInTheFrame: nothing may follow the message, where one reader stops and another goes on.
func TestTrailingDataInTheFrame(t *testing.T) {
	t.Parallel()
	eachWeb(t, httpServer(t, &mcptest.Recorder{}, nil), mcpgov.HTTPOptions{Verify: verify}, "owner", func(t *testing.T, w *web) {
		body := w.message("tools/call", `"name":"get_customer","arguments":`+asksForAnn)
		for _, more := range []string{"}", "x", body} {
			require.Equal(t, 400, w.post(t, body+more, nil).Code, more)
		}
	})
}
