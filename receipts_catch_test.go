package sdk_test

import (
	"go/types"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// soundPath is the smallest path that obeys the rules of receipts_test.go. The fixtures below each break it in one place.
const soundPath = `package mcpgov

type Server struct{}
type call struct{ id string }
type reply struct{ code string }
type (
	opened     struct{ *call }
	identified struct{ opened }
	decoded    struct{ identified; in any }
	admitted   struct{ decoded; duty int }
	approved   struct{ admitted }
	recorded   struct{ approved }
	executed   struct{ recorded; out any }
	shaped     struct{ executed; body []byte }
)

func (s *Server) govern(raw string) reply {
	o := s.open(raw)
	sh, err := s.walk(o)
	return s.seal(o, sh, err)
}

func (s *Server) walk(o opened) (sh shaped, err error) {
	defer func() {
		if recover() != nil {
			sh = shaped{}
		}
	}()
	id, _ := s.identify(o)
	d, _ := s.decode(id)
	a, _ := s.decide(d)
	p, _ := s.approve(a)
	r, _ := s.record(p)
	x, _ := s.execute(r)
	return s.shape(x)
}

func (s *Server) open(raw string) opened                       { return opened{&call{id: raw}} }
func (s *Server) identify(o opened) (identified, error)         { o.id = "x"; return identified{o}, nil }
func (s *Server) decode(id identified) (decoded, error)         { return decoded{id, 1}, nil }
func (s *Server) decide(d decoded) (admitted, error)            { return admitted{d, 2}, nil }
func (s *Server) approve(a admitted) (approved, error)          { lend(&a.duty); return approved{a}, nil }
func (s *Server) record(p approved) (recorded, error)           { return recorded{p}, nil }
func (s *Server) execute(r recorded) (executed, error)          { return executed{r, 3}, nil }
func (s *Server) shape(x executed) (sh shaped, err error)       { sh.executed = x; return shaped{x, nil}, nil }
func (s *Server) seal(o opened, sh shaped, err error) reply     { return reply{code: o.id} }

func lend(*int) {}

func (s *Server) list() opened { return s.open("list") } // a shorter path begins a call of its own

type chest struct{}

func (chest) open() error { return nil } // another thing may have a method of the same name
func other() error        { return chest{}.open() }
`

// onlyUnsafe imports nothing but unsafe.
type onlyUnsafe struct{}

func (onlyUnsafe) Import(string) (*types.Package, error) { return types.Unsafe, nil }

func TestHouseReceiptsCatches(t *testing.T) {
	t.Parallel()
	faults := func(sources ...string) string {
		files := map[string][]byte{"govern.go": []byte(sources[0])}
		if len(sources) > 1 {
			files["other.go"] = []byte("package mcpgov\n" + sources[1])
		}
		p, err := check(below("mcpgov"), files, onlyUnsafe{})
		require.NoError(t, err, sources)
		return strings.Join(receiptFaults(p), "\n")
	}
	require.Empty(t, faults(soundPath))

	for _, c := range []struct{ why, code, want string }{
		{"a second maker", "func (s *Server) skip(r recorded) executed { return executed{recorded: r} }", "executed is made outside execute"},
		{"a maker outside any function", "var forged = shaped{body: []byte(`x`)}", "shaped is made outside shape"},
		{"a literal whose type is not written", "func many(d decoded) []admitted { return []admitted{{d, 9}} }", "admitted is made outside decide"},
		{"a literal behind a pointer", "func ptr(p approved) *recorded { return &recorded{p} }", "recorded is made outside record"},
		{"an alias", "type pass = approved\nfunc alias(a admitted) pass { return pass{a} }", "approved is made outside approve"},
		{"a function literal in another stage's place", "var f = func(o opened) identified { return identified{o} }", "identified is made outside identify"},
		{"a conversion", "type twin struct{ admitted }\nfunc convert(a admitted) approved { return approved(twin{a}) }", "approved is made by conversion outside approve"},
		{"a zero receipt filled", "func fill(d decoded) (a admitted) { a.decoded = d; return a }", "field decoded of admitted is written outside decide"},
		{"a zero receipt filled through a range", "func fill(all []decoded) (a admitted) { for _, a.decoded = range all {}; return a }", "field decoded of admitted"},
		{"an address taken", "func reach(a *admitted) *int { return &a.duty }", "field duty of admitted is written outside decide"},
		{"a reply made elsewhere", "func quick() reply { return reply{code: `ok`} }", "reply is made outside seal"},
		{"an empty reply made elsewhere", "func quick() reply { return reply{} }", "reply is made outside seal"},
		{"a stage called again", "func (s *Server) again(r recorded) { _, _ = s.execute(r) }", "execute has 2 call sites, want 1"},
		{"a stage called again elsewhere", "func (s *Server) again(r recorded) { _, _ = s.execute(r) }", "other.go:2: execute is called outside mcpgov/govern.go"},
		{"a stage kept for later", "func (s *Server) keep() any { return s.record }", "record is taken as a value"},
		{"a stage as a method expression", "var run = (*Server).shape", "shape is taken as a value"},
		{"unsafe", "import _ \"unsafe\"", "unsafe can make any receipt"},
	} {
		require.Contains(t, faults(soundPath, c.code), c.want, c.why)
	}

	for _, c := range []struct {
		why    string
		change []string // old and new by turns: most of these the compiler refuses unless the call is changed too
		want   string
	}{
		{"a stage in a loop", []string{"x, _ := s.execute(r)", "var x executed\n\tfor range 2 {\n\t\tx, _ = s.execute(r)\n\t}"}, "execute is called in a loop"},
		{"a stage left out", []string{"d, _ := s.decode(id)", "d, _ := decoded{}, id"}, "decode has 0 call sites, want 1"},
		{"a receipt without the one before", []string{"approved   struct{ admitted }", "approved   struct{ any }"}, "approved does not embed admitted"},
		{"a stage renamed", []string{") approve(a admitted)", ") nod(a admitted)", "s.approve(a)", "s.nod(a)"}, "0 functions are the stage approve, want 1"},
		{"a receipt nobody makes", []string{"return recorded{p}, nil", "return recorded{}, nil"}, "record makes no recorded"},
		{
			"an order that skips",
			[]string{"execute(r recorded)", "execute(r approved)", "executed{r, 3}", "executed{recorded{r}, 3}", "s.execute(r)", "s.execute(r.approved)"},
			"0 functions are the stage execute, want 1",
		},
	} {
		broken := strings.NewReplacer(c.change...).Replace(soundPath)
		require.NotEqual(t, soundPath, broken, c.why)
		require.Contains(t, faults(broken), c.want, c.why)
	}
}
