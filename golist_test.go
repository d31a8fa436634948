package sdk_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// module is the path of this module; the packages of the house stand below it.
const module = "github.com/mcpgov/go-sdk"

// listed is what the tests of the house read of one package in the output of go list -json.
type listed struct {
	ImportPath string
	Name       string
	Dir        string
	Export     string // file with the compiled package; only with -export
	Standard   bool
	GoFiles    []string
	CgoFiles   []string
	Imports    []string
	Error      *struct{ Err string }
}

// listing is the output of one go list -deps: every package of the arguments and all they import, by import path.
type listing map[string]listed

// ours reports whether path is a package of this module.
func ours(path string) bool {
	return path == module || strings.HasPrefix(path, module+"/")
}

// under reports whether path is the package root or stands below it.
func under(path, root string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}

// chain finds a shortest way of imports from one package to the first for which bad holds; nil if there is none. The way is what a
// reader needs: the package that breaks a rule is often far from the line that brought it in.
func (l listing) chain(from string, bad func(listed) bool) []string {
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		if path != from && bad(l[path]) {
			var way []string
			for ; path != ""; path = before[path] {
				way = append([]string{path}, way...)
			}
			return way
		}
		for _, next := range l[path].Imports {
			if _, seen := before[next]; !seen {
				before[next] = path
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// parseListing reads the stream of JSON values that go list -json prints.
func parseListing(output []byte) (listing, error) {
	l := listing{}
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p listed
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return l, nil
		case err != nil:
			return nil, err
		}
		l[p.ImportPath] = p
	}
}

// goList runs go list -e -deps over patterns, with env added to the environment. Packages that do not load are listed with their Error.
func goList(t *testing.T, env []string, args ...string) listing {
	t.Helper()
	fields := "-json=ImportPath,Name,Dir,Export,Standard,GoFiles,CgoFiles,Imports,Error"
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-e", "-deps", fields}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	output, err := cmd.Output()
	require.NoError(t, err, problems.String())
	l, err := parseListing(output)
	require.NoError(t, err)
	return l
}

// wholeHouse lists every package of the module once, with cgo on, so that files which need it are seen.
var wholeHouse = func() func(*testing.T) listing {
	var once sync.Once
	var l listing
	return func(t *testing.T) listing {
		t.Helper()
		once.Do(func() { l = goList(t, []string{"CGO_ENABLED=1"}, "./...") })
		require.NotEmpty(t, l, "go list failed in another test")
		return l
	}
}()
