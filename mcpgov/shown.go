package mcpgov

import (
	"fmt"
	"slices"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/policy"
)

// shownLabels finds the classes of data a caller is shown: labels of fields that are in a result and that none of its edits hides. Reports answer
// from it who saw what.
type shownLabels struct {
	plan   *mask.Plan // touches every labelled field that no edit covers; nil if there is none
	labels [][]string // by edit of the plan
}

func newShown(labelled []fields.Place, edits []policy.Edit) (s shownLabels, err error) {
	var hiding [][]string
	for _, e := range edits {
		path, err := fields.ParsePath(e.Path)
		if err != nil {
			return s, fmt.Errorf("path %q: %w", e.Path, err)
		}
		hiding = append(hiding, path)
	}
	var open []mask.Edit
	for _, place := range labelled {
		covered := func(path []string) bool { return fields.Covers(path, place.Path) }
		if slices.ContainsFunc(hiding, covered) {
			continue
		}
		open = append(open, mask.Edit{Path: place.Path})
		s.labels = append(s.labels, place.Gov.Labels)
	}
	if len(open) > 0 {
		s.plan, err = mask.Compile(open, nil)
	}
	return s, err
}

// in lists the labels of what stands in a masked result, sorted.
func (s *shownLabels) in(body []byte) ([]string, error) {
	if s.plan == nil {
		return nil, nil
	}
	var touched mask.Touched
	if _, err := s.plan.Apply(nil, body, &touched); err != nil {
		return nil, fmt.Errorf("labels of the result: %w", err)
	}
	var shown []string
	for i := range touched.All() {
		shown = append(shown, s.labels[i]...)
	}
	slices.Sort(shown)
	return slices.Compact(shown), nil
}
