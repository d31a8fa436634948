package matview

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool"
)

// TooOld says what happens to a call for which the materialisation is too old.
type TooOld int

const (
	// AskLive runs the live statement.
	AskLive TooOld = iota
	// RefreshFirst refreshes the materialisation, and what it reads, and answers from it. Calls at the same time share one refresh. It
	// ends with the last call that waits for it, so the tool's timeout must leave it time.
	RefreshFirst
)

// OnFailure says what happens to a call whose live statement, or refresh, fails.
type OnFailure int

const (
	// Fail fails the call.
	Fail OnFailure = iota
	// ServeStale answers from the materialisation all the same, and says so: answered_from is "stale", and as_of tells how old it is.
	ServeStale
)

// Reading says how a tool reads a materialisation, and when something else.
type Reading struct {
	// Cached is the statement on the materialisation, in the store's DuckDB; its SQL is required.
	Cached sqltool.Statement
	// Live is asked where the materialisation is too old; needed with AskLive, and only there.
	Live *Live
	// MaxAge is the age below which the materialisation answers. Zero: no age is young enough, every call is answered live or refreshes.
	MaxAge time.Duration
	// TooOld is what happens otherwise; zero is AskLive.
	TooOld TooOld
	// OnFailure is what happens if that fails; zero fails the call. A call whose time is up, or whose caller hung up, always fails: give
	// Live.DB a Timeout that leaves the call some.
	OnFailure OnFailure
}

// Live is the statement that gives the same rows from the source.
type Live struct {
	// DB is the source; required.
	DB *sqltool.DB
	// Statement gives what Cached gives; its SQL is required.
	Statement sqltool.Statement
}

// Answer is the result of [Query].
type Answer[Row any] struct {
	// Rows are what the statement gave.
	Rows []Row `json:"rows"`
	// Truncated says that there are more.
	Truncated bool `json:"truncated" jsonschema_description:"There are more rows than these."`
	// AsOf is how things stood; of a live answer, when it was asked for.
	AsOf time.Time `json:"as_of" jsonschema_description:"The rows show how things stood then."`
	// From is which of both answered.
	From From `json:"answered_from" jsonschema:"enum=cached,enum=live,enum=stale" jsonschema_description:"cached: from kept data that is fresh enough. live: from the source. stale: from kept data that is older than it should be, because the source did not answer."`
}

// From says what answered a call.
type From string

// What may answer.
const (
	Cached   From = "cached" // the materialisation, young enough
	FromLive From = "live"   // the source
	Stale    From = "stale"  // the materialisation, older than it should be, because the source or the refresh failed
)

// Query makes a tool that answers from a materialisation while it is young enough, and otherwise live or after a refresh. In may embed
// [Freshness], so that callers can ask for younger data. Both statements are checked against In and Row when the tool is made. Who answered,
// and how old the data is, stands in the result and in the provenance. ToolSpec.Cache is a fault: it knows nothing of ages.
func Query[In, Row any](v *View, spec mcpgov.ToolSpec, r Reading) mcpgov.Feature {
	t, err := newReader(v, &spec, r)
	if err == nil {
		err = errors.Join(heard(reflect.TypeFor[In]()), check[In, Row](t.store, t.Cached), t.checkLive(check[In, Row]))
	}
	if err != nil {
		return mcpgov.Broken(fmt.Errorf("tool %q: %w", spec.Name, err))
	}
	return mcpgov.Tool(spec, func(ctx context.Context, in In) (Answer[Row], error) {
		var rows []Row
		how, err := t.read(ctx, oldest(r.MaxAge, &in), func(ctx context.Context, db *sqltool.DB, s sqltool.Statement) (bool, error) {
			rows = nil
			return db.Query(ctx, s, in, &rows)
		})
		if err != nil {
			return Answer[Row]{}, err
		}
		if rows == nil {
			rows = []Row{}
		}
		return Answer[Row]{Rows: rows, Truncated: how.truncated, AsOf: how.asOf, From: how.from}, nil
	})
}

// check has a statement checked by asking it in a context that has ended: everything is prepared and compared, and nothing runs.
func check[In, Row any](db *sqltool.DB, s sqltool.Statement) error {
	ctx, end := context.WithCancel(context.Background())
	end()
	var in In
	var rows []Row
	if _, err := db.Query(ctx, s, in, &rows); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
