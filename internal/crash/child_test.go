package crash_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

const (
	childDir    = "MCPGOV_CRASH_DIR"
	childLedger = "MCPGOV_CRASH_LEDGER"
)

// logOptions make segments small, so that a good part of the kills meets a seal.
func logOptions() *audit.Options {
	return &audit.Options{Key: []byte(strings.Repeat("crash", 8)), SegmentBytes: 100 << 10}
}

// TestMain makes the test binary the child where the parent asks for it.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, serve(dir, os.Getenv(childLedger)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

type transfer struct {
	Ref string `json:"ref" doc:"The reference of the call."`
}

type receipt struct {
	Ref string `json:"ref" doc:"The reference of the call."`
}

// serve is the child: it serves until it is killed.
func serve(dir, ledger string) error {
	log, err := audit.Open(dir, logOptions())
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}
	server, err := mcpgov.New(mcpgov.Config{
		Name: "bank", Version: "1", Policy: policy.AllowAll(), Audit: log, Identify: mcpgov.Anonymous(), Logger: slog.New(slog.DiscardHandler),
		Limits: mcpgov.Limits{PerMinute: mcpgov.Unlimited},
	},
		mcpgov.Tool(mcpgov.ToolSpec{Name: "pay", Description: "Pays."}, func(ctx context.Context, in transfer) (receipt, error) {
			return receipt(in), execute(ctx, client, ledger, in.Ref)
		}),
		mcpgov.Tool(mcpgov.ToolSpec{Name: "look", Description: "Looks.", ReadOnly: true}, func(_ context.Context, in transfer) (receipt, error) {
			return receipt(in), nil
		}))
	if err != nil {
		return err
	}
	handler, err := server.Handler(&mcpgov.HTTPOptions{JSONResponse: true})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(os.Stdout, "http://%s\n", listener.Addr()); err != nil {
		return err
	}
	return (&http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}).Serve(listener)
}

// execute is the write: from the answer on, the parent has it on disk.
func execute(ctx context.Context, client *http.Client, ledger, ref string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, ledger, strings.NewReader(ref))
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("ledger: %s", answer.Status)
	}
	return nil
}

// call calls a tool of the child, as a client of the stateless protocol does; false: there was no good answer.
func call(client *http.Client, url, tool, ref string) bool {
	body := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":{"ref":%q},"_meta":{`+
		`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},`+
		`"io.modelcontextprotocol/clientInfo":{"name":"crash","version":"1"}}}}`, tool, ref)
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
		"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tool,
	} {
		request.Header.Set(name, value)
	}
	answer, err := client.Do(request)
	if err != nil {
		return false
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	return err == nil && answer.StatusCode == http.StatusOK && bytes.Contains(text, []byte("structuredContent")) && !bytes.Contains(text, []byte(`"isError":true`))
}
