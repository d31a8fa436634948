package policy

import (
	"fmt"
	"strings"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// targetKey names a target within a catalog.
type targetKey struct{ kind, name string }

func (t *Target) key() targetKey { return targetKey{t.Kind, t.Name} }

const tagPrefix = "tag:"

// selects reports whether a selector of a block means the target.
func selects(selector string, t *Target) bool {
	if tag, ok := strings.CutPrefix(selector, tagPrefix); ok {
		for _, has := range t.Tags {
			if glob(tag, has) {
				return true
			}
		}
		return false
	}
	return glob(selector, t.Name)
}

// glob matches a whole name: * is any run of characters, ? any one.
func glob(pattern, name string) bool {
	star, mark := -1, 0
	p, n := 0, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0: // let the last star take one character more
			mark++
			p, n = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// selectsNothing says why a selector is at fault.
func selectsNothing(selector string, targets []*Target) error {
	if tag, ok := strings.CutPrefix(selector, tagPrefix); ok {
		seen := map[string]bool{}
		for _, t := range targets {
			for _, has := range t.Tags {
				seen[has] = true
			}
		}
		tags := sortedKeys(seen)
		return fmt.Errorf("no tool has the tag %q%s; tags are: %s", tag, suggest.DidYouMean(tag, tags), wordList(tags))
	}
	names := map[string]bool{}
	for _, t := range targets {
		names[t.Name] = true
	}
	known := sortedKeys(names)
	return fmt.Errorf("%q selects nothing%s; tools are: %s", selector, suggest.DidYouMean(selector, known), wordList(known))
}
