package sdk_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// budgets is how many names a user of each package may have to learn: exported functions, types, variables and constants at package
// level. The values of an enumeration count with its type, as go doc shows them. Methods count with their type as well. What is not named
// here, such as mcptest, has no limit.
var budgets = map[string]int{"mcpgov": 61, "policy": 42, "audit": 48}

// exportedNames lists the exported names of one package at package level: those that count, and the values of its enumerations.
func exportedNames(d declared) (names, values []string) {
	counted, enumerated := map[string]bool{}, map[string]bool{}
	for _, file := range d.files {
		for _, declaration := range file.Decls {
			switch declaration := declaration.(type) {
			case *ast.FuncDecl:
				if declaration.Recv == nil && declaration.Name.IsExported() {
					counted[declaration.Name.Name] = true
				}
			case *ast.GenDecl:
				var enum bool // of the constant above: iota lists leave type and value out
				for _, spec := range declaration.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						if spec.Name.IsExported() {
							counted[spec.Name.Name] = true
						}
					case *ast.ValueSpec:
						if spec.Type != nil || spec.Values != nil {
							_, enum = spec.Type.(*ast.Ident) // a type of this package; string and int are no enumerations
							enum = enum && declaration.Tok == token.CONST && ast.IsExported(spec.Type.(*ast.Ident).Name)
						}
						for _, name := range spec.Names {
							if name.IsExported() && enum {
								enumerated[name.Name] = true
							} else if name.IsExported() {
								counted[name.Name] = true
							}
						}
					}
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(counted)), slices.Sorted(maps.Keys(enumerated))
}

// budgetFaults says by how much a package is over its budget, and what it spends it on.
func budgetFaults(d declared, most int) []string {
	names, values := exportedNames(d)
	switch {
	case len(names) == 0:
		return []string{d.place + " exports nothing: is it there?"}
	case len(names) > most:
		return []string{fmt.Sprintf("%s exports %d names, at most %d (besides %d values of enumerations):\n\t%s",
			d.place, len(names), most, len(values), strings.Join(names, "\n\t"))}
	}
	return nil
}

func TestHouseBudget(t *testing.T) {
	t.Parallel()
	for _, place := range slices.Sorted(maps.Keys(budgets)) {
		d, err := parseFolder(os.DirFS("."), place)
		require.NoError(t, err)
		names, values := exportedNames(d)
		t.Logf("%s: %d names of %d, and %d values of enumerations", place, len(names), budgets[place], len(values))
		noFaults(t, budgetFaults(d, budgets[place]))
	}
}

func TestHouseBudgetCatches(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"p/a.go": {Data: []byte(`package p

type Code string
type hidden int

const (
	Denied Code = "denied"
	Failed Code = "failed"
)

const (
	First Code = "a" + "b"
	second
	Third
)

const Limit, unexported = 1, 2
const Untyped string = "s"

var Shared, Other = 1, 2

func New[T any](T) hidden { return 0 }
func (hidden) Method()     {}
func helper()              {}
`)},
		"p/a_windows.go": {Data: []byte("package p\nfunc OnlyWindows() {}\n")},
		"p/a_test.go":    {Data: []byte("package p\nfunc TestExported() {}\n")},
		"empty/a.go":     {Data: []byte("package empty\n")},
	}
	d, err := parseFolder(tree, "p")
	require.NoError(t, err)
	names, values := exportedNames(d)
	require.Equal(t, []string{"Code", "Limit", "New", "OnlyWindows", "Other", "Shared", "Untyped"}, names)
	require.Equal(t, []string{"Denied", "Failed", "First", "Third"}, values)
	require.Empty(t, budgetFaults(d, 7))
	faults := budgetFaults(d, 6)
	require.Len(t, faults, 1)
	require.Contains(t, faults[0], "p exports 7 names, at most 6")
	require.Contains(t, faults[0], "OnlyWindows")

	empty, err := parseFolder(tree, "empty")
	require.NoError(t, err)
	require.NotEmpty(t, budgetFaults(empty, 7))
	_, err = parseFolder(tree, "missing")
	require.Error(t, err)
}
