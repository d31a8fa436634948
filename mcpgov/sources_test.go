package mcpgov_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestSources: a handler says where a result came from, from as many goroutines as it likes, and the record of the
// call holds it, also when the call fails in the end.
func TestSources(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]error{"a result": nil, "an error": errors.New("half way")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			srv := newServer(t, crmConfig(t, log), mcpgov.Tool(writes(), func(ctx context.Context, _ lookupIn) (customer, error) {
				var group sync.WaitGroup
				for _, table := range []string{"customers", "orders"} {
					group.Go(func() { mcpgov.AddSource(ctx, mcpgov.Source{System: "crm", Ref: table}) })
				}
				group.Wait()
				return ann(), fault
			}))
			client := mcptest.New(t, srv).As(owner)
			client.Call("get_customer", asksForAnn)
			client.Call("get_customer", asksForAnn)
			for _, outcome := range log.Outcomes() { // each call has its own
				for i := range outcome.Sources {
					require.WithinRange(t, outcome.Sources[i].Executed, outcome.Time, outcome.Time.Add(outcome.Duration))
					outcome.Sources[i].Executed = time.Time{}
				}
				require.ElementsMatch(t, []audit.Source{{System: "crm", Ref: "customers"}, {System: "crm", Ref: "orders"}}, outcome.Sources)
			}
			require.Empty(t, log.Calls()[0].Sources, "an intent knows of none yet")
		})
	}
}
