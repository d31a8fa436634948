package mcpgov

import (
	"maps"
	"slices"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/policy"
)

// edition is one policy, bound, with everything that follows from it: what may be masked decides what every target shows. A call takes one
// edition when it begins and keeps it to its end, so that no call is judged by half of an old policy and half of a new one.
type edition struct {
	decider     policy.Decider
	readsBack   bool                  // some rule asks for the caller's history
	attributes  []string              // the declared ones: what rules may have read, records hold
	selfBounded bool                  // the decider keeps to its context by itself
	identity    audit.Server          // how the server stands in records, with the policy's revision
	contract    string                // SHA-256 of all that is advertised under it
	views       map[*target]*surfaces // of every target
	lists       map[listKind][]listed // what clients may list, in the order of names
	none        surfaces              // of lists, and of names that are no target: it shows nothing
}

// view returns what a target shows.
func (e *edition) view(t *target) *surfaces {
	if v := e.views[t]; v != nil {
		return v
	}
	return &e.none
}

// edition binds the builder's policy. What it returns is good for nothing if there are faults.
func (b *builder) edition() *edition {
	decider := b.bind()
	e := &edition{attributes: slices.Sorted(maps.Keys(b.attributes())), decider: decider, readsBack: readsHistory(decider), selfBounded: isSelfBounded(decider), views: b.finish(decider)}
	e.identity = audit.Server{
		Name: b.config.Name, Version: b.config.Version, Environment: b.config.Env.Name, Region: b.config.Env.Region,
	}
	if decider != nil && len(b.faults) == 0 {
		e.identity.Policy = decider.Revision()
		e.shelve(b.parts)
		e.contract = contractHash(e)
	}
	return e
}
