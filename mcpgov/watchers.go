package mcpgov

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/policy"
)

// watchers are the sessions that have seen a list or watch a resource, and who is behind them: what they hear of is what that caller may see.
type watchers struct {
	mu       sync.Mutex
	sessions map[*mcp.ServerSession]*watcher
	sweep    int // the number of sessions at which those that ended are looked for
}

// watcher is one session.
type watcher struct {
	caller  *Caller
	raw     incoming // how the caller came in
	expires time.Time
	seen    map[listKind]*edition // under which policy each list was last seen
	watched map[string]any        // resources by URI, with what their variables were read as
}

// of returns the watcher of a request's session, now behind it the caller of c. The caller holds the lock.
func (w *watchers) of(s *Server, req mcp.Request, c *call) *watcher {
	session, ok := req.GetSession().(*mcp.ServerSession)
	if !ok {
		return nil
	}
	if w.sessions == nil {
		w.sessions = map[*mcp.ServerSession]*watcher{}
	}
	known := w.sessions[session]
	if known == nil {
		w.clean(s)
		known = &watcher{seen: map[listKind]*edition{}, watched: map[string]any{}}
		w.sessions[session] = known
	}
	known.caller, known.raw, known.expires = c.caller, c.raw, time.Time{}
	known.raw.notify = nil
	if token := c.raw.credentials.Token; token != nil {
		known.expires = token.Expiration
	}
	return known
}

// clean forgets sessions that have ended, whenever twice as many are known as were alive the last time.
func (w *watchers) clean(s *Server) {
	const fewest = 64
	if len(w.sessions) < max(w.sweep, fewest) {
		return
	}
	alive := map[*mcp.ServerSession]*watcher{}
	for session := range s.sdk.Sessions() {
		if known := w.sessions[session]; known != nil {
			alive[session] = known
		}
	}
	w.sessions, w.sweep = alive, 2*len(alive)
}

// listed notes that a session has seen a list under the policy of c. A list over stateless HTTP has no session to be told anything.
func (w *watchers) listed(s *Server, req mcp.Request, c *call, kind listKind) {
	if c.raw.credentials.Transport == "http" && c.raw.client.Protocol >= statelessEra && c.target.kind == "list" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if known := w.of(s, req, c); known != nil {
		known.seen[kind] = c.edition
	}
}

// subscribed notes that a session watches a resource; false if it watches too many.
func (w *watchers) subscribed(s *Server, req mcp.Request, c *call, uri string, in any) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	known := w.of(s, req, c)
	if known == nil {
		return false
	}
	if _, again := known.watched[uri]; !again && len(known.watched) >= maxSubscriptions {
		return false
	}
	known.watched[uri] = in
	return true
}

func (w *watchers) unsubscribed(req mcp.Request, uri string) {
	session, _ := req.GetSession().(*mcp.ServerSession)
	w.mu.Lock()
	defer w.mu.Unlock()
	if known := w.sessions[session]; known != nil {
		delete(known.watched, uri)
	}
}

// left forgets what a stream that has ended asked for.
func (w *watchers) left(req mcp.Request) {
	session, _ := req.GetSession().(*mcp.ServerSession)
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.sessions, session)
}

// hears asks about a session whose caller's credentials are still good; false if there is none. What answer reads and writes of it, it does
// under the lock; of what is returned only caller and raw may be used.
func (w *watchers) hears(req mcp.Request, answer func(*watcher) bool) (watcher, bool) {
	session, _ := req.GetSession().(*mcp.ServerSession)
	w.mu.Lock()
	defer w.mu.Unlock()
	known := w.sessions[session]
	if known == nil || !known.expires.IsZero() && time.Now().After(known.expires) || !answer(known) {
		return watcher{}, false
	}
	return watcher{caller: known.caller, raw: known.raw}, true
}

// announce is the one sending middleware: it holds back what a session may not hear of.
func (s *Server) announce(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		if !s.mayHear(method, req) {
			return nil, nil //nolint:nilnil // a notification has no result
		}
		return next(ctx, method, req)
	}
}

func (s *Server) mayHear(method string, req mcp.Request) bool {
	switch method {
	case "notifications/tools/list_changed":
		return s.changedFor(req, toolList)
	case "notifications/prompts/list_changed":
		return s.changedFor(req, promptList)
	case "notifications/resources/list_changed":
		resources, templates := s.changedFor(req, resourceList), s.changedFor(req, templateList)
		return resources || templates
	case "notifications/resources/updated":
		params, ok := req.GetParams().(*mcp.ResourceUpdatedNotificationParams)
		return ok && s.watches(req, params.URI)
	}
	return true
}

// watches reports whether the session's caller may read, now, a resource it subscribed to.
func (s *Server) watches(req mcp.Request, uri string) bool {
	var in any
	w, ok := s.watchers.hears(req, func(known *watcher) (subscribed bool) {
		in, subscribed = known.watched[uri]
		return subscribed
	})
	t, _ := s.targets.resource(uri)
	if !ok || t == nil {
		return false
	}
	decision, err := s.decision(w.call(s.current.Load()), t, in)
	return err == nil && decision.Effect == policy.Allow
}

// changedFor reports whether a list the session has seen would now be another, for its caller. The session then counts as having seen it.
func (s *Server) changedFor(req mcp.Request, kind listKind) bool {
	now := s.current.Load()
	var before *edition
	w, ok := s.watchers.hears(req, func(known *watcher) bool {
		before = known.seen[kind]
		if before == nil || before == now {
			return false
		}
		known.seen[kind] = now
		return true
	})
	if !ok {
		return false
	}
	old, current := w.call(before), w.call(now)
	for i, entry := range now.lists[kind] { // the features are the same under all policies, and so is their order
		shown := s.lists(current, entry.target)
		if shown != s.lists(old, entry.target) || shown && !bytes.Equal(entry.encoded, before.lists[kind][i].encoded) {
			return true
		}
	}
	return false
}

// call is a question of the watcher's caller, asked under a policy.
func (w watcher) call(e *edition) *call {
	return &call{ctx: context.Background(), begun: time.Now(), target: &target{}, edition: e, caller: w.caller, raw: w.raw}
}
