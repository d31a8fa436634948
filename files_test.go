package sdk_test

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

const (
	longestFile   = 400 // lines of one file that is not a test
	longestGovern = 299 // lines of the file that shows the path of a call
	governFile    = "mcpgov/govern.go"
)

// folders are the only places at the top that may hold Go code.
var folders = []string{"mcpgov", "policy", "audit", "sqltool", "drift", "evalkit", "mcptest", "examples", "internal"}

// namesNothing are file names that say where code was put, not what it is about.
var namesNothing = []string{"util.go", "utils.go", "helper.go", "helpers.go", "types.go", "common.go", "misc.go"}

// fileFaults says which Go files of the tree break the rules for files: one idea each, named after it, and short.
func fileFaults(tree fs.FS) ([]string, error) {
	var faults []string
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if _, err := fs.Stat(tree, governFile); err != nil {
		add("%s is missing: the path of a call is one file to read", governFile)
	}
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if entry.IsDir() {
			if base == "testdata" || (base != "." && strings.HasPrefix(base, ".")) {
				return fs.SkipDir // fixtures are bad on purpose, and the go tool does not read them
			}
			return nil
		}
		if path.Ext(base) != ".go" {
			return nil
		}
		if top, _, nested := strings.Cut(name, "/"); nested && !slices.Contains(folders, top) {
			add("%s: no Go code stands in %s/; the folders are %s", name, top, strings.Join(folders, ", "))
		}
		if slices.Contains(namesNothing, base) {
			add("%s: name the file after its one idea", name)
		}
		if strings.HasSuffix(base, "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		longest := longestFile
		if name == governFile {
			longest = longestGovern
		}
		if lines := bytes.Count(source, []byte("\n")); lines > longest {
			add("%s has %d lines, at most %d: split it by idea", name, lines, longest)
		}
		// go list sees the files of one platform; this sees them all.
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			add("%v", err)
			return nil
		}
		for _, spec := range file.Imports {
			if imported, err := strconv.Unquote(spec.Path.Value); err == nil && under(imported, testify) {
				add("%s imports %s: that is for _test.go files", name, imported)
			}
		}
		return nil
	})
	return faults, err
}

func TestHouseFiles(t *testing.T) {
	t.Parallel()
	faults, err := fileFaults(os.DirFS("."))
	require.NoError(t, err)
	noFaults(t, faults)
}

func TestHouseFilesCatches(t *testing.T) {
	t.Parallel()
	file := func(source string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(source)} }
	long := func(lines int) *fstest.MapFile { return file("package p\n" + strings.Repeat("\n", lines-1)) }
	sound := func() fstest.MapFS {
		return fstest.MapFS{
			"doc.go":                   file("package sdk\n"),
			governFile:                 long(299),
			"policy/rule.go":           long(400),
			"policy/rule_test.go":      long(900),
			"policy/testdata/util.go":  file("this is not Go"),
			".ci/outside/main.go":      file("package main\n"),
			"docs/words.md":            file("# Words\n"),
			"examples/quickstart/a.go": file("package main\n\nimport \"fmt\"\n\nvar _ = fmt.Sprint\n"),
		}
	}
	faults, err := fileFaults(sound())
	require.NoError(t, err)
	require.Empty(t, faults)

	for name, broken := range map[string]*fstest.MapFile{
		governFile:            long(300),
		"policy/rule.go":      long(401),
		"audit/util.go":       file("package audit\n"),
		"audit/types.go":      file("package audit\n"),
		"pkg/a.go":            file("package pkg\n"),
		"mcptest/harness.go":  file("package mcptest\n\nimport _ \"github.com/stretchr/testify/require\"\n"),
		"audit/lock_other.go": file("//go:build plan9\n\npackage audit\n\nimport _ \"github.com/stretchr/testify/assert\"\n"),
		"audit/broken.go":     file("package\n"),
	} {
		tree := sound()
		tree[name] = broken
		faults, err := fileFaults(tree)
		require.NoError(t, err)
		require.Len(t, faults, 1, name)
		require.Contains(t, faults[0], name)
	}

	tree := sound()
	delete(tree, governFile)
	faults, err = fileFaults(tree)
	require.NoError(t, err)
	require.Len(t, faults, 1)
	require.Contains(t, faults[0], governFile+" is missing")
}
