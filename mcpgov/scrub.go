package mcpgov

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// secrets are the sensitive values a call has met, to be kept out of every text about it: the labelled arguments, and
// what a failed handler had already put into its result. The zero value knows of nothing sensitive. Handlers ask it
// from their own goroutine, for progress messages.
type secrets struct {
	mu     sync.Mutex
	known  []string
	opaque bool           // there are some nobody can read: no text can be searched for them
	finds  *mask.Scrubber // of those known; nil until it is needed
}

// read takes in the arguments, once they were read.
func (s *secrets) read(plan *mask.Plan, arguments json.RawMessage) error {
	if plan.Empty() {
		return nil
	}
	values, err := plan.Collect(arguments)
	if err != nil {
		return err //nolint:wrapcheck // says where; the caller says of what
	}
	s.begun(values, false)
	return nil
}

// begun takes in the values of a half-made result.
func (s *secrets) begun(values []string, opaque bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.finds = slices.Concat(s.known, disguises(values)), nil
	s.opaque = s.opaque || opaque
}

// hide removes the secrets from a text.
func (s *secrets) hide(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case text == "":
		return ""
	case s.opaque:
		return mask.Redacted
	case len(s.known) == 0:
		return text
	}
	if s.finds == nil {
		s.finds = mask.NewScrubber(s.known)
	}
	return s.finds.Scrub(text)
}

// scrub hides the call's secrets in a text.
func (c *call) scrub(text string) string { return c.secrets.hide(text) }

// disguises adds the forms in which programs hand values on: without surrounding space, and, for bytes that JSON
// writes as base64, the bytes themselves.
func disguises(values []string) []string {
	for _, v := range slices.Clone(values) {
		if trimmed := strings.TrimSpace(v); trimmed != v && trimmed != "" {
			values = append(values, trimmed)
		}
		if plain, err := base64.StdEncoding.DecodeString(v); err == nil && len(plain) > 0 && utf8.Valid(plain) {
			values = append(values, string(plain))
		}
	}
	return values
}
