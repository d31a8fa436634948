package check

import (
	"slices"
	"strings"
)

// checker walks one statement. The first refusal ends the walk: every step looks at it.
type checker struct {
	rules     Rules
	schemas   map[string]bool
	allowed   map[string]bool // nil: every table of schemas
	tables    map[string]bool
	functions map[string]bool
	refusal   *Refusal
	nodes     int
	weight    int // parts, those of a common table expression counted wherever it is named
	depth     int
	lambdas   int             // lambdas around the part being read
	sizes     map[string]size // of the names that columns were given so far
	widest    size            // of all of them
	rows      map[string]bool // names of tables: alone, each stands for a row, which is a struct
	growing   int             // calls so far that make more of what they are given
	ctes      int             // common table expressions named so far
	views     []string
	schema    string          // inside a view: where names without a schema stand
	seen      map[string]bool // tables that became a subquery without an alias of their own, "schema.table"
	columns   []object        // references to columns with three names or more, to be shortened if their table became a subquery
}

func newChecker(rules Rules) *checker {
	c := &checker{schemas: map[string]bool{}, tables: map[string]bool{}, functions: map[string]bool{}, seen: map[string]bool{}, sizes: map[string]size{}, widest: 1, rows: map[string]bool{}}
	c.rules = rules
	c.rules.Functions, c.rules.Defined = byFoldedName(c, rules.Functions), byFoldedName(c, rules.Defined)
	c.rules.Rewrites, c.rules.Definer = byFoldedName(c, rules.Rewrites), byFoldedName(c, rules.Definer)
	for _, schema := range rules.Schemas {
		c.schemas[fold(schema)] = true
	}
	delete(c.schemas, "")
	delete(c.schemas, "information_schema")
	delete(c.schemas, "pg_catalog")
	if rules.Tables != nil {
		c.allowed = map[string]bool{}
		for _, table := range rules.Tables {
			c.allowed[fold(table)] = true
		}
	}
	return c
}

// byFoldedName gives the rules by folded names: a mask must hold however its table was written. Two rules for one name are none that can be used.
func byFoldedName[V any](c *checker, rules map[string]V) map[string]V {
	byName := make(map[string]V, len(rules))
	for name, rule := range rules {
		byName[ruleName(name)] = rule
	}
	if len(byName) != len(rules) {
		c.refuse(CodeRules, "nothing can be read here", "")
	}
	return byName
}

// refuse keeps the first refusal.
func (c *checker) refuse(code Code, message, hint string) {
	if c.refusal == nil {
		c.refusal = &Refusal{Code: code, Message: message, Hint: hint}
	}
}

// enter counts a part of the statement and reports whether the walk goes on; if so, leave must follow.
func (c *checker) enter() bool {
	if c.refusal != nil {
		return false
	}
	c.nodes++
	if c.nodes > maxNodes || c.depth >= maxDepth {
		c.refuse(CodeSize, "the statement has too many parts", "write a simpler one")
		return false
	}
	c.depth++
	c.weigh(1)
	return true
}

// weigh counts parts that the engine makes of the statement before it runs: it copies a common table expression to wherever it is named, and
// columns to wherever a star stands. Forty that each name the one before twice are as many parts as memory holds.
func (c *checker) weigh(parts int) {
	if c.weight += parts; c.weight > maxWeight {
		c.refuse(CodeSize, "the statement has too many parts, those of WITH counted wherever they are named", "name each of WITH fewer times")
	}
	c.weight = min(c.weight, maxWeight+1)
}

func (c *checker) leave() { c.depth-- }

// members refuses a node that says more than the names given: what this package does not know, it cannot judge. What has the value it would
// have if it were left out says nothing, and goes.
func (c *checker) members(o object, what string, names ...string) {
	delete(o, "query_location")
	for name, v := range o {
		if slices.Contains(names, name) {
			continue
		}
		if !says(v) {
			delete(o, name)
			continue
		}
		c.refusal = firstOf(c.refusal, unknown(what))
		return
	}
}

func firstOf(a, b *Refusal) *Refusal {
	if a != nil {
		return a
	}
	return b
}

// says reports whether a member has another value than the one of a member that is left out.
func says(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case object:
		return len(v) > 0
	}
	return true
}

// object reads a member that must be a node.
func (c *checker) object(v any, what string) object {
	o, ok := v.(object)
	if !ok {
		c.refusal = firstOf(c.refusal, unknown(what))
		return object{}
	}
	return o
}

// list reads a member that must be a list; null is an empty one.
func (c *checker) list(v any, what string) []any {
	if v == nil {
		return nil
	}
	l, ok := v.([]any)
	if !ok {
		c.refusal = firstOf(c.refusal, unknown(what))
	}
	return l
}

// word reads a member that must be text; null is empty.
func (c *checker) word(v any, what string) string {
	if v == nil {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		c.refusal = firstOf(c.refusal, unknown(what))
	}
	return s
}

// flag reads a member that must be true or false; null is false.
func (c *checker) flag(v any, what string) bool {
	if v == nil {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		c.refusal = firstOf(c.refusal, unknown(what))
	}
	return b
}

// oneOf refuses a member that is none of the words.
func (c *checker) oneOf(v any, what string, words ...string) {
	if !slices.Contains(words, c.word(v, what)) {
		c.refusal = firstOf(c.refusal, unknown(what))
	}
}

// reserved begins every name that the rewriting brings in. A statement may use none of them, so it can neither reach nor replace one.
const reserved = "_mcpgov"

// name reads a member that is a name of the statement.
func (c *checker) name(v any, what string) string {
	s := c.word(v, what)
	if strings.HasPrefix(fold(s), reserved) {
		c.refuse(CodeName, "names that begin with "+reserved+" are reserved", "use another name")
	}
	return s
}

// names reads a list of names.
func (c *checker) names(v any, what string) []string {
	var names []string
	for _, n := range c.list(v, what) {
		names = append(names, c.name(n, what))
	}
	return names
}

// ruleName is the name under which the rules for a table are kept. It knows the case of every letter, where the engine knows only that of
// ASCII: a table whose name differs from another's in the case of an umlaut alone is seen through the same mask.
func ruleName(name string) string { return strings.ToLower(name) }

// fold is how the engine compares names: ASCII letters without regard to case, all else byte by byte.
func fold(name string) string {
	b := []byte(name)
	for i, ch := range b {
		if 'A' <= ch && ch <= 'Z' {
			b[i] = ch + 'a' - 'A'
		}
	}
	return string(b)
}
