package mcpgov

import (
	"context"
	"errors"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/auth"

	"github.com/mcpgov/go-sdk/policy"
)

// User is who a call is made for: what policy rules see as user and records name. The zero User has no name, no
// role and no permission. ID must be set unless Anonymous is. It is the policy package's type under the name servers use.
type User = policy.User

// Agent is what acts for the user: an OAuth client, an API key, an mTLS subject. What policy rules see as agent.
type Agent = policy.Agent

// Caller is the pair every call is made by.
type Caller struct {
	User  User  // who the call is made for
	Agent Agent // what acts for the user; zero for nothing
}

// Credentials is what the transport knows about a caller, all of it verified before: never an argument, never
// _meta, never what a client says of itself.
type Credentials struct {
	Transport string          // "http", "stdio", "memory", or "custom" for a transport of the host's own
	Token     *auth.TokenInfo // the verified bearer token of this request; nil without one
	Header    http.Header     // of this request; nil off HTTP. A header is only as good as the proxy that sets it
	RemoteIP  string          // of this request; "" off HTTP
}

// Identifier tells who calls. It runs for every call, bounded by [Limits].Identify; an error or a panic ends the
// call as [Unauthenticated], and the caller does not see the error's text. It must be safe for concurrent use.
type Identifier func(ctx context.Context, c Credentials) (Caller, error)

// Anonymous returns the Identifier that lets everyone in without a name: User.Anonymous is true. Writing it down
// is how a server says that it needs no identity.
func Anonymous() Identifier {
	return func(context.Context, Credentials) (Caller, error) {
		return Caller{User: User{Anonymous: true}}, nil
	}
}

// Token returns the Identifier for HTTP servers with bearer tokens: user turns the verified token into a User,
// and the token's client ("azp" or "client_id" in [auth.TokenInfo].Extra) becomes the Agent. A call without a
// token is unauthenticated.
func Token(user func(*auth.TokenInfo) (User, error)) Identifier {
	return func(_ context.Context, c Credentials) (Caller, error) {
		if c.Token == nil {
			return Caller{}, errors.New("no verified bearer token: set HTTPOptions.Verify, or off HTTP mcpgov.WithUser")
		}
		u, err := user(c.Token)
		if err != nil {
			return Caller{}, err
		}
		for _, claim := range []string{"azp", "client_id"} {
			if id, ok := c.Token.Extra[claim].(string); ok && id != "" {
				return Caller{User: u, Agent: Agent{ID: id, Kind: "oauth_client"}}, nil
			}
		}
		return Caller{User: u}, nil
	}
}

type (
	userKey       struct{} // a User put into a context by WithUser
	connectionKey struct{} // the *Caller of a whole connection; set by Connect and Run only
)

// WithUser returns a context whose connection belongs to u: a host program that passes it to [Server.Connect] or
// [Server.Run] vouches for the user of that connection, and the Identifier is not asked. On HTTP it has no
// effect: there each request proves who calls.
func WithUser(ctx context.Context, u User) context.Context {
	return context.WithValue(ctx, userKey{}, u)
}

// withConnection fixes the identity of a connection before its first message is read.
func withConnection(ctx context.Context) context.Context {
	if u, ok := ctx.Value(userKey{}).(User); ok {
		return context.WithValue(ctx, connectionKey{}, &Caller{User: cloneUser(u)})
	}
	return ctx
}

// UserFrom returns the user of the call ctx belongs to, as a copy; false outside a call.
func UserFrom(ctx context.Context) (User, bool) {
	c, ok := callFrom(ctx)
	if !ok {
		return User{}, false
	}
	return cloneUser(c.caller.User), true
}
