package mcpgov

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/canon"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// Source says where a part of a result came from; see [AddSource]. Only System is needed. Callers and records are told of it, and but for
// Parameters it should hold no values of the data.
type Source struct {
	System     string    // the system asked, such as "crm"
	Ref        string    // what was read there: a table, a URL, the name of a statement
	Statement  string    // the digest of what was asked, such as "sha256:9f86..." of an SQL text
	Parameters any       // what it was asked with; nothing but a digest of it is kept, keyed with [Config].Key
	Executed   time.Time // when it was asked; zero is when AddSource was called
	AsOf       time.Time // the data shows how things stood then; zero is not known
	Rows       int       // rows read; 0 is none or not known
	Tables     []string  // lineage: the tables beneath what was read
	Model      string    // lineage: what made those tables, such as a dbt model
	Revision   string    // lineage: the version of what made them, such as a git commit
}

// What is kept of a source, in bytes, and of its tables, in number.
const (
	maxSourceRef    = 512
	maxSourceTables = 100
)

// AddSource notes where a part of the result came from: in the call's record, and in "mcpgov/sources" in _meta of the result. Outside a call
// it does nothing. Of one call 100 are kept; of a Ref 512 bytes, of other texts 128, of Tables 100. The digest of the Parameters is
// made at once, as that of the arguments in a record is: of their canonical JSON. There is none of what cannot be written as JSON, nor where the
// result names data subjects and the arguments none.
//
// A caller from whom fields are hidden is not told of lineage and statements, nor of a hidden value that stands in a text; one from whom rows were
// cut is told of System and times alone. A refused caller is told nothing.
func AddSource(ctx context.Context, s Source) {
	if c, ok := callFrom(ctx); ok {
		c.notes.add(c.source(&s))
	}
}

// source is what is kept of s.
func (c *call) source(s *Source) audit.Source {
	kept := audit.Source{
		System: clip(s.System), Ref: clipTo(s.Ref, maxSourceRef), Statement: clip(s.Statement), ParametersDigest: c.parametersDigest(s.Parameters),
		Executed: writable(s.Executed), AsOf: writable(s.AsOf), Rows: s.Rows, Model: clip(s.Model), Revision: clip(s.Revision),
	}
	if kept.Executed.IsZero() {
		kept.Executed = time.Now().UTC()
	}
	for _, table := range s.Tables[:min(len(s.Tables), maxSourceTables)] {
		kept.Tables = append(kept.Tables, clip(table))
	}
	return kept
}

// writable is a time that records can hold; what they cannot is not known.
func writable(t time.Time) time.Time {
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		return time.Time{}
	}
	return t.UTC()
}

// parametersDigest is the keyed digest of what a system was asked with. They are a handler's own: to write them is to run code of others.
func (c *call) parametersDigest(parameters any) (digest string) {
	if parameters == nil || c.sourceKey == nil {
		return ""
	}
	defer func() {
		if recover() != nil {
			digest = ""
		}
	}()
	encoded, err := strictjson.Marshal(parameters)
	if err != nil {
		return ""
	}
	canonical, err := canon.JSON(encoded)
	if err != nil {
		return ""
	}
	return c.server.digestUnder(c.sourceKey, canonical)
}

// handed is the context a handler runs in. The key of what it reports is settled before: later ones come about while it may still run. Where a
// result names people whose keys can be deleted, a digest under another key might outlive them.
func (s *Server) handed(c *call) context.Context {
	if !s.erasable(c) || c.persons.key != nil {
		c.sourceKey = s.recordKey(c)
	}
	return context.WithValue(c.ctx, callKey{}, c)
}

func (n *notes) add(s audit.Source) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.sealed:
	case len(n.sources) == maxSteps:
		n.sourcesCut++
	default:
		n.sources = append(n.sources, s)
	}
}

// origins are the sources a handler has named so far. They are only added to: what is returned does not change.
func (n *notes) origins() (sources []audit.Source, cut int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clip(n.sources), n.sourcesCut
}

// hideIn takes out of a source's texts what hide finds.
func hideIn(s *audit.Source, hide func(string) string) {
	for _, text := range []*string{&s.System, &s.Ref, &s.Statement, &s.Model, &s.Revision} {
		*text = hide(*text)
	}
	s.Tables = slices.Clone(s.Tables) // it is the handler's record still
	for i, table := range s.Tables {
		s.Tables[i] = hide(table)
	}
}

// age is how long ago something was, in whole seconds; what lies ahead, by another clock, is new.
func age(since, now time.Time) int64 { return max(0, int64(now.Sub(since)/time.Second)) }

func ageText(since, now time.Time) string { return fmt.Sprintf("%ds old", age(since, now)) }
