package mcpgov

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/fields"
)

// The kinds of targets, as rules and records name them.
const (
	kindTool     = "tool"
	kindResource = "resource"
	kindPrompt   = "prompt"
)

// String names the target in faults.
func (t *target) String() string { return fmt.Sprintf("%s %q", t.kind, t.name) }

// stranger stands for a name that is no target. Its path ends in decode.
func stranger(kind, name string) *target {
	return &target{kind: kind, name: clip(name), readOnly: true, timeout: noLimit, level: audit.LevelBasic}
}

// strangeURI stands for a URI that names no resource. It may be a misspelt one of a resource whose variables are sensitive, so that in the
// log a keyed digest has to do then.
func (s *Server) strangeURI(kind, uri string) *target {
	if s.targets.secretive {
		scheme, _, _ := strings.Cut(uri, ":")
		digest := ""
		if s.subjects == nil { // of somebody's name it would outlive the key
			digest = " digest " + s.digest([]byte(uri))[:32]
		}
		uri = clipTo(scheme, 32) + ":[withheld]" + digest
	}
	return stranger(kind, uri)
}

// targets are what a server serves, by the names clients use.
type targets struct {
	tools     map[string]*target // aliases, too
	resources map[string]*target // without variables, by URI
	templates []*part            // resources with variables, in the order they were given to New
	prompts   map[string]*target
	parts     map[*target]*part
	secretive bool // some variable of a URI is sensitive: URIs nobody can read are not recorded as they are
}

func newTargets(b *builder) targets {
	all := targets{tools: map[string]*target{}, resources: map[string]*target{}, prompts: map[string]*target{}, parts: map[*target]*part{}}
	for key, p := range b.names {
		switch {
		case key.kind == kindTool:
			all.tools[key.name] = p.target
		case key.kind == kindPrompt:
			all.prompts[key.name] = p.target
		case p.template == nil:
			all.resources[key.name] = p.target
		}
	}
	for _, p := range b.parts {
		all.parts[p.target] = p
		if p.template != nil {
			all.templates = append(all.templates, p)
			all.secretive = all.secretive || p.input != nil && (len(p.input.Sensitive()) > 0 || namesPeople(p.target.policy.In))
		}
	}
	return all
}

// namesPeople reports whether a type has fields that name data subjects.
func namesPeople(t reflect.Type) bool {
	places, err := fields.Subjects(t)
	return err != nil || len(places) > 0
}

// resource finds what a URI names: a resource without variables before all templates, and of those the first that matches, whoever
// asks. A URI the caller may not read is not looked for elsewhere.
func (all *targets) resource(uri string) (t *target, variables map[string]string) {
	if t := all.resources[uri]; t != nil {
		return t, nil
	}
	for _, p := range all.templates {
		if variables, ok := p.template.match(uri); ok {
			return p.target, variables
		}
	}
	return nil, nil
}
