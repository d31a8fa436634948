package sdk_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// typed is one package read and type-checked, without its tests. Rules about the code are checked on types, not on names: a method
// value, an alias or a literal without its type written out does not get past.
type typed struct {
	fset  *token.FileSet
	files []*ast.File
	pkg   *types.Package
	info  *types.Info
}

// at says where a node stands, in words for a fault.
func (p *typed) at(node ast.Node) string {
	where := p.fset.Position(node.Pos())
	return fmt.Sprintf("%s:%d", filepath.Base(where.Filename), where.Line)
}

// file is the base name of the file that holds a node.
func (p *typed) file(node ast.Node) string {
	return filepath.Base(p.fset.Position(node.Pos()).Filename)
}

// check type-checks sources, given by file name, as the package path.
func check(path string, sources map[string][]byte, imports types.Importer) (*typed, error) {
	p := &typed{fset: token.NewFileSet(), info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
	}}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		file, err := parser.ParseFile(p.fset, name, sources[name], parser.ParseComments)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, file)
	}
	var err error
	config := types.Config{Importer: imports}
	p.pkg, err = config.Check(path, p.fset, p.files, p.info)
	return p, err
}

// load type-checks a package of the house, with what it imports taken from the compiler's own output.
func load(t *testing.T, place string) *typed {
	t.Helper()
	packages := goList(t, nil, "-export", "./"+place)
	wanted, ok := packages[below(place)]
	require.True(t, ok && wanted.Error == nil, "package %s does not load: %+v", place, wanted.Error)
	sources := map[string][]byte{}
	for _, name := range wanted.GoFiles {
		source, err := os.ReadFile(filepath.Join(wanted.Dir, name))
		require.NoError(t, err)
		sources[filepath.Join(wanted.Dir, name)] = source
	}
	lookup := func(path string) (io.ReadCloser, error) {
		export := packages[path].Export
		if export == "" {
			return nil, fmt.Errorf("no compiled package %s", path)
		}
		return os.Open(export)
	}
	p, err := check(wanted.ImportPath, sources, importer.ForCompiler(token.NewFileSet(), "gc", lookup))
	require.NoError(t, err)
	return p
}
