package mcpgov

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Content is what a tool returns beside, or instead of, a structured result: text, images, audio, resource links
// and embedded resources. A tool may return Content itself, or a struct with a field of this type; that field is
// taken out of the structured result and of its schema.
//
//	return mcpgov.Content{&mcp.TextContent{Text: "done"}}, nil
//
// When a rule hides fields from the caller, content is held to the same rule: text that is JSON (also in an
// embedded resource, plain or base64) loses every member of the hidden fields' names at any depth. Whatever
// cannot be masked field by field is withheld: prose, images and links, JSON that holds more JSON in a text or
// names a hidden field in a value, and all that shows a hidden value of the structured result. Prose inside a
// member of another name is not looked through: what is sensitive there needs a name of its own.
type Content []mcp.Content

// contentOnly is what a tool that returns Content itself returns inside, so that rules have a field to name.
type contentOnly struct {
	Content Content `json:"content"`
}

// split takes the members that hold content out of a masked body and returns the rest.
func (t *surfaces) split(body []byte) (structured []byte, content []mcp.Content, err error) {
	if len(t.contentNames) == 0 {
		return body, nil, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, nil, err
	}
	for _, name := range t.contentNames {
		blocks, err := parseContent(members[name])
		if err != nil {
			return nil, nil, fmt.Errorf("field %s: %w", name, err)
		}
		content = append(content, blocks...)
	}
	if t.contentIsAll {
		return nil, content, nil
	}
	structured, err = t.withoutContent.Apply(nil, body, nil)
	return structured, content, err
}

// parseContent reads content blocks back from their JSON; a member that was removed or masked whole has none.
func parseContent(raw json.RawMessage) ([]mcp.Content, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var result mcp.CallToolResult
	if err := json.Unmarshal([]byte(`{"content":`+string(raw)+`}`), &result); err != nil {
		return nil, errors.New("a content block is not one of text, image, audio, resource_link and resource")
	}
	for _, block := range result.Content {
		if isNil(block) {
			return nil, errors.New("a content block is null")
		}
	}
	return result.Content, nil
}
