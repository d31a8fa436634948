// Package mcptest tests governed MCP servers inside go test, through a real client and real protocol messages.
//
//	func TestClerkSeesNoEmail(t *testing.T) {
//		log := &mcptest.Recorder{}
//		srv, err := newServer(log) // your own constructor, with the recorder as its audit sink
//		if err != nil {
//			t.Fatal(err)
//		}
//		clerk := mcpgov.User{ID: "u1", Role: "clerk"}
//		mcptest.New(t, srv).As(clerk).
//			Call("get_customer", map[string]any{"customer_id": "cust_42"}).
//			OK().
//			Masked("email").
//			Lacks("internal_notes").
//			NoLeak("ann@example.com")
//		log.NoLeak(t, "ann@example.com")
//	}
//
// A [Harness] connects clients in memory, in either protocol era; a [Result] checks how a call ended; a
// [Recorder] is an audit sink whose records a test can read and which can be made to fail. [TestSink] holds a sink of
// your own to the promises of audit.Sink.
package mcptest
