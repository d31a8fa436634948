package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPageWrapsInsideItsColumns(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := page{out: &out, width: 30}
	p.cells([]int{8, 6}, cell{"one two three", plain}, cell{"späť four", plain})
	require.Equal(t, "one two   späť\nthree     four\n", out.String())

	out.Reset()
	p.line(plain, "%s", "unbreakable-and-longer-than-thirty-columns stays whole")
	require.Equal(t, "unbreakable-and-longer-than-thirty-columns\nstays whole\n", out.String())
}

func TestPageColoursTextNotPadding(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	page{out: &out, width: 30, colour: true}.cells([]int{4, 4}, cell{"ok", green}, cell{"x", plain})
	require.Equal(t, "\x1b[32mok\x1b[0m    x\n", out.String())
	require.False(t, coloured(&out))
}

func TestPageWidth(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out") // a file is no terminal
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	for columns, want := range map[string]int{"": 100, "132": 132, "20": 80, "wide": 100} {
		t.Setenv("COLUMNS", columns)
		require.Equal(t, want, widthOf(file), columns)
	}
	require.False(t, coloured(file))
}
