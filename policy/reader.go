package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// maxFile bounds the length of a policy file in bytes.
const maxFile = 1 << 20

// reader walks a YAML document strictly and keeps every fault with its line and column.
type reader struct {
	lines  []string
	faults []error
}

func (r *reader) fault(n *yaml.Node, format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("line %d:%d: %s", n.Line, n.Column, fmt.Sprintf(format, args...)))
}

func (r *reader) err() error { return errors.Join(r.faults...) }

// open parses the text and returns the root of its only document, or nil after a fault.
func (r *reader) open(data []byte) *yaml.Node {
	if len(data) > maxFile {
		r.faults = append(r.faults, fmt.Errorf("the text is %d bytes long; the limit is %d", len(data), maxFile))
		return nil
	}
	if json.Valid(data) { // JSON may be indented with tabs, which YAML does not take; none can stand inside a string
		data = bytes.ReplaceAll(data, []byte("\t"), []byte(" "))
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		r.faults = append(r.faults, errors.New("line 1:1: the text is empty"))
		return nil
	case err != nil:
		r.faults = append(r.faults, whyBroken(data, err))
		return nil
	case len(document.Content) != 1:
		r.faults = append(r.faults, errors.New("line 1:1: the text holds no document"))
		return nil
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		if err == nil {
			err = errors.New("the text holds more than one document: write one per file")
		} else {
			err = whyBroken(data, err)
		}
		r.faults = append(r.faults, err)
		return nil
	}
	r.lines = strings.Split(string(data), "\n")
	return document.Content[0]
}

// mapping hands the value of each key to its reader.
func (r *reader) mapping(n *yaml.Node, what string, keys map[string]func(*yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.fault(n, "%s must be a mapping with the keys %s, not %s", what, wordList(sortedKeys(keys)), describe(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			r.fault(key, "a key must be a word, not %s", describe(key))
			continue
		}
		if line, twice := seen[key.Value]; twice {
			r.fault(key, "%s is written twice; first on line %d", key.Value, line)
			continue
		}
		seen[key.Value] = key.Line
		read := keys[key.Value]
		switch {
		case read == nil:
			hint := suggest.DidYouMean(key.Value, sortedKeys(keys))
			if n.Style&yaml.FlowStyle != 0 && value.Tag == "!!null" && value.Value == "" {
				hint = "; if it is the rest of the text before the comma, put that text in double quotes"
			}
			r.fault(key, "%s has no key %q%s: write one of %s", what, key.Value, hint, wordList(sortedKeys(keys)))
		case value.Kind == yaml.AliasNode || value.Anchor != "":
			r.fault(value, "anchors and aliases are not read: write the value out")
		default:
			read(value)
		}
	}
}

// describe says what a node is, for error texts.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	case yaml.ScalarNode:
		switch n.Tag {
		case "!!null":
			return "nothing"
		case "!!str":
			return "a text"
		}
		return "the value " + strconv.Quote(n.Value)
	}
	return "something else"
}

// isTagged reports whether a value begins with an exclamation mark. Of "! user.anonymous" the library keeps no trace of the mark, and the
// condition would mean the opposite of what is written; so the text itself is asked.
func (r *reader) isTagged(n *yaml.Node) bool {
	if n.Style&yaml.TaggedStyle != 0 {
		return true
	}
	if n.Line < 1 || n.Line > len(r.lines) {
		return false
	}
	line := []rune(r.lines[n.Line-1])
	return n.Column >= 1 && n.Column <= len(line) && line[n.Column-1] == '!'
}

// text reads a string and nothing that YAML takes for something else.
func (r *reader) text(n *yaml.Node) string {
	if r.isTagged(n) {
		r.fault(n, "%s", wholeInQuotes)
		return ""
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		return n.Value
	}
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		r.fault(n, "a text is wanted here, and YAML reads %s as another type: write %q in quotes", n.Value, n.Value)
		return ""
	}
	r.fault(n, "a text is wanted here, not %s", describe(n))
	return ""
}

func (r *reader) sequence(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "a list is wanted here, not %s: write [...] or lines that begin with -", describe(n))
		return nil
	}
	return n.Content
}

func (r *reader) texts(n *yaml.Node) []string {
	var all []string
	for _, one := range r.sequence(n) {
		all = append(all, r.text(one))
	}
	return all
}

func (r *reader) flag(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		r.fault(n, "true or false is wanted here, not %s", describe(n))
		return false
	}
	return n.Value == "true" || n.Value == "True" || n.Value == "TRUE"
}

// count reads a whole number in decimal digits. What is negative is for the rule to refuse.
func (r *reader) count(n *yaml.Node) int {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!int" && !r.isTagged(n) {
		if count, err := strconv.Atoi(n.Value); err == nil && strconv.Itoa(count) == n.Value { // 010 is eight to some readers
			return count
		}
	}
	r.fault(n, "a whole number is wanted here, such as 100, not %s", describe(n))
	return 0
}

// value reads any plain value.
func (r *reader) value(n *yaml.Node) any {
	if r.isTagged(n) {
		r.fault(n, "%s", wholeInQuotes)
		return nil
	}
	if hasAlias(n) {
		r.fault(n, "anchors and aliases are not read: write the value out")
		return nil
	}
	var v any
	if err := n.Decode(&v); err != nil {
		r.fault(n, "%v", err)
	}
	return v
}

func hasAlias(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return true
	}
	return slices.ContainsFunc(n.Content, hasAlias)
}
