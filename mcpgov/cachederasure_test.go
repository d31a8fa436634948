package mcpgov_test

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// erasures are two replicas that share a Store and the keys of people, and count the runs of their handlers.
func erasures(t *testing.T, people *audit.Subjects, log *mcptest.Recorder, rows int, runs *atomic.Int64) (one, two *mcptest.Client) {
	t.Helper()
	store := newMemoryStore()
	ask := func(ctx context.Context, who string) (inpatient, error) {
		runs.Add(1)
		mcpgov.AddSource(ctx, mcpgov.Source{System: "ward", Parameters: who})
		return inpatient{Number: who, Name: "Zacharias"}, nil
	}
	spec := func(name string) mcpgov.ToolSpec {
		return mcpgov.ToolSpec{Name: name, Description: "d", ReadOnly: true, Cache: &mcpgov.Cache{}}
	}
	type ward struct {
		Patients []inpatient `json:"patients"`
	}
	client := func() *mcptest.Client {
		config := accountConfig(t, log)
		config.Key, config.Store, config.Subjects = bytes.Repeat([]byte("k"), 32), store, people
		return mcptest.New(t, newServer(t, config,
			mcpgov.Tool(spec("one"), func(ctx context.Context, in patientQuery) (inpatient, error) { return ask(ctx, in.Patient) }),
			mcpgov.Tool(spec("any"), func(ctx context.Context, _ struct{}) (inpatient, error) { return ask(ctx, "P-7001") }),
			mcpgov.Tool(spec("ward"), func(context.Context, struct{}) (out ward, err error) {
				runs.Add(1)
				for i := range rows {
					out.Patients = append(out.Patients, inpatient{Number: fmt.Sprintf("P-%d", 7001+i)})
				}
				return out, nil
			}))).As(admin)
	}
	return client(), client()
}

// TestErasedPersonLeavesTheCache: an answer about somebody who has been erased since is given to nobody, whether the arguments named him or the
// result did; the handler says what there is of him now.
func TestErasedPersonLeavesTheCache(t *testing.T) {
	t.Parallel()
	for tool, arguments := range map[string]string{"one": `{"patient":"P-7001"}`, "any": `{}`, "ward": `{}`} {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			people, err := audit.OpenSubjects(t.TempDir(), bytes.Repeat([]byte("m"), 32))
			require.NoError(t, err)
			log := &mcptest.Recorder{}
			var runs atomic.Int64
			one, two := erasures(t, people, log, 20, &runs)
			require.False(t, one.Call(tool, arguments).OK().Cached())
			require.True(t, one.Call(tool, arguments).OK().Cached())
			require.True(t, two.Call(tool, arguments).OK().Cached())
			require.NoError(t, people.Erase("P-7001"))
			for _, replica := range []*mcptest.Client{two, one} {
				require.Equal(t, replica != two, replica.Call(tool, arguments).OK().Cached(), "what one has asked anew is good for both")
			}
			require.Equal(t, int64(2), runs.Load())
			outcomes := log.Outcomes()
			if before, after := outcomes[0].Sources, outcomes[len(outcomes)-1].Sources; tool == "one" {
				require.NotEqual(t, before[0].ParametersDigest, after[0].ParametersDigest, "nothing joins new records to the old")
			}
			require.NoError(t, people.Erase("P-7001"))
			require.False(t, one.Call(tool, arguments).OK().Cached())
		})
	}
}

// TestAnswersAboutCrowds: of more people than a record names nobody looks after all; such an answer is not kept.
func TestAnswersAboutCrowds(t *testing.T) {
	t.Parallel()
	people, err := audit.OpenSubjects(t.TempDir(), bytes.Repeat([]byte("m"), 32))
	require.NoError(t, err)
	var runs atomic.Int64
	one, _ := erasures(t, people, &mcptest.Recorder{}, 101, &runs)
	for range 2 {
		require.False(t, one.Call("ward", `{}`).OK().Cached())
	}
	require.Equal(t, int64(2), runs.Load())
}
