package mcpgov

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/mcpgov/go-sdk/internal/strictjson"
	"github.com/mcpgov/go-sdk/policy"
)

// Question is a call that is not made, to ask how it would be decided.
type Question struct {
	Caller Caller // who calls

	// What is called: the name of a tool or a prompt, or the URI of a resource. Exactly one is written.
	Tool, Prompt, Resource string

	Arguments json.RawMessage // of a tool or a prompt, as JSON; nil for none
	Response  json.RawMessage // what the handler would return, as JSON; nil: output rules are not asked
	Purpose   string          // what rules see as request.purpose; "" is none
	RemoteIP  string          // what rules see as request.remote_ip; "" is none
	Now       time.Time       // what rules see as now; zero is this moment
	History   policy.History  // what rules see as history; nil fails those that read it
}

// Verdict is how a call would be decided.
type Verdict struct {
	policy.Explanation

	Listed   bool            // the target is shown to the caller in lists; if not, to call it is to call what does not exist
	Response json.RawMessage // the response as the caller would get it; nil without one, or where it is withheld
}

// Explain tells how the policy in force would decide a call: which rules are asked, what each part of their conditions comes to, and what
// becomes of the response. No handler runs and nothing is recorded. What labelled arguments hold is not shown, all else is: a verdict is for
// those who write rules, and as confidential as the log.
//
// An error means that there is nothing to explain: no such target, arguments or a response its schema refuses, or a policy that is not
// made of rules.
func (s *Server) Explain(ctx context.Context, q Question) (Verdict, error) {
	t, arguments, err := s.asked(q)
	if err != nil {
		return Verdict{}, err
	}
	p := s.targets.parts[t]
	var in, out any
	if p.input != nil {
		bounds := strictjson.Limits{Bytes: s.limits.ArgumentBytes, Depth: s.limits.ArgumentDepth}
		if in, err = p.input.Decode(arguments, bounds); err != nil {
			return Verdict{}, fmt.Errorf("the arguments of %s: %w", t, err)
		}
	}
	if q.Response != nil {
		value := reflect.New(p.out)
		if err := strictjson.Decode(q.Response, value.Interface()); err != nil {
			return Verdict{}, fmt.Errorf("the response of %s: %w", t, err)
		}
		out = value.Interface()
	}
	if q.Now.IsZero() {
		q.Now = time.Now()
	}
	e := s.current.Load()
	request := policy.Request{
		Target: t.policy, User: &q.Caller.User, Agent: &q.Caller.Agent, Args: in, Now: q.Now, History: q.History,
		Origin: policy.Origin{Purpose: q.Purpose, RemoteIP: q.RemoteIP},
	}
	var v Verdict
	if v.Explanation, err = policy.Explain(ctx, e.decider, &request, out); err != nil {
		return Verdict{}, err
	}
	seen, err := e.decider.Visible(ctx, &request)
	v.Listed = err == nil && seen.Effect != policy.Deny && (!s.readOnly || t.readOnly)
	if out == nil || v.Decision.Effect == policy.Deny || v.Obligations.Deny != nil || v.Failed() {
		return v, nil
	}
	body, err := t.encode(out)
	if err != nil {
		return Verdict{}, fmt.Errorf("the response of %s: %w", t, err)
	}
	masked, err := e.view(t).mask(body, v.Obligations)
	if err != nil {
		return Verdict{}, fmt.Errorf("the response of %s: %w", t, err)
	}
	v.Response = masked.body
	return v, nil
}

// asked finds what a question is about.
func (s *Server) asked(q Question) (t *target, arguments json.RawMessage, err error) {
	written := 0
	for _, name := range []string{q.Tool, q.Prompt, q.Resource} {
		if name != "" {
			written++
		}
	}
	switch {
	case written != 1:
		return nil, nil, errors.New("write one of Tool, Prompt and Resource")
	case q.Tool != "":
		t, arguments = s.targets.tools[q.Tool], q.Arguments
	case q.Prompt != "":
		t, arguments = s.targets.prompts[q.Prompt], q.Arguments
	default:
		var variables map[string]string
		if t, variables = s.targets.resource(q.Resource); t != nil {
			arguments = s.targets.parts[t].texts.document(variables)
		}
	}
	if t == nil {
		kind, name := kindTool, q.Tool
		if q.Prompt != "" {
			kind, name = kindPrompt, q.Prompt
		} else if q.Resource != "" {
			kind, name = kindResource, q.Resource
		}
		return nil, nil, fmt.Errorf("there is no %s %q", kind, name)
	}
	return t, arguments, nil
}
