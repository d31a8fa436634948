package mcpgov

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// Content is what a tool returns beside, or instead of, a structured result: text, images, audio, resource links
// and embedded resources. A tool may return Content itself, or a struct with a field of this type; that field is
// taken out of the structured result and of its schema.
//
//	return mcpgov.Content{&mcp.TextContent{Text: "done"}}, nil
//
// When a rule hides fields from the caller, content is held to the same rule: text that is JSON (also in an
// embedded resource, plain or base64) loses every member of the hidden fields' names at any depth, and whatever
// cannot be masked field by field, such as prose, images and links, is withheld.
type Content []mcp.Content

// contentOnly is what a tool that returns Content itself returns inside, so that rules have a field to name.
type contentOnly struct {
	Content Content `json:"content"`
}

const withheldText = "[withheld: this content cannot be masked field by field]"

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
	return result.Content, nil
}

// maskContent holds blocks to a plan of member names at any depth. The blocks are the caller's own copies.
func maskContent(blocks []mcp.Content, plan *mask.Plan) []mcp.Content {
	if plan.Empty() {
		return blocks
	}
	masked := make([]mcp.Content, len(blocks))
	for i, block := range blocks {
		masked[i] = maskBlock(block, plan)
	}
	return masked
}

func maskBlock(block mcp.Content, plan *mask.Plan) mcp.Content {
	withheld := &mcp.TextContent{Text: withheldText}
	switch b := block.(type) {
	case *mcp.TextContent:
		if text, ok := maskJSONText(b.Text, plan); ok {
			return &mcp.TextContent{Text: text}
		}
	case *mcp.EmbeddedResource:
		r := b.Resource
		if r == nil {
			return withheld
		}
		if r.Blob == nil {
			if text, ok := maskJSONText(r.Text, plan); ok {
				return &mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: withheldURI, MIMEType: r.MIMEType, Text: text}}
			}
			return withheld
		}
		if text, ok := maskJSONText(string(unbase64(r.Blob)), plan); ok {
			return &mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: withheldURI, MIMEType: r.MIMEType, Blob: []byte(text)}}
		}
	}
	return withheld
}

// withheldURI stands for the address of a resource: identifiers in it may be the hidden values themselves.
const withheldURI = "withheld:"

// unbase64 undoes an encoding some handlers apply although the SDK does it for them.
func unbase64(blob []byte) []byte {
	if plain, err := base64.StdEncoding.DecodeString(string(blob)); err == nil {
		return plain
	}
	return blob
}

func maskJSONText(text string, plan *mask.Plan) (string, bool) {
	masked, ok := plan.ApplyText(nil, text, nil)
	return string(masked), ok
}
