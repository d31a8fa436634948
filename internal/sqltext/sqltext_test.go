package sqltext_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

func TestQuoting(t *testing.T) {
	t.Parallel()
	require.Equal(t, `"a ""b"" 'c' -- \"`, sqltext.Identifier(`a "b" 'c' -- \`))
	require.Equal(t, `""`, sqltext.Identifier(""))
	require.Equal(t, `'a ''b'' "c" -- \'`, sqltext.Literal(`a 'b' "c" -- \`))
}

func TestDigest(t *testing.T) {
	t.Parallel()
	require.Equal(t, "sha256:e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5", sqltext.Digest("SELECT 1"))
}
