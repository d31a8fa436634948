package policy

import "errors"

// All joins policies: every one must allow. A denial from any refuses; else one that requires approval does so for all.
// Output rules of all of them apply. User attributes declared in one are seen by all; two declarations of one name
// must agree.
func All(policies ...Policy) Policy { return joined(policies) }

type joined []Policy

func (j joined) Bind(c Catalog) (Decider, error) {
	if len(j) == 0 {
		return nil, errors.New("policy.All joins no policies: pass at least one, or policy.AllowAll()")
	}
	return bind(c, j...)
}

// Attributes returns what the joined policies declare. Where two disagree the first is returned and Bind reports it.
func (j joined) Attributes() map[string]Attribute {
	all := map[string]Attribute{}
	for _, p := range j {
		if d, ok := p.(declarer); ok {
			for name, a := range d.Attributes() {
				if _, seen := all[name]; !seen {
					all[name] = a
				}
			}
		}
	}
	return all
}

// declarer is a policy that declares user attributes.
type declarer interface{ Attributes() map[string]Attribute }

// flatten replaces joined policies by what they join.
func flatten(policies []Policy) []Policy {
	var flat []Policy
	for _, p := range policies {
		if j, ok := p.(joined); ok && len(j) > 0 {
			flat = append(flat, flatten(j)...)
			continue
		}
		flat = append(flat, p)
	}
	return flat
}
