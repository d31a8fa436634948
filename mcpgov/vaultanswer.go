package mcpgov

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// maxStored bounds an answer in the Store, in bytes of JSON.
const maxStored = 16 << 20

// storedAnswer is an answer as the Store keeps it, before it is sealed.
type storedAnswer struct {
	Body        []byte
	Sources     []audit.Source
	Cut         int
	Asked, Ends time.Time
	Generations []string
	Bond        []byte
}

func (k answerKey) name() string {
	return "mcpgov:answer:" + base64.RawURLEncoding.EncodeToString(k[:])
}

// inStore asks the Store whether what this process has kept is good still, and if that is nothing, what other replicas have.
func (s *Server) inStore(c *call, found *answer) *answer {
	v, t, r := s.kept.vault, c.target, &c.recall
	if len(t.tags) == 0 && (found != nil || t.decode == nil) {
		return found // nothing another replica could have an opinion of
	}
	if v.resting() {
		return s.withoutStore(c, found)
	}
	var stored []string
	var theirs *answer
	err := v.do(c.ctx, func(ctx context.Context) error {
		for _, tag := range t.tags {
			generation, err := v.generation(ctx, tag)
			if err != nil {
				return err
			}
			stored = append(stored, generation)
		}
		if found != nil && slices.Equal(found.stored, stored) || t.decode == nil {
			return nil
		}
		var err error
		theirs, err = v.answer(ctx, r, t, stored)
		return err
	})
	if err != nil {
		return s.withoutStore(c, found) // stored and theirs may still be written to
	}
	r.stored = stored
	if found != nil && slices.Equal(found.stored, stored) {
		return found
	}
	if theirs == nil {
		return nil
	}
	if theirs.out, err = s.reread(c, theirs.body); err != nil {
		return nil // of a build whose type is another
	}
	if !s.holds(c, theirs) {
		_ = v.do(c.ctx, func(ctx context.Context) error { return v.store.Delete(ctx, r.key.name()) }) // counted and logged there
		return nil
	}
	theirs.local = r.local
	s.kept.add(theirs)
	return theirs
}

// withoutStore makes do with this process. Whether another replica has changed what an answer with tags is made of nobody knows then.
func (s *Server) withoutStore(c *call, found *answer) *answer {
	if len(c.target.tags) == 0 {
		return found
	}
	c.recall.keeps = false
	return nil
}

// answer reads what another replica has kept; nil if that is nothing, or nothing that is good still.
func (v *vault) answer(ctx context.Context, r *recall, t *target, generations []string) (*answer, error) {
	plain, err := v.get(ctx, r.key.name())
	if err != nil || plain == nil {
		return nil, err
	}
	var kept storedAnswer
	if err := json.Unmarshal(plain, &kept); err != nil {
		return nil, nil //nolint:nilerr,nilnil // of a version of this package that writes otherwise
	}
	found := &answer{key: r.key, body: kept.Body, sources: kept.Sources, cut: kept.Cut, asked: kept.Asked, ends: kept.Ends, stored: generations, bond: kept.Bond}
	if longest := r.asked.Add(t.cache.TTL); found.ends.After(longest) { // another clock, or another TTL
		found.ends = longest
	}
	if !slices.Equal(kept.Generations, generations) || !r.asked.Before(found.ends) {
		return nil, nil //nolint:nilnil // no answer is no fault
	}
	return found, nil
}

// put keeps an answer for other replicas, if they can read it back.
func (s *Server) put(c *call, a *answer) {
	v := s.kept.vault
	if c.target.decode == nil || len(a.body) > maxStored/2 || v.resting() {
		return
	}
	if _, err := s.reread(c, a.body); err != nil {
		return // a type that does not come back from JSON as it went is kept in its process alone
	}
	plain, err := json.Marshal(storedAnswer{a.body, a.sources, a.cut, a.asked, a.ends, a.stored, a.bond})
	if err != nil {
		return
	}
	_ = v.do(c.ctx, func(ctx context.Context) error { // counted and logged there
		if left := time.Until(a.ends); left > 0 {
			return v.set(ctx, a.key.name(), plain, left)
		}
		return nil // its time ended on the way
	})
}

// reread makes a result of its bytes, if it is one that has the same bytes. Types may bring code of their own for that.
func (s *Server) reread(c *call, body []byte) (any, error) {
	return within(c.ctx, s.limits.Tool, func(context.Context) (any, error) {
		out, err := c.target.decode(body)
		if err != nil {
			return nil, err
		}
		again, err := c.target.encode(out)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(again, body) {
			return nil, fmt.Errorf("a %T does not come back from its JSON as it was", out)
		}
		return out, nil
	})
}

// decoder is how results of a type are read back. Of one that holds interfaces the bytes do not tell what was in them.
func decoder(out reflect.Type, decode func([]byte) (any, error)) func([]byte) (any, error) {
	if reaches(out, isInterface) {
		return nil
	}
	return decode
}

func decodeInto(body []byte, out any) (any, error) {
	if err := json.Unmarshal(body, out); err != nil {
		return nil, err //nolint:wrapcheck // nobody is told
	}
	return out, nil
}
