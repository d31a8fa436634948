package mask_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

func TestParseMask(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]mask.Mask{
		"redact": {}, "null": {Kind: mask.Null}, "email": {Kind: mask.Email}, "last4": {Kind: mask.Last4},
		"first=3": {Kind: mask.First, N: 3}, "last=2": {Kind: mask.Last, N: 2}, "hash": {Kind: mask.Hash},
		"zero": {Kind: mask.Zero}, "year": {Kind: mask.Year},
	} {
		got, err := mask.ParseMask(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
		require.Equal(t, text, got.String())
	}
}

func TestParseMaskFaults(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		"":           "write one of redact, null",
		"emial":      `mask "emial" is not known (did you mean "email"?); write one of redact, null`,
		"Email":      `(did you mean "email"?)`,
		"first":      "must be 1 to 64",
		"first=":     "write for example first=3",
		"first=x":    "write for example first=3",
		"first=0":    "must be 1 to 64",
		"last=-1":    "must be 1 to 64",
		"last=65":    "must be 1 to 64",
		"redact=3":   "takes no number",
		"last4=0":    "takes no number; write last4",
		"first=3=3":  "write for example first=3",
		"first= 3":   "write for example first=3",
		"lats=4":     `(did you mean "last"?)`,
		"redact,pii": "write one of",
	} {
		_, err := mask.ParseMask(text)
		require.ErrorContains(t, err, hint, text)
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	kinds := []mask.Mask{{}, {Kind: mask.Null}, {Kind: mask.Zero}, {Kind: mask.Email}, {Kind: mask.Hash}, {Kind: mask.Year}, {Kind: mask.Last4}}
	fits := map[string]int{"string": 7, "number": 3, "integer": 3, "boolean": 3, "object": 2, "array": 2, "null": 2, "text": 0}
	for jsonType, want := range fits {
		got := 0
		for _, m := range kinds {
			if m.Fits(jsonType) {
				got++
			}
		}
		require.Equal(t, want, got, jsonType)
	}
}

func TestCompileReportsAllFaults(t *testing.T) {
	t.Parallel()
	_, err := mask.Compile([]mask.Edit{
		{Path: []string{"a", "b"}, Mask: mask.Mask{Kind: mask.Hash}},
		{Path: []string{"fine"}},
		{Path: []string{"c"}, Mask: mask.Mask{Kind: mask.Last, N: 0}},
		{Path: []string{"d"}, Mask: mask.Mask{Kind: mask.Email, N: 3}},
		{Path: []string{"e"}, Mask: mask.Mask{Kind: 99}},
		{Path: []string{"\xff"}},
		{Path: make([]string, mask.MaxDepth)},
	}, nil)
	require.ErrorContains(t, err, `edit 0, path "a.b": mask hash needs a key`)
	require.ErrorContains(t, err, `edit 2, path "c": mask "last=0"`)
	require.ErrorContains(t, err, `edit 3, path "d": mask "email" takes no number`)
	require.ErrorContains(t, err, `edit 4, path "e": mask kind 99`)
	require.ErrorContains(t, err, `edit 5`)
	require.ErrorContains(t, err, `edit 6`)
	require.NotContains(t, err.Error(), "edit 1,")
}

func TestCompileBoundsStars(t *testing.T) {
	t.Parallel()
	var edits []mask.Edit
	for i := range 20 {
		path := make([]string, 20)
		for k := range path {
			path[k] = "*"
		}
		path[i] = "name"
		edits = append(edits, mask.Edit{Path: path})
	}
	_, err := mask.Compile(edits, nil)
	require.ErrorContains(t, err, `fewer paths with "*"`)
}

func TestPlanKeepsCopies(t *testing.T) {
	t.Parallel()
	path, key := []string{"a"}, []byte("key")
	plan, err := mask.Compile([]mask.Edit{{Path: path, Mask: mask.Mask{Kind: mask.Hash}}}, key)
	require.NoError(t, err)
	before, err := plan.Apply(nil, []byte(`{"a":"x"}`), nil)
	require.NoError(t, err)
	path[0], key[0] = "b", 'K'
	plan.Edits()[0].Path[0] = "c"
	after, err := plan.Apply(nil, []byte(`{"a":"x"}`), nil)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
	require.Equal(t, []string{"a"}, plan.Edits()[0].Path)
}
