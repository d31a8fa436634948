package mcpgov

import (
	"container/list"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// What one process keeps.
const (
	maxAnswers     = 1000
	maxAnswerBytes = 64 << 20
)

// answer is what a handler once returned. It does not change: calls read it side by side.
type answer struct {
	key     answerKey
	out     any
	body    []byte
	sources []audit.Source
	cut     int       // sources beyond those
	asked   time.Time // when the handler was
	ends    time.Time
	local   []uint64 // the generations of its tags, as they were before the handler ran: here
	stored  []string // and in the Store
	bond    []byte   // to the people it is about
}

// size is about what an answer takes in memory: the body, and as much again for the value it was made of.
func (a *answer) size() int {
	size := 512 + 2*len(a.body)
	for i := range a.sources {
		size += 256 + len(a.sources[i].Ref) + 64*len(a.sources[i].Tables)
	}
	return size
}

// tag is a word that answers are cached under. Its generation changes whenever something has changed what they are made of: answers of an
// earlier one are dead, also those whose handlers were under way.
type tag struct {
	name       string
	generation atomic.Uint64
	told       atomic.Uint64 // the newest generation the Store has heard of
}

// owed reports whether the Store has not heard of the newest.
func (t *tag) owed() bool { return t.told.Load() < t.generation.Load() }

// heard notes that the Store knows of a generation. It may say so late, when there are newer ones it has not heard of.
func (t *tag) heard(generation uint64) {
	for {
		before := t.told.Load()
		if before >= generation || t.told.CompareAndSwap(before, generation) {
			return
		}
	}
}

// answerCache keeps answers in this process, those asked for last.
type answerCache struct {
	nameKey []byte
	tags    map[string]*tag
	vault   *vault // nil: nowhere else
	mu      sync.Mutex
	kept    map[answerKey]*list.Element // of *answer
	order   *list.List                  // the newest in front
	bytes   int

	hits, misses atomic.Int64
}

// generations are those of tags now.
func generations(tags []*tag) []uint64 {
	if len(tags) == 0 {
		return nil
	}
	now := make([]uint64, len(tags))
	for i, t := range tags {
		now[i] = t.generation.Load()
	}
	return now
}

// find returns what is kept under key, if it is good still.
func (a *answerCache) find(key answerKey, local []uint64, now time.Time) *answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	element := a.kept[key]
	if element == nil {
		return nil
	}
	found, _ := element.Value.(*answer)
	if !now.Before(found.ends) || !slices.Equal(found.local, local) {
		a.drop(element)
		return nil
	}
	a.order.MoveToFront(element)
	return found
}

// add keeps an answer in the place of what was under its key; those nobody has asked for longest make room.
func (a *answerCache) add(fresh *answer) {
	size := fresh.size()
	if size > maxAnswerBytes/4 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if old := a.kept[fresh.key]; old != nil {
		a.drop(old)
	}
	a.kept[fresh.key] = a.order.PushFront(fresh)
	a.bytes += size
	for len(a.kept) > maxAnswers || a.bytes > maxAnswerBytes {
		a.drop(a.order.Back())
	}
}

// forget drops what is kept under key.
func (a *answerCache) forget(key answerKey) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if element := a.kept[key]; element != nil {
		a.drop(element)
	}
}

// drop forgets an answer; the caller holds the lock.
func (a *answerCache) drop(element *list.Element) {
	gone, _ := a.order.Remove(element).(*answer)
	delete(a.kept, gone.key)
	a.bytes -= gone.size()
}

// CacheStats says what became of calls of cached targets since the server was made.
type CacheStats struct {
	Hits    int64 // answered from the cache
	Misses  int64 // answered by a handler
	Answers int   // kept in this process now
	Bytes   int   // about what they take

	StoreFailures int64 // operations of Config.Store that failed or came too late; each is a miss, or an invalidation that is made up for later
	StoreFailing  bool  // the last one did
}

// CacheStats says how the cache serves. It may be called at any time.
func (s *Server) CacheStats() CacheStats {
	a := s.kept
	a.mu.Lock()
	defer a.mu.Unlock()
	stats := CacheStats{Hits: a.hits.Load(), Misses: a.misses.Load(), Answers: len(a.kept), Bytes: a.bytes}
	if a.vault != nil {
		stats.StoreFailures, stats.StoreFailing = a.vault.failures.Load(), a.vault.failing.Load()
	}
	return stats
}
