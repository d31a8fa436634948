package fields

import (
	"errors"
	"fmt"
	"strings"
)

// AnyMember and AnyDepth are the two path segments that are not names.
const (
	AnyMember = "*"  // any one member of an object or map
	AnyDepth  = "**" // zero or more members
)

var errEmptyPath = errors.New("empty path: write a field name")

// ParsePath splits a field path as rules write it: member names joined by dots, lists passed through without
// being written.
//
//	holdings.quantity     quantity of every holding
//	regions.*.margin      margin of every value of the map regions
//	**.ssn                ssn at any depth
//	labels."a.b"          the member named a.b; inside quotes \" and \\ stand for " and \
//
// What a name means at a map is for [Resolve] to say: a key, a member of every value, or, where the values may be
// anything, a member at any depth.
//
// There is no way to write a member whose name is * or **: the path then means more than that member, never less.
func ParsePath(path string) ([]string, error) {
	if path == "" {
		return nil, errEmptyPath
	}
	var segments []string
	for rest := path; ; {
		segment, after, err := nextSegment(rest)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", path, err)
		}
		segments = append(segments, segment)
		if after == "" {
			return segments, nil
		}
		if after[0] != '.' {
			return nil, fmt.Errorf("path %q: a dot must follow the quoted name %q", path, segment)
		}
		rest = after[1:]
	}
}

// nextSegment reads one name, in quotes or not, and returns what follows it: nothing, or a text that must begin with a dot.
func nextSegment(s string) (segment, after string, err error) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexByte(s, '.')
		if end < 0 {
			end = len(s)
		}
		if end == 0 {
			return "", "", fmt.Errorf("a name is missing before or after a dot")
		}
		return s[:end], s[end:], nil
	}
	var name strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			name.WriteByte(s[i])
		case c == '"':
			return name.String(), s[i+1:], nil
		default:
			name.WriteByte(c)
		}
	}
	return "", "", fmt.Errorf("the quote that opens here is never closed: %s", s)
}

// JoinPath is the inverse of ParsePath. Names are put in quotes only where they need them.
func JoinPath(segments []string) string {
	var b strings.Builder
	for i, s := range segments {
		if i > 0 {
			b.WriteByte('.')
		}
		if s == "" || strings.ContainsAny(s, `."\`) {
			b.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`)
			continue
		}
		b.WriteString(s)
	}
	return b.String()
}
