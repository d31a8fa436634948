package mcpgov_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestDoorWithdrawn: a call that is cancelled while it waits behind another never reaches the path, and leaves its record all the same.
func TestDoorWithdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, goOn := &mcptest.Recorder{}, make(chan struct{})
		log.FailWhen(func(r audit.Record) error {
			if r.Target.Name == "initialize" {
				<-goOn
			}
			return nil
		})
		c := bareConnection(t, reportingServer(t, log, nil), false)
		defer func() { _ = c.Close() }()
		c.send(unlike("hello", "initialize", helloParams))
		synctest.Wait()
		c.send(unlike("x", "tools/call", `{"name":"report","arguments":{}}`), unlike(nil, "notifications/cancelled", `{"requestId":"x"}`))
		synctest.Wait()
		close(goOn)
		require.NoError(t, c.answer().Error)
		answer := c.answer()
		require.Equal(t, "x", answer.ID.Raw())
		require.Error(t, answer.Error)
		all := since(log)
		require.Len(t, all, 1)
		require.Equal(t, string(mcpgov.Cancelled), all[0].Outcome)
	})
}

// TestDoorCancelled: what came as far as the path before it was cancelled has the record it has anyway, and no other.
func TestDoorCancelled(t *testing.T) {
	const era = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	for method, params := range map[string]string{
		"tools/call":           `{"name":"report","arguments":{},` + era + `}`,
		"subscriptions/listen": `{"notifications":{"toolsListChanged":true},` + era + `}`,
	} {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := &mcptest.Recorder{}
				c := bareConnection(t, reportingServer(t, log, func(ctx context.Context, _ askIn) (report, error) {
					<-ctx.Done()
					return report{}, ctx.Err()
				}), false)
				defer func() { _ = c.Close() }()
				go func() { // there may be notifications
					for {
						if _, err := c.Read(context.Background()); err != nil {
							return
						}
					}
				}()
				c.send(unlike("x", method, params))
				synctest.Wait()
				c.send(unlike(nil, "notifications/cancelled", `{"requestId":"x",`+era+`}`))
				synctest.Wait()
				c.send(unlike("x", method, params)) // the id is free
				synctest.Wait()
				c.send(unlike(nil, "notifications/cancelled", `{"requestId":"x",`+era+`}`))
				synctest.Wait()
				require.Len(t, since(log), 2)
			})
		})
	}
}
