package mcpgov_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

type shownOut struct {
	shownBase

	Name    string                `json:"name" gov:"pii"`
	Score   int                   `json:"score" gov:"sensitive"`
	Ill     bool                  `json:"ill" gov:"phi"`
	Email   *string               `json:"email" gov:"contact"`
	Address shownAddress          `json:"address" gov:"home"`
	Rows    []shownRow            `json:"rows" gov:"list"`
	By      map[string]shownRow   `json:"by"`
	Deep    map[string][]shownRow `json:"deep"`
	Tree    *shownNode            `json:"tree"`
	Plain   string                `json:"plain"`
}

type shownBase struct {
	Base string `json:"base" gov:"base"`
}

type shownAddress struct {
	Street string `json:"street" gov:"street"`
	City   string `json:"city"`
}

type shownRow struct {
	Name  string   `json:"name" gov:"row"`
	Note  string   `json:"note,omitempty" gov:"note,private"`
	Codes []string `json:"codes" gov:"code"`
	Keep  bool     `json:"keep"`
}

type shownNode struct {
	Word  string       `json:"word" gov:"word"`
	Child *shownNode   `json:"child" gov:"branch"`
	Kin   []*shownNode `json:"kin"`
}

// labelsIn walks what a client got beside what the handler made, along the type: the labels of the fields whose value stands there as it was.
func labelsIn(t reflect.Type, made, got any, add func(string)) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice:
		madeList, _ := made.([]any)
		gotList, _ := got.([]any)
		for i := range min(len(madeList), len(gotList)) {
			labelsIn(t.Elem(), madeList[i], gotList[i], add)
		}
	case reflect.Map:
		gotMap, _ := got.(map[string]any)
		for name, value := range gotMap {
			labelsIn(t.Elem(), made.(map[string]any)[name], value, add)
		}
	case reflect.Struct:
		gotMap, ok := got.(map[string]any)
		if !ok {
			return
		}
		madeMap := made.(map[string]any)
		for f := range t.Fields() {
			if f.Anonymous {
				labelsIn(f.Type, made, got, add)
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			value, there := gotMap[name]
			if !there || value == nil {
				continue
			}
			if tag := f.Tag.Get("gov"); tag != "" && unmasked(madeMap[name], value) {
				for label := range strings.SplitSeq(tag, ",") {
					add(label)
				}
			}
			labelsIn(f.Type, madeMap[name], value, add)
		}
	}
}

// unmasked reports whether something of a value is left: of an object or a list as soon as it is there, whatever is hidden inside.
func unmasked(made, got any) bool {
	switch got.(type) {
	case map[string]any, []any:
		return true
	}
	return reflect.DeepEqual(made, got)
}

// Shown holds the labels of exactly those fields whose values the client got unmasked.
func TestShownIsWhatTheClientGot(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string { return fmt.Sprintf("word-%d", 1000+random.IntN(9000)) }
	row := func() shownRow {
		return shownRow{word(), []string{"", word()}[random.IntN(2)], []string{word()}, random.IntN(2) == 0}
	}
	var node func(depth int) *shownNode
	node = func(depth int) *shownNode {
		if depth == 0 || random.IntN(3) == 0 {
			return nil
		}
		n := &shownNode{Word: word(), Child: node(depth - 1)}
		if kin := node(depth - 1); kin != nil {
			n.Kin = append(n.Kin, kin)
		}
		return n
	}
	paths := []string{
		"base", "name", "score", "ill", "email", "address", "address.street", "rows", "rows.name", "rows.codes", "rows.note", "by.name", "by.*.name",
		"by.*", "by", "deep.*.note", "deep", "tree", "tree.word", "tree.child", "tree.child.word", "tree.kin", "tree.kin.word", "**.word", "**.name", "**.note", "**.codes", "*.name",
	}
	for i := range 80 {
		email := word()
		out := shownOut{shownBase: shownBase{word()}, Name: word(), Score: 100 + random.IntN(100), Ill: true, Address: shownAddress{word(), word()}, Tree: node(4), Plain: word()}
		if random.IntN(2) == 0 {
			out.Email = &email
		}
		for range random.IntN(3) {
			out.Rows = append(out.Rows, row())
			out.By = map[string]shownRow{word(): row()}
			out.Deep = map[string][]shownRow{word(): {row()}}
		}
		var output []string
		for range random.IntN(5) {
			action := "filter_fields"
			path := paths[random.IntN(len(paths))]
			output = append(output, fmt.Sprintf(`{condition: "true", action: %s, fields: ["%s"]}`, action, path))
		}
		for _, p := range []string{"base", "name", "address.street", "rows.name", "tree.word", "**.word", "**.note", "by.*.name"} {
			if random.IntN(6) == 0 {
				output = append(output, fmt.Sprintf(`{condition: "true", action: mask_fields, fields: ["%s"]}`, p))
			}
		}
		if random.IntN(4) == 0 {
			output = append(output, `{condition: "true", action: filter_rows, path: rows, where: "item.keep"}`)
		}
		output = append(output, `{condition: "false", action: filter_sensitive_fields}`)
		log := &mcptest.Recorder{}
		config := crmConfig(t, log)
		text := `{mcpgov: 1, policies: [{tools: ["*"], input: [{condition: "true", action: allow}], output: [` + strings.Join(output, ",") + `]}]}`
		config.Policy, config.AuditLevel = rules(t, text), audit.LevelBasic
		srv := newServer(t, config, mcpgov.Tool(mcpgov.ToolSpec{Name: "look", Description: "Looks.", ReadOnly: true},
			func(context.Context, struct{}) (shownOut, error) { return out, nil }))
		res := mcptest.New(t, srv).As(owner).Call("look", nil).OK()
		if strings.Contains(text, "item.keep") {
			out.Rows = slices.DeleteFunc(slices.Clone(out.Rows), func(r shownRow) bool { return !r.Keep })
		}
		encoded, err := json.Marshal(out)
		require.NoError(t, err)
		var made, got any
		require.NoError(t, json.Unmarshal(encoded, &made))
		require.NoError(t, json.Unmarshal([]byte(res.Text()), &got))
		var want []string
		labelsIn(reflect.TypeFor[shownOut](), made, got, func(label string) { want = append(want, label) })
		slices.Sort(want)
		want = slices.Compact(want)
		require.Equal(t, want, log.Outcomes()[0].Shown, "%d: %s\nmade %s\ngot  %s", i, text, encoded, []byte(res.Text()))
	}
}
