package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, sound := range []string{"SELECT 1", " ( ", "--", strings.Repeat("x", check.MaxText)} {
		require.NoError(t, check.Text(sound))
	}
	for _, bad := range []string{"", " \n\t", ";;", "\u200b\u00a0\ufeff", "SELECT\x00 1", "SELECT '\xff'", strings.Repeat("x", check.MaxText+1)} {
		err := check.Text(bad)
		var refusal *check.Refusal
		require.ErrorAs(t, err, &refusal, "%q", bad)
		require.Equal(t, check.CodeText, refusal.Code)
		require.Less(t, len(err.Error()), 200)
	}
}
