package sdk_test

import (
	"fmt"
	"go/types"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever holds the SDK's server can add a tool that no policy judges and no record names, so it must not leave package mcpgov by any
// way a type can show: a result, an exported field, an embedded one, a variable, a callback.

// exposure walks what users of a package can reach by its types.
type exposure struct {
	pkg    *types.Package
	seen   map[types.Type]bool
	faults []string
}

// serverFaults says by which ways the exported API of p leads to the SDK's server.
func serverFaults(p *typed) []string {
	e := &exposure{pkg: p.pkg, seen: map[types.Type]bool{}}
	for _, name := range p.pkg.Scope().Names() {
		if object := p.pkg.Scope().Lookup(name); object.Exported() {
			e.visit(object.Type(), p.pkg.Name()+"."+name)
		}
	}
	return e.faults
}

// visit follows t, which users reach by way.
func (e *exposure) visit(t types.Type, way string) {
	if e.seen[t] {
		return
	}
	e.seen[t] = true
	switch t := t.(type) {
	case *types.Alias:
		e.visit(types.Unalias(t), way)
	case *types.Named:
		e.named(t, way)
	case *types.Pointer:
		e.visit(t.Elem(), way)
	case *types.Slice:
		e.visit(t.Elem(), way)
	case *types.Array:
		e.visit(t.Elem(), way)
	case *types.Chan:
		e.visit(t.Elem(), way)
	case *types.Map:
		e.visit(t.Key(), way)
		e.visit(t.Elem(), way)
	case *types.Signature:
		for v := range t.Params().Variables() {
			e.visit(v.Type(), way+" (parameter)")
		}
		for v := range t.Results().Variables() {
			e.visit(v.Type(), way+" (result)")
		}
	case *types.Interface:
		for m := range t.Methods() {
			if m.Exported() {
				e.visit(m.Type(), way+"."+m.Name())
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() || f.Embedded() { // embedding promotes the methods, whatever the field is called
				e.visit(f.Type(), way+"."+f.Name())
			}
		}
	}
}

// named looks at a type with a name: the SDK's server is the fault, our own types are followed, others' types are theirs.
func (e *exposure) named(t *types.Named, way string) {
	object := t.Obj()
	if object.Pkg() != nil && object.Pkg().Path() == mcpSDK+"/mcp" && object.Name() == "Server" {
		delete(e.seen, t) // each way to it is a fault of its own
		e.faults = append(e.faults, fmt.Sprintf("%s leads to the SDK's server", way))
		return
	}
	for argument := range t.TypeArgs().Types() {
		e.visit(argument, way)
	}
	if object.Pkg() != e.pkg {
		return
	}
	for m := range t.Methods() {
		if m.Exported() {
			e.visit(m.Type(), way+"."+m.Name())
		}
	}
	e.visit(t.Underlying(), way)
}

func TestHouseHidesSDKServer(t *testing.T) {
	t.Parallel()
	noFaults(t, serverFaults(load(t, "mcpgov")))
}

// fakeSDK stands for the SDK in the fixtures below.
type fakeSDK struct{ mcp *types.Package }

func (f fakeSDK) Import(string) (*types.Package, error) { return f.mcp, nil }

func TestHouseHidesSDKServerCatches(t *testing.T) {
	t.Parallel()
	sdk, err := check(mcpSDK+"/mcp", map[string][]byte{"mcp.go": []byte("package mcp\ntype Server struct{}\ntype Transport interface{}\n")}, nil)
	require.NoError(t, err)

	for _, c := range []struct{ source, want string }{
		{"type Server struct{ inner *mcp.Server }", ""},
		{"type inner struct{ *mcp.Server }\ntype Server struct{ i inner }", ""},
		{"func connect(s *mcp.Server) {}\nfunc Run(t mcp.Transport) {}", ""},
		{"type Server struct{ *mcp.Server }", "mcpgov.Server.Server"},
		{"type Server struct{ mcp.Server }", "mcpgov.Server.Server"},
		{"type Server struct{ Inner *mcp.Server }", "mcpgov.Server.Inner"},
		{"type inner struct{ *mcp.Server }\ntype Server struct{ inner }", "mcpgov.Server.inner.Server"},
		{"type inner struct{ s *mcp.Server }\nfunc (i inner) Get() *mcp.Server {return i.s}\nfunc New() inner {return inner{}}", "mcpgov.New (result).Get (result)"},
		{"type Server struct{}\nfunc (s *Server) SDK() *mcp.Server { return nil }", "mcpgov.Server.SDK (result)"},
		{"type Alias = mcp.Server", "mcpgov.Alias"},
		{"type Options struct{ OnServer func(*mcp.Server) }", "mcpgov.Options.OnServer (parameter)"},
		{"var Servers map[string][]*mcp.Server", "mcpgov.Servers"},
		{"type Getter interface{ Get() chan *mcp.Server }", "mcpgov.Getter.Get (result)"},
		{"type box[T any] struct{ V T }\nfunc Box() box[*mcp.Server] { panic(0) }", "mcpgov.Box (result)"},
	} {
		p, err := check(below("mcpgov"), map[string][]byte{"a.go": []byte("package mcpgov\nimport \"" + mcpSDK + "/mcp\"\n" + c.source + "\nvar _ mcp.Transport\n")}, fakeSDK{sdk.pkg})
		require.NoError(t, err, c.source)
		faults := serverFaults(p)
		if c.want == "" {
			require.Empty(t, faults, c.source)
			continue
		}
		require.NotEmpty(t, faults, c.source)
		require.Equal(t, c.want+" leads to the SDK's server", faults[0], c.source)
	}
}
