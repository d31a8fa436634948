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
	layers []*shownLayer
	hidden *mask.Plan // cuts what edits hide of places that are open elsewhere; nil if there is no such edit
}

// shownLayer is labelled fields of which none lies within another: a plan looks no further than the first it meets.
type shownLayer struct {
	places []fields.Place
	plan   *mask.Plan // has an edit for each of them
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
	partly := make([]bool, len(hiding))
	for _, place := range labelled {
		covered := func(path []string) bool { return fields.Covers(path, place.Path) }
		if slices.ContainsFunc(hiding, covered) {
			continue
		}
		for i, path := range hiding {
			partly[i] = partly[i] || mayContain(path, place.Path)
		}
		i := slices.IndexFunc(s.layers, func(l *shownLayer) bool { return l.takes(place) })
		if i < 0 {
			i, s.layers = len(s.layers), append(s.layers, &shownLayer{})
		}
		s.layers[i].places = append(s.layers[i].places, place)
	}
	var cut []mask.Edit
	for i, path := range hiding {
		if partly[i] {
			cut = append(cut, mask.Edit{Path: path, Remove: true})
		}
	}
	if len(cut) > 0 {
		if s.hidden, err = mask.Compile(cut, nil); err != nil {
			return s, err
		}
	}
	for _, l := range s.layers {
		var open []mask.Edit
		for _, place := range l.places {
			open = append(open, mask.Edit{Path: place.Path})
		}
		if l.plan, err = mask.Compile(open, nil); err != nil {
			return s, err
		}
	}
	return s, nil
}

// takes reports whether a place lies within none of the layer's and none within it, or says the same as those.
func (l *shownLayer) takes(place fields.Place) bool {
	return !slices.ContainsFunc(l.places, func(other fields.Place) bool {
		return !slices.Equal(place.Gov.Labels, other.Gov.Labels) && (mayContain(place.Path, other.Path) || mayContain(other.Path, place.Path))
	})
}

// mayContain reports whether a value at one path may lie within one at the other, or be the same.
func mayContain(outer, inner []string) bool {
	switch {
	case len(outer) == 0:
		return true
	case outer[0] == fields.AnyDepth:
		return mayContain(outer[1:], inner) || len(inner) > 0 && mayContain(outer, inner[1:])
	case len(inner) == 0:
		return false
	case inner[0] == fields.AnyDepth:
		return mayContain(outer, inner[1:]) || mayContain(outer[1:], inner)
	}
	return (outer[0] == inner[0] || outer[0] == fields.AnyMember || inner[0] == fields.AnyMember) && mayContain(outer[1:], inner[1:])
}

// in lists the labels of what stands in a masked result, sorted. Nobody is shown anything by a null.
func (s *shownLabels) in(body []byte) ([]string, error) {
	var shown []string
	if s.hidden != nil && len(s.layers) > 0 {
		var err error
		if body, err = s.hidden.Apply(nil, body, nil); err != nil {
			return nil, fmt.Errorf("labels of the result: %w", err)
		}
	}
	for _, l := range s.layers {
		var touched mask.Touched
		if err := l.plan.Present(body, &touched); err != nil {
			return nil, fmt.Errorf("labels of the result: %w", err)
		}
		for i := range touched.All() {
			shown = append(shown, l.places[i].Gov.Labels...)
		}
	}
	slices.Sort(shown)
	return slices.Compact(shown), nil
}
