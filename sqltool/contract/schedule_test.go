package contract_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/sqltool/contract"
)

func onFake(t *testing.T, f *fake, interval time.Duration) (*contract.Guard, *mcptest.Recorder) {
	t.Helper()
	log := &mcptest.Recorder{}
	set := contract.Set{Contracts: []contract.Contract{{Table: "t", Checks: []contract.Check{{Kind: contract.NotNull, Columns: []string{"id"}}}}}}
	g, err := contract.NewGuard(f.open(t), set, contract.GuardOptions{
		Options: contract.Options{Dialect: contract.Generic, Timeout: time.Minute}, Interval: interval, Audit: log, Logger: slog.New(slog.DiscardHandler),
		Server: audit.Server{Name: "shop", Version: "1.0.0"},
	})
	require.NoError(t, err)
	return g, log
}

// TestSchedule: breaches and recoveries are found without anybody asking, about once an interval, until the guard is stopped; what was found
// last holds until it is stale.
func TestSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		g, log := onFake(t, f, 10*time.Minute)
		require.NoError(t, g.Start(t.Context()))
		require.NoError(t, g.Admit(t.Context(), "t", "another"))

		f.set(3)
		<-time.After(8 * time.Minute)
		require.NoError(t, g.Admit(t.Context(), "t"), "nobody has looked yet")
		<-time.After(4 * time.Minute)
		require.ErrorContains(t, g.Admit(t.Context(), "another", "some.T"), "did not pass its quality checks (t)")
		f.set(0)
		<-time.After(12 * time.Minute)
		require.NoError(t, g.Admit(t.Context(), "t"))
		<-time.After(24 * time.Hour)
		scans, most := f.asked()
		require.InDelta(t, 24*6+3, scans, 5)
		require.Equal(t, 1, most)

		require.NoError(t, g.Stop(t.Context()))
		<-time.After(20 * time.Minute)
		require.NoError(t, g.Admit(t.Context(), "t"))
		<-time.After(20 * time.Minute)
		require.ErrorContains(t, g.Health(t.Context()), "has not been checked since")
		require.Error(t, g.Admit(t.Context(), "t"), "what nobody looks at any more is not served")
		after, _ := f.asked()
		require.Equal(t, scans, after)

		var told []string
		for _, r := range log.All() {
			require.Equal(t, audit.KindEvent, r.Kind)
			require.Equal(t, "shop", r.Server.Name)
			told = append(told, r.Target.Name+" "+r.Outcome+" "+r.Note)
		}
		require.Equal(t, []string{
			"contract_met ok data contract t: 1 checks passed",
			"contract_broken data_contract_broken data contract t: 1 of 1 checks did not pass: not_null(id) failed: 3 rows fail; on breach: refuse",
			"contract_met ok data contract t: 1 checks passed",
		}, told)
	})
}

// TestChecksDoNotOverlap: who asks while a check is under way waits for it, or for the end of his patience.
func TestChecksDoNotOverlap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{hold: make(chan struct{})}
		g, _ := onFake(t, f, contract.Once)
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() {
				_, err := g.Check(t.Context())
				require.NoError(t, err)
			})
		}
		synctest.Wait()
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := g.Check(impatient)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		close(f.hold)
		group.Wait()
		scans, most := f.asked()
		require.Equal(t, 5, scans)
		require.Equal(t, 1, most)
	})
}

// TestCancelledCheck: a check that is cut off says nothing, and changes nothing.
func TestCancelledCheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		g, log := onFake(t, f, contract.Once)
		_, err := g.Check(t.Context())
		require.NoError(t, err)
		cut, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = g.Check(cut)
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, g.Health(t.Context()))
		require.Len(t, log.All(), 1)
		require.Len(t, g.Report().Contracts, 1)
		require.ErrorIs(t, g.Run(cut), context.Canceled)
	})
}
