package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Parse reads a server's policy, in YAML or JSON:
//
//	mcpgov: 1                 # required: the version of this form
//	name: crm                 # optional: stands in rule ids and error texts
//	default: deny             # or allow, require_approval; deny unless said
//	timezone: Europe/Zurich   # optional: for getHours() and its kin; UTC unless said
//	mode: shadow              # optional: evaluate and record the whole set, but do not follow it
//	user: {department: string, customer_id: "string?", level: {type: int, default: 0}}
//	policies:                 # a list of blocks
//	  - tools: [get_customer, "tag:crm", "hr_*"]     # and resources: ["customer://*"], prompts: [...]; at least one of the three
//	    read_only: true                              # optional: of these, only those that change nothing; false: only the others
//	    input:
//	      - {id: own, condition: "...", action: deny, reason: "...", mode: shadow}
//	    output:
//	      - {condition: "...", action: mask_fields, fields: [email], mask: email}
//	      - {condition: "...", action: filter_rows, path: orders, where: "item.region == user.region"}
//	      - {condition: "...", action: limit_rows, path: orders, limit: 100}
//
// Unknown keys, keys written twice and aliases are faults. All faults come back together, each with line and column.
func Parse(data []byte) (*Set, error) {
	s := &Set{}
	version := false
	r := reader{}
	root := r.open(data)
	r.mapping(root, "a policy", map[string]func(*yaml.Node){
		"mcpgov":   func(n *yaml.Node) { version = true; r.version(n) },
		"name":     func(n *yaml.Node) { s.Name = r.text(n) },
		"default":  func(n *yaml.Node) { s.Default = r.effect(n) },
		"timezone": func(n *yaml.Node) { s.TimeZone = r.text(n) },
		"mode":     func(n *yaml.Node) { s.Mode = r.mode(n) },
		"user":     func(n *yaml.Node) { s.User = r.attributes(n) },
		"policies": func(n *yaml.Node) {
			if n.Kind == yaml.MappingNode {
				r.fault(n, "policies is a mapping: that is one tool's own list (read it with ParseOwn); a server's set is a list of blocks, each with tools:, resources: or prompts:")
				return
			}
			for _, block := range r.sequence(n) {
				s.Blocks = append(s.Blocks, r.block(block))
			}
		},
		"input":  r.ownForm,
		"output": r.ownForm,
	})
	if root != nil && !version {
		r.fault(root, "the version is missing: write mcpgov: 1 at the top")
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// ParseOwn reads the rules one tool brings along, in YAML or JSON: a mapping of input and output, by itself or under
// policies.
//
//	policies:
//	  input:
//	    - {condition: "customer_id != user.customer_id", action: deny, reason: "Not yours"}
//	  output:
//	    - {condition: "user.role != 'admin'", action: filter_fields, fields: [internal_notes]}
//
// The keys name, timezone, mode, user and mcpgov may stand beside it as in Parse.
func ParseOwn(data []byte) (*Own, error) {
	o := &Own{}
	r := reader{}
	half := func(p phase, into *[]Rule) func(*yaml.Node) {
		return func(n *yaml.Node) {
			if *into != nil {
				r.fault(n, "%s is written both under policies and beside it: write it once", p)
			}
			*into = r.rules(n, p)
		}
	}
	halves := map[string]func(*yaml.Node){"input": half(input, &o.Input), "output": half(output, &o.Output)}
	root := r.open(data)
	r.mapping(root, "a tool's own list", map[string]func(*yaml.Node){
		"mcpgov":   r.version,
		"name":     func(n *yaml.Node) { o.Name = r.text(n) },
		"timezone": func(n *yaml.Node) { o.TimeZone = r.text(n) },
		"mode":     func(n *yaml.Node) { o.Mode = r.mode(n) },
		"user":     func(n *yaml.Node) { o.User = r.attributes(n) },
		"input":    halves["input"],
		"output":   halves["output"],
		"policies": func(n *yaml.Node) {
			if n.Kind == yaml.SequenceNode {
				r.fault(n, "policies is a list of blocks: that is a server's set (read it with Parse); a tool's own list is a mapping of input and output")
				return
			}
			r.mapping(n, "policies", halves)
		},
		"default": func(n *yaml.Node) {
			r.fault(n, "a tool's own list has no default: it ends in deny if it holds an allow or require_approval, and in allow if it only denies")
		},
	})
	if root != nil && len(o.Input)+len(o.Output) == 0 {
		r.fault(root, "the list holds no rules: write input: or output:")
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return o, nil
}

// ParseFS reads the files that match any of the patterns (as fs.Glob), each with Parse, and joins them with All: every
// file must allow. A set without a name gets that of its file. A pattern that matches nothing is an error.
func ParseFS(fsys fs.FS, patterns ...string) (Policy, error) {
	if len(patterns) == 0 {
		return nil, errors.New("policy.ParseFS: no patterns: write for example \"policies/*.yaml\"")
	}
	var names []string
	var faults []error
	for _, pattern := range patterns {
		found, err := fs.Glob(fsys, pattern)
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("pattern %q: %w", pattern, err))
		case len(found) == 0:
			faults = append(faults, fmt.Errorf("pattern %q matches no file", pattern))
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	var sets []Policy
	for _, name := range slices.Compact(names) {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		s, err := Parse(data)
		if err != nil {
			for _, one := range unjoin(err) {
				faults = append(faults, fmt.Errorf("%s: %w", name, one))
			}
			continue
		}
		if s.Name == "" {
			s.Name = name
		}
		sets = append(sets, s)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return All(sets...), nil
}

// unjoin lists the errors errors.Join joined.
func unjoin(err error) []error {
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		return several.Unwrap()
	}
	return []error{err}
}
