package sdk_test

import (
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// fieldsDocumented are the packages whose exported struct fields and interface methods each need a comment too: they are what users
// fill in and implement, and the comment is where units, defaults and what zero means stand.
var fieldsDocumented = []string{"mcpgov", "policy", "audit", "audit/report"}

// undocumented collects the exported names of one package that say nothing about themselves.
type undocumented struct {
	declared
	members bool // look into structs and interfaces as well
	faults  []string
}

func (u *undocumented) add(node ast.Node, format string, args ...any) {
	where := u.fset.Position(node.Pos())
	u.faults = append(u.faults, fmt.Sprintf("%s:%d: ", where.Filename, where.Line)+fmt.Sprintf(format, args...))
}

// docFaults says which exported names of a package have no comment, and whether the package has none.
func docFaults(d declared, members bool) []string {
	u := &undocumented{declared: d, members: members}
	packaged := false
	for _, file := range d.files {
		if text := file.Doc.Text(); text != "" {
			packaged = true
			if begin := "Package " + file.Name.Name + " "; file.Name.Name != "main" && !strings.HasPrefix(text, begin) {
				u.add(file, "the package comment does not begin with %q", begin)
			}
		}
		for _, declaration := range file.Decls {
			switch declaration := declaration.(type) {
			case *ast.FuncDecl:
				u.function(declaration)
			case *ast.GenDecl:
				u.group(declaration)
			}
		}
	}
	if !packaged && len(d.files) > 0 {
		u.add(d.files[0], "package %s has no package comment", d.files[0].Name.Name)
	}
	return u.faults
}

// function judges a function or a method. A method of an unexported type is documented where it is promised: by an interface.
func (u *undocumented) function(f *ast.FuncDecl) {
	of := receiver(f)
	if f.Name.IsExported() && (of == "" || ast.IsExported(of)) && f.Doc.Text() == "" {
		u.add(f, "%s has no comment", strings.TrimPrefix(of+"."+f.Name.Name, "."))
	}
}

// group judges types, constants and variables. A comment over a group speaks for its constants and variables, never for its types.
func (u *undocumented) group(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if !spec.Name.IsExported() {
				continue
			}
			if spec.Doc.Text() == "" && (g.Lparen.IsValid() || g.Doc.Text() == "") {
				u.add(spec, "type %s has no comment", spec.Name.Name)
			}
			if u.members {
				u.inside(spec.Name.Name, spec.Type)
			}
		case *ast.ValueSpec:
			if g.Doc.Text()+spec.Doc.Text()+spec.Comment.Text() != "" {
				continue
			}
			for _, name := range spec.Names {
				if name.IsExported() {
					u.add(name, "%s has no comment", name.Name)
				}
			}
		}
	}
}

// inside judges the exported fields of a struct, anonymous structs in it included, and the methods of an interface.
func (u *undocumented) inside(of string, t ast.Expr) {
	var list *ast.FieldList
	switch t := t.(type) {
	case *ast.StructType:
		list = t.Fields
	case *ast.InterfaceType:
		list = t.Methods
	case *ast.StarExpr:
		u.inside(of, t.X)
	case *ast.ArrayType:
		u.inside(of, t.Elt)
	case *ast.MapType:
		u.inside(of, t.Value)
	}
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names { // an embedded type has its own comment
			if !name.IsExported() {
				continue
			}
			if field.Doc.Text()+field.Comment.Text() == "" {
				u.add(name, "%s.%s has no comment", of, name.Name)
			}
			u.inside(of+"."+name.Name, field.Type)
		}
	}
}

func TestHouseDocs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	house := wholeHouse(t)
	for _, path := range slices.Sorted(maps.Keys(house)) {
		if !ours(path) || len(house[path].GoFiles)+len(house[path].CgoFiles) == 0 {
			continue
		}
		root, err := os.Getwd()
		require.NoError(t, err)
		place, err := filepath.Rel(root, house[path].Dir)
		require.NoError(t, err)
		d, err := parseFolder(os.DirFS("."), filepath.ToSlash(place))
		require.NoError(t, err)
		noFaults(t, docFaults(d, slices.Contains(fieldsDocumented, place)))
		seen[place] = true
	}
	for _, place := range fieldsDocumented {
		require.True(t, seen[place], "package %s is missing", place)
	}
}

func TestHouseDocsCatches(t *testing.T) {
	t.Parallel()
	faults := func(source string) []string {
		d, err := parseFolder(fstest.MapFS{"p/a.go": {Data: []byte(source)}}, "p")
		require.NoError(t, err, source)
		return docFaults(d, true)
	}
	const sound = "// Package p does one thing.\npackage p\n"
	require.Empty(t, faults(sound+`
// T is.
type T struct {
	A, B int // both
	// C is.
	C struct{ d int }
	E    // embedded
	f int
}

// E is.
type E interface {
	// M does.
	M()
	hidden()
}

type inner struct{ X int }

func (inner) Exported() {}
func unexported()        {}

// Codes.
const (
	X = 1
	Y = 2
)

var Z = 1 // is the last
`))
	require.Empty(t, faults("// Program p runs.\npackage main\n"))

	for source, want := range map[string]string{
		"package p\n":                           "package p has no package comment",
		"// This package is p.\npackage p\n":    `does not begin with "Package p "`,
		sound + "func F() {}":                   "F has no comment",
		sound + "//go:noinline\nfunc F() {}":    "F has no comment", // a directive explains nothing
		sound + "type T int":                    "type T has no comment",
		sound + "// Types.\ntype (\n\tT int\n)": "type T has no comment",
		sound + "// T is.\ntype T[V any] struct{}\nfunc (t *T[V]) M() {}":    "T.M has no comment",
		sound + "// T is.\ntype T struct{ A int }":                           "T.A has no comment",
		sound + "// T is.\ntype T struct {\n\tA []struct{ B int } // is.\n}": "T.A.B has no comment",
		sound + "// T is.\ntype T interface{ M() }":                          "T.M has no comment",
		sound + "const (\n\tX = 1\n)":                                        "X has no comment",
		sound + "var a, B = 1, 2":                                            "B has no comment",
	} {
		found := faults(source)
		require.Len(t, found, 1, source)
		require.Contains(t, found[0], want, source)
	}
}
