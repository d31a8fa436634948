package policy

// Set is a server's policy: blocks of rules, each for the tools it selects. All blocks that select a tool are read as
// one list, in order. A Set is not changed after it has been bound.
type Set struct {
	Name     string               // stands in rule ids and error texts; "" is "policy"
	Default  Effect               // what a tool's input rules end in where none of them holds; zero denies
	User     map[string]Attribute // user attributes the rules read, beyond the built-in ones
	TimeZone string               // IANA name for getHours() and its kin when they name none; "" is UTC
	Mode     Mode                 // ModeShadow: the whole set is evaluated and recorded, but not followed; "" is ModeEnforce
	Blocks   []Block              // in order; rules of all blocks that select a tool are read as one list
}

// Block is the rules for some tools, resources and prompts. At least one of the three lists is needed, and each selector in them, a
// name, a glob (* and ?) or tag:x, must select something.
type Block struct {
	Tools     []string // selectors of tools
	Resources []string // selectors of resources, by URI or URI template: "customer://*"
	Prompts   []string // selectors of prompts
	ReadOnly  *bool    // of the selected, only those that change nothing (true), or only the others (false); nil for both
	Input     []Rule   // in order; the first whose condition holds decides
	Output    []Rule   // all apply
}

// Bind implements [Policy].
func (s *Set) Bind(c Catalog) (Decider, error) { return bind(c, s) }

// Attributes returns the declared user attributes. Callers must not change the map.
func (s *Set) Attributes() map[string]Attribute { return s.User }

func (s *Set) lists() []*ruleList {
	name := s.Name
	if name == "" {
		name = "policy"
	}
	return []*ruleList{{
		source: s, name: name, mode: s.Mode, fallback: s.Default, end: s.Default, zone: s.TimeZone, user: s.User, blocks: s.Blocks,
		canonical: canonical{Set: s.Name, Default: s.Default.String(), TimeZone: s.TimeZone, Mode: s.Mode, User: s.User, Blocks: s.Blocks},
	}}
}
