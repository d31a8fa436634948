package mcpgov

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// scrub hides the call's sensitive values in a free text: the labelled arguments, and what a failed handler had
// already put into its result.
func (c *call) scrub(text string) string {
	switch {
	case text == "" || !c.decoded: // before the arguments were read all texts are our own and quote nothing sensitive
		return text
	case c.opaque:
		return mask.Redacted
	}
	values := slices.Clone(c.seen)
	if plan := c.target.inLog.fields; !plan.Empty() && len(c.raw.arguments) > 0 {
		sensitive, err := plan.Collect(c.raw.arguments)
		if err != nil {
			return mask.Redacted
		}
		values = append(values, sensitive...)
	}
	if len(values) == 0 {
		return text
	}
	return mask.NewScrubber(disguises(values)).Scrub(text)
}

// disguises adds the forms in which programs hand values on: without surrounding space, and, for bytes that JSON
// writes as base64, the bytes themselves.
func disguises(values []string) []string {
	for _, v := range values {
		if trimmed := strings.TrimSpace(v); trimmed != v && trimmed != "" {
			values = append(values, trimmed)
		}
		if plain, err := base64.StdEncoding.DecodeString(v); err == nil && len(plain) > 0 && utf8.Valid(plain) {
			values = append(values, string(plain))
		}
	}
	return values
}
