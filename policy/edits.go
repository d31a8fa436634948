package policy

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

const redact = "redact"

// editsOf finds what a field rule removes or masks in the result of each target it selects. A path or label must be
// found in at least one of them, and applies where it is found.
func editsOf(r *Rule, targets []*boundTarget) (map[*boundTarget][]Edit, error) {
	edits := map[*boundTarget][]Edit{}
	var faults []error
	if r.Action.byLabel() {
		faults = append(faults, editsByLabel(r, targets, edits))
	}
	for _, path := range r.Fields {
		faults = append(faults, editsByPath(r, path, targets, edits))
	}
	return edits, errors.Join(faults...)
}

func editsByPath(r *Rule, path string, targets []*boundTarget, edits map[*boundTarget][]Edit) error {
	segments, err := fields.ParsePath(path)
	if err != nil {
		return fmt.Errorf("fields: %w", err)
	}
	var faults []error
	missing := byMessage{}
	found := false
	for _, t := range targets {
		if t.badOut {
			found = true // perhaps: its fields are not known
			continue
		}
		if t.out == nil {
			missing.add(errors.New("it has no result"), t)
			continue
		}
		places, err := fields.Resolve(t.out, segments)
		if err != nil {
			if plain := withoutIndexes(t, segments); plain != "" {
				missing.add(fmt.Errorf("lists are passed through: write %s", plain), t)
				continue
			}
			missing.add(fmt.Errorf("%w%s", err, nearestField(t, segments)), t)
			continue
		}
		found = true
		faults = append(faults, addEdits(r, t, places, edits))
	}
	if !found && len(targets) > 0 {
		for _, message := range missing.sorted() {
			faults = append(faults, fmt.Errorf("fields: %q is found in none of the selected %s: %s (%s)", path, kinds(targets), message, missing[message]))
		}
	}
	return errors.Join(faults...)
}

// withoutIndexes returns the path without the indexes and stars by which other languages go into lists, if it then leads somewhere; else "".
func withoutIndexes(t *boundTarget, segments []string) string {
	var plain []string
	for _, s := range segments {
		name := listIndex.ReplaceAllString(s, "")
		if name != "" {
			plain = append(plain, name)
		}
		if name != s && !leadsToList(t, plain) {
			return ""
		}
	}
	if slices.Equal(plain, segments) {
		return ""
	}
	if _, err := fields.Resolve(t.out, plain); err != nil {
		return ""
	}
	return fields.JoinPath(plain)
}

func leadsToList(t *boundTarget, path []string) bool {
	if len(path) == 0 {
		return false
	}
	places, err := fields.Resolve(t.out, path)
	return err == nil && len(places) > 0 && places[0].Kind == fields.List
}

// listIndex is what other languages write to go into a list: a[0], a[*], a[] and, as a segment, 0 or *.
var listIndex = regexp.MustCompile(`^(?:[0-9]+|\*)$|(?:\[(?:[0-9]+|\*)?\])+$`)

// nearestField suggests a field for a path whose first unknown segment may be a slip.
func nearestField(t *boundTarget, segments []string) string {
	for n := 1; n <= len(segments); n++ {
		if _, err := fields.Resolve(t.out, segments[:n]); err == nil {
			continue
		}
		at := t.out
		if n > 1 {
			places, err := fields.Resolve(t.out, segments[:n-1])
			if err != nil || len(places) == 0 || places[0].Type == nil {
				return ""
			}
			at = places[0].Type
		}
		at = fields.Deref(at)
		for fields.KindOf(at) == fields.List {
			at = fields.Deref(at.Elem())
		}
		if fields.KindOf(at) != fields.Object {
			return ""
		}
		s, err := fields.Of(at)
		if err != nil {
			return ""
		}
		return suggest.DidYouMean(segments[n-1], s.Names())
	}
	return ""
}

func editsByLabel(r *Rule, targets []*boundTarget, edits map[*boundTarget][]Edit) error {
	var faults []error
	used := map[string]bool{}  // labels of the rule that some field has
	known := map[string]bool{} // labels of all fields
	found, unknown, results := false, false, 0
	for _, t := range targets {
		unknown = unknown || t.badOut // any label may be there
		if t.out == nil || t.badOut {
			continue
		}
		results++
		places, err := fields.Labelled(t.out)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		var chosen []fields.Place
		for _, p := range places {
			wanted := len(r.Labels) == 0
			for _, label := range p.Gov.Labels {
				known[label] = true
				if slices.Contains(r.Labels, label) {
					used[label], wanted = true, true
				}
			}
			if wanted {
				chosen = append(chosen, p)
			}
		}
		found = found || len(chosen) > 0
		faults = append(faults, addEdits(r, t, chosen, edits))
	}
	// Where no tool has a result there is nothing to hide, and why there is none is said with the tool, if it is a fault.
	if unknown || results == 0 {
		return errors.Join(faults...)
	}
	for _, label := range r.Labels {
		if !used[label] && len(targets) > 0 {
			labels := sortedKeys(known)
			faults = append(faults, fmt.Errorf("labels: no field of the selected %s has the label %q%s; labels are: %s",
				kinds(targets), label, suggest.DidYouMean(label, labels), wordList(labels)))
		}
	}
	if !found && len(r.Labels) == 0 && len(targets) > 0 {
		faults = append(faults, fmt.Errorf("%s: no field of the selected %s has a label: write gov:\"sensitive\" on a field, or name fields", r.Action, kinds(targets)))
	}
	return errors.Join(faults...)
}

// addEdits turns places into edits of the target, and refuses masks that do not fit.
func addEdits(r *Rule, t *boundTarget, places []fields.Place, edits map[*boundTarget][]Edit) error {
	var faults []error
	for _, p := range places {
		edit := Edit{Path: p.String(), Remove: r.Action.removes()}
		if r.Action.masks() {
			edit.Mask = cmp.Or(r.Mask, p.Gov.Mask, redact)
			m, err := mask.ParseMask(edit.Mask)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s, field %s: %w", t.target.key(), edit.Path, err))
				continue
			}
			edit.Mask = m.String()
			if kind, _, _ := strings.Cut(p.Kind.String(), " "); p.Kind != fields.Any && !m.Fits(kind) {
				faults = append(faults, fmt.Errorf("%s, field %s: the mask %s does not fit a field of type %s: write %s",
					t.target.key(), edit.Path, m, kind, fittingMasks(kind)))
				continue
			}
		}
		if !slices.Contains(edits[t], edit) {
			edits[t] = append(edits[t], edit)
		}
	}
	return errors.Join(faults...)
}

func fittingMasks(kind string) string {
	switch kind {
	case "number", "integer", "boolean":
		return "redact, null or zero"
	case "object", "array":
		return "redact or null, or remove it with filter_fields"
	}
	return "any mask"
}

// merge unites edits: removal beats a mask, and two different masks on one path become redact. The result is sorted.
func merge(lists ...[]Edit) []Edit {
	byPath := map[string]Edit{}
	for _, list := range lists {
		for _, e := range list {
			before, seen := byPath[e.Path]
			switch {
			case !seen || e.Remove:
				byPath[e.Path] = e
			case !before.Remove && before.Mask != e.Mask:
				byPath[e.Path] = Edit{Path: e.Path, Mask: redact}
			}
		}
	}
	merged := make([]Edit, 0, len(byPath))
	for _, path := range sortedKeys(byPath) {
		merged = append(merged, byPath[path])
	}
	return merged
}
