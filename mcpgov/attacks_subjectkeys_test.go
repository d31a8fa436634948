package mcpgov_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

type keysFunc func(ctx context.Context, subject string) ([]byte, error)

func (f keysFunc) SubjectKey(ctx context.Context, subject string, _ bool) ([]byte, error) {
	return f(ctx, subject)
}

// A key that anybody can guess names the person to everybody: no record is made under one, and no call goes on without.
func TestSubjectKeysThatMisbehave(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]keysFunc{
		"nil":   func(context.Context, string) ([]byte, error) { return nil, nil },
		"empty": func(context.Context, string) ([]byte, error) { return []byte{}, nil },
		"short": func(context.Context, string) ([]byte, error) { return make([]byte, 31), nil },
		"panic": func(_ context.Context, who string) ([]byte, error) { panic("no key for " + who) },
		"leave": func(context.Context, string) ([]byte, error) { runtime.Goexit(); return nil, nil },
		"hang":  func(context.Context, string) ([]byte, error) { <-time.After(time.Hour); return make([]byte, 32), nil },
		"quote": func(_ context.Context, who string) ([]byte, error) { return nil, fmt.Errorf("no key for %s", who) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log := &mcptest.Recorder{}
				client := mcptest.New(t, patientServer(t, log, keys, 1)).As(admin)
				begun := time.Now()
				client.Call("find", map[string]any{"patient": "Zed-4711"}).Ended(mcpgov.MaskFailed)
				require.LessOrEqual(t, time.Since(begun), 2*time.Second+100*time.Millisecond)
				require.Len(t, log.Calls(), 1, "the tool did not run")
				require.Empty(t, log.Calls()[0].Subjects)
				log.NoLeak(t, "Zed-4711")
				<-time.After(2 * time.Hour)
			})
		})
	}
}

// A key service that is slow holds a call up once, not once for each person.
func TestSlowSubjectKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &mcptest.Recorder{}
		slow := keysFunc(func(context.Context, string) ([]byte, error) {
			<-time.After(1900 * time.Millisecond)
			return make([]byte, 32), nil
		})
		client := mcptest.New(t, patientServer(t, log, slow, 60)).As(admin)
		begun := time.Now()
		client.Call("find", map[string]any{"patient": "Zed-4711"}).Ended(mcpgov.MaskFailed)
		require.LessOrEqual(t, time.Since(begun), 4*time.Second+100*time.Millisecond, "once for the arguments, once for the result")
		<-time.After(time.Minute)
	})
}

// Whom a result is about is in the record also when the caller does not see his name; and a mask is nobody's name.
func TestSubjectsBehindMasks(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"redact", "null", "last4", "hash"} {
		people, err := audit.OpenSubjects(t.TempDir(), []byte(strings.Repeat("master", 6)))
		require.NoError(t, err)
		log := &mcptest.Recorder{}
		set := rules(t, `{mcpgov: 1, policies: [{tools: ["*"], input: [{condition: "true", action: allow}],
			output: [{condition: "true", action: mask_fields, fields: [patients.number], mask: "`+how+`"}, {condition: "false", action: mask_sensitive_fields}]}]}`)
		srv := newServer(t, mcpgov.Config{
			Name: "ward", Version: "1", Policy: policy.All(policy.AllowAll(), set), Audit: log, Identify: mcpgov.Anonymous(), Subjects: people, AuditLevel: audit.LevelComplete,
		}, mcpgov.Tool(mcpgov.ToolSpec{Name: "find", Description: "Finds patients.", ReadOnly: true}, func(context.Context, struct{}) (patientList, error) {
			return patientList{Patients: []inpatient{{Number: "Zed-777001", Name: "Zacharias", Ward: "3"}}}, nil
		}))
		mcptest.New(t, srv).As(admin).Call("find", nil).OK()
		key, err := people.Find("Zed-777001")
		require.NoError(t, err, how)
		require.Equal(t, []string{audit.SubjectDigest(key, "Zed-777001")}, log.Outcomes()[0].Subjects, how)
		log.NoLeak(t, "Zed-777001")
	}
}

// After a person was erased nothing in the log can be computed from the keys that are left: not by who has the server's, and guesses right.
func TestErasureUnlinks(t *testing.T) {
	t.Parallel()
	server := []byte(strings.Repeat("server", 6))
	log := &mcptest.Recorder{}
	client := personServer(t, log, audit.LevelComplete, policy.AllowAll())
	client.Call("bed", `{"person":"Zed-888001"}`).OK()
	client.Call("bed", `{"person":"Zed-888001","do":"strange"}`)
	client.Call("bed", `{"person":"Zed-888001","do":"panic"}`)
	_, _ = read(t, client.Session(), "ward://person/Zed-888001")
	_, _ = read(t, client.Session(), "ward://persons/Zed-888001")
	text := fmt.Sprint(log.All())
	for _, guess := range []string{
		"Zed-888001", `{"person":"Zed-888001"}`, `{"do":"strange","person":"Zed-888001"}`, `{"do":"panic","person":"Zed-888001"}`,
		"no bed for Zed-777009", "no bed for Zed-777009 and Zed-888001", "ward://persons/Zed-888001", "Zed-777001", "Zed-777003", "777002",
		`{"kin":[{"person":"Zed-777003"}],"number":777002,"person":"Zed-777001"}`,
	} {
		for _, purpose := range []string{"", "subject\n"} {
			mac := hmac.New(sha256.New, server)
			mac.Write([]byte(purpose + guess))
			require.NotContains(t, text, hex.EncodeToString(mac.Sum(nil)[:16]), guess)
		}
	}
}
