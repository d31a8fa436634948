package mask_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

func TestCutRows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, in, want string
		cut            int
		cuts           []mask.RowCut
	}{
		{"first", `{"a":[1,2,3],"b":[1]}`, `{"a":[2,3],"b":[1]}`, 1, []mask.RowCut{{"/a", []int{1, 2}}}},
		{"last", `{"a":[1,2,3]}`, `{"a":[1,2]}`, 1, []mask.RowCut{{"/a", []int{0, 1}}}},
		{"middle", `{"a":[1, 2, 3]}`, `{"a":[1, 3]}`, 1, []mask.RowCut{{"/a", []int{0, 2}}}},
		{"all", `{"a":[1,2,3]}`, `{"a":[]}`, 3, []mask.RowCut{{"/a", nil}}},
		{"none there", `{"a":[]}`, `{"a":[]}`, 0, []mask.RowCut{{"/a", nil}}},
		{"root", `[1,[2],{"x":3}]`, `[[2]]`, 2, []mask.RowCut{{"", []int{1}}}},
		{"escapes", `{"a~b\/c\u0041":[1,2]}`, `{"a~b\/c\u0041":[2]}`, 1, []mask.RowCut{{"/a~0b~1cA", []int{1}}}},
		{
			"nested by original index", `{"r":[{"o":[1,2]},{"o":[3,4]},{"o":[5,6]}]}`, `{"r":[{"o":[3]},{"o":[6]}]}`, 3,
			[]mask.RowCut{{"/r", []int{1, 2}}, {"/r/0/o", nil}, {"/r/1/o", []int{0}}, {"/r/2/o", []int{1}}},
		},
		{"space stays", "{ \"a\" : [ 1 , 2 ] }", "{ \"a\" : [ 1  ] }", 1, []mask.RowCut{{"/a", []int{0}}}},
		{"nothing to cut", `{"a":[1]}`, `{"a":[1]}`, 0, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if len(test.cuts) == 0 {
				test.cuts = []mask.RowCut{{"/a", []int{0}}}
			}
			got, cut, err := mask.CutRows([]byte("> "), []byte(test.in), test.cuts)
			require.NoError(t, err)
			require.Equal(t, "> "+test.want, string(got))
			require.Equal(t, test.cut, cut)
			require.True(t, json.Valid(got[2:]))
		})
	}
}

// TestCutRowsWithholds: what cannot be cut for sure is not let through.
func TestCutRowsWithholds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		in, want string
		cuts     []mask.RowCut
	}{
		"no list":          {`{"a":{"0":1}}`, `"/a", whose rows are to be cut, is no list`, []mask.RowCut{{"/a", nil}}},
		"null":             {`{"a":null}`, `is no list`, []mask.RowCut{{"/a", nil}}},
		"not there":        {`{"b":[1]}`, `"/a", where rows are to be cut, is not there`, []mask.RowCut{{"/a", nil}}},
		"element missing":  {`{"a":[]}`, `"/a/0", where rows are to be cut, is not there`, []mask.RowCut{{"/a/0/b", nil}}},
		"index too large":  {`{"a":[1]}`, `a row that is to stay is not there`, []mask.RowCut{{"/a", []int{1}}}},
		"descending":       {`{"a":[1,2]}`, `ascending order`, []mask.RowCut{{"/a", []int{1, 0}}}},
		"twice in the way": {`{"a":[1],"a":[2]}`, `stands twice`, []mask.RowCut{{"/a", nil}}},
		"cut twice":        {`{"a":[1]}`, `"/a" is cut twice`, []mask.RowCut{{"/a", nil}, {"/a", nil}}},
		"no pointer":       {`{"a":[1]}`, `no JSON Pointer`, []mask.RowCut{{"a", nil}}},
		"no JSON":          {`{"a":[1,]}`, `not a JSON value`, []mask.RowCut{{"/a", nil}}},
		"more behind":      {`{"a":[1]} {}`, `more data`, []mask.RowCut{{"/a", nil}}},
		"too deep":         {strings.Repeat("[", mask.MaxDepth+2), `nesting too deep`, []mask.RowCut{{"", []int{0}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, cut, err := mask.CutRows([]byte("> "), []byte(test.in), test.cuts)
			require.ErrorContains(t, err, test.want)
			require.Equal(t, "> ", string(got))
			require.Zero(t, cut)
		})
	}
}

// FuzzCutRows compares the one pass over bytes with the cutting of a decoded document.
func FuzzCutRows(f *testing.F) {
	f.Add(`{"a":[1,{"b":[1,2]},3]}`, uint8(0b101))
	f.Add(`{"a":[]}`, uint8(0))
	f.Add("{\"a\" : [ null , \"x\\u0041\" ] }", uint8(2))
	f.Fuzz(func(t *testing.T, document string, bits uint8) {
		var tree map[string]any
		if json.Unmarshal([]byte(document), &tree) != nil {
			_, _, err := mask.CutRows(nil, []byte(document), []mask.RowCut{{"/a", nil}})
			require.Error(t, err)
			return
		}
		rows, ok := tree["a"].([]any)
		if !ok {
			return
		}
		var keep []int
		kept := []any{}
		for i, row := range rows {
			if i < 8 && bits&(1<<i) != 0 {
				keep, kept = append(keep, i), append(kept, row)
			}
		}
		got, cut, err := mask.CutRows(nil, []byte(document), []mask.RowCut{{"/a", slices.Clone(keep)}})
		if err != nil {
			return // withheld: json.Unmarshal lets doubles and bad text pass
		}
		require.Equal(t, len(rows)-len(keep), cut)
		var after map[string]any
		require.NoError(t, json.Unmarshal(got, &after))
		tree["a"] = kept
		require.Equal(t, tree, after)
	})
}
