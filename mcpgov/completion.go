package mcpgov

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// maxCompletions is what the protocol lets one answer hold; maxCandidates how many of a completer's values are looked at.
const (
	maxCompletions = 100
	maxCandidates  = 1000
)

// A Completer suggests values of an argument that begin with what was typed so far; others holds the arguments the client has settled.
// It runs within [Limits].Tool. Of what it returns a client is shown what the policy would let it use: values with which no call could
// be admitted are left out, and at most 100 are sent.
type Completer func(ctx context.Context, typed string, others map[string]string) ([]string, error)

const kindCompletion = "completion"

// checkCompleters refuses completers of arguments there are not.
func (p *part) checkCompleters(takes textArgs, fault func(string, ...any)) {
	names := slices.Sorted(maps.Keys(takes))
	for name, complete := range p.complete {
		if _, ok := takes[name]; !ok {
			fault("Complete names %q, and there is no such argument%s", name, suggest.DidYouMean(name, names))
		}
		if complete == nil {
			fault("Complete has no function for %q: write one, or leave it out", name)
		}
	}
}

// completers are the arguments that can be completed: those with a Completer, and those with an enum.
func (p *part) completers() map[string]Completer {
	all := map[string]Completer{}
	if p.texts == nil {
		return all
	}
	var schema struct {
		Properties map[string]struct{ Enum []any } `json:"properties"`
	}
	if json.Unmarshal(p.inputSchema, &schema) == nil {
		for name, property := range schema.Properties {
			var values []string
			for _, v := range property.Enum {
				if text, ok := v.(string); ok {
					values = append(values, text)
				}
			}
			if len(values) > 0 {
				all[name] = func(context.Context, string, map[string]string) ([]string, error) { return values, nil }
			}
		}
	}
	maps.Copy(all, p.complete)
	return all
}

// complete is completion/complete: what a caller is suggested is what he could use.
func (s *Server) complete(ctx context.Context, req mcp.Request, _ mcp.MethodHandler) (mcp.Result, error) {
	params, ok := req.GetParams().(*mcp.CompleteParams)
	if !ok || params == nil || params.Ref == nil {
		return nil, s.incomplete(ctx, req, "completion/complete", "ref")
	}
	t := stranger(kindCompletion, orText(params.Ref.Name, params.Ref.URI))
	if params.Ref.Type == "ref/resource" && s.targets.referred(params.Ref) == nil {
		t = s.strangeURI(kindCompletion, params.Ref.URI) // a URI that was filled in, perhaps
	}
	o := s.open(ctx, t, s.incoming(ctx, req, nil))
	result := &mcp.CompleteResult{}
	err := s.enter(o.call)
	if err == nil {
		result.Completion, err = s.completions(o.call, params)
	}
	if failure := s.writeOutcome(o.call, err); failure != nil {
		err = refuse(AuditFailed, failure)
	}
	if err != nil {
		if e := t.told(err); e.concealed {
			return nil, unknownReference(params.Ref)
		}
		return nil, protocolError(o.call, err)
	}
	return result, nil
}

// completions asks the completer of an argument and keeps what the policy would admit.
func (s *Server) completions(c *call, params *mcp.CompleteParams) (details mcp.CompletionResultDetails, err error) {
	details.Values = []string{}
	p := s.targets.referred(params.Ref)
	if p == nil {
		return details, &Error{Code: Unknown, own: true, concealed: true}
	}
	about := c.about(p.target)
	err = s.reveal(about)
	c.draft.Decision, c.draft.Rule = about.draft.Decision, about.draft.Rule // why not, if so
	if err != nil {
		return details, err
	}
	seen, err := s.visible(about, p.target)
	if err != nil {
		return details, policyFailure(err)
	}
	completer := p.completers()[params.Argument.Name]
	if completer == nil {
		return details, nil
	}
	var others map[string]string
	if params.Context != nil {
		others = params.Context.Arguments
	}
	candidates, err := s.candidates(c, completer, params.Argument.Value, others)
	if err != nil {
		return details, err
	}
	for _, candidate := range candidates {
		if seen.Depends && !s.useful(c, p, params.Argument.Name, candidate, others) {
			continue
		}
		if len(details.Values) == maxCompletions {
			details.HasMore = true // how many more is not counted: the number would speak of what is left out
			break
		}
		if s.cleanText(candidate) == candidate { // what would have to be cleaned would be no such value any more
			details.Values = append(details.Values, candidate)
		}
	}
	return details, nil
}

// candidates runs a completer, as bounded as any handler.
func (s *Server) candidates(c *call, completer Completer, typed string, others map[string]string) ([]string, error) {
	if !s.handlers.take() {
		return nil, refuse(Limited, errConcurrency)
	}
	c.holds = true
	values, err := held(c.ctx, s, c, s.limits.Tool, func(ctx context.Context) ([]string, error) {
		return completer(ctx, typed, maps.Clone(others))
	})
	if c.holds {
		c.holds = false
		s.handlers.give()
	}
	if err != nil {
		return nil, c.target.classify(err)
	}
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !strings.HasPrefix(v, typed) || garbled(v) })
	return values[:min(len(values), maxCandidates)], nil
}

// useful reports whether a call with a value would be admitted. Where rules read arguments, and not all are settled yet, nobody knows, and
// the value is not shown.
func (s *Server) useful(c *call, p *part, name, value string, others map[string]string) bool {
	arguments := map[string]string{}
	maps.Copy(arguments, others)
	arguments[name] = value
	_, err := s.admits(c.about(p.target), p.texts.document(arguments))
	return err == nil
}

// referred finds what a completion is about.
func (all *targets) referred(ref *mcp.CompleteReference) *part {
	if ref.Type == "ref/prompt" {
		return all.parts[all.prompts[ref.Name]]
	}
	for _, p := range all.templates {
		if p.target.name == ref.URI {
			return p
		}
	}
	return nil
}

// unknownReference answers for what is hidden and for what does not exist.
func unknownReference(ref *mcp.CompleteReference) error {
	if ref.Type == "ref/prompt" {
		return unknownPrompt(ref.Name)
	}
	return unknownResource(ref.URI)
}
