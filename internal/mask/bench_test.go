package mask_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

type benchRow struct {
	ID      int       `json:"id"`
	Name    string    `json:"name"`
	Email   string    `json:"email"`
	Phone   string    `json:"phone"`
	City    string    `json:"city"`
	Credit  int       `json:"credit_score"`
	Balance float64   `json:"balance"`
	Active  bool      `json:"active"`
	Since   time.Time `json:"since"`
	Notes   string    `json:"internal_notes"`
}

// BenchmarkApply masks 4 of 10 members in 50 rows and marshals the same rows in
// the same loop; "x-marshal" is the ratio of the two (goal: 0.44).
func BenchmarkApply(b *testing.B) {
	rows := make([]benchRow, 50)
	for i := range rows {
		rows[i] = benchRow{
			ID: i, Name: fmt.Sprintf("Customer Number %d", i), Email: fmt.Sprintf("customer%d@example.com", i),
			Phone: fmt.Sprintf("+49 30 12345%02d", i), City: "Berlin", Credit: 600 + i, Balance: 1234.5 * float64(i),
			Active: i%2 == 0, Since: time.Date(2020, 1, 1+i, 12, 0, 0, 0, time.UTC), Notes: "prefers calls in the morning",
		}
	}
	value := map[string]any{"rows": rows, "total": len(rows)}
	plan, err := mask.Compile([]mask.Edit{
		{Path: []string{"rows", "email"}, Mask: mask.Mask{Kind: mask.Email}},
		{Path: []string{"rows", "phone"}, Mask: mask.Mask{Kind: mask.Last4}},
		{Path: []string{"rows", "credit_score"}},
		{Path: []string{"rows", "internal_notes"}, Remove: true},
	}, nil)
	require.NoError(b, err)
	var (
		doc, out         []byte
		touched          mask.Touched
		marshal, masking time.Duration
	)
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		if doc, err = json.Marshal(value); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		if out, err = plan.Apply(out[:0], doc, &touched); err != nil {
			b.Fatal(err)
		}
		marshal, masking = marshal+between.Sub(start), masking+time.Since(between)
	}
	b.ReportMetric(float64(masking.Nanoseconds())/float64(b.N), "mask-ns/op")
	b.ReportMetric(float64(marshal.Nanoseconds())/float64(b.N), "marshal-ns/op")
	b.ReportMetric(masking.Seconds()/marshal.Seconds(), "x-marshal")
	b.ReportMetric(testing.AllocsPerRun(100, func() { out, _ = plan.Apply(out[:0], doc, &touched) }), "mask-allocs/op")
	b.SetBytes(int64(len(doc)))
}
