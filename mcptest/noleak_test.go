package mcptest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A check that looks for nothing proves nothing: a test whose secret went missing must not stay green for ever.
func TestNoLeakOfNothing(t *testing.T) {
	fake, h, log := trial(t)
	result := h.As(clerk).Call("get_customer", fine)
	require.NotEmpty(t, fake.verdict(func() { result.NoLeak("") }))
	require.NotEmpty(t, fake.verdict(func() { result.NoLeak() }))
	require.NotEmpty(t, fake.verdict(func() { log.NoLeak(fake, "") }))
}
