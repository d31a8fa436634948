package mcpgov_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

// TestBroken shows that what could not be made is reported with the other faults of a server, and stops it.
func TestBroken(t *testing.T) {
	lost := errors.New(`statement "orders": no column total`)
	_, err := mcpgov.New(mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous()},
		mcpgov.Broken(lost), mcpgov.Broken(nil))
	require.ErrorIs(t, err, lost)
	require.ErrorContains(t, err, "mcpgov.Broken(nil)")
}
