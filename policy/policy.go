package policy

import (
	"context"
	"reflect"
	"time"
)

// Policy is a set of rules that is not yet bound to the tools it governs, and so decides nothing.
type Policy interface {
	// Bind checks the policy against the catalog and makes it decide. All faults come back together, joined by
	// errors.Join; each says where it is, why, and what to write instead. Bind may be called any number of times.
	Bind(Catalog) (Decider, error)
}

// Decider is a bound policy. Every method is safe for concurrent use and none keeps what it is given.
type Decider interface {
	// Admit decides whether a call may happen. An error refuses the call.
	Admit(ctx context.Context, r *Request) (Decision, error)
	// Shape says what must happen to the result of an admitted call. Response is the pointer the handler's result
	// is held in. An error withholds the result. The slices returned are shared: callers must not change them.
	Shape(ctx context.Context, r *Request, response any) (Obligations, error)
	// Visible decides whether some arguments could be admitted; r.Args is ignored. Its Effect is Allow if they could.
	// It is Deny, with the rule that settles it, if the caller alone is enough to know that none can be. An error hides.
	Visible(ctx context.Context, r *Request) (Decision, error)
	// Scope tells what Shape may ever ask for on a target, whoever calls.
	Scope(t *Target) Scope
	// Revision is a hash of the rules' canonical form: equal rules have equal revisions, whatever their layout.
	Revision() string
}

// Catalog is what a policy is bound to. It is only read.
type Catalog struct {
	Targets []*Target            // everything that can be called; kind and name together are unique
	User    map[string]Attribute // declared attributes of users, shared by all joined policies; nil for none
	Env     Env                  // where the server runs; conditions see it as env

	Functions []Function // Go functions that conditions may call; nil for none
}

// Target is one thing that can be called.
type Target struct {
	Kind        string       // tool, resource or prompt
	Name        string       // as callers write it: a resource's URI or URI template
	Tags        []string     // for selectors ("tag:x") and conditions (tool.tags)
	ReadOnly    bool         // a call changes nothing
	Destructive bool         // a call may destroy something
	Purpose     bool         // callers may state a purpose: request.purpose is not known before the call
	In          reflect.Type // of the arguments: a struct or a map; nil for none
	Out         reflect.Type // of the result: a struct, a map or an interface; nil for none
}

// Request is one call, as far as it is to be judged.
type Request struct {
	Target *Target // one of the catalog the policy was bound to
	User   *User   // who calls; nil makes every condition that reads it fail
	Agent  *Agent  // the program that calls on the user's behalf; nil reads as one whose every member is absent
	Args   any     // pointer to a value of Target.In: the very value the handler receives
	Origin Origin  // how the call came in; conditions see it as request
	// History is what this caller did before; nil makes every condition that reads it fail.
	History History
	Now     time.Time // the one reading of the clock for this call; zero makes every condition that reads it fail
}

// Origin is how a call came in. Empty texts are absent.
type Origin struct {
	Transport string            // such as stdio or http
	Client    string            // name of the client program, as it calls itself
	RemoteIP  string            // network address, without port
	Purpose   string            // why the call is made, as the caller says
	Headers   map[string]string // chosen HTTP headers, by the names they were chosen by
}

// Env is where the server runs. Empty texts are absent.
type Env struct {
	Name   string // such as production
	Region string // such as eu-west-1
}
