package mcpgov

import (
	"fmt"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/clean"
)

// Clean says what becomes of what people do not see and models read in texts that leave the server: control characters, zero-width and
// direction characters, Unicode tags and ANSI escape sequences. It is applied last, after all masks, to results, content, error messages
// and progress, and counted in the record. It stops no prompt injection: words that tell a model what to do are plain text.
type Clean struct {
	Mode CleanMode // what is done to them; the zero value removes them
	// Patterns is a second net: what looks like a payment card, a key or token of a well-known service or a national number becomes
	// "[redacted]". It knows formats and check digits, nothing else; labels on fields come first.
	Patterns bool
}

// CleanMode is what is done to invisible characters. The zero value removes them.
type CleanMode uint8

// The modes.
const (
	CleanRemove CleanMode = iota // they are taken out
	CleanMark                    // each run of them becomes a text that names the first, such as [U+202E]
	CleanRefuse                  // a result that holds one is withheld and ends as output_invalid
	CleanOff                     // they stay
)

// untrustedKey marks, in _meta, results and features whose texts come from where nobody vouches for them.
const untrustedKey = "mcpgov/untrusted"

// featureMeta is what resources and prompts are advertised with in _meta.
func featureMeta(tags []string, untrusted bool) mcp.Meta {
	meta := mcp.Meta{}
	if len(tags) > 0 {
		meta["mcpgov/tags"] = slices.Clone(tags)
	}
	if untrusted {
		meta[untrustedKey] = true
	}
	if len(meta) == 0 {
		return nil
	}
	return meta
}

func (c Clean) cleaner() (*clean.Cleaner, error) {
	modes := map[CleanMode]clean.Mode{CleanRemove: clean.Remove, CleanMark: clean.Mark, CleanRefuse: clean.Refuse, CleanOff: clean.Off}
	mode, ok := modes[c.Mode]
	if !ok {
		return nil, fmt.Errorf("config: field Clean.Mode is %d: write CleanRemove, CleanMark, CleanRefuse or CleanOff", c.Mode)
	}
	return clean.New(clean.Options{Mode: mode, Patterns: c.Patterns}), nil
}

// clean takes out of a masked result what nobody sees. A result that was changed is held to the advertised schema once more: a text may be
// shorter now than its schema says.
func (s *Server) clean(c *call, m *maskedResult) error {
	if s.cleaner.Idle() {
		return nil
	}
	structured, counts, err := s.cleaner.JSON(nil, m.structured)
	if err != nil {
		return err //nolint:wrapcheck // says what was found
	}
	if counts.Sum() > 0 {
		if m.structured = structured; !c.shows.contentIsAll {
			if err := c.shows.output.Validate(structured); err != nil {
				return fmt.Errorf("the result, cleaned: %w", err)
			}
		}
		if m.body, _, err = s.cleaner.JSON(nil, m.body); err != nil {
			return err //nolint:wrapcheck // as above
		}
	}
	for i, block := range m.content {
		cleaned, found, err := s.cleanBlock(block)
		if err != nil {
			return err
		}
		if found.Sum() > 0 {
			m.content[i] = cleaned
			for class, n := range found {
				counts[class] += n
			}
		}
	}
	c.draft.Cleaned = counts.Sum()
	return nil
}

// cleanBlock cleans all texts of a content block. Binary data is not looked into: in base64 anything may look like a key.
func (s *Server) cleanBlock(block mcp.Content) (mcp.Content, clean.Counts, error) {
	if text, ok := block.(*mcp.TextContent); ok && text.Meta == nil && text.Annotations == nil {
		cleaned, found, err := s.cleaner.Text(text.Text)
		return &mcp.TextContent{Text: cleaned}, found, err //nolint:wrapcheck // says what was found
	}
	cleaner := s.cleaner
	if holdsData(block) {
		cleaner = s.cleaner.WithoutPatterns()
	}
	encoded, err := block.MarshalJSON()
	if err != nil {
		return nil, clean.Counts{}, fmt.Errorf("a content block: %w", err)
	}
	cleaned, found, err := cleaner.JSON(nil, encoded)
	if err != nil || found.Sum() == 0 {
		return block, found, err //nolint:wrapcheck // says what was found
	}
	blocks, err := parseContent(append(append([]byte{'['}, cleaned...), ']'))
	if err != nil || len(blocks) != 1 {
		return nil, found, fmt.Errorf("a content block cannot be read when it is cleaned: %w", err)
	}
	return blocks[0], found, nil
}

func holdsData(block mcp.Content) bool {
	switch b := block.(type) {
	case *mcp.ImageContent, *mcp.AudioContent:
		return true
	case *mcp.EmbeddedResource:
		return b.Resource != nil && b.Resource.Blob != nil
	}
	return false
}

// told is the text of an error for the caller: without what is sensitive, and without what nobody sees.
func (s *Server) told(c *call, e *Error) string {
	return orText(s.cleanText(clipTo(c.scrub(e.message()), maxToldText)), e.Code.info().message)
}

// cleanText cleans a message to the caller. One that must be refused says nothing.
func (s *Server) cleanText(text string) string {
	cleaned, _, err := s.cleaner.Text(text)
	if err != nil {
		return ""
	}
	return cleaned
}
