package forward_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
)

// Records go to a writer as OCSF events, one to a line.
func ExampleOCSF() {
	var out lastLine
	sink := forward.Writer(&out, forward.OCSF(&forward.OCSFOptions{LogName: "mcp-audit"}))
	err := sink.Append(context.Background(), audit.Record{
		Kind: audit.KindOutcome, CallID: "c1", Time: time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC),
		User: audit.User{ID: "ann"}, Client: audit.Client{Transport: "stdio"}, Target: audit.Target{Kind: "tool", Name: "refund"},
		Decision: "deny", Rule: "own-record", Reason: "not your customer", Outcome: "denied", Category: "client_error",
	})
	if err != nil {
		fmt.Println("unexpected:", err)
		return
	}
	var event struct {
		Class    int                         `json:"class_uid"`
		Action   string                      `json:"action"`
		Status   string                      `json:"status"`
		Detail   string                      `json:"status_detail"`
		API      struct{ Operation string }  `json:"api"`
		Endpoint struct{ Name, Type string } `json:"src_endpoint"`
	}
	if err := json.Unmarshal(out, &event); err != nil {
		fmt.Println("unexpected:", err)
		return
	}
	fmt.Println(event.Class, event.API.Operation, event.Action, event.Status, "-", event.Detail)
	fmt.Println(event.Endpoint.Name, "-", event.Endpoint.Type)
	// Output:
	// 6003 tools/call Denied Failure - not your customer
	// stdio - no network
}

// lastLine keeps what was written last.
type lastLine []byte

func (l *lastLine) Write(p []byte) (int, error) {
	*l = append((*l)[:0], p...)
	return len(p), nil
}

// Records go to a collector as CloudEvents. It is away at first: they wait in the buffer, and nothing is refused.
func ExampleHTTP() {
	if err := survive(); err != nil {
		fmt.Println("unexpected:", err)
	}
	// Output:
	// taken while the collector is away: 3, waiting: 3
	// application/cloudevents-batch+json
	// c1/outcome dev.mcpgov.tool.call.v1 refund
	// c2/outcome dev.mcpgov.tool.call.v1 refund
	// c3/outcome dev.mcpgov.tool.call.v1 refund
	// waiting: 0
}

func survive() error {
	back := make(chan struct{}) // closed when the collector is back
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		select {
		case <-back:
		default:
			http.Error(w, "come back later", http.StatusServiceUnavailable)
			return
		}
		var events []struct{ ID, Type, Subject string }
		if err != nil || json.Unmarshal(body, &events) != nil {
			http.Error(w, "not a batch of events", http.StatusBadRequest)
			return
		}
		fmt.Println(r.Header.Get("Content-Type"))
		for _, e := range events {
			fmt.Println(e.ID, e.Type, e.Subject)
		}
	}))
	defer collector.Close()
	dir, err := os.MkdirTemp("", "buffer")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()

	sink, err := forward.HTTP(collector.URL, forward.CloudEvents(nil), &forward.HTTPOptions{
		Buffer: dir,
		Headers: func() (http.Header, error) {
			return http.Header{"Authorization": {"Bearer " + os.Getenv("SIEM_TOKEN")}}, nil
		},
	})
	if err != nil {
		return err
	}
	taken := 0
	for _, id := range []string{"c1", "c2", "c3"} {
		err := sink.Append(context.Background(), audit.Record{
			Kind: audit.KindOutcome, CallID: id, Time: time.Now(), Target: audit.Target{Kind: "tool", Name: "refund"}, Outcome: "ok",
		})
		if err != nil {
			return err
		}
		taken++
	}
	fmt.Printf("taken while the collector is away: %d, waiting: %d\n", taken, sink.Lag().Records)
	if err := sink.Close(); err != nil { // the process ends
		return err
	}
	close(back)

	sink, err = forward.HTTP(collector.URL, forward.CloudEvents(nil), &forward.HTTPOptions{Buffer: dir})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := sink.Flush(ctx); err != nil {
		return err
	}
	fmt.Println("waiting:", sink.Lag().Records)
	return sink.Close()
}
