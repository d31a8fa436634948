package mcpgov_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// FuzzNoLeak plants three secrets, in a labelled argument, in labelled fields of a result and in fields that a rule
// hides, at random depth and in random dress, and looks for them in every byte the client reads and every byte of
// the log at level complete: raw, escaped, URL-encoded, hexadecimal or base64.

// planted is what the next call has to do.
type planted struct {
	out   string // the secret in labelled fields of the result; that of the argument comes with the call
	ruled string // the secret in fields only a rule hides: callers with the right, and the log of their calls, see it
	depth int    // how deep it lies
	dress int    // how a text shows a secret
	end   int    // how the handler ends
	extra string // text without meaning, anywhere
}

// dressed is a secret in one of the forms programs write values in.
func (p planted) dressed(secret string) string {
	quoted, err := json.Marshal(secret)
	if err != nil {
		return secret
	}
	twice, err := json.Marshal(string(quoted))
	if err != nil {
		return secret
	}
	forms := []string{
		secret, string(quoted), string(twice), fmt.Sprintf("%q", secret), fmt.Sprintf("%+q", secret),
		base64.StdEncoding.EncodeToString([]byte("x" + secret + "yz")), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		hex.EncodeToString([]byte(secret)), url.QueryEscape(secret), url.PathEscape(secret), strings.ToUpper(secret),
	}
	return forms[p.dress%len(forms)]
}

// wrapped is inner below as many lists and objects as the plant is deep.
func (p planted) wrapped(inner any) any {
	for level := range p.depth {
		if level%2 == p.dress%2 {
			inner = []any{p.extra, inner, nil}
		} else {
			inner = map[string]any{"level": level, "below": inner}
		}
	}
	return inner
}

// jsonText is the plant as the text of a JSON document.
func (p planted) jsonText() string {
	text, err := json.Marshal(p.wrapped(map[string]any{"secret": p.out, "hidden": map[string]any{"x": p.ruled}, "open": p.extra}))
	if err != nil {
		return "null"
	}
	return string(text)
}

type (
	leakIn struct {
		Secret string   `json:"secret" gov:"secret"`
		Many   []string `json:"many,omitempty" gov:"pii"`
		Nested struct {
			Card string `json:"card" gov:"pii,mask=last4"`
		} `json:"nested"`
		Short string `json:"short,omitempty" gov:"secret" jsonschema:"maxLength=3"`
	}
	leakItem struct {
		Label  string `json:"label"`
		Secret string `json:"secret" gov:"secret"`
		Mail   string `json:"mail" gov:"pii,mask=email"`
		Card   string `json:"card" gov:"pii,mask=last4"`
		Hash   string `json:"hash" gov:"pii,mask=hash"`
	}
	leakNested struct {
		Deep struct {
			List   [][]leakItem                     `json:"list"`
			ByName map[string]map[string]leakItem   `json:"by_name"`
			Ptr    *leakItem                        `json:"ptr"`
			Whole  []string                         `json:"whole" gov:"secret"`
			Keys   map[string]int                   `json:"keys" gov:"secret"`
			Bytes  []byte                           `json:"bytes" gov:"secret"`
			Hidden map[string]any                   `json:"hidden"`
			Mixed  map[string][]map[string]leakItem `json:"mixed"`
		} `json:"deep"`
		leakItem
	}
	leakAny struct {
		Any      any             `json:"any" gov:"secret"`
		Hidden   any             `json:"hidden"`
		Raw      json.RawMessage `json:"raw" gov:"secret"`
		Anywhere any             `json:"anywhere"`
		RawParts json.RawMessage `json:"raw_parts"`
	}
	leakTree struct {
		Item     leakItem             `json:"item"`
		Hidden   string               `json:"hidden,omitempty"`
		Children []leakTree           `json:"children,omitempty"`
		ByName   map[string]*leakTree `json:"by_name,omitempty"`
	}
	leakContent struct {
		Secret string         `json:"secret" gov:"secret"`
		Hidden string         `json:"hidden"`
		Blocks mcpgov.Content `json:"blocks"`
	}
)

func (p planted) item() leakItem {
	return leakItem{Label: p.extra, Secret: p.out, Mail: p.out, Card: p.out, Hash: p.out}
}

func (p planted) nested() leakNested {
	var out leakNested
	item := p.item()
	out.leakItem = item
	out.Deep.List = [][]leakItem{{item, item}, nil, {item}}
	out.Deep.ByName = map[string]map[string]leakItem{p.extra: {"secret": item}, "a.b": {p.extra + "/~": item}}
	out.Deep.Ptr = &item
	out.Deep.Whole = []string{p.out, p.dressed(p.out)}
	out.Deep.Keys = map[string]int{p.out: 1}
	out.Deep.Bytes = []byte(p.out)
	out.Deep.Hidden = map[string]any{"x": p.wrapped(p.ruled)}
	out.Deep.Mixed = map[string][]map[string]leakItem{"m": {{"k": item}}}
	return out
}

func (p planted) any() leakAny {
	raw := func(v any) json.RawMessage {
		encoded, err := json.Marshal(v)
		if err != nil {
			return json.RawMessage("null")
		}
		return encoded
	}
	parts := map[string]any{"TOKEN": p.dressed(p.ruled), "hidden": []any{p.ruled}}
	if p.dress%3 == 0 {
		parts["Hidden"] = nil // two names that one path fits: nobody can tell which a reader keeps, so all is withheld
	}
	tree := p.wrapped(parts)
	return leakAny{Any: p.wrapped(p.out), Hidden: p.wrapped(p.ruled), Raw: raw(p.wrapped(p.out)), Anywhere: tree, RawParts: raw(tree)}
}

func (p planted) tree(depth int) leakTree {
	node := leakTree{Item: p.item(), Hidden: p.ruled}
	if depth > 0 {
		below := p.tree(depth - 1)
		node.Children = []leakTree{below, {Item: p.item()}}
		node.ByName = map[string]*leakTree{p.extra: &below, "nil": nil}
	}
	return node
}

func (p planted) content() leakContent {
	text, prose := p.jsonText(), "the value is "+p.dressed(p.out)
	resource := func(r mcp.ResourceContents) mcp.Content {
		r.URI = "crm://" + url.PathEscape(p.out)
		return &mcp.EmbeddedResource{Resource: &r, Meta: mcp.Meta{"note": p.out}}
	}
	return leakContent{Secret: p.out, Hidden: p.ruled, Blocks: mcpgov.Content{
		&mcp.TextContent{Text: text, Meta: mcp.Meta{"note": p.out}},
		&mcp.TextContent{Text: prose},
		&mcp.TextContent{Text: text + "\n" + text},
		resource(mcp.ResourceContents{Text: text, MIMEType: "application/json"}),
		resource(mcp.ResourceContents{Text: prose}),
		resource(mcp.ResourceContents{Blob: []byte(text)}),
		resource(mcp.ResourceContents{Blob: []byte(base64.StdEncoding.EncodeToString([]byte(text)))}),
		resource(mcp.ResourceContents{Blob: []byte(prose)}),
		&mcp.ResourceLink{URI: "crm://" + url.PathEscape(p.out), Name: p.out, Description: prose},
		&mcp.ImageContent{Data: []byte(p.out), MIMEType: "image/png"},
	}}
}

const leakRules = `
mcpgov: 1
default: allow
policies:
  - tools: ["*"]
    output:
      - {condition: "user.role != 'admin'", action: mask_sensitive_fields}
  - tools: ["nested", "tree", "content"]
    output:
      - {condition: "user.role != 'admin'", action: filter_fields, fields: ["**.hidden"]}
  - tools: ["any"]
    output:
      - {condition: "user.role != 'admin'", action: filter_fields, fields: ["**.hidden"]}
      - {condition: "user.role != 'admin'", action: mask_fields, fields: ["**.token"]}
`

// leakTool is a tool that shows the current plant in the shape of its result, or fails with it.
func leakTool[Out any](name string, plant *atomic.Pointer[planted], shape func(planted) Out) mcpgov.Feature {
	spec := mcpgov.ToolSpec{
		Name: name, Description: "Shows a plant.", ReadOnly: len(name)%2 == 0,
		Errors: []mcpgov.ErrorSpec{{Code: "wilted", Meaning: "The plant is gone."}},
	}
	return mcpgov.Tool(spec, func(ctx context.Context, in leakIn) (Out, error) {
		p := *plant.Load()
		var none Out
		argument := p.dressed(in.Secret)
		mcpgov.Progress(ctx, 1, 2, "at "+argument)
		switch p.end {
		case 1:
			return none, mcpgov.Userf("no luck with %s and %v", argument, in)
		case 2:
			return none, mcpgov.Fail("wilted", "at %s", argument)
		case 3:
			panic(argument)
		case 4:
			panic(errors.New("deep: " + argument))
		case 5:
			return none, fmt.Errorf("pq: %s: %w", argument, errors.New(in.Nested.Card))
		case 6:
			return shape(p), mcpgov.Userf("after %s came %s", argument, p.dressed(p.out))
		case 7:
			return shape(p), errors.New(p.dressed(p.out))
		case 8:
			return none, &mcpgov.Error{Code: mcpgov.Denied, Message: argument}
		case 10:
			return none, fmt.Errorf("row 7: %w", errors.New(p.dressed(p.out)+p.ruled))
		case 11:
			panic(p.nested())
		}
		return shape(p), nil
	})
}

// Ways for the handler to end. The last ones show values that nobody has seen before, so the server has to keep to
// its default and withhold the texts of errors; the others are harder where the texts are recorded.
const (
	leakEnds     = 12
	leakBadInput = 9
	leakUnseen   = 10
)

var leakShapes = []string{"nested", "any", "tree", "content"}

func FuzzNoLeak(f *testing.F) {
	for shape := range uint8(len(leakShapes)) {
		for end := range uint8(leakEnds) {
			f.Add(`"\ é€😀<>&`+"\u2028\n", "x", shape, end, end*3+shape, end)
		}
	}
	var plant atomic.Pointer[planted]
	log := &mcptest.Recorder{}
	set, err := policy.Parse([]byte(leakRules))
	require.NoError(f, err)
	config := crmConfig(f, log)
	config.Policy, config.AuditLevel, config.Limits.PerMinute = set, audit.LevelComplete, mcpgov.Unlimited
	servers := map[bool]*mcpgov.Server{}
	for _, texts := range []bool{false, true} {
		config.RecordErrorTexts = texts
		servers[texts] = newServer(f, config,
			leakTool("nested", &plant, planted.nested),
			leakTool("any", &plant, planted.any),
			leakTool("tree", &plant, func(p planted) leakTree { return p.tree(p.depth / 2) }),
			leakTool("content", &plant, planted.content))
	}
	f.Fuzz(func(t *testing.T, secret, extra string, shape, depth, dress, end uint8) {
		secret, extra = strings.ToValidUTF8(secret, "?"), strings.ToValidUTF8(extra, "?")
		if len(secret) > 200 || len(extra) > 200 {
			t.Skip("longer texts show nothing new")
		}
		argument, result, ruled := "Arg7Kq!"+secret+"!zW4ent", "Out9Xv!"+secret+"!bN3ult", "Fil5Hm!"+secret+"!dT8ter"
		for _, s := range []string{argument, result, ruled} {
			if strings.Contains(extra, s[:7]) {
				t.Skip("what is open is no secret")
			}
		}
		p := planted{out: result, ruled: ruled, depth: int(depth % 12), dress: int(dress), end: int(end % leakEnds), extra: extra}
		plant.Store(&p)
		var in leakIn
		in.Secret, in.Many, in.Nested.Card = argument, []string{argument, extra}, argument
		tool := leakShapes[int(shape)%len(leakShapes)]
		args := any(in)
		if p.end == leakBadInput { // arguments that are refused: the answer says what is wrong without quoting them
			args = map[string]any{"secret": argument, "many": argument, "nested": map[string]any{"card": []string{argument}}, "short": argument}
		}
		log.Reset()
		h := mcptest.New(t, servers[p.end < leakUnseen])
		client := h.As(nobody)
		answer := client.Call(tool, args).NoLeak(argument, result, ruled)
		if p.end == 0 && tool != "any" || p.end == leakBadInput {
			require.Contains(t, []mcpgov.Code{mcpgov.OK, mcpgov.InvalidInput}, answer.Code(), answer.Text())
		}
		log.NoLeak(t, argument, result, ruled)
		h.As(admin).Call(tool, args).NoLeak(argument) // may see the result, but no log may
		log.NoLeak(t, argument, result)
		require.Len(t, log.Outcomes(), 2)
	})
}
