package report_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/report"
)

// A log is verified and reported on. Nobody gave the live rules and the retention, and one call had no purpose: the report says so.
func Example_report() {
	if err := quarterly(); err != nil {
		fmt.Println("unexpected:", err)
	}
	// Output:
	// ann saw [pii] 2 times in tool get_customer, 1 of them without a purpose
	// Art. 5(1)(b) attention: Some labelled data was shown without a stated purpose.
	//   2 answered calls that showed labelled data
	//   1 calls that showed labelled data without a stated purpose
	//   1 answered calls without a stated purpose
	//   0 targets that ask for a purpose
}

func quarterly() error {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	key := []byte("32 random bytes, kept elsewhere.")
	if err := twoCalls(dir, key); err != nil {
		return err
	}

	fsys := os.DirFS(dir)
	summary, err := audit.Verify(fsys, &audit.VerifyOptions{Key: key})
	segments, segmentsErr := audit.Segments(fsys)
	if segmentsErr != nil {
		return segmentsErr
	}
	r, err := report.Make(context.Background(), audit.Records(fsys), &report.Options{
		Profile: report.GDPR, Chain: &report.Chain{Summary: summary, Err: err, Keyed: true}, Segments: segments,
	})
	if err != nil {
		return err // r, if not nil, is about what could be read
	}
	for _, a := range r.Access.Rows {
		fmt.Printf("%s saw %v %d times in %s %s, %d of them without a purpose\n", a.Who.ID, a.Shown, a.Count, a.What.Kind, a.What.Name, a.Unstated)
	}
	first := r.Controls[0]
	fmt.Println(first.ID, first.Status+":", first.Why[0])
	for _, f := range first.Facts {
		fmt.Println(" ", f.Number, f.Text)
	}
	return nil
}

func twoCalls(dir string, key []byte) error {
	log, err := audit.Open(dir, &audit.Options{Key: key})
	if err != nil {
		return err
	}
	for i, purpose := range []string{"complaint", ""} {
		err := log.Append(context.Background(), audit.Record{
			Kind: audit.KindOutcome, CallID: fmt.Sprint("c", i), Time: time.Now(), User: audit.User{ID: "ann", Role: "desk"}, Purpose: purpose,
			Target:   audit.Target{Kind: "tool", Name: "get_customer", ReadOnly: true},
			Decision: "allow", Rule: "desk", Outcome: "ok", Shown: []string{"pii"}, Subjects: []string{"3f1c"},
		})
		if err != nil {
			return err
		}
	}
	return log.Close()
}
