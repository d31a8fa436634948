package auditpg_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
)

func ExampleOpen() {
	ctx := context.Background()
	sink, err := auditpg.Open(ctx, os.Getenv("AUDIT_DATABASE"), &auditpg.Options{Schema: "compliance", Existing: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sink.Close() }()
	if err := sink.Append(ctx, audit.Record{Kind: audit.KindEvent, Time: time.Now(), Note: "started"}); err != nil {
		fmt.Println(err)
	}
	for r, err := range sink.Records(ctx, &auditpg.Filter{UserID: "u-17", From: time.Now().AddDate(0, 0, -7)}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Time, r.Target.Name, r.Outcome)
	}
}
