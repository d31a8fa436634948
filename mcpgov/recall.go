package mcpgov

import (
	"container/list"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"time"
)

// recall is one call's dealing with the cache.
type recall struct {
	key    answerKey
	asked  time.Time
	local  []uint64 // the generations of the target's tags before the handler ran: here
	stored []string // and in the Store
	keeps  bool     // what the handler returns may be kept
	age    *int64   // how old the answer is, in seconds, if it came from the cache
}

// newAnswerCache makes the cache of the features that have one.
func newAnswerCache(b *builder, logger *slog.Logger) (*answerCache, error) {
	a := &answerCache{tags: map[string]*tag{}, kept: map[answerKey]*list.Element{}, order: list.New()}
	var err error
	if a.nameKey, err = hkdf.Key(sha256.New, b.key, nil, "mcpgov names in the cache of "+b.config.Name, sha256.Size); err != nil {
		return nil, err //nolint:wrapcheck // cannot be: the length is one SHA-256 has
	}
	for _, p := range b.parts {
		if p.target.cache == nil {
			continue
		}
		for _, name := range p.target.cache.Tags {
			if a.tags[name] == nil {
				a.tags[name] = &tag{name: name}
			}
			p.target.tags = append(p.target.tags, a.tags[name])
		}
		if p.target.kind == kindResource { // no spec can write its own: tags have no space
			p.target.tags = append(p.target.tags, &tag{name: "resource " + p.target.name})
		}
	}
	for _, p := range b.parts {
		for _, name := range p.target.invalidates {
			p.target.outdates = append(p.target.outdates, a.tags[name])
		}
	}
	if b.config.Store != nil {
		a.vault, err = newVault(b, a.nameKey, logger)
	}
	return a, err
}

// recalled returns what a handler answered to such a call before.
func (s *Server) recalled(c *call, in any) (out any, body []byte, ok bool) {
	t := c.target
	if t.cache == nil {
		return nil, nil, false
	}
	r := &c.recall
	if r.key, ok = s.answerKey(c, in); !ok {
		s.kept.misses.Add(1)
		return nil, nil, false
	}
	r.asked, r.local, r.keeps = time.Now(), generations(t.tags), true
	found := s.kept.find(r.key, r.local, r.asked)
	if found != nil && !s.holds(c, found) {
		found = nil
	}
	if s.kept.vault != nil {
		found = s.inStore(c, found)
	}
	if found == nil {
		s.kept.misses.Add(1)
		return nil, nil, false
	}
	s.kept.hits.Add(1)
	old := age(found.asked, r.asked)
	r.age = &old
	c.notes.sources, c.notes.sourcesCut = slices.Clone(found.sources), found.cut // no handler runs that could add to them
	c.draft.Note = joinNote(c.draft.Note, "answered from the cache, "+ageText(found.asked, r.asked))
	return found.out, found.body, true
}

// keep puts what a handler returned into the cache, unless something has changed meanwhile what it was made of. The value is copied: the
// handler may still have its hands on it.
func (s *Server) keep(c *call, out any, body []byte) {
	defer func() {
		if p := recover(); p != nil { // of a type that cannot be copied: an answer is not kept, and that ends no call
			s.logger.Error("an answer could not be kept", slog.String("target", c.target.name), slog.Any("error", panicError(p)))
		}
	}()
	r := &c.recall
	late := c.target.timeout != noLimit && time.Since(r.asked) >= c.target.timeout // who knows what the handler left out when its time was up
	if !r.keeps || r.age != nil || late || c.ctx.Err() != nil || !slices.Equal(r.local, generations(c.target.tags)) {
		return
	}
	fresh := &answer{key: r.key, body: body, asked: r.asked, ends: r.asked.Add(c.target.cache.TTL), local: r.local, stored: r.stored}
	if !time.Now().Before(fresh.ends) {
		return // the handler took longer than its answer is good for
	}
	if fresh.bond, r.keeps = s.bond(c, body); !r.keeps {
		return
	}
	fresh.sources, fresh.cut = c.notes.origins()
	fresh.out = (&copying{}).of(reflect.ValueOf(out)).Interface()
	s.kept.add(fresh)
	if s.kept.vault != nil {
		s.put(c, fresh)
	}
}

// run has the handler answer. Whatever it made out of date is invalidated when it has really ended, well or not, also if nobody waits for it
// any more: before, another call could keep what it has read while the handler had not written yet.
func (s *Server) run(c *call, in any) (out any, body []byte, err error) {
	type result struct {
		out  any
		body []byte
		half halfMade // what the handler had begun when it failed
	}
	ended := func() {
		s.handlers.give()
		s.invalidate(c.target.outdates)
	}
	res, err, left := watch(s.handed(c), c.target.timeout, func(ctx context.Context) (result, error) {
		out, err := s.intercepted(ctx, c, in)
		if err != nil {
			return result{half: c.begunValues(out)}, err
		}
		body, err := c.target.encode(out)
		return result{out: out, body: body}, err
	}, ended)
	if left { // the slot goes with it
		c.holds = false
	} else {
		s.invalidate(c.target.outdates)
	}
	if err != nil {
		c.noteHalfMade(res.half)
		return nil, nil, err
	}
	return res.out, res.body, nil
}

// own is the tag that stands for the resource itself; none if it is not cached.
func (t *target) own() []*tag { return t.tags[max(0, len(t.tags)-1):] }

// Invalidate ends all cached answers under tags, as a tool does that names them in [ToolSpec.Invalidates]: for what changes data outside of tools. It
// returns when other replicas can know, or after 50 ms if [Config].Store fails; then they hear with the next call that asks for the tag. An error means
// that nothing is cached under a tag, and nothing was done.
func (s *Server) Invalidate(tags ...string) error {
	var known []*tag
	for _, name := range tags {
		t := s.kept.tags[name]
		if t == nil {
			return fmt.Errorf("nothing is cached under the tag %q", name)
		}
		known = append(known, t)
	}
	s.invalidate(known)
	return nil
}

// invalidate begins a new generation of tags.
func (s *Server) invalidate(tags []*tag) {
	for _, t := range tags {
		t.generation.Add(1)
	}
	if s.kept.vault != nil && len(tags) > 0 {
		s.kept.vault.outdate(tags)
	}
}
