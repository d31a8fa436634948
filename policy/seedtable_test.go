package policy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// TestSeedsTable: every policy printed in the founding documents stands in the table, and loads or is refused as the table says. What those
// that load decide is tested by TestSeedsWhoGetsWhat and, on a whole server, by mcptest's seeds.cases.yaml.
func TestSeedsTable(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/seeds/outcomes.tsv")
	require.NoError(t, err)
	var listed []string
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(strings.TrimSpace(line), "\t")
		require.Len(t, row, 4, line)
		file, outcome, says := row[0], row[2], row[3]
		listed = append(listed, filepath.Join("testdata", "seeds", file))
		text, err := os.ReadFile(filepath.Join("testdata", "seeds", file))
		require.NoError(t, err)
		_, own := policy.ParseOwn(text)
		_, set := policy.Parse(text)
		switch outcome {
		case "loads":
			require.NoError(t, own, file)
		case "refused":
			require.ErrorContains(t, own, says)
			require.ErrorContains(t, set, says)
		default:
			require.Fail(t, "unknown outcome", line)
		}
	}
	files, err := filepath.Glob("testdata/seeds/*.yaml")
	require.NoError(t, err)
	require.ElementsMatch(t, files, listed, "the table lists every file")
}
