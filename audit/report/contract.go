package report

import (
	"path"
	"slices"
	"strings"
)

// Contract is what a server serves and the rules it serves it by, as data: [ContractOf] makes it of a manifest and of policies, so that
// this package links neither the server nor the policy language.
type Contract struct {
	Name     string   `json:"name"`              // of the server, as it stands in the records
	Version  string   `json:"version"`           // of the server
	Hash     string   `json:"contract"`          // of all that is advertised
	Revision string   `json:"policy_revision"`   // of the rules in force, as it stands in the records
	Targets  []Target `json:"targets,omitempty"` // everything that can be called
	Sets     []Set    `json:"sets,omitempty"`    // the rules; nil: not known
}

// Target is one thing that can be called.
type Target struct {
	Kind        string  `json:"kind"`                  // "tool", "resource" or "prompt"
	Name        string  `json:"name"`                  // of tools and prompts; URI or URI template of resources
	ReadOnly    bool    `json:"read_only,omitempty"`   // a call changes nothing
	Destructive bool    `json:"destructive,omitempty"` // a call may destroy something
	Purpose     bool    `json:"purpose,omitempty"`     // callers are asked why they call
	Arguments   []Field `json:"arguments,omitempty"`   // that carry a label
	Result      []Field `json:"result,omitempty"`      // fields of the result that carry a label; nothing is known of resources
}

// Field is a field that carries labels.
type Field struct {
	Path   string   `json:"path"`   // member names joined by dots; lists are passed through, * is every member of a map
	Labels []string `json:"labels"` // classes of data; empty for a mark without one
}

// Set is rules that are read as one list.
type Set struct {
	Name    string `json:"name"`             // as it stands in ids of rules
	Default string `json:"default"`          // what becomes of a call no rule decides: "deny", "allow" or "require_approval"
	Own     bool   `json:"own,omitempty"`    // a tool's own rules, which can only narrow what others allow
	Shadow  bool   `json:"shadow,omitempty"` // the whole set is evaluated and not followed
	Rules   []Rule `json:"rules,omitempty"`  // in order
}

// Rule is one rule, as far as a report asks for it.
type Rule struct {
	ID        string   `json:"id"`                  // as it stands in records
	Output    bool     `json:"output,omitempty"`    // about results; else about calls
	Action    string   `json:"action"`              // what follows when its condition holds, as in policies
	Shadow    bool     `json:"shadow,omitempty"`    // it is evaluated and not followed
	Fields    []string `json:"fields,omitempty"`    // removed or masked
	Labels    []string `json:"labels,omitempty"`    // likewise, by class; none means every class
	Tools     []string `json:"tools,omitempty"`     // selectors: a name, a glob, or tag:x
	Resources []string `json:"resources,omitempty"` // likewise, of resources
	Prompts   []string `json:"prompts,omitempty"`   // likewise, of prompts
	ReadOnly  *bool    `json:"read_only,omitempty"` // only targets that change nothing, or only others
}

// RuleState is what the live rules say, as far as a report asks for it.
type RuleState struct {
	Known         bool           `json:"known"`                // Options.Contract was given
	Rules         bool           `json:"rules_known"`          // and holds rules
	Server        string         `json:"server,omitempty"`     // its name
	Version       string         `json:"version,omitempty"`    // its version
	Hash          string         `json:"contract,omitempty"`   // of all that is advertised
	Revision      string         `json:"revision,omitempty"`   // of the rules in force
	Targets       int            `json:"targets"`              // everything that can be called
	Destructive   int            `json:"destructive"`          // targets that may destroy
	AskingPurpose int            `json:"asking_purpose"`       // targets that ask for the purpose of a call
	Count         map[string]int `json:"by_action,omitempty"`  // action -> rules that are followed
	Shadowed      int            `json:"shadowed"`             // rules that are evaluated and not followed
	OpenDefaults  []string       `json:"open_defaults"`        // sets whose default is not deny, by name; tools' own rules are left out
	Labelled      int            `json:"labelled_fields"`      // fields of results that carry a label
	Uncovered     []string       `json:"uncovered,omitempty"`  // of them, those no followed rule removes or masks; at most 100
	UncoveredAll  int            `json:"uncovered_fields"`     // all of them
	InLog         bool           `json:"revision_is_last_log"` // the revision is the last one that the log shows for this server
}

const mostUncovered = 100

// state reads the contract; last is the revision the log shows last for the server.
func (c *Contract) state(last map[string]string) RuleState {
	s := RuleState{OpenDefaults: []string{}}
	if c == nil {
		return s
	}
	s.Known, s.Rules = true, c.Sets != nil
	s.Server, s.Version, s.Hash, s.Revision = clip(c.Name), clip(c.Version), clip(c.Hash), clip(c.Revision)
	s.InLog = last[s.Server] == s.Revision
	s.Targets = len(c.Targets)
	for _, set := range c.Sets {
		if set.Default != decisionDeny && !set.Own {
			s.OpenDefaults = append(s.OpenDefaults, clip(set.Name))
		}
		for _, r := range set.Rules {
			if set.Shadow || r.Shadow {
				s.Shadowed++
				continue
			}
			if s.Count == nil {
				s.Count = map[string]int{}
			}
			s.Count[clip(r.Action)]++
		}
	}
	for i := range c.Targets {
		t := &c.Targets[i]
		s.Destructive += btoi(t.Destructive)
		s.AskingPurpose += btoi(t.Purpose)
		s.Labelled += len(t.Result)
		for j := range t.Result {
			if c.Sets == nil || c.covers(t, &t.Result[j]) {
				continue
			}
			s.UncoveredAll++
			if len(s.Uncovered) < mostUncovered {
				s.Uncovered = append(s.Uncovered, clip(t.Kind+" "+t.Name+": "+t.Result[j].Path))
			}
		}
	}
	slices.Sort(s.OpenDefaults)
	slices.Sort(s.Uncovered)
	return s
}

// covers reports whether some followed rule could remove or mask a field. It is generous, because what it denies is reported as a fault: a
// rule that selects by tag may select the target, and a rule's path need only end alike.
func (c *Contract) covers(t *Target, f *Field) bool {
	for _, set := range c.Sets {
		if set.Shadow {
			continue
		}
		for i := range set.Rules {
			if r := &set.Rules[i]; !r.Shadow && r.hides() && r.selects(t) && r.names(f) {
				return true
			}
		}
	}
	return false
}

// hides reports whether the rule removes or masks fields.
func (r *Rule) hides() bool {
	return r.Output && slices.Contains([]string{"filter_fields", "mask_fields", "filter_sensitive_fields", "mask_sensitive_fields"}, r.Action)
}

// byLabel reports whether the rule hides by classes of data.
func (r *Rule) byLabel() bool { return strings.HasSuffix(r.Action, "_sensitive_fields") }

// names reports whether the rule may mean the field.
func (r *Rule) names(f *Field) bool {
	if r.byLabel() {
		return len(r.Labels) == 0 || slices.ContainsFunc(f.Labels, func(l string) bool { return slices.Contains(r.Labels, l) })
	}
	return slices.ContainsFunc(r.Fields, func(p string) bool {
		return p == f.Path || strings.HasPrefix(f.Path, p+".") || strings.Contains(p, "*")
	})
}

// selects reports whether the rule may be about the target.
func (r *Rule) selects(t *Target) bool {
	if r.ReadOnly != nil && *r.ReadOnly != t.ReadOnly {
		return false
	}
	list := map[string][]string{"tool": r.Tools, "resource": r.Resources, "prompt": r.Prompts}[t.Kind]
	return slices.ContainsFunc(list, func(selector string) bool {
		if strings.HasPrefix(selector, "tag:") {
			return true
		}
		// In a selector * passes slashes; path.Match does not.
		flat := strings.NewReplacer("/", "\x00", "[", "\x01", `\`, "\x02")
		matched, err := path.Match(flat.Replace(selector), flat.Replace(t.Name))
		return err == nil && matched
	})
}

// labels counts, for each class of data, where the contract has it and how often the log shows it.
func (c *Contract) labels(calls *Tally) Table[Label] {
	rows := map[string]*Label{}
	row := func(label string) *Label {
		label = clip(label)
		if rows[label] == nil {
			rows[label] = &Label{Label: label}
		}
		return rows[label]
	}
	for label, n := range calls.Counts {
		row(label).Calls = n
	}
	if c != nil {
		for _, t := range c.Targets {
			for _, f := range t.Result {
				for _, label := range f.Labels {
					row(label).Fields++
				}
			}
		}
		for _, set := range c.Sets {
			for i := range set.Rules {
				if r := &set.Rules[i]; set.Shadow || r.Shadow || !r.hides() || !r.byLabel() {
					continue
				} else if len(r.Labels) > 0 {
					for _, label := range r.Labels {
						row(label).Rules++
					}
				} else {
					for _, l := range rows {
						l.Rules++
					}
				}
			}
		}
	}
	t := Table[Label]{Rows: make([]Label, 0, len(rows)), Left: calls.Other}
	for _, r := range rows {
		t.Rows = append(t.Rows, *r)
	}
	slices.SortFunc(t.Rows, func(a, b Label) int { return strings.Compare(a.Label, b.Label) })
	return t
}
