package mcptest

import (
	"maps"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// at returns the values at a path, and whether a mask may stand there. It fails the test where there is no
// structured result, and where the tool's output schema has no such path: nothing could ever stand there.
func (r *Result) at(path string) (found []any, maskable bool) {
	r.tb.Helper()
	r.requireStructured()
	segments, err := fields.ParsePath(path)
	if err != nil {
		r.fail("%v", err)
	}
	places, err := r.contract().resolve(segments)
	if err != nil {
		if len(segments) > 1 {
			r.fail("path %q: %v", path, err)
		}
		r.fail("%v", err)
	}
	for _, p := range places {
		maskable = maskable || p.maskable
		collect(r.structured, p.path, &found)
	}
	return found, maskable
}

// requireStructured fails the test unless the call returned a structured result.
func (r *Result) requireStructured() {
	r.tb.Helper()
	r.OK()
	if r.structured == nil {
		r.fail("there is no structured result to look into: the tool returns content only; see Text and Raw")
	}
}

// collect adds the values at a resolved path: lists are passed through, "*" is any member, "**" any depth.
func collect(value any, path []string, found *[]any) {
	if list, ok := value.([]any); ok && len(path) > 0 {
		for _, element := range list {
			collect(element, path, found)
		}
		return
	}
	if len(path) == 0 {
		*found = append(*found, value)
		return
	}
	object, ok := value.(map[string]any)
	if !ok {
		return
	}
	if path[0] == fields.AnyDepth {
		collect(value, path[1:], found)
	}
	for _, name := range slices.Sorted(maps.Keys(object)) { // in one order, so that failures read alike
		member := object[name]
		switch path[0] {
		case fields.AnyDepth:
			collect(member, path, found)
		case fields.AnyMember, name:
			collect(member, path[1:], found)
		}
	}
}

func looksMasked(value any) bool {
	if value == nil {
		return true
	}
	text, ok := value.(string)
	return ok && (strings.Contains(text, "[redacted]") || strings.Contains(text, "***") || strings.HasPrefix(text, "hmac:"))
}
