package sdk_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// declared is one folder's Go code without its tests, for all platforms at once: a name that only one system has is documented and
// counted like any other.
type declared struct {
	place string // the folder
	fset  *token.FileSet
	files []*ast.File
}

// parseFolder reads the Go files of one folder of the tree that are no tests.
func parseFolder(tree fs.FS, folder string) (declared, error) {
	d := declared{place: folder, fset: token.NewFileSet()}
	entries, err := fs.ReadDir(tree, folder)
	if err != nil {
		return d, err
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := fs.ReadFile(tree, path.Join(folder, name))
		if err != nil {
			return d, err
		}
		file, err := parser.ParseFile(d.fset, path.Join(folder, name), source, parser.ParseComments)
		if err != nil {
			return d, err
		}
		d.files = append(d.files, file)
	}
	return d, nil
}

// receiver is the name of the type a method belongs to; "" for a function.
func receiver(function *ast.FuncDecl) string {
	if function.Recv == nil {
		return ""
	}
	expr := function.Recv.List[0].Type
	for {
		switch inner := expr.(type) {
		case *ast.StarExpr:
			expr = inner.X
		case *ast.ParenExpr:
			expr = inner.X
		case *ast.IndexExpr:
			expr = inner.X
		case *ast.IndexListExpr:
			expr = inner.X
		case *ast.Ident:
			return inner.Name
		default:
			return ""
		}
	}
}
