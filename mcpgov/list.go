package mcpgov

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/policy"
)

// listKind is one of the lists a client may ask for, as records name it.
type listKind string

const (
	toolList     listKind = "tools"
	resourceList listKind = "resources"
	templateList listKind = "templates"
	promptList   listKind = "prompts"
)

// listed is one entry of a list, written once per edition: marshalling a thousand schemas for each caller was nine tenths of a list's time.
type listed struct {
	target  *target
	encoded json.RawMessage
}

// shelve writes the entries of all lists. Old names are answered but not listed.
func (e *edition) shelve(parts []*part) {
	e.lists = map[listKind][]listed{}
	for _, p := range parts {
		feature := p.advertise(e)
		kind := toolList
		switch feature.(type) {
		case *mcp.Resource:
			kind = resourceList
		case *mcp.ResourceTemplate:
			kind = templateList
		case *mcp.Prompt:
			kind = promptList
		}
		encoded, err := json.Marshal(feature)
		if err != nil {
			continue // strings, and schemas that were marshalled before
		}
		e.lists[kind] = append(e.lists[kind], listed{p.target, encoded})
	}
	for _, list := range e.lists {
		slices.SortFunc(list, func(a, b listed) int { return strings.Compare(a.target.name, b.target.name) })
	}
}

// page is what of a list goes out at once.
type page struct {
	mcp.ResultBase
	mcp.Cacheable

	Tools             json.RawMessage `json:"tools,omitempty"`
	Resources         json.RawMessage `json:"resources,omitempty"`
	ResourceTemplates json.RawMessage `json:"resourceTemplates,omitempty"`
	Prompts           json.RawMessage `json:"prompts,omitempty"`
	NextCursor        string          `json:"nextCursor,omitempty"`
	ResultType        string          `json:"resultType,omitempty"`
}

// list walks the shorter path of lists: open, identify, filter, seal. What it shows is what some arguments could admit for this caller;
// the same rules decide as for a call.
func (s *Server) list(kind listKind) answerer {
	return func(ctx context.Context, req mcp.Request, _ mcp.MethodHandler) (mcp.Result, error) {
		t := &target{kind: "list", name: string(kind), readOnly: true, timeout: noLimit, level: audit.LevelBasic}
		o := s.open(ctx, t, s.incoming(ctx, req, nil))
		var shown *page
		err := s.enter(o.call)
		if err == nil {
			s.watchers.listed(s, req, o.call, kind) // before it is made: a policy that comes meanwhile is news
			shown, err = s.pageOf(o.call, kind, cursorOf(req))
		}
		if failure := s.writeOutcome(o.call, err); failure != nil {
			err = refuse(AuditFailed, failure)
		}
		if err != nil {
			return nil, protocolError(o.call, err)
		}
		return shown, nil
	}
}

func cursorOf(req mcp.Request) string {
	switch p := req.GetParams().(type) { // a client of the older protocol may leave params out
	case *mcp.ListToolsParams:
		if p != nil {
			return p.Cursor
		}
	case *mcp.ListResourcesParams:
		if p != nil {
			return p.Cursor
		}
	case *mcp.ListResourceTemplatesParams:
		if p != nil {
			return p.Cursor
		}
	case *mcp.ListPromptsParams:
		if p != nil {
			return p.Cursor
		}
	}
	return ""
}

// enter identifies the caller of a method that calls no target, and counts it.
func (s *Server) enter(c *call) error {
	caller, err := s.who(c.ctx, &c.raw)
	if err != nil {
		return err
	}
	c.caller = caller
	c.noteCaller()
	if !s.rates.allow(rateKey(caller, &c.raw), c.begun) {
		return refuse(Limited, errRate)
	}
	return nil
}

// pageOf makes the page that begins behind a cursor. There is a next page only if there is something on it for this caller.
func (s *Server) pageOf(c *call, kind listKind, cursor string) (*page, error) {
	all := c.edition.lists[kind]
	if cursor != "" {
		last, err := s.readCursor(c, kind, cursor)
		if err != nil {
			return nil, &Error{Code: InvalidInput, Message: "the cursor is not one of this list: begin anew without", cause: err, own: true}
		}
		next, found := slices.BinarySearchFunc(all, last, func(l listed, name string) int { return strings.Compare(l.target.name, name) })
		if found {
			next++
		}
		all = all[next:]
	}
	shown := &page{}
	shown.CacheScope = "private"
	if c.raw.client.Protocol >= statelessEra {
		shown.ResultType = "complete"
	}
	entries, count := json.RawMessage{'['}, 0
	last := ""
	for _, l := range all {
		if !s.lists(c, l.target) {
			continue
		}
		if count == s.limits.ListPage {
			shown.NextCursor = s.cursor(c, kind, last)
			break
		}
		if count++; count > 1 {
			entries = append(entries, ',')
		}
		entries = append(entries, l.encoded...)
		last = l.target.name
	}
	entries = append(entries, ']')
	switch kind {
	case toolList:
		shown.Tools = entries
	case resourceList:
		shown.Resources = entries
	case templateList:
		shown.ResourceTemplates = entries
	case promptList:
		shown.Prompts = entries
	}
	return shown, nil
}

// lists reports whether the caller is shown a target.
func (s *Server) lists(c *call, t *target) bool {
	if s.readOnly && !t.readOnly {
		return false
	}
	decision, err := s.visible(c, t)
	if err != nil {
		s.noteHidden(c, t, err)
		return false
	}
	return decision.Effect != policy.Deny
}

// protocolError is a refusal in the words of methods whose results have no place for one.
func protocolError(c *call, err error) error {
	e := c.target.told(err)
	return &jsonrpc.Error{Code: e.Code.info().jsonrpc, Message: e.message()}
}

// noteHidden says where a rule failed while a list was made: nobody calls what he is not shown, so no call will.
func (s *Server) noteHidden(c *call, t *target, err error) {
	e := policyFailure(err)
	note := fmt.Sprintf("%s hidden: rule %s failed: %s", t.name, e.rule, errorText(err))
	c.draft.Note = clipTo(joinNote(c.draft.Note, note), maxRecordedCause)
	s.logger.Warn("a rule failed while tools were listed", slog.String("call_id", c.id), slog.String("target", t.name),
		slog.String("rule", e.rule), slog.Any("error", err))
}
