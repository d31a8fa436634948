package mcpgov

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/policy"
)

// cutRows leaves the rows out that a decision takes away. A list the policy did not announce is refused, as with edits.
func (t *surfaces) cutRows(m *maskedResult, body []byte, cuts []policy.RowCut) ([]byte, error) {
	if len(cuts) == 0 {
		return body, nil
	}
	pointers := make([]mask.RowCut, len(cuts))
	for i, c := range cuts {
		path := listPath(c.List)
		if !slices.Contains(t.rows, path) {
			return nil, fmt.Errorf("the policy asks to cut rows of %q, which its Scope does not announce", path)
		}
		pointers[i] = mask.RowCut{List: c.List, Keep: c.Keep}
		if c.Limit {
			m.truncated = append(m.truncated, c.List)
		}
	}
	cut, n, err := mask.CutRows(make([]byte, 0, len(body)), body, pointers)
	m.cut = n
	return cut, err //nolint:wrapcheck // says where; the record says of what
}

// listPath is the path, as rules write it, of the list a pointer leads to: rules pass through lists without naming indexes.
func listPath(pointer string) string {
	var path []string
	for _, token := range strings.Split(pointer, "/")[1:] {
		if _, err := strconv.Atoi(token); err != nil {
			path = append(path, strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~"))
		}
	}
	return fields.JoinPath(path)
}

// withheld stands for content that may tell of what the caller does not get.
func withheld(content []mcp.Content) []mcp.Content {
	if len(content) == 0 {
		return content
	}
	return []mcp.Content{&mcp.TextContent{Text: withheldText}}
}
