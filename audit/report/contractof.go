package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// ContractOf reads what a report needs from a server's manifest and from the policies it was given, in their JSON form: manifest is what
// mcpgov.Server.Manifest returns, or the JSON of it as []byte; policies are *policy.Set and *policy.Own, or the JSON of those. Members it
// does not know are passed over. Without policies the contract has no rules, and controls that ask for them say so.
func ContractOf(manifest any, policies ...any) (*Contract, error) {
	text, err := jsonOf(manifest)
	if err != nil {
		return nil, fmt.Errorf("report: the manifest: %w", err)
	}
	var m manifestForm
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("report: the manifest: %w; give what Server.Manifest returns, or its JSON", err)
	}
	c := &Contract{Name: m.Name, Version: m.Version, Hash: m.Contract, Revision: m.PolicyRevision}
	for _, t := range m.Tools {
		c.Targets = append(c.Targets, Target{
			Kind: "tool", Name: t.Name, ReadOnly: t.Annotations.ReadOnlyHint, Purpose: t.InputSchema.asks(),
			Destructive: !t.Annotations.ReadOnlyHint && t.Annotations.DestructiveHint != nil && *t.Annotations.DestructiveHint,
			Arguments:   t.InputSchema.labelled(), Result: t.OutputSchema.labelled(),
		})
	}
	for _, r := range slices.Concat(m.Resources, m.Templates) {
		c.Targets = append(c.Targets, Target{Kind: "resource", Name: r.URI + r.URITemplate, ReadOnly: true})
	}
	for _, p := range m.Prompts {
		c.Targets = append(c.Targets, Target{Kind: "prompt", Name: p.Name, ReadOnly: true})
	}
	for i, p := range policies {
		set, err := setOf(p)
		if err != nil {
			return nil, fmt.Errorf("report: policy %d: %w; give a *policy.Set or *policy.Own, or its JSON", i, err)
		}
		c.Sets = append(c.Sets, set)
	}
	return c, nil
}

func jsonOf(v any) ([]byte, error) {
	switch v := v.(type) {
	case []byte:
		return v, nil
	case json.RawMessage:
		return v, nil
	}
	return json.Marshal(v)
}

// manifestForm is the JSON of mcpgov.Manifest, as far as it is read. Names are matched in any case.
type manifestForm struct {
	Name, Version, Contract, PolicyRevision string

	Tools []struct {
		Name        string
		Annotations struct {
			ReadOnlyHint    bool
			DestructiveHint *bool
		}
		InputSchema  *schemaForm
		OutputSchema *schemaForm
	}
	Resources, Templates []struct{ URI, URITemplate string }
	Prompts              []struct{ Name string }
}

// setForm is the JSON of policy.Set and policy.Own. An Own has rules and no blocks.
type setForm struct {
	Name    string
	Default effectForm
	Mode    string
	Blocks  []blockForm
	blockForm
}

type blockForm struct {
	Tools, Resources, Prompts []string
	ReadOnly                  *bool
	Input, Output             []ruleForm
}

type ruleForm struct {
	ID, Action, Mode string
	Fields, Labels   []string
}

// effectForm is a policy.Effect: its number in JSON, or its word.
type effectForm string

// UnmarshalJSON reads either.
func (e *effectForm) UnmarshalJSON(text []byte) error {
	var n int
	if json.Unmarshal(text, &n) != nil {
		return json.Unmarshal(text, (*string)(e))
	}
	words := []effectForm{decisionDeny, decisionAllow, decisionAsk}
	if n < 0 || n >= len(words) {
		return fmt.Errorf("effect %d is none of %s", n, joined(words))
	}
	*e = words[n]
	return nil
}

// setOf reads one policy.
func setOf(p any) (Set, error) {
	text, err := jsonOf(p)
	if err != nil {
		return Set{}, err
	}
	var form setForm
	if err := json.Unmarshal(text, &form); err != nil {
		return Set{}, err
	}
	set := Set{Name: form.Name, Default: string(form.Default), Shadow: form.Mode == "shadow"}
	if set.Default == "" {
		set.Default = decisionDeny
	}
	blocks := form.Blocks
	if len(blocks) == 0 && len(form.Input)+len(form.Output) > 0 {
		// A tool's own rules. Which tool they belong to does not stand in them: they are taken to be about all.
		every := []string{"*"}
		form.Tools, form.Resources, form.Prompts = every, every, every
		blocks, set.Own = []blockForm{form.blockForm}, true
	}
	if set.Name == "" && !set.Own {
		set.Name = "policy"
	}
	for i, b := range blocks {
		set.Rules = append(set.Rules, b.rules(set, i, false, b.Input)...)
		set.Rules = append(set.Rules, b.rules(set, i, true, b.Output)...)
	}
	return set, nil
}

// rules reads one half of a block. Rules without an id get the one that stands in records.
func (b *blockForm) rules(set Set, block int, output bool, forms []ruleForm) []Rule {
	half := "input"
	if output {
		half = "output"
	}
	rules := make([]Rule, 0, len(forms))
	for i, f := range forms {
		if f.ID == "" {
			f.ID = fmt.Sprintf("%s#%d.%s[%d]", set.Name, block, half, i)
			if set.Own {
				f.ID = fmt.Sprintf("%s#%s[%d]", set.Name, half, i)
			}
		}
		rules = append(rules, Rule{
			ID: f.ID, Output: output, Action: f.Action, Shadow: f.Mode == "shadow", Fields: f.Fields, Labels: f.Labels,
			Tools: b.Tools, Resources: b.Resources, Prompts: b.Prompts, ReadOnly: b.ReadOnly,
		})
	}
	return rules
}

// schemaForm is a JSON Schema, as far as it is read.
type schemaForm struct {
	Ref        string                 `json:"$ref"`
	Defs       map[string]*schemaForm `json:"$defs"`
	Properties map[string]*schemaForm `json:"properties"`
	Additional *schemaForm            `json:"additionalProperties"`
	Items      *schemaForm            `json:"items"`
	AnyOf      []*schemaForm          `json:"anyOf"`
	Sensitive  *struct {
		Labels []string `json:"labels"`
	} `json:"x-sensitive"`
}

// UnmarshalJSON reads an object; the schemas true and false, and words used otherwise than here, label nothing.
func (s *schemaForm) UnmarshalJSON(text []byte) error {
	type members schemaForm // without this method
	if json.Unmarshal(text, (*members)(s)) != nil {
		*s = schemaForm{}
	}
	return nil
}

// asks reports whether the schema has the argument in which a caller states his purpose.
func (s *schemaForm) asks() bool { return s != nil && s.Properties["purpose"] != nil }

// Bounds of the walk along schemas, which may hold themselves.
const (
	deepest    = 16
	mostFields = 1000
)

// labelled lists the fields that carry a mark, sorted by path.
func (s *schemaForm) labelled() []Field {
	if s == nil {
		return nil
	}
	var found []Field
	var walk func(at *schemaForm, path []string)
	walk = func(at *schemaForm, path []string) {
		if at == nil || len(path) > deepest || len(found) >= mostFields {
			return
		}
		if at.Sensitive != nil && len(path) > 0 {
			found = append(found, Field{Path: strings.Join(path, "."), Labels: at.Sensitive.Labels})
		}
		for range deepest {
			if !strings.HasPrefix(at.Ref, "#/$defs/") {
				break
			}
			next := s.Defs[strings.TrimPrefix(at.Ref, "#/$defs/")]
			if next == nil {
				return
			}
			at = next
		}
		for _, one := range at.AnyOf {
			walk(one, path)
		}
		walk(at.Items, path)
		for name, member := range at.Properties {
			walk(member, append(slices.Clip(path), name))
		}
		if at.Additional != nil {
			walk(at.Additional, append(slices.Clip(path), "*"))
		}
	}
	walk(s, nil)
	slices.SortFunc(found, func(a, b Field) int { return strings.Compare(a.Path, b.Path) })
	return slices.CompactFunc(found, func(a, b Field) bool { return a.Path == b.Path })
}
