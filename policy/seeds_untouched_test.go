package policy_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSeedsAreUntouched keeps the printed policies word for word: each line of these files stands in the documents they
// were taken from, and whoever would rather change a policy than the library has to say so here.
func TestSeedsAreUntouched(t *testing.T) {
	t.Parallel()
	for name, digest := range map[string]string{
		"customer.yaml":              "430f45f171815b41ebc84b1da6764b2b57a8ee49f2b339d474fc3a2b4f04ef42",
		"customer_analysis.yaml":     "4a990357edb5e260075d9bd7c4fdc047444e322e634b7fb9e46dd94924c5ade3",
		"employee_data.yaml":         "d22e937e3202bbfeb9e7685ddc60af429bd223d7d14d7439cfa16af7c90b22c0",
		"patient_records.yaml":       "a10c14fd2a2cb30b8ec1a5c2c9f8f67c1f612a34b48ea48c644e2c22e92f4e7d",
		"portfolio_analysis.yaml":    "a8470a80b9c145a6e38949092e21a75e259b0c2b699de6c22a1996d842707c98",
		"supply_chain_analysis.yaml": "255bca14f4df41c2fd58dcbf334109110c545252adb4b456d3d4b26de986b041",
	} {
		text, err := os.ReadFile(filepath.Join("testdata", "seeds", name))
		require.NoError(t, err)
		sum := sha256.Sum256(text)
		require.Equal(t, digest, hex.EncodeToString(sum[:]), name)
	}
}
