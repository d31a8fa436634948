package mcpgov

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/policy"
)

// maxSubjects bounds whom one record names. Of a call about more people nothing can be looked up by value: its digests are under a key that
// nobody keeps, because each of those people must be able to be erased.
const maxSubjects = 100

// subjects finds whom a document is about: the values of the fields tagged gov:"subject".
type subjects struct{ plan *mask.Plan }

func newSubjects(t reflect.Type) (s subjects, edits []policy.Edit, err error) {
	places, err := fields.Subjects(t)
	if err != nil || len(places) == 0 {
		return s, nil, err
	}
	var found []mask.Edit
	for _, p := range places {
		found = append(found, mask.Edit{Path: p.Path})
		edits = append(edits, policy.Edit{Path: p.String(), Mask: "hash"})
	}
	s.plan, err = mask.Compile(found, nil)
	return s, edits, err
}

func (s subjects) in(document []byte) ([]string, error) {
	if s.plan == nil {
		return nil, nil
	}
	return s.plan.Collect(document)
}

// persons is whom a call is about, and the key of what its record says of them.
type persons struct {
	people []string
	keys   [][]byte
	more   int    // people beyond those that are named
	key    []byte // nil: the server's
}

// noteSubjects takes notice of people a document names, and puts their digests into the record.
func (s *Server) noteSubjects(c *call, finder subjects, document json.RawMessage) error {
	people, err := finder.in(document)
	if err != nil {
		return err
	}
	c.people.begun(people, false)
	known := len(c.persons.people)
	slices.Sort(people)
	for _, one := range slices.Compact(people) {
		switch {
		case one == "" || slices.Contains(c.persons.people, one):
			continue
		case len(c.persons.people) == maxSubjects:
			c.persons.more++
			continue
		}
		key, err := s.subjectKey(c.ctx, one)
		if err != nil {
			return fmt.Errorf("the key of a data subject: %w", err)
		}
		c.persons.people, c.persons.keys = append(c.persons.people, one), append(c.persons.keys, key)
		c.draft.Subjects = append(c.draft.Subjects, audit.SubjectDigest(key, one))
	}
	switch {
	case c.persons.more > 0:
		c.persons.key = make([]byte, minKey)
		_, _ = rand.Read(c.persons.key) // crypto/rand never fails
		c.draft.Note = joinNote(c.draft.Note, fmt.Sprintf("%d more data subjects", c.persons.more))
	case len(c.persons.people) > known:
		c.persons.key = audit.CombinedKey(c.persons.keys...)
	}
	return nil
}

// subjectKey asks for a person's key, within the sink's time and whatever became of the caller. Without keys for each, all have the server's.
func (s *Server) subjectKey(ctx context.Context, subject string) ([]byte, error) {
	if s.subjects == nil {
		return s.key, nil
	}
	return within(context.WithoutCancel(ctx), s.limits.Audit, func(ctx context.Context) ([]byte, error) {
		return s.subjects.SubjectKey(ctx, subject)
	})
}

// recordKey is the key of the digests in the record of a call.
func (s *Server) recordKey(c *call) []byte {
	if c.persons.key == nil || s.subjects == nil {
		return s.key
	}
	return c.persons.key
}

// forRecord takes out of a text for the record what may stand in no text, and whom the call is about.
func (c *call) forRecord(text string) string { return c.people.hide(c.secrets.hide(text)) }
