package mask_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// One plan serves all calls at once; no document may show up in another's.
func TestPlanIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	p := plan(t, "rows/mail", "email", "rows/card", "hash", "rows/pin", "remove")
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			doc := fmt.Sprintf(`{"rows":[{"id":%d,"mail":"\u0061%d@g%d.example","pin":1,"card":"%d"},{"mail":"x","id":2}]}`, g, g, g, g)
			var first string
			for i := range 200 {
				var touched mask.Touched
				out, err := p.Apply(nil, []byte(doc), &touched)
				if err != nil || touched.Count(0) != 2 || touched.Count(2) != 1 {
					t.Error(err, touched)
					return
				}
				if i == 0 {
					first = string(out)
				} else if first != string(out) {
					t.Errorf("%s became %s", first, out)
				}
				if _, err := p.Collect([]byte(doc)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestApplyAllocatesNothing(t *testing.T) {
	p := plan(t, "rows/mail", "email", "rows/card", "last4", "rows/pin", "remove", "rows/score", "redact")
	doc := []byte(`{"rows":[{"mail":"ann@example.com","card":"41111\u00311111111","pin":1,"score":7},{"mail":"bob@example.com","card":"4222222222222","pin":2,"score":8}]}`)
	out := make([]byte, 0, 1024)
	var touched mask.Touched
	least := 1000.0 // under the race detector a pool now and then forgets
	for range 20 {
		least = min(least, testing.AllocsPerRun(1, func() { out, _ = p.Apply(out[:0], doc, &touched) }))
	}
	require.Zero(t, least)
}
