package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The committed rows are those the generator writes from its fixed seed, byte for byte.
func TestDataIsGenerated(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	generate := exec.CommandContext(t.Context(), "go", "run", "generate.go", "-out", out)
	text, err := generate.CombinedOutput()
	require.NoError(t, err, string(text))
	for _, name := range []string{"customers.json", "orders.json", "notes.json"} {
		want, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		got, err := committed.ReadFile("data/" + name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "run go generate ./examples/quickstart")
	}
}

// The script speaks of rows that are there.
func TestDataFitsTheScript(t *testing.T) {
	t.Parallel()
	s, err := openStore()
	require.NoError(t, err)
	for _, id := range []string{own, foreign} {
		_, ok := s.customer(id)
		require.True(t, ok, id)
		require.NotEmpty(t, s.ordersOf(id))
	}
	require.NoError(t, s.refund(dear, 64900))
	require.Error(t, s.refund(dear, 64900))
	require.NotEmpty(t, s.notesWith("DELIVERY"))
}
