package fields_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	for written, segments := range map[string][]string{
		"email":              {"email"},
		"holdings.quantity":  {"holdings", "quantity"},
		"regions.*.margin":   {"regions", fields.AnyMember, "margin"},
		"**.ssn":             {fields.AnyDepth, "ssn"},
		`labels."a.b"`:       {"labels", "a.b"},
		`"a.b".c`:            {"a.b", "c"},
		`"".x`:               {"", "x"},
		`"a\"b"`:             {`a"b`},
		`"a\\"`:              {`a\`},
		`"a\n"`:              {`a\n`}, // no other escapes: the backslash stands for itself
		"größe.日本":           {"größe", "日本"},
		"two words.x-y.$ref": {"two words", "x-y", "$ref"},
	} {
		got, err := fields.ParsePath(written)
		require.NoError(t, err, written)
		require.Equal(t, segments, got, written)
		again, err := fields.ParsePath(fields.JoinPath(got))
		require.NoError(t, err, written)
		require.Equal(t, segments, again, "%s written again as %s", written, fields.JoinPath(got))
	}
}

// TestPathsReadAsWritten: what needs no quotes gets none.
func TestPathsReadAsWritten(t *testing.T) {
	t.Parallel()
	for _, written := range []string{"a", "a.b", "**.a.*", "a b.c", `"a.b".c`, `"".x`, `"a\"b\\c"`} {
		segments, err := fields.ParsePath(written)
		require.NoError(t, err)
		require.Equal(t, written, fields.JoinPath(segments))
	}
}

func TestPathsRefused(t *testing.T) {
	t.Parallel()
	for written, says := range map[string]string{
		"":        "empty path: write a field name",
		".":       "a name is missing before or after a dot",
		"a.":      "a name is missing before or after a dot",
		".a":      "a name is missing before or after a dot",
		"a..b":    `path "a..b": a name is missing before or after a dot`,
		`"a".`:    "a name is missing before or after a dot",
		`"a`:      `the quote that opens here is never closed: "a`,
		`a."b\"`:  `the quote that opens here is never closed: "b\"`,
		`"a"b`:    `a dot must follow the quoted name "a"`,
		`"a""b".`: `a dot must follow the quoted name "a"`,
	} {
		_, err := fields.ParsePath(written)
		require.ErrorContains(t, err, says, written)
	}
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"a.b", `"a.b".c`, `"\"\\"`, "*.x", "**.ssn", `"`, ".", "a..b", `"a"b`, `""`, `a\.b`, "\xff.a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		segments, err := fields.ParsePath(path)
		if err != nil {
			require.Nil(t, segments)
			return
		}
		require.NotEmpty(t, segments)
		joined := fields.JoinPath(segments)
		again, err := fields.ParsePath(joined)
		require.NoError(t, err)
		require.Equal(t, segments, again)
		require.Equal(t, joined, fields.JoinPath(again), "one path has one spelling")
		require.True(t, fields.Covers(segments, segments), "a path covers itself")
	})
}
