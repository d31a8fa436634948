package mcpgov

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

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

func (s subjects) none() bool { return s.plan == nil }

func (s subjects) in(document []byte) ([]string, error) {
	if s.none() {
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
	// strangers: some have no key yet, and the call is not admitted. Its digests are under a key that nobody keeps.
	strangers bool
}

// nameStrangers gives people who came up for the first time their keys, now that the call is admitted, and notes the arguments under them.
func (s *Server) nameStrangers(c *call) error {
	if !c.persons.strangers {
		return nil
	}
	c.persons, c.draft.Subjects = persons{}, nil
	if err := s.noteArguments(c, true); err != nil {
		return refuse(MaskFailed, err)
	}
	return nil
}

// noteSubjects takes notice of people, and puts their digests into the record. All their keys together have the sink's time.
func (s *Server) noteSubjects(c *call, people []string, create bool) error {
	if len(people) == 0 {
		return nil
	}
	c.people.begun(people, false)
	ctx, cancel := bounded(context.WithoutCancel(c.ctx), s.limits.Audit)
	defer cancel()
	known := len(c.persons.people)
	fresh := slices.Clone(people)
	slices.Sort(fresh)
	fresh = slices.DeleteFunc(slices.Compact(fresh), func(one string) bool { return one == "" || slices.Contains(c.persons.people, one) })
	if room := maxSubjects - known; len(fresh) > room {
		c.persons.more += len(fresh) - room
		fresh = fresh[:room]
	}
	for i, found := range s.subjectKeys(ctx, fresh, create) {
		switch {
		case !create && errors.Is(found.err, audit.ErrNoSubject):
			c.persons.strangers = true
		case found.err != nil:
			return fmt.Errorf("the key of a data subject: %w", found.err)
		default:
			c.persons.people, c.persons.keys = append(c.persons.people, fresh[i]), append(c.persons.keys, found.key)
			c.draft.Subjects = append(c.draft.Subjects, audit.SubjectDigest(found.key, fresh[i]))
		}
	}
	switch {
	case c.persons.more > 0 || c.persons.strangers:
		c.persons.key = make([]byte, minKey)
		_, _ = rand.Read(c.persons.key) // crypto/rand never fails
	case len(c.persons.people) > known:
		c.persons.key = audit.CombinedKey(c.persons.keys...)
	}
	return nil
}

type subjectKey struct {
	key []byte
	err error
}

// atOnce is how many keys are asked for side by side: a new one waits for a disk, or for a service.
const atOnce = 16

// subjectKeys asks for the keys of people, in their order.
func (s *Server) subjectKeys(ctx context.Context, people []string, create bool) []subjectKey {
	found := make([]subjectKey, len(people))
	if len(people) == 1 || s.subjects == nil {
		for i, one := range people {
			found[i].key, found[i].err = s.subjectKey(ctx, one, create)
		}
		return found
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(atOnce, len(people)) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(people); i = int(next.Add(1)) - 1 {
				found[i].key, found[i].err = s.subjectKey(ctx, people[i], create)
			}
		})
	}
	all.Wait()
	return found
}

// subjectKey asks for a person's key. Without keys for each, all have the server's. A key that can be guessed names the person to everyone.
func (s *Server) subjectKey(ctx context.Context, subject string, create bool) ([]byte, error) {
	if s.subjects == nil {
		return s.key, nil
	}
	key, err := within(ctx, s.limits.Audit, func(ctx context.Context) ([]byte, error) { return s.subjects.SubjectKey(ctx, subject, create) })
	if err == nil && len(key) < minKey {
		return nil, fmt.Errorf("it has %d bytes: Config.Subjects must return %d random bytes or more", len(key), minKey)
	}
	return key, err
}

// erasable reports whether a call may be about people whose keys can be deleted. Nothing in its record may then be computed from other keys.
func (s *Server) erasable(c *call) bool {
	return s.subjects != nil && c.mentionsPeople()
}

// mentionsPeople reports whether the arguments or the result of a call have fields that name people.
func (c *call) mentionsPeople() bool {
	return !c.shows.subjectsIn.none() || !c.shows.subjectsOut.none()
}

// hidePeople takes those who became known last out of the texts that were noted before.
func (c *call) hidePeople(r *audit.Record) {
	if !c.mentionsPeople() {
		return
	}
	if c.persons.more > 0 {
		r.Note = joinNote(r.Note, fmt.Sprintf("%d more data subjects", c.persons.more))
	}
	r.Purpose = c.forRecord(r.Purpose)
	r.Sources, r.Steps = slices.Clone(r.Sources), slices.Clone(r.Steps)
	for i := range r.Sources {
		hideIn(&r.Sources[i], c.forRecord)
	}
	for i := range r.Steps {
		step := &r.Steps[i]
		step.Kind, step.Name = c.forRecord(step.Kind), c.forRecord(step.Name)
	}
}

// unread takes notice of people in arguments that were refused before they were read. Their faults may quote them.
func (c *call) unread() {
	if c.read || c.shows.subjectsIn.none() || len(c.raw.arguments) == 0 {
		return
	}
	people, err := c.shows.subjectsIn.in(c.raw.arguments)
	c.people.begun(people, err != nil)
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
