package mcpgov_test

import (
	"context"
	"fmt"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type stockIn struct {
	Article string `json:"article"`
}

type stock struct {
	Pieces int `json:"pieces"`
}

// What is ReadOnly may be cached; a tool that writes names the tags it makes out of date. A cached answer is judged, shaped and recorded for each
// caller like any other: only the handler does not run.
func Example_cache() {
	pieces := map[string]int{"lamp": 7}
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "store", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous(),
	},
		mcpgov.Tool(mcpgov.ToolSpec{
			Name: "stock", Description: "How many pieces of an article there are.", ReadOnly: true,
			Cache: &mcpgov.Cache{TTL: 10 * time.Minute, Tags: []string{"stock"}},
		}, func(_ context.Context, in stockIn) (stock, error) {
			fmt.Println("counting", in.Article)
			return stock{pieces[in.Article]}, nil
		}),
		mcpgov.Tool(mcpgov.ToolSpec{
			Name: "sell", Description: "Sells one piece of an article.", Invalidates: []string{"stock"},
		}, func(_ context.Context, in stockIn) (stock, error) {
			pieces[in.Article]--
			return stock{pieces[in.Article]}, nil
		}))
	if err != nil {
		fmt.Println(err)
		return
	}
	lamp := map[string]any{"article": "lamp"}
	call(srv, mcpgov.User{}, "stock", lamp)
	call(srv, mcpgov.User{}, "stock", lamp)
	call(srv, mcpgov.User{}, "sell", lamp)
	call(srv, mcpgov.User{}, "stock", lamp)
	fmt.Println(srv.CacheStats().Hits, "of 3 from the cache")
	// Output:
	// counting lamp
	// {"pieces":7}
	// {"pieces":7}
	// {"pieces":6}
	// counting lamp
	// {"pieces":6}
	// 1 of 3 from the cache
}
