package mcpgov

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"

	"github.com/mcpgov/go-sdk/audit"
)

// bond is a digest of the keys of everybody an answer is about: when one of them has been erased since, it is another, and the answer is not
// given again. Otherwise the cache would show him after his erasure, and digests in the sources it keeps would join what is recorded of him
// now to what was before. It is nil where nobody can be erased, and false where it cannot be told.
func (s *Server) bond(c *call, body []byte) (bond []byte, ok bool) {
	if !s.erasable(c) {
		return nil, true
	}
	people, err := c.shows.subjectsOut.in(body)
	if err != nil || c.persons.more > 0 {
		return nil, false
	}
	slices.Sort(people)
	people = slices.DeleteFunc(slices.Compact(people), func(one string) bool { return one == "" || slices.Contains(c.persons.people, one) })
	if len(people)+len(c.persons.people) > maxSubjects {
		return nil, false
	}
	bonds := make([]string, 0, maxSubjects)
	for i, one := range c.persons.people { // under the keys they had before the handler asked about them
		bonds = append(bonds, bondOf(one, c.persons.keys[i]))
	}
	ctx, cancel := bounded(context.WithoutCancel(c.ctx), s.limits.Audit)
	defer cancel()
	for i, found := range s.subjectKeys(ctx, people, false) {
		if found.err != nil && !errors.Is(found.err, audit.ErrNoSubject) { // who has no key is in no record: his row was left out
			return nil, false
		}
		bonds = append(bonds, bondOf(people[i], found.key))
	}
	slices.Sort(bonds)
	mac := hmac.New(sha256.New, s.kept.nameKey)
	for _, one := range bonds {
		mac.Write([]byte(one))
	}
	return mac.Sum(nil), true
}

func bondOf(one string, key []byte) string {
	return string(appendText(appendText(nil, one), string(key)))
}

// holds reports whether an answer is about the same people as when it was kept; one that is not is forgotten.
func (s *Server) holds(c *call, a *answer) bool {
	bond, ok := s.bond(c, a.body)
	if ok && !hmac.Equal(bond, a.bond) {
		s.kept.forget(a.key)
		return false
	}
	return ok // where nobody knows, the handler answers
}
