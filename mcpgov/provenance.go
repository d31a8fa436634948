package mcpgov

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/policy"
)

// Provenance says where results tell of their sources. The zero value tells programs.
type Provenance uint8

// Where the sources of a result stand.
const (
	ProvenanceMeta Provenance = iota // in _meta, as "mcpgov/sources"
	ProvenanceText                   // there, and in a text block of their own for the model
)

// The members of _meta that tell where a result came from.
const (
	sourcesKey = "mcpgov/sources"
	fieldsKey  = "mcpgov/fields"
	cachedKey  = "mcpgov/cached"
)

// shownSource is a source as callers see it. It has no digest of parameters: whoever has the key could look for values.
type shownSource struct {
	System    string     `json:"system,omitempty"`
	Ref       string     `json:"ref,omitempty"`
	Statement string     `json:"statement,omitempty"`
	Executed  time.Time  `json:"executed_at"`
	AsOf      *time.Time `json:"as_of,omitempty"`
	Age       *int64     `json:"age_seconds,omitempty"` // of the data, where it is known
	Rows      int        `json:"rows,omitempty"`
	Tables    []string   `json:"tables,omitempty"`
	Model     string     `json:"model,omitempty"`
	Revision  string     `json:"revision,omitempty"`
}

// origin is what a result says of where it came from.
type origin struct {
	sources []shownSource
	fields  json.RawMessage // of its fields, by path: as their gov tags say
	cached  *int64          // how old the answer is, in seconds, if a handler gave it to an earlier call
}

// into adds to _meta what there is to tell.
func (o origin) into(meta mcp.Meta) mcp.Meta {
	add := func(key string, value any) {
		if meta == nil {
			meta = mcp.Meta{}
		}
		meta[key] = value
	}
	if len(o.sources) > 0 {
		add(sourcesKey, o.sources)
	}
	if len(o.fields) > 0 {
		add(fieldsKey, o.fields)
	}
	if o.cached != nil {
		add(cachedKey, shownAge{*o.cached})
	}
	return meta
}

// shownAge is how old an answer from the cache is.
type shownAge struct {
	Seconds int64 `json:"age_seconds"`
}

// size is about what a source adds to a result.
func (s *shownSource) size() int {
	size := 100 + len(s.System) + len(s.Ref) + len(s.Statement) + len(s.Model) + len(s.Revision)
	for _, table := range s.Tables {
		size += len(table) + 3
	}
	return size
}

// attribute puts into a masked result where it came from, as far as this caller may know.
func (s *Server) attribute(x executed, duty policy.Obligations, m *maskedResult) error {
	m.origin.cached = x.recall.age
	sources, _ := x.notes.origins()
	if len(sources) == 0 {
		return nil
	}
	hidden, err := x.shows.hiddenBy(duty.Edits)
	if err != nil {
		return err
	}
	m.origin.fields = hidden.origins
	hide := x.scrub
	if len(duty.Edits) > 0 {
		values, err := hidden.fields.Collect(x.body)
		if err != nil {
			return err //nolint:wrapcheck // of what, the caller says
		}
		finds := mask.NewScrubber(disguises(values))
		hide = func(text string) string { return finds.Scrub(x.scrub(text)) }
	}
	for _, source := range sources {
		shown := tellable(source, m.cut > 0, len(duty.Edits) > 0)
		hideIn(&shown, hide)
		if err := s.cleanSource(&shown); err != nil {
			return err
		}
		m.origin.sources = append(m.origin.sources, newShownSource(&shown, x.begun))
	}
	if x.target.provenance == ProvenanceText {
		m.content = append(m.content, &mcp.TextContent{Text: originText(m.origin.sources)})
	}
	return nil
}

// tellable is what of a source is no hint at what was hidden: lineage names the tables hidden fields come from, and any text may speak of a row
// that was cut, whose number is nobody's business either.
func tellable(s audit.Source, cut, hides bool) audit.Source {
	switch {
	case cut:
		return audit.Source{System: s.System, Executed: s.Executed, AsOf: s.AsOf}
	case hides:
		s.Statement, s.Tables, s.Model, s.Revision = "", nil, "", ""
	}
	return s
}

// cleanSource takes out of a source's texts what nobody sees.
func (s *Server) cleanSource(source *audit.Source) (err error) {
	hideIn(source, func(text string) string {
		cleaned, _, fault := s.cleaner.Text(text)
		if fault != nil {
			err = fmt.Errorf("a source of the result: %w", fault)
		}
		return cleaned
	})
	return err
}

func newShownSource(s *audit.Source, now time.Time) shownSource {
	shown := shownSource{
		System: s.System, Ref: s.Ref, Statement: s.Statement, Executed: s.Executed.Truncate(time.Millisecond),
		Rows: s.Rows, Tables: s.Tables, Model: s.Model, Revision: s.Revision,
	}
	if !s.AsOf.IsZero() {
		at, old := s.AsOf.Truncate(time.Millisecond), age(s.AsOf, now)
		shown.AsOf, shown.Age = &at, &old
	}
	return shown
}

// originText tells a model where a result came from, a line for each source.
func originText(sources []shownSource) string {
	var b strings.Builder
	for i, s := range sources {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("Source: " + line(s.System))
		if s.Ref != "" {
			b.WriteString(", " + line(s.Ref))
		}
		b.WriteString(", executed " + s.Executed.Format(time.RFC3339))
		if s.AsOf != nil {
			b.WriteString(", data as of " + s.AsOf.Format(time.RFC3339))
		}
		switch {
		case s.Rows == 1:
			b.WriteString(", 1 row")
		case s.Rows > 1:
			fmt.Fprintf(&b, ", %d rows", s.Rows)
		}
		if len(s.Tables) > 0 {
			b.WriteString(", from " + line(strings.Join(s.Tables, " ")))
		}
		if s.Model != "" {
			b.WriteString(", model " + line(s.Model))
		}
		if s.Revision != "" {
			b.WriteString(", revision " + line(s.Revision))
		}
	}
	return b.String()
}

// line keeps a text from looking like another source.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }

// describedField is where a field's values come from, and their unit.
type describedField struct {
	Source string `json:"source,omitempty"`
	Unit   string `json:"unit,omitempty"`
}

// fieldOrigins is what the gov tags of a result say of fields no edit hides, as a JSON object by path; nil if they say nothing.
func fieldOrigins(places []fields.Place, edits []policy.Edit) (json.RawMessage, error) {
	described := map[string]describedField{}
	for _, place := range places {
		hides := func(e policy.Edit) bool {
			path, err := fields.ParsePath(e.Path)
			return err != nil || mayContain(path, place.Path)
		}
		if !slices.ContainsFunc(edits, hides) {
			described[place.String()] = describedField{place.Gov.Source, place.Gov.Unit}
		}
	}
	if len(described) == 0 {
		return nil, nil
	}
	encoded, err := json.Marshal(described)
	if err != nil {
		return nil, fmt.Errorf("the origins of the fields: %w", err)
	}
	return encoded, nil
}
