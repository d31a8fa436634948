package mcptest

import (
	"slices"
	"testing"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// requireSecrets keeps a check from passing because there was nothing to look for.
func requireSecrets(tb testing.TB, secrets []string) {
	tb.Helper()
	if len(secrets) == 0 || slices.Contains(secrets, "") {
		tb.Fatal("NoLeak needs secrets to look for, none of them empty")
	}
}

// leaks returns the first of the secrets that stands in text in some form.
func leaks(text string, secrets []string) string {
	for _, secret := range secrets {
		if mask.NewScrubber([]string{secret}).Scrub(text) != text {
			return secret
		}
	}
	return ""
}
