// Command http is a governed server on HTTP: callers show a bearer token, rules see who it belongs to.
//
//	CRM_TOKEN=sesame go run ./examples/http
//
// It serves http://127.0.0.1:8080/mcp until interrupted, and writes its log to the folder audit-log, in the folder it is started in. The
// one token stands for what an identity provider signs: a real server replaces verifier, and nothing else.
package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type lookup struct {
	ID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$"`
}

type customer struct {
	Name  string `json:"name"`
	Email string `json:"email" gov:"pii,mask=email"`
}

func find(context.Context, lookup) (customer, error) { return customer{"Ann", "ann@example.com"}, nil }

// newServer takes the log, so that a test can give one whose records it reads.
func newServer(trail audit.Sink) (*mcpgov.Server, error) {
	rules := &policy.Set{Blocks: []policy.Block{{
		Tools:  []string{"get_customer"},
		Input:  []policy.Rule{{Condition: "user.role in ['support', 'manager']", Action: policy.ActionAllow}},
		Output: []policy.Rule{{Condition: "user.role != 'manager'", Action: policy.ActionMaskSensitive}},
	}}}
	return mcpgov.New(mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: rules, Audit: trail, Identify: mcpgov.Token(callerOf)},
		mcpgov.Tool(mcpgov.ToolSpec{Name: "get_customer", Description: "Looks up a customer.", ReadOnly: true}, find))
}

// verifier knows one token. In its place belongs what checks the signature, issuer, audience and expiry of a token.
func verifier(secret string) auth.TokenVerifier {
	return func(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
		if secret == "" || subtle.ConstantTimeCompare([]byte(token), []byte(secret)) != 1 {
			return nil, auth.ErrInvalidToken
		}
		return &auth.TokenInfo{UserID: "sam", Expiration: time.Now().Add(time.Hour), Extra: map[string]any{"role": "support"}}, nil
	}
}

// callerOf turns a verified token into the user that rules see.
func callerOf(token *auth.TokenInfo) (mcpgov.User, error) {
	role, _ := token.Extra["role"].(string) // without a role, no rule allows anything
	return mcpgov.User{ID: token.UserID, Role: role}, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := serve(ctx, "127.0.0.1:8080", "audit-log", os.Getenv("CRM_TOKEN"))
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

// serve serves until ctx ends, lets the calls under way finish, and closes the log after them.
func serve(ctx context.Context, address, folder, secret string) (err error) {
	if secret == "" {
		return errors.New("CRM_TOKEN is empty: set it to the token that callers must show")
	}
	trail, err := audit.Open(folder, nil)
	if err != nil {
		return fmt.Errorf("the audit log: %w", err)
	}
	defer func() { err = errors.Join(err, trail.Close()) }()
	srv, err := newServer(trail)
	if err != nil {
		return err
	}
	handler, err := srv.Handler(&mcpgov.HTTPOptions{Verify: verifier(secret)})
	if err != nil {
		return err
	}
	web := &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- web.ListenAndServe() }()
	select {
	case err = <-ended:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err = web.Shutdown(patience); err != nil { // event streams do not end by themselves
		err = web.Close()
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, srv.Close(patience)) // the log says when the server stopped
}
