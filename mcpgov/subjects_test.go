package mcpgov_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

type patientQuery struct {
	Patient string `json:"patient" gov:"subject" jsonschema:"description=Patient number"`
	Reason  string `json:"reason,omitempty" gov:"phi" jsonschema:"description=Why"`
}

type patientList struct {
	Patients []inpatient `json:"patients"`
}

type inpatient struct {
	Number string `json:"number" gov:"subject,pii"`
	Name   string `json:"name" gov:"pii"`
	Ward   string `json:"ward"`
}

func patientServer(t *testing.T, log audit.Sink, people audit.SubjectKeys, n int) *mcpgov.Server {
	t.Helper()
	return newServer(t, mcpgov.Config{
		Name: "ward", Version: "1", Policy: policy.AllowAll(), Audit: log, Identify: mcpgov.Anonymous(),
		Key: []byte(strings.Repeat("server", 6)), Subjects: people, AuditLevel: audit.LevelComplete,
	}, mcpgov.Tool(mcpgov.ToolSpec{Name: "find", Description: "Finds patients."}, func(_ context.Context, in patientQuery) (patientList, error) {
		if in.Reason == "fail" {
			return patientList{}, errors.New("no patient " + in.Patient)
		}
		var out patientList
		for i := range n {
			out.Patients = append(out.Patients, inpatient{Number: fmt.Sprint("P-100", i), Name: "Zacharias", Ward: "3"})
		}
		return out, nil
	}))
}

// Records name people by digests under their own keys. An auditor finds what he looks for; who is erased can be found by nobody, and the log
// is as it was written.
func TestSubjectsCanBeErased(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "log")
	master := []byte(strings.Repeat("master", 6))
	people, err := audit.OpenSubjects(filepath.Join(t.TempDir(), "people"), master)
	require.NoError(t, err)
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	client := mcptest.New(t, patientServer(t, log, people, 2)).As(admin)
	client.Call("find", map[string]any{"patient": "P-1000", "reason": "Hepatitis"}).OK()
	client.Call("find", map[string]any{"patient": "P-7", "reason": "fail"})
	require.NoError(t, log.Close())
	text, err := os.ReadFile(filepath.Join(dir, "audit-000001.jsonl"))
	require.NoError(t, err)
	for _, secret := range []string{"P-1000", "P-1001", "P-7", "Hepatitis", "Zacharias"} {
		require.NotContains(t, string(text), secret)
	}

	var records []audit.Record
	for r, err := range audit.Records(os.DirFS(dir)) {
		require.NoError(t, err)
		if r.Target.Kind == "tool" {
			records = append(records, r)
		}
	}
	require.Len(t, records, 4)
	intent, outcome := records[0], records[1]
	key, err := people.Find("P-1000")
	require.NoError(t, err)
	second, err := people.Find("P-1001")
	require.NoError(t, err)
	require.Equal(t, []string{audit.SubjectDigest(key, "P-1000")}, intent.Subjects)
	require.Equal(t, []string{audit.SubjectDigest(key, "P-1000"), audit.SubjectDigest(second, "P-1001")}, outcome.Subjects)

	// The auditor knows a value and looks for it.
	asked := audit.CombinedKey(key)
	require.Contains(t, string(intent.Arguments), audit.TextDigest(asked, "Hepatitis"))
	digest, err := audit.DocumentDigest(asked, []byte(`{"patient":"P-1000","reason":"Hepatitis"}`))
	require.NoError(t, err)
	require.Equal(t, digest, intent.ArgumentsDigest)
	require.Contains(t, string(outcome.Response), audit.TextDigest(audit.CombinedKey(key, second), "Zacharias"))
	require.Contains(t, records[3].Cause, "withheld")

	// The person is erased. His new key tells nothing of what was written under the old one.
	require.NoError(t, people.Erase("P-1000"))
	_, err = people.Find("P-1000")
	require.ErrorIs(t, err, audit.ErrNoSubject)
	fresh, err := people.SubjectKey(t.Context(), "P-1000", true)
	require.NoError(t, err)
	require.NotContains(t, string(text), audit.SubjectDigest(fresh, "P-1000"))
	_, err = audit.Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
}

// Without keys for each person the server's key names them; nothing else changes.
func TestSubjectsUnderTheServersKey(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	mcptest.New(t, patientServer(t, log, nil, 1)).As(admin).Call("find", map[string]any{"patient": "P-9", "reason": "flu"}).OK()
	outcome := log.Outcomes()[0]
	key := []byte(strings.Repeat("server", 6))
	require.Equal(t, []string{audit.SubjectDigest(key, "P-9"), audit.SubjectDigest(key, "P-1000")}, outcome.Subjects)
	require.Contains(t, string(outcome.Arguments), audit.TextDigest(key, "flu"))
	log.NoLeak(t, "P-9", "P-1000")
}

func TestManySubjects(t *testing.T) {
	t.Parallel()
	people, err := audit.OpenSubjects(t.TempDir(), []byte(strings.Repeat("master", 6)))
	require.NoError(t, err)
	log := &mcptest.Recorder{}
	mcptest.New(t, patientServer(t, log, people, 130)).As(admin).Call("find", map[string]any{"patient": "P-1000"}).OK()
	outcome := log.Outcomes()[0]
	require.Len(t, outcome.Subjects, 100)
	require.Equal(t, "30 more data subjects", outcome.Note)
}

type brokenKeys struct{}

func (brokenKeys) SubjectKey(context.Context, string, bool) ([]byte, error) { return nil, errDisk }

// Whoever cannot be named cannot be asked about: the call is refused before the tool runs.
func TestSubjectKeysFailClosed(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	client := mcptest.New(t, patientServer(t, log, brokenKeys{}, 1)).As(admin)
	client.Call("find", map[string]any{"patient": "P-9"}).Ended(mcpgov.MaskFailed)
	require.Len(t, log.Calls(), 1)
	log.NoLeak(t, "P-9")
}

// A name in a call that is refused is whatever its caller wrote: it gets no key, and its digests tell nothing. Who has a key is named also then.
func TestRefusedCallsMakeNoKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	people, err := audit.OpenSubjects(dir, []byte(strings.Repeat("master", 6)))
	require.NoError(t, err)
	log := &mcptest.Recorder{}
	server := []byte(strings.Repeat("server", 6))
	ward := newServer(t, mcpgov.Config{
		Name: "ward", Version: "1", Audit: log, Identify: mcpgov.Anonymous(), Key: server, Subjects: people,
		Policy: rules(t, `{mcpgov: 1, policies: [{tools: ["*"], input: [{condition: "user.role == 'admin'", action: allow}, {condition: "patient == 'P-0'", action: allow}]}]}`),
	}, mcpgov.Tool(mcpgov.ToolSpec{Name: "find", Description: "Finds.", ReadOnly: true}, func(context.Context, patientQuery) (struct {
		Found bool `json:"found"`
	}, error,
	) {
		return struct {
			Found bool `json:"found"`
		}{true}, nil
	}))
	h := mcptest.New(t, ward)
	h.As(nobody).Call("find", map[string]any{"patient": "P-8", "reason": "flu"}).Ended(mcpgov.Denied)
	refused := log.Outcomes()[0]
	require.Empty(t, refused.Subjects)
	require.NotContains(t, string(refused.Arguments), audit.TextDigest(server, "flu"), "under a key that nobody keeps")
	_, err = people.Find("P-8")
	require.ErrorIs(t, err, audit.ErrNoSubject)

	h.As(admin).Call("find", map[string]any{"patient": "P-8", "reason": "flu"}).OK()
	key, err := people.Find("P-8")
	require.NoError(t, err)
	require.Equal(t, []string{audit.SubjectDigest(key, "P-8")}, log.Outcomes()[1].Subjects)
	require.Contains(t, string(log.Outcomes()[1].Arguments), audit.TextDigest(audit.CombinedKey(key), "flu"))

	h.As(nobody).Call("find", map[string]any{"patient": "P-8"}).Ended(mcpgov.Denied)
	require.Equal(t, []string{audit.SubjectDigest(key, "P-8")}, log.Outcomes()[2].Subjects)
	log.NoLeak(t, "P-8", "flu")
}
