package mcpgov_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

const threeAnHour = `
mcpgov: 1
policies:
  - tools: ["*"]
    input:
      - {id: three, condition: "CONDITION", action: deny, reason: "three an hour"}
      - {condition: "true", action: allow}
    output: [{condition: "true", action: mask_sensitive_fields}]
`

// TestFourthCall: a rule that counts denies the fourth call of one caller and not another's, until the hour is over. What history and the
// caller settle hides the tool meanwhile; where an argument has a say, too, the caller is told why.
func TestFourthCall(t *testing.T) {
	t.Parallel()
	for condition, reason := range map[string]string{ // "": it is hidden
		"history.within(duration('1h')).calls >= 3":                          "",
		"history.within(duration('61m') - duration('1m')).calls > 3.0 - 1.0": "",
		"customer_id != '' && history.within(duration('1h')).calls >= 3":     "three an hour",
	} {
		synctest.Test(t, func(t *testing.T) {
			log := &mcptest.Recorder{}
			config := crmConfig(t, log)
			config.Policy = rules(t, strings.Replace(threeAnHour, "CONDITION", condition, 1))
			h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found)))
			call := func(u mcpgov.User) *mcptest.Result {
				return h.As(u).Call("get_customer", map[string]any{"customer_id": "cust_42"})
			}
			for range 3 {
				call(owner).OK()
			}
			fourth := call(owner)
			require.Equal(t, "denied three", last(log).Outcome+" "+last(log).Rule)
			if reason == "" {
				fourth.Hidden()
				require.Empty(t, h.As(owner).Tools())
			} else {
				fourth.Denied(reason)
				require.Equal(t, []string{"get_customer"}, h.As(owner).Tools())
			}
			require.Equal(t, []string{"get_customer"}, h.As(admin).Tools())
			call(admin).OK()
			later(62 * time.Minute)
			require.Equal(t, []string{"get_customer"}, h.As(owner).Tools())
			call(owner).OK()
		})
	}
}

// TestHistoryBeginsWithTheRuleThatReadsIt: nothing is counted for a policy that does not ask, and all is from the reload that does.
func TestHistoryBeginsWithTheRuleThatReadsIt(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.Functions = []policy.Function{{Name: "crm.limit", Func: func() int { return 3 }}}
	config.Policy = rules(t, strings.Replace(threeAnHour, "CONDITION", "user.role == 'x'", 1))
	srv := newServer(t, config, mcpgov.Tool(lookupSpec(), found))
	config.Functions[0] = policy.Function{Name: "crm.other"} // is nobody's any more
	client := mcptest.New(t, srv).As(owner)
	outcome := func() string {
		client.Call("get_customer", map[string]any{"customer_id": "cust_42"})
		return last(log).Outcome
	}
	for range 5 {
		require.Equal(t, "ok", outcome())
	}
	counts := strings.Replace(threeAnHour, "CONDITION", "history.within(duration('1h')).calls >= crm.limit()", 1)
	require.NoError(t, srv.ReloadPolicy(t.Context(), rules(t, counts)))
	for range 3 {
		require.Equal(t, "ok", outcome())
	}
	require.Equal(t, "denied", outcome())
}

// TestManyCallersAreCounted: whatever runs side by side, each call is counted for its own caller, once.
func TestManyCallersAreCounted(t *testing.T) {
	t.Parallel()
	const callers, calls = 16, 25
	config := crmConfig(t, &mcptest.Recorder{})
	config.Policy = rules(t, strings.Replace(threeAnHour, "CONDITION", "history.within(duration('24h')).calls >= 25", 1))
	config.Limits.Concurrent = mcpgov.Unlimited
	h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found)))
	var clients []*mcptest.Client
	for i := range callers {
		clients = append(clients, h.As(mcpgov.User{ID: strings.Repeat("u", i+1)}))
	}
	var refused atomic.Int64
	var all sync.WaitGroup
	for _, client := range clients {
		for range calls {
			all.Go(func() {
				if client.Call("get_customer", map[string]any{"customer_id": "cust_42"}).Code() != mcpgov.OK {
					refused.Add(1)
				}
			})
		}
	}
	all.Wait()
	require.Zero(t, refused.Load(), "each caller has as many as are allowed")
	for _, client := range clients {
		client.Call("get_customer", map[string]any{"customer_id": "cust_42"}).Hidden()
	}
}

// TestFunctionsThatDoNotReturn: a call is refused when its policy's time is over, whatever a function is doing; what the function reads later is
// still what it was asked about, and nobody else's.
func TestFunctionsThatDoNotReturn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &mcptest.Recorder{}
		config := crmConfig(t, log)
		config.Limits.Policy = time.Second
		release := make(chan struct{})
		var strayed atomic.Int64
		config.Functions = []policy.Function{
			{Name: "crm.stuck", Func: func(id string) bool {
				if id == "cust_1" {
					<-release
				}
				return false
			}},
			{Name: "crm.same", Func: func(id, user string) bool { // is asked after crm.stuck about the same call
				if (id == "cust_1") != (user == "slow") {
					strayed.Add(1)
				}
				return false
			}},
		}
		config.Policy = rules(t, strings.Replace(threeAnHour, "CONDITION", "crm.stuck(customer_id) || crm.same(customer_id, user.id)", 1))
		h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found)))
		begun := time.Now()
		for range 8 {
			h.As(mcpgov.User{ID: "slow"}).Call("get_customer", map[string]any{"customer_id": "cust_1"})
			require.Equal(t, "policy_failed", last(log).Outcome)
		}
		require.Equal(t, 8*time.Second, time.Since(begun))
		var others sync.WaitGroup
		quick := h.As(mcpgov.User{ID: "quick"})
		for i := range 64 {
			others.Go(func() {
				if i == 32 {
					close(release) // the eight go on among the others
				}
				quick.Call("get_customer", map[string]any{"customer_id": "cust_42"})
			})
		}
		others.Wait()
		synctest.Wait()
		require.Zero(t, strayed.Load())
		require.Equal(t, "ok", last(log).Outcome)
	})
}
