package policy

import (
	"slices"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// inRow writes out what item stands for in a where: an element of a list in the result.
func inRow(reads []read, list *rowPath) []read {
	segments, err := fields.ParsePath(list.path)
	written := make([]read, len(reads))
	for i, r := range reads {
		switch {
		case r.path[0] != "item":
		case err != nil: // not of a path that was followed
			r = read{[]string{"response"}, wholly}
		default:
			r.path = slices.Concat([]string{"response"}, segments, r.path[1:])
		}
		written[i] = r
	}
	return written
}
