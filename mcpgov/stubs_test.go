package mcpgov_test

import (
	"context"
	"runtime"

	"github.com/mcpgov/go-sdk/policy"
)

// stubDecider is a policy of somebody else's making: what the path must withstand.
type stubDecider struct {
	admit func() (policy.Decision, error)
	shape func() policy.Obligations
}

func (d stubDecider) Bind(policy.Catalog) (policy.Decider, error) { return d, nil }

func (d stubDecider) Admit(context.Context, *policy.Request) (policy.Decision, error) {
	if d.admit == nil {
		return policy.Decision{Effect: policy.Allow}, nil
	}
	return d.admit()
}

func (d stubDecider) Shape(context.Context, *policy.Request, any) (policy.Obligations, error) {
	if d.shape == nil {
		return policy.Obligations{}, nil
	}
	return d.shape(), nil
}

func (d stubDecider) Visible(context.Context, *policy.Request) (policy.Decision, error) {
	return policy.Decision{Effect: policy.Allow}, nil
}
func (d stubDecider) Scope(*policy.Target) policy.Scope { return policy.Scope{CoversAll: true} }
func (d stubDecider) Revision() string                  { return "stub" }

func goexit() { runtime.Goexit() }
