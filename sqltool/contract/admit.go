package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/suggest"
	"github.com/mcpgov/go-sdk/mcpgov"
)

// Broken is the code of a call that is refused because a contract is broken.
const Broken mcpgov.Code = "data_contract_broken"

// Error declares [Broken] for [mcpgov.ToolSpec].Errors; [Guard.Tool] adds it by itself.
func Error() mcpgov.ErrorSpec {
	return mcpgov.ErrorSpec{Code: Broken, Meaning: "The data behind this tool did not pass its quality checks and is not served until it does.", Retryable: true}
}

// reading is what one tool or resource reads.
type reading struct {
	contracts []int
	unknown   bool // of tables no contract is about: never admitted
	declared  bool // the tool declares Broken
	cached    bool // its answers are kept, past the guard: never admitted
}

// Tool notes which tables a tool reads and returns its spec with [Broken] declared. A table is named as its contract is, or as
// "table", "schema.table" or "database.schema.table"; one without a contract is an error of [Guard.Start], and until then of every call. So is
// ToolSpec.Cache: what the cache answers is not asked for here.
func (g *Guard) Tool(spec mcpgov.ToolSpec, tables ...string) mcpgov.ToolSpec {
	spec.Errors = slices.Clone(spec.Errors)
	if !slices.ContainsFunc(spec.Errors, func(e mcpgov.ErrorSpec) bool { return e.Code == Broken }) {
		spec.Errors = append(spec.Errors, Error())
	}
	g.note(spec.Name, true, tables)
	if spec.Cache != nil {
		g.refuseCache(spec.Name)
	}
	return spec
}

// Reads notes which tables a resource (by its URI or template), a prompt or a tool reads, as [Guard.Tool] does. Where it does not declare
// [Broken] calls are refused as [mcpgov.Failed], with the same text. It must have no Cache, which answers without asking the guard.
func (g *Guard) Reads(target string, tables ...string) { g.note(target, false, tables) }

func (g *Guard) note(target string, declared bool, tables []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.reads[target]
	r.contracts = slices.Clone(r.contracts) // a call may be reading them
	r.declared = r.declared || declared
	if len(tables) == 0 {
		r.unknown = true
		g.faults = append(g.faults, fmt.Errorf("%s: it reads no tables: name them, or leave the guard out", target))
	}
	for _, table := range tables {
		found := g.about(table)
		if len(found) == 0 {
			r.unknown = true
			g.faults = append(g.faults, fmt.Errorf("%s: no contract is about table %q%s", target, table, suggest.DidYouMean(table, g.names())))
		}
		r.contracts = append(r.contracts, found...)
	}
	slices.Sort(r.contracts)
	r.contracts = slices.Compact(r.contracts)
	g.reads[target] = r
}

// refuseCache refuses a target whose answers are kept: they would be served on when the contract has broken.
func (g *Guard) refuseCache(target string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.reads[target]
	r.cached = true
	g.reads[target] = r
	g.faults = append(g.faults, fmt.Errorf("%s: ToolSpec.Cache answers without asking the guard: leave it out, or keep the data in a sqltool/matview", target))
}

func (g *Guard) names() []string {
	var names []string
	for i := range g.plan.contracts {
		names = append(names, g.plan.contracts[i].Name)
	}
	return names
}

// about returns the contracts of a table.
func (g *Guard) about(table string) []int {
	var found []int
	for i := range g.plan.contracts {
		if g.plan.contracts[i].is(table) {
			found = append(found, i)
		}
	}
	return found
}

// is reports whether a name may mean the contract's table. Letters' case does not count: rather one contract too many than one too few.
func (c *Contract) is(name string) bool {
	full := strings.ToLower(dotted(c.Database, c.Schema, c.Table))
	name = strings.ToLower(name)
	return name == strings.ToLower(c.Name) || name == full || strings.HasSuffix(name, "."+full) ||
		name == strings.ToLower(c.Table) || c.Schema != "" && name == strings.ToLower(dotted(c.Schema, c.Table))
}

// Interceptor applies the guard to the calls of what [Guard.Tool] and [Guard.Reads] were told of, for [mcpgov.Config].Interceptors. Others
// pass.
func (g *Guard) Interceptor() mcpgov.Interceptor {
	return func(ctx context.Context, call mcpgov.Call, next func(context.Context) (any, error)) (any, error) {
		g.mu.RLock()
		r, ok := g.reads[call.Target]
		g.mu.RUnlock()
		if !ok {
			return next(ctx)
		}
		if r.unknown {
			return nil, r.refusal("tables without a contract", errors.New("the guard was told of tables no contract is about"))
		}
		if r.cached {
			return nil, r.refusal("answers that are kept", errors.New("ToolSpec.Cache would answer without the guard"))
		}
		if err := g.admit(ctx, r); err != nil {
			return nil, err
		}
		return next(ctx)
	}
}

// Admit returns nil if tables may be read now, for handlers that learn only from their arguments what they read, such as free SQL. Tables
// without a contract may. A broken contract that says [Degrade] is noted in the call's provenance. The error is for the caller, of
// code [Broken]: the tool must declare [Error], else it fails without a text.
func (g *Guard) Admit(ctx context.Context, tables ...string) error {
	r := reading{declared: true}
	for _, table := range tables {
		r.contracts = append(r.contracts, g.about(table)...)
	}
	slices.Sort(r.contracts)
	r.contracts = slices.Compact(r.contracts)
	return g.admit(ctx, r)
}

func (g *Guard) admit(ctx context.Context, r reading) error {
	now := time.Now()
	for _, i := range r.contracts {
		c := &g.plan.contracts[i]
		s := g.state(i, now)
		if !s.broken {
			continue
		}
		switch c.OnBreach {
		case Refuse:
			return r.refusal(c.Name, errors.New(s.why))
		case Degrade:
			mcpgov.AddSource(ctx, mcpgov.Source{
				System: g.options.System, Ref: "degraded: data contract " + s.why, AsOf: s.asOf,
				Tables: slices.Clone(c.DependsOn), Model: c.Model, Revision: c.Revision,
			})
		case Warn:
		}
	}
	return nil
}

// refusal is what the caller is told: the contract's name, and for the record why.
func (r reading) refusal(name string, why error) error {
	const text = "the data behind this did not pass its quality checks (%s) and is not served until it does: try again later%w"
	if r.declared {
		return mcpgov.Fail(Broken, text, name, hidden{why})
	}
	return mcpgov.Userf(text, name, hidden{why})
}

// hidden is a cause that a message wraps and does not show.
type hidden struct{ error }

// Format writes nothing.
func (hidden) Format(fmt.State, rune) {}

// Unwrap returns the cause.
func (h hidden) Unwrap() error { return h.error }

// state returns what is known of a contract now: nothing, or nothing any more, is a breach.
func (g *Guard) state(i int, now time.Time) state {
	g.mu.RLock()
	defer g.mu.RUnlock()
	s := g.states[i]
	name := g.plan.contracts[i].Name
	switch limit := g.stale(); {
	case s.checked.IsZero():
		s.broken, s.why = true, name+": it has not been checked yet"
	case limit > 0 && now.Sub(s.checked) > limit:
		s.broken, s.why = true, name+": it has not been checked since "+s.checked.UTC().Format(time.RFC3339)
	}
	return s
}

// Health returns an error that names every contract that is broken and does more than warn, for a server's health. It asks the
// database nothing: the error is about the last check.
func (g *Guard) Health(context.Context) error {
	now := time.Now()
	var broken []error
	for i := range g.plan.contracts {
		if s := g.state(i, now); s.broken && g.plan.contracts[i].OnBreach != Warn {
			broken = append(broken, fmt.Errorf("data contract %s (%s)", s.why, g.plan.contracts[i].OnBreach))
		}
	}
	return errors.Join(broken...)
}

// AsOf returns a function that tells how things stood in tables when they were last checked: of the newest times their checks of kind
// [Fresh] saw, the oldest. The zero time is not known. It fits the AsOf of sqltool's options.
func (g *Guard) AsOf(tables ...string) func(context.Context) (time.Time, error) {
	return func(context.Context) (time.Time, error) {
		var oldest time.Time
		for _, table := range tables {
			for _, i := range g.about(table) {
				if at := g.state(i, time.Now()).asOf; !at.IsZero() && (oldest.IsZero() || at.Before(oldest)) {
					oldest = at
				}
			}
		}
		return oldest, nil
	}
}
