package matview_test

import (
	"database/sql"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
	"github.com/mcpgov/go-sdk/sqltool/matview"
)

type spentIn struct {
	Customer string `json:"customer"`
	matview.Freshness
}

type spentRow struct {
	Total int64 `json:"total"`
}

// shop is a source that tests change and take away, a store that reads it, and a server with one tool.
type shop struct {
	clock  *clock
	source *sql.DB
	store  *kept
	client *mcptest.Client
	log    *mcptest.Recorder
}

func newShop(t *testing.T, change func(*matview.Reading)) *shop {
	t.Helper()
	away := open(t, with{Path: filepath.Join(t.TempDir(), "source.duckdb"), Setup: orders})
	s := &shop{clock: newClock(), source: away.SQL(), log: &mcptest.Recorder{}}
	d := matview.Definition{Name: "spent", SQL: "SELECT customer, CAST(sum(total) AS BIGINT) AS total FROM orders GROUP BY customer", Source: &matview.Source{System: "erp", DB: s.source}}
	s.store = open(t, with{Definitions: []matview.Definition{d}, Now: s.clock.Now})
	live, err := sqltool.New("erp", s.source, sqltool.Options{})
	require.NoError(t, err)
	reading := matview.Reading{
		Cached: sqltool.Statement{SQL: "SELECT total FROM spent WHERE customer = $customer"},
		Live:   &matview.Live{DB: live, Statement: sqltool.Statement{SQL: "SELECT CAST(sum(total) AS BIGINT) AS total FROM orders WHERE customer = $customer"}},
		MaxAge: time.Hour,
	}
	if change != nil {
		change(&reading)
	}
	srv, err := mcpgov.New(mcpgov.Config{Name: "shop", Version: "1.0.0", Policy: policy.AllowAll(), Audit: s.log, Identify: mcpgov.Anonymous()},
		matview.Query[spentIn, spentRow](s.store.View("spent"), mcpgov.ToolSpec{Name: "spent", Description: "What a customer has spent."}, reading))
	require.NoError(t, err)
	s.client = mcptest.New(t, srv).As(mcpgov.User{Anonymous: true})
	return s
}

// ask calls the tool and says what it answered: the sum, who answered and how old.
func (s *shop) ask(t *testing.T, arguments map[string]any) (int64, matview.From, time.Duration) {
	t.Helper()
	arguments["customer"] = "cust_0"
	var answer matview.Answer[spentRow]
	s.client.Call("spent", arguments).OK().Into(&answer)
	require.Len(t, answer.Rows, 1)
	return answer.Rows[0].Total, answer.From, s.clock.now.Sub(answer.AsOf)
}

// asked says which systems and statements stand in the record of the last call.
func (s *shop) asked() []string {
	outcomes := s.log.Outcomes()
	var list []string
	for _, source := range outcomes[len(outcomes)-1].Sources {
		list = append(list, source.System+" "+source.Ref)
	}
	return list
}

// TestMaxAge: young data is answered from the materialisation, old data live; a caller may ask for younger, never for older.
func TestMaxAge(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	execute(t, s.source, "INSERT INTO orders VALUES (10, 'cust_0', 100, now())")
	answers := func(total int64, from matview.From, age time.Duration, arguments map[string]any) {
		t.Helper()
		gotTotal, gotFrom, gotAge := s.ask(t, arguments)
		require.Equal(t, total, gotTotal)
		require.Equal(t, from, gotFrom)
		require.Equal(t, age, gotAge)
	}
	s.clock.now = s.clock.now.Add(59 * time.Minute)
	answers(18, matview.Cached, 59*time.Minute, map[string]any{})
	require.Equal(t, []string{"materialised spent_cached", "erp spent"}, s.asked())
	answers(118, matview.FromLive, 0, map[string]any{"max_age_seconds": 59 * 60})
	require.Equal(t, []string{"erp spent_live"}, s.asked())
	answers(18, matview.Cached, 59*time.Minute, map[string]any{"max_age_seconds": 59*60 + 1})
	answers(118, matview.FromLive, 0, map[string]any{"max_age_seconds": 0})
	s.client.Call("spent", map[string]any{"customer": "cust_0", "max_age_seconds": -1}).Invalid("/max_age_seconds")

	s.clock.now = s.clock.now.Add(time.Minute)
	answers(118, matview.FromLive, 0, map[string]any{})
	answers(118, matview.FromLive, 0, map[string]any{"max_age_seconds": int64(1) << 62})
	require.NoError(t, s.store.Refresh(t.Context()))
	answers(118, matview.Cached, 0, map[string]any{})
	answers(118, matview.FromLive, 0, map[string]any{"max_age_seconds": 0})

	s.clock.now = s.clock.now.Add(-time.Second)
	answers(118, matview.FromLive, 0, map[string]any{}) // a clock that was set back makes nothing fresh
}

// TestZeroMaxAge: without a MaxAge nothing kept is young enough.
func TestZeroMaxAge(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(r *matview.Reading) { r.MaxAge = 0 })
	_, from, _ := s.ask(t, map[string]any{})
	require.Equal(t, matview.FromLive, from)
}

// TestLiveFails: the call fails, unless the tool says that stale data will do; then the answer says that it is stale.
func TestLiveFails(t *testing.T) {
	t.Parallel()
	for name, choice := range map[string]matview.OnFailure{"fail": matview.Fail, "serve stale": matview.ServeStale} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, func(r *matview.Reading) { r.OnFailure = choice })
			execute(t, s.source, "DROP TABLE orders")
			s.clock.now = s.clock.now.Add(2 * time.Hour)
			if choice == matview.Fail {
				s.client.Call("spent", map[string]any{"customer": "cust_0"}).Ended(mcpgov.Failed)
				return
			}
			total, from, age := s.ask(t, map[string]any{})
			require.EqualValues(t, 18, total)
			require.Equal(t, matview.Stale, from)
			require.Equal(t, 2*time.Hour, age)
		})
	}
}

// TestRefreshFirst: the materialisation is refreshed when it is too old for the call, once for calls at the same time.
func TestRefreshFirst(t *testing.T) {
	t.Parallel()
	for name, choice := range map[string]matview.OnFailure{"fail": matview.Fail, "serve stale": matview.ServeStale} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, func(r *matview.Reading) { r.TooOld, r.Live, r.OnFailure = matview.RefreshFirst, nil, choice })
			execute(t, s.source, "INSERT INTO orders VALUES (10, 'cust_0', 100, now())")
			s.clock.now = s.clock.now.Add(2 * time.Hour)
			var calls sync.WaitGroup
			for range 8 {
				calls.Go(func() {
					total, from, age := s.ask(t, map[string]any{})
					if total != 118 || from != matview.Cached || age != 0 {
						t.Errorf("%d %s %s", total, from, age)
					}
				})
			}
			calls.Wait()
			require.Equal(t, int64(2), s.store.View("spent").Status().Version)
			execute(t, s.source, "DROP TABLE orders")
			s.clock.now = s.clock.now.Add(time.Minute)
			if choice == matview.Fail {
				s.client.Call("spent", map[string]any{"customer": "cust_0", "max_age_seconds": 10}).Ended(mcpgov.Failed)
				return
			}
			_, from, age := s.ask(t, map[string]any{"max_age_seconds": 10})
			require.Equal(t, matview.Stale, from)
			require.Equal(t, time.Minute, age)
		})
	}
}

// TestQueryFaults: what is wrong with a reading is reported by New, before any call.
func TestQueryFaults(t *testing.T) {
	t.Parallel()
	store := open(t, with{Definitions: []matview.Definition{spent()}, Setup: orders})
	db, err := sqltool.New("erp", store.SQL(), sqltool.Options{})
	require.NoError(t, err)
	sound := sqltool.Statement{SQL: "SELECT CAST(total AS BIGINT) AS total FROM spent WHERE customer = $customer"}
	for fault, r := range map[string]matview.Reading{
		"Live is nil":        {Cached: sound},
		"never asked":        {Cached: sound, TooOld: matview.RefreshFirst, Live: &matview.Live{DB: db, Statement: sound}},
		"MaxAge is negative": {Cached: sound, TooOld: matview.RefreshFirst, MaxAge: -1},
		"TooOld 9":           {Cached: sound, TooOld: 9},
		"OnFailure 9":        {Cached: sound, TooOld: matview.RefreshFirst, OnFailure: 9},
		"must only read":     {Cached: sqltool.Statement{SQL: "DELETE FROM spent", Writes: true}, TooOld: matview.RefreshFirst},
		"$customer_id":       {Cached: sqltool.Statement{SQL: "SELECT 1 AS total FROM spent WHERE customer = $customer_id"}, TooOld: matview.RefreshFirst},
		`"x_live"`:           {Cached: sound, Live: &matview.Live{DB: db, Statement: sqltool.Statement{SQL: "SELECT 1 AS totl FROM spent"}}},
		"no definition":      {},
		"ToolSpec.Cache":     {Cached: sound, TooOld: matview.RefreshFirst},
	} {
		view, spec := store.View("spent"), mcpgov.ToolSpec{Name: "x", Description: "X."}
		switch fault {
		case "no definition":
			view = store.View("spend")
		case "ToolSpec.Cache":
			spec.Cache = &mcpgov.Cache{}
		}
		_, err := mcpgov.New(mcpgov.Config{Name: "shop", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous()},
			matview.Query[spentIn, spentRow](view, spec, r))
		require.ErrorContains(t, err, fault)
	}
}

// TestFreshenBeneath: a caller who asks for fresher data than a view of views holds has what is beneath refreshed first, and only that.
func TestFreshenBeneath(t *testing.T) {
	t.Parallel()
	at := newClock()
	store := open(t, with{Setup: orders, Now: at.Now, Definitions: []matview.Definition{
		spent(), {Name: "top", SQL: "SELECT CAST(max(total) AS BIGINT) AS total FROM spent"}, {Name: "seen", Kind: matview.Virtual, SQL: "SELECT total FROM top"}, {Name: "other", SQL: "SELECT 1 AS one"},
	}})
	type none struct{ matview.Freshness }
	srv, err := mcpgov.New(mcpgov.Config{Name: "shop", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous()},
		matview.Query[none, spentRow](store.View("seen"), mcpgov.ToolSpec{Name: "most", Description: "The most."},
			matview.Reading{Cached: sqltool.Statement{SQL: "SELECT total FROM seen"}, MaxAge: time.Hour, TooOld: matview.RefreshFirst}))
	require.NoError(t, err)
	client := mcptest.New(t, srv).As(mcpgov.User{Anonymous: true})
	execute(t, store.SQL(), "INSERT INTO orders VALUES (10, 'cust_0', 100, now())")
	at.now = at.now.Add(time.Minute)
	var answer matview.Answer[spentRow]
	client.Call("most", map[string]any{"max_age_seconds": 30}).OK().Into(&answer)
	require.EqualValues(t, 118, answer.Rows[0].Total)
	require.Equal(t, at.now, answer.AsOf)
	require.Equal(t, int64(2), store.View("spent").Status().Version)
	require.Equal(t, int64(2), store.View("top").Status().Version)
	require.Equal(t, int64(1), store.View("other").Status().Version)
}

// TestMasked: rows of an answer are masked as those of any tool, kept or live.
func TestMasked(t *testing.T) {
	t.Parallel()
	type person struct {
		Email string `json:"email" gov:"pii,mask=email"`
	}
	type none struct{ matview.Freshness }
	store := open(t, with{Definitions: []matview.Definition{{Name: "people", SQL: "SELECT 'canary@example.com' AS email"}}})
	live, err := sqltool.New("erp", store.SQL(), sqltool.Options{Engine: duckdb.Engine()})
	require.NoError(t, err)
	rules := &policy.Set{Blocks: []policy.Block{{
		Tools:  []string{"people"},
		Input:  []policy.Rule{{Condition: "true", Action: policy.ActionAllow}},
		Output: []policy.Rule{{Condition: "true", Action: policy.ActionMaskSensitive}},
	}}}
	srv, err := mcpgov.New(mcpgov.Config{Name: "shop", Version: "1.0.0", Policy: rules, Audit: audit.Discard(), Identify: mcpgov.Anonymous()},
		matview.Query[none, person](store.View("people"), mcpgov.ToolSpec{Name: "people", Description: "People."}, matview.Reading{
			Cached: sqltool.Statement{SQL: "SELECT email FROM people"}, MaxAge: time.Hour,
			Live: &matview.Live{DB: live, Statement: sqltool.Statement{SQL: "SELECT 'canary@example.com' AS email"}},
		}))
	require.NoError(t, err)
	client := mcptest.New(t, srv).As(mcpgov.User{Anonymous: true})
	for from, arguments := range map[matview.From]map[string]any{matview.Cached: {}, matview.FromLive: {"max_age_seconds": 0}} {
		client.Call("people", arguments).OK().Has("answered_from", string(from)).NoLeak("canary@example.com")
	}
}
