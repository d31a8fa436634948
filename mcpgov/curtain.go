package mcpgov

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/mask"
)

const withheldText = "[withheld: this content cannot be masked field by field]"

// withheldURI stands for the address of a resource: identifiers in it may be the hidden values themselves.
const withheldURI = "withheld:"

// curtain hides fields in content, whose shape no type describes: members of the hidden names at any depth, and
// whole blocks in which that is not enough.
type curtain struct {
	plan   *mask.Plan
	names  []string       // the hidden fields' names
	known  []string       // the values the hidden fields have in the structured result
	hidden *mask.Scrubber // these, and those they have in content
}

// draw hides the fields in all blocks. What is hidden in one of them may stand open in another, so all are searched
// before any is let through.
func (c curtain) draw(blocks []mcp.Content) []mcp.Content {
	hidden := slices.Clone(c.known)
	for _, block := range blocks {
		for line := range strings.Lines(textOf(block)) {
			if values, err := c.plan.Collect([]byte(line)); err == nil {
				hidden = append(hidden, values...)
			}
		}
		if values, err := c.plan.Collect([]byte(textOf(block))); err == nil {
			hidden = append(hidden, values...)
		}
	}
	c.hidden = mask.NewScrubber(disguises(hidden))
	masked := make([]mcp.Content, len(blocks))
	for i, block := range blocks {
		masked[i] = c.block(block)
	}
	return masked
}

func (c curtain) block(block mcp.Content) mcp.Content {
	withheld := &mcp.TextContent{Text: withheldText}
	switch b := block.(type) {
	case *mcp.TextContent:
		if text, ok := c.text(b.Text); ok {
			return &mcp.TextContent{Text: text}
		}
	case *mcp.EmbeddedResource:
		if b.Resource == nil {
			return withheld
		}
		// Address and media type come from the handler like everything else; of masked JSON we know the type.
		r := &mcp.ResourceContents{URI: withheldURI, MIMEType: "application/json"}
		if b.Resource.Blob == nil {
			if text, ok := c.text(b.Resource.Text); ok {
				r.Text = text
				return &mcp.EmbeddedResource{Resource: r}
			}
			return withheld
		}
		if text, ok := c.text(string(unbase64(b.Resource.Blob))); ok {
			r.Blob = []byte(text)
			return &mcp.EmbeddedResource{Resource: r}
		}
	}
	return withheld
}

// text masks a text that is JSON; false if it is none, or if something hidden may be left in it.
func (c curtain) text(text string) (string, bool) {
	masked, ok := c.plan.ApplyText(nil, text, nil)
	if !ok {
		return "", false
	}
	if c.hidden.Scrub(string(masked)) != string(masked) {
		return "", false
	}
	documents := json.NewDecoder(bytes.NewReader(masked)) // one, or one a line
	for documents.More() {
		var document any
		if documents.Decode(&document) != nil || !c.plain(document) {
			return "", false
		}
	}
	return string(masked), true
}

// plain reports whether no text in a document is itself a container: JSON in a text, plain or base64, or the name
// of a hidden field, as the heading of a table has it.
func (c curtain) plain(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, member := range v {
			if !c.plain(member) {
				return false
			}
		}
	case []any:
		return !slices.ContainsFunc(v, func(element any) bool { return !c.plain(element) })
	case string:
		named := slices.ContainsFunc(c.names, func(name string) bool { return strings.EqualFold(name, v) })
		return !named && !holdsJSON(v) && !slices.ContainsFunc(readings(v), holdsJSON)
	}
	return true
}

// holdsJSON reports whether a text may be read as JSON by somebody, valid or not, one document or many.
func holdsJSON(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" {
		return false
	}
	switch inside := strings.TrimSpace(text[1:]); text[0] {
	case '{':
		return true
	case '[': // "[draft] of May" is prose
		return inside != "" && strings.ContainsRune(`{["`, rune(inside[0])) || json.Valid([]byte(text))
	case '"':
		return json.Valid([]byte(text))
	}
	return false
}

// readings are the meanings of a text as base64, in all its alphabets.
func readings(text string) []string {
	var all []string
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if plain, err := e.DecodeString(text); err == nil {
			all = append(all, string(plain))
		}
	}
	return all
}

// unbase64 undoes an encoding some handlers apply although the SDK does it for them.
func unbase64(blob []byte) []byte {
	for _, reading := range readings(string(blob)) {
		if holdsJSON(reading) {
			return []byte(reading)
		}
	}
	return blob
}

// textOf is the text of a block that may be JSON, "" for others.
func textOf(block mcp.Content) string {
	switch b := block.(type) {
	case *mcp.TextContent:
		return b.Text
	case *mcp.EmbeddedResource:
		if b.Resource == nil {
			return ""
		}
		if b.Resource.Blob != nil {
			return string(unbase64(b.Resource.Blob))
		}
		return b.Resource.Text
	}
	return ""
}
