package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// targetKey names a target within a catalog.
type targetKey struct{ kind, name string }

func (t *Target) key() targetKey { return targetKey{t.Kind, t.Name} }

// String names the target in error texts.
func (k targetKey) String() string { return k.kind + " " + k.name }

// The kinds of targets.
const (
	kindTool     = "tool"
	kindResource = "resource"
	kindPrompt   = "prompt"
)

// selectors are one of the lists by which a block says what it is about.
type selectors struct {
	kind string
	list []string
}

func (b *Block) selectors() []selectors {
	return []selectors{{kindTool, b.Tools}, {kindResource, b.Resources}, {kindPrompt, b.Prompts}}
}

// narrows reports whether read_only leaves a target out.
func (b *Block) narrows(t *Target) bool { return b.ReadOnly != nil && *b.ReadOnly != t.ReadOnly }

// selected lists the targets of a block: those of each selector in the order of the catalog.
func (b *binder) selected(l *ruleList, i int, block *Block) []*boundTarget {
	if l.own != nil {
		return []*boundTarget{b.bound.targets[*l.own]}
	}
	if len(block.Tools)+len(block.Resources)+len(block.Prompts) == 0 {
		b.fault(fmt.Errorf("%s: it %s", blockPlace(l, i), noSelectors))
		return nil
	}
	var chosen []*boundTarget
	everyFound := true
	for _, s := range block.selectors() {
		for _, selector := range s.list {
			found := false
			for _, t := range b.catalog.Targets {
				if !selects(s.kind, selector, t) {
					continue
				}
				found = true
				if bt := b.bound.targets[t.key()]; !block.narrows(t) && !slices.Contains(chosen, bt) {
					chosen = append(chosen, bt)
				}
			}
			if !found {
				everyFound = false
				b.fault(fmt.Errorf("%s: %ss: %w", blockPlace(l, i), s.kind, selectsNothing(s.kind, selector, b.catalog.Targets)))
			}
		}
	}
	if len(chosen) == 0 && everyFound {
		b.fault(fmt.Errorf("%s: read_only: %t leaves none of what it selects: remove read_only, or the block", blockPlace(l, i), *block.ReadOnly))
	}
	return chosen
}

// noSelectors is what is wrong with a block that has none.
const noSelectors = "selects nothing: write tools: [name, ...], resources: [...] or prompts: [...], with globs or tag:x, or [\"*\"] for all"

const tagPrefix = "tag:"

// selects reports whether a selector of a block, in the list for targets of this kind, means the target.
func selects(kind, selector string, t *Target) bool {
	if t.Kind != kind {
		return false
	}
	if tag, ok := strings.CutPrefix(selector, tagPrefix); ok {
		return slices.ContainsFunc(t.Tags, func(has string) bool { return glob(tag, has) })
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
		case p < len(pattern) && pattern[p] == '?':
			p++
			n += width(name[n:])
		case p < len(pattern) && pattern[p] == name[n]:
			p++
			n++
		case star >= 0: // let the last star take one character more
			mark += width(name[mark:])
			p, n = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// width is how many bytes the first character of a text has.
func width(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// selectsNothing says why a selector is at fault.
func selectsNothing(kind, selector string, targets []*Target) error {
	tag, byTag := strings.CutPrefix(selector, tagPrefix)
	names, tags := map[string]bool{}, map[string]bool{}
	for _, t := range targets {
		if t.Kind != kind && selects(t.Kind, selector, t) {
			return fmt.Errorf("%q selects no %s: what it selects is a %s: write it under %ss", selector, kind, t.Kind, t.Kind)
		}
		if t.Kind != kind {
			continue
		}
		names[t.Name] = true
		for _, has := range t.Tags {
			tags[has] = true
		}
	}
	if byTag {
		known := sortedKeys(tags)
		return fmt.Errorf("no %s has the tag %q%s; tags are: %s", kind, tag, suggest.DidYouMean(tag, known), wordList(known))
	}
	known := sortedKeys(names)
	return fmt.Errorf("%q selects nothing%s; %ss are: %s", selector, suggest.DidYouMean(selector, known), kind, wordList(known))
}

// kinds names what targets are together: "tools" where all of them are tools, "targets" where they differ.
func kinds(targets []*boundTarget) string {
	word := ""
	for _, t := range targets {
		switch word {
		case "", t.target.Kind + "s":
			word = t.target.Kind + "s"
		default:
			return "targets"
		}
	}
	return cmp.Or(word, "targets")
}
