package sdk_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table below is the import direction of the house. The linter holds the same table at the line that breaks it (depguard in
// .golangci.yml); this test sees what a line cannot show: what a dependency of a dependency brings in.

// outer are the roots of the packages that stand on the core, with the drivers and clients that only they may bring in.
var outer = []string{
	module + "/sqltool", module + "/drift", module + "/evalkit", module + "/mcptest", module + "/examples",
	"testing", "database/sql", "github.com/duckdb", "github.com/marcboeker/go-duckdb", "github.com/redis", "github.com/jackc/pgx",
	testify,
}

const (
	testify = "github.com/stretchr/testify"
	mcpSDK  = "github.com/modelcontextprotocol/go-sdk"
)

// direction is one row of the table: what the packages of one place must never reach, directly or through others.
type direction struct {
	root    string                 // the package the row is about, below the module
	subtree bool                   // the row holds for its sub-packages too
	never   []string               // roots it must not reach
	only    func(path string) bool // if set, besides the standard library it may reach only these
	why     string
}

var directions = []direction{
	{
		root: "audit", only: func(path string) bool { return path == module+"/internal/canon" },
		why: "an auditor verifies a log with a binary of one package",
	},
	{
		root: "audit/report", only: func(path string) bool { return path == module+"/audit" || path == module+"/internal/canon" },
		why: "an auditor reports on a log without the server: contracts come as data",
	},
	{
		root: "policy", subtree: true,
		never: append([]string{module + "/audit", module + "/mcpgov", mcpSDK}, outer...), why: "policies are tested without MCP",
	},
	{root: "mcpgov", never: append([]string{"github.com/fsnotify/fsnotify"}, outer...), why: "the server links nothing that stands on it, no test code, no database"},
	{
		root: "drift", never: []string{module + "/sqltool", module + "/evalkit", module + "/mcptest", testify},
		why: "drift compares contracts, whatever serves them",
	},
	{
		root: "mcptest", never: []string{module + "/sqltool", module + "/evalkit", module + "/examples", testify, "github.com/google/go-cmp"},
		why: "the harness uses only testing and the library, so that its users need no more",
	},
	{root: "sqltool", subtree: true, never: []string{module + "/drift", module + "/evalkit", module + "/mcptest"}, why: "sqltool stands on mcpgov alone"},
	{
		root: "internal", subtree: true,
		never: []string{
			module + "/audit", module + "/policy", module + "/mcpgov", module + "/sqltool", module + "/drift", module + "/evalkit",
			module + "/mcptest", module + "/examples", testify,
		},
		why: "shared plumbing is usable by all and imports none of them",
	},
	{root: "", subtree: true, never: []string{testify}, why: "the assertion library stays out of users' programs"},
}

// core are the packages every row above is for; the house is not complete without them.
var core = []string{"mcpgov", "policy", "audit"}

// cgoFree are the roots whose packages must link no cgo; linksCgo are the sub-packages that do on purpose.
var (
	cgoFree  = []string{"mcpgov", "policy", "audit", "mcptest", "sqltool", "internal"}
	linksCgo = []string{"audit/auditdb", "mcpgov/cli", "mcpgov/cmd", "sqltool/duckdb", "sqltool/freesql", "sqltool/matview"}
)

// below puts a place of the house after the module's path.
func below(place string) string {
	return strings.TrimSuffix(module+"/"+place, "/")
}

// importFaults says which packages of l break the table of directions, each with the way that leads to what it must not reach.
func importFaults(l listing) []string {
	var faults []string
	for _, place := range core {
		if _, ok := l[below(place)]; !ok {
			faults = append(faults, fmt.Sprintf("package %s is missing", below(place)))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(l)) {
		if e := l[path].Error; e != nil {
			faults = append(faults, fmt.Sprintf("%s does not load: %s", path, e.Err))
		}
		if !ours(path) {
			continue
		}
		for _, row := range directions {
			root := below(row.root)
			if path != root && (!row.subtree || !under(path, root)) {
				continue
			}
			way := l.chain(path, func(p listed) bool {
				if row.only != nil && !p.Standard && !row.only(p.ImportPath) {
					return true
				}
				return slices.ContainsFunc(row.never, func(root string) bool { return under(p.ImportPath, root) })
			})
			if way != nil {
				faults = append(faults, fmt.Sprintf("%s: %s", strings.Join(way, " -> "), row.why))
			}
		}
	}
	return faults
}

// cgoFaults says which packages of the core link cgo outside the standard library (which has a pure Go form of everything it does so for).
func cgoFaults(l listing) []string {
	var faults []string
	for _, path := range slices.Sorted(maps.Keys(l)) {
		in := func(place string) bool { return under(path, below(place)) }
		if !slices.ContainsFunc(cgoFree, in) || slices.ContainsFunc(linksCgo, in) {
			continue
		}
		cgo := func(p listed) bool { return !p.Standard && len(p.CgoFiles) > 0 }
		if cgo(l[path]) {
			faults = append(faults, path+" uses cgo itself")
		} else if way := l.chain(path, cgo); way != nil {
			faults = append(faults, strings.Join(way, " -> ")+" uses cgo")
		}
	}
	return faults
}

func TestHouseImports(t *testing.T) {
	t.Parallel()
	noFaults(t, importFaults(wholeHouse(t)))
}

func TestHouseLinksNoCgo(t *testing.T) {
	t.Parallel()
	noFaults(t, cgoFaults(wholeHouse(t)))

	// Without cgo the core must still be whole, on every platform: a package whose files all need cgo does not load. And the table holds
	// for the files of other systems too.
	for _, platform := range []string{"linux/arm64", "darwin/arm64", "windows/amd64"} {
		system, processor, _ := strings.Cut(platform, "/")
		env := []string{"CGO_ENABLED=0", "GOOS=" + system, "GOARCH=" + processor}
		t.Log(platform)
		noFaults(t, importFaults(goList(t, env, "./mcpgov", "./policy", "./audit")))
	}
}

// graph makes a listing of a few packages. Each line names a package and what it imports; a path without a dot or the module's name in
// front is one of the standard library, "cgo" marks a package with cgo files, and "broken" one that does not load.
func graph(lines ...string) listing {
	l := listing{}
	for _, line := range lines {
		words := strings.Fields(line)
		p := listed{ImportPath: words[0], Standard: !strings.Contains(words[0], ".")}
		for _, word := range words[1:] {
			switch word {
			case "cgo":
				p.CgoFiles = []string{"c.go"}
				continue
			case "broken":
				p.Error = &struct{ Err string }{"no such module"}
				continue
			}
			p.Imports = append(p.Imports, word)
			if _, ok := l[word]; !ok {
				l[word] = listed{ImportPath: word, Standard: !strings.Contains(word, ".")}
			}
		}
		l[p.ImportPath] = p
	}
	return l
}

func TestHouseImportsCatches(t *testing.T) {
	t.Parallel()
	sound := []string{
		module + "/mcpgov context " + module + "/policy " + module + "/audit " + mcpSDK + "/mcp",
		module + "/policy reflect cel.dev/cel-go/cel " + module + "/internal/fields",
		module + "/audit os " + module + "/internal/canon",
		module + "/mcptest testing " + module + "/mcpgov " + mcpSDK + "/mcp",
		module + "/mcpgov/redisstore github.com/redis/go-redis/v9", // sub-packages may be heavier
		module + "/audit/auditdb github.com/duckdb/duckdb-go/v2",
		"github.com/duckdb/duckdb-go/v2 database/sql cgo",
		mcpSDK + "/mcp net/http",
	}
	require.Empty(t, importFaults(graph(sound...)))
	require.Empty(t, cgoFaults(graph(sound...)))
	require.Contains(t, importFaults(listing{}), "package "+module+"/mcpgov is missing")
	require.NotEmpty(t, importFaults(graph(append(slices.Clone(sound), "example.test/dep broken")...)))

	for broken, want := range map[string]string{
		module + "/audit time github.com/lmittmann/tint":              "audit -> github.com/lmittmann/tint",
		module + "/audit " + module + "/internal/fields":              "audit -> " + module + "/internal/fields",
		module + "/audit/report " + module + "/policy":                "audit/report -> " + module + "/policy",
		module + "/policy " + module + "/audit":                       "policy -> " + module + "/audit",
		module + "/policy/extra " + mcpSDK + "/jsonrpc":               "policy/extra -> " + mcpSDK + "/jsonrpc",
		module + "/mcpgov testing":                                    "mcpgov -> testing",
		mcpSDK + "/mcp database/sql":                                  "mcpgov -> " + mcpSDK + "/mcp -> database/sql",
		module + "/mcpgov " + module + "/drift":                       "mcpgov -> " + module + "/drift",
		module + "/drift " + module + "/mcptest":                      "drift -> " + module + "/mcptest",
		module + "/mcptest " + testify + "/require":                   "mcptest -> " + testify + "/require",
		module + "/internal/canon " + module + "/policy":              "internal/canon -> " + module + "/policy",
		module + "/sqltool/duckdb " + module + "/evalkit":             "sqltool/duckdb -> " + module + "/evalkit",
		module + "/examples/quickstart " + testify + "/assert":        "examples/quickstart -> " + testify + "/assert",
		module + "/mcpgov github.com/duckdb/duckdb-go/v2":             "mcpgov -> github.com/duckdb/duckdb-go/v2",
		module + "/mcpgov " + module + "/mcpgov/x":                    "", // a sub-package is no fault by itself
		module + "/mcpgov " + module + "/sqltoolbox":                  "", // nor is a name that begins alike
		module + "/mcptest testing testing/synctest " + mcpSDK + "/m": "",
	} {
		faults := strings.Join(importFaults(graph(append(slices.Clone(sound), broken)...)), "\n")
		if want == "" {
			require.Empty(t, faults, broken)
		} else {
			require.Contains(t, faults, module+"/"+want, broken)
		}
	}

	for broken, want := range map[string]string{
		module + "/policy cgo":                            "policy uses cgo itself",
		module + "/policy github.com/duckdb/duckdb-go/v2": "policy -> github.com/duckdb/duckdb-go/v2 uses cgo",
	} {
		require.Contains(t, strings.Join(cgoFaults(graph(append(slices.Clone(sound), broken)...)), "\n"), module+"/"+want, broken)
	}
}
