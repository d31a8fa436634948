package mcpgov

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/strictyaml"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// Texts takes titles, descriptions, examples and tags from files, so that those who write for models need not touch the code. Every .yaml,
// .yml and .md file of fsys, at any depth, is about one tool, prompt or resource; of a Markdown file what stands between two lines of
// three dashes is YAML, and the rest is the description. A README.md is passed over.
//
//	---
//	tool: get_customer          # or prompt: its name, or resource: its URI or URI template
//	title: Customer
//	tags: [crm]                 # added to those of the code; rules select by them
//	input:                      # of arguments, by path
//	  customer_id: {description: The number on the invoice., examples: [cust_42]}
//	output:                     # of the result
//	  orders.total: {description: With tax.}
//	---
//	Looks a customer up. Use it before any other tool of the CRM.
//
// What a file says takes the place of what the code says; what it leaves out stays. A path may lead through lists and objects; a type that is
// used in several places says the same in all of them. Unknown targets, keys and fields, and two files about one target, are faults of [New].
func Texts(fsys fs.FS) Feature { return texts{fsys} }

type texts struct{ files fs.FS }

// build notes the files: they are applied when all features are known.
func (t texts) build(b *builder) { b.texts = append(b.texts, t.files) }

// text is one file.
type text struct {
	Tool        string               `yaml:"tool"`
	Prompt      string               `yaml:"prompt"`
	Resource    string               `yaml:"resource"`
	Title       string               `yaml:"title"`
	Description string               `yaml:"description"`
	Tags        []string             `yaml:"tags"`
	Input       map[string]fieldText `yaml:"input"`
	Output      map[string]fieldText `yaml:"output"`
}

// fieldText is what a file says of one field.
type fieldText struct {
	Description string `yaml:"description"`
	Examples    []any  `yaml:"examples"`
}

// maxText bounds one file, in bytes.
const maxText = 1 << 20

// applyTexts reads all files and gives their texts to the features they name.
func (b *builder) applyTexts() {
	read := map[*part]string{}
	for _, files := range b.texts {
		if files == nil {
			b.fault(errors.New("texts: the file system is nil: pass one, or leave Texts out"))
			continue
		}
		err := fs.WalkDir(files, ".", func(file string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() || strings.EqualFold(path.Base(file), "README.md"), !slices.Contains([]string{".yaml", ".yml", ".md"}, path.Ext(file)):
				return nil
			}
			if err := b.applyText(files, file, read); err != nil {
				b.faultsAt("texts", err)
			}
			return nil
		})
		if err != nil {
			b.fault(fmt.Errorf("texts: %w", err))
		}
	}
}

func (b *builder) applyText(files fs.FS, file string, read map[*part]string) error {
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return err //nolint:wrapcheck // names the file
	}
	t, err := parseText(file, data)
	if err != nil {
		return err
	}
	key := featureName{kindTool, t.Tool}
	switch {
	case t.Prompt != "":
		key = featureName{kindPrompt, t.Prompt}
	case t.Resource != "":
		key = featureName{kindResource, t.Resource}
	}
	p := b.names[key]
	if p == nil {
		var known []string
		for other := range b.names {
			if other.kind == key.kind {
				known = append(known, other.name)
			}
		}
		slices.Sort(known)
		return fmt.Errorf("%s: there is no %s %q%s", file, key.kind, key.name, suggest.DidYouMean(key.name, known))
	}
	if before, again := read[p]; again {
		return fmt.Errorf("%s: %s is about %s as well: write one file", file, before, p.target)
	}
	read[p] = file
	p.title, p.description = orText(t.Title, p.title), orText(t.Description, p.description)
	p.target.policy.Tags = slices.Compact(slices.Sorted(slices.Values(slices.Concat(p.target.policy.Tags, t.Tags))))
	var faults []error
	if p.inputSchema, err = describeFields(p.inputSchema, t.Input); err != nil {
		faults = append(faults, fmt.Errorf("%s: input: %w", file, err))
	}
	p.outputTexts, p.textFile = t.Output, file
	if len(t.Output) > 0 && key.kind != kindTool {
		faults = append(faults, fmt.Errorf("%s: output: clients are told of the results of tools alone: leave it out", file))
	}
	return errors.Join(faults...)
}

// parseText reads one file.
func parseText(file string, data []byte) (t text, err error) {
	if len(data) > maxText {
		return t, fmt.Errorf("%s: it has more than %d bytes", file, maxText)
	}
	body := ""
	if path.Ext(file) == ".md" {
		rest, ok := strings.CutPrefix(strings.ReplaceAll(string(data), "\r\n", "\n"), "---\n")
		front, after, closed := strings.Cut(rest, "\n---\n")
		if !ok || !closed {
			return t, fmt.Errorf(`%s: it does not begin with YAML between two lines of "---": write there which tool, prompt or resource it is about`, file)
		}
		data, body = []byte("\n"+front), strings.TrimSpace(after) // the line of dashes counts
	}
	node, err := strictyaml.Document(file, data)
	if err != nil {
		return t, err //nolint:wrapcheck // says where
	}
	faults := strictyaml.UnknownKeys(file, node, reflect.TypeFor[text]())
	if err := node.Decode(&t); err != nil {
		return t, errors.Join(append(faults, fmt.Errorf("%s: %w", file, err))...)
	}
	if len(strings.Fields(t.Tool+" "+t.Prompt+" "+t.Resource)) != 1 {
		faults = append(faults, fmt.Errorf("%s: write one of tool, prompt and resource", file))
	}
	if body != "" && t.Description != "" {
		faults = append(faults, fmt.Errorf("%s: there are two descriptions: write it below the dashes or above, not both", file))
	}
	t.Description = orText(body, t.Description)
	return t, errors.Join(faults...)
}

// encoded is what stands in a schema for a field's texts.
func (f fieldText) encoded() (map[string]json.RawMessage, error) {
	set := map[string]json.RawMessage{}
	if f.Description != "" {
		text, err := json.Marshal(f.Description)
		if err != nil {
			return nil, fmt.Errorf("description: %w", err)
		}
		set["description"] = text
	}
	if len(f.Examples) > 0 {
		examples, err := json.Marshal(f.Examples)
		if err != nil {
			return nil, fmt.Errorf("examples: %w", err)
		}
		set["examples"] = examples
	}
	if len(set) == 0 {
		return nil, errors.New("it says nothing: write description or examples")
	}
	return set, nil
}
