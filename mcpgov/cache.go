package mcpgov

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// Cache lets what is ReadOnly be answered with what its handler answered before. A call that is, is a call like any other: identified,
// limited, decided, shaped for its own caller and recorded; only the handler does not run, nor do the interceptors around it, whose part in the
// result is kept with it. Its record and its result ("mcpgov/cached" in _meta) say how old the answer is, and its sources when they were asked.
//
// What is kept is what the handler returned, before any rule has hidden anything, under the target, the decoded arguments and the whole
// caller: user, attributes and agent. An answer is given to nobody a handler could tell from whom it was made for, unless Shared says that it
// does not matter. Whatever else a handler takes from its context, and the Call's ID and Begun, must not change its answer. Errors are not kept, nor what breaks the output schema, nor
// results past Limits.ResultBytes.
//
// An answer about people ([Config].Subjects) is given no more once the key of one of them is deleted, and one about more than 100 is not kept; what
// is given no more may lie in memory until another takes its place, and in the Store, sealed, until its TTL ends.
//
// A server keeps 1,000 answers and 64 MiB of them, in this process; with [Config].Store in there as well, sealed, where replicas find them. A Store
// that fails or takes longer than 50 ms is passed over and the handler runs: see [Server.CacheStats].
type Cache struct {
	TTL    time.Duration // how long an answer is good for; 0 is one hour
	Tags   []string      // what the answers are made of; tools that change it name the tag in ToolSpec.Invalidates. nil: they end with their TTL
	Shared bool          // the answer does not depend on who asks: all callers share it, each with the fields and rows that rules leave. False is the safe answer
}

// defaultTTL is what a TTL of 0 stands for.
const defaultTTL = time.Hour

var validTag = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,128}$`)

// clone keeps a spec from being changed after the feature was made of it, and fills in what 0 means.
func (c *Cache) clone() *Cache {
	if c == nil {
		return nil
	}
	own := *c
	own.Tags = slices.Clone(c.Tags)
	if own.TTL == 0 {
		own.TTL = defaultTTL
	}
	return &own
}

func (c *Cache) check(readOnly bool, fault func(string, ...any)) {
	if c == nil {
		return
	}
	if !readOnly {
		fault("Cache: what is not ReadOnly cannot be cached: its handler would not run; set ReadOnly, or leave Cache out")
	}
	if c.TTL < 0 {
		fault("Cache.TTL is %v: write how long an answer is good for, or 0 for %v", c.TTL, defaultTTL)
	}
	for i, tag := range c.Tags {
		if !validTag.MatchString(tag) {
			fault("Cache.Tags: %q: write 1 to 128 letters, digits, '_', '-', '.', ':' or '/'", tag)
		}
		if slices.Contains(c.Tags[:i], tag) {
			fault("Cache.Tags: %q stands there twice: leave one out", tag)
		}
	}
}

// checkTags refuses tags that tools invalidate and nothing is cached under: they are misspelt, or the cache is not there that was counted on.
func (b *builder) checkTags() {
	var cached []string
	for _, p := range b.parts {
		if p.target.cache != nil {
			cached = append(cached, p.target.cache.Tags...)
		}
	}
	slices.Sort(cached)
	cached = slices.Compact(cached)
	for _, p := range b.parts {
		for _, tag := range p.target.invalidates {
			if !slices.Contains(cached, tag) {
				b.fault(fmt.Errorf("%s: Invalidates names the tag %q, and nothing is cached under it%s%s", p.target, tag,
					suggest.DidYouMean(tag, cached), among(cached)))
			}
		}
	}
}

func among(tags []string) string {
	if len(tags) == 0 {
		return ": leave it out, or write Cache with this tag in what it changes"
	}
	return "; there are " + strings.Join(tags, ", ")
}
