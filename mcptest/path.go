package mcptest

import (
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// at returns the values at a path as rules write it: lists are passed through, "*" is any member, "**" any depth.
func (r *Result) at(path string) []any {
	r.tb.Helper()
	r.OK()
	segments, err := fields.ParsePath(path)
	if err != nil {
		r.fail("%v", err)
	}
	var found []any
	collect(r.structured, segments, &found)
	return found
}

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
	if path[0] == fields.AnyDepth {
		collect(value, path[1:], found)
		for _, member := range object {
			collect(member, path, found)
		}
		return
	}
	if !ok {
		return
	}
	for name, member := range object {
		if path[0] == fields.AnyMember || path[0] == name {
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
