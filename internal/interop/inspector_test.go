package interop_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// The Inspector's exit codes that matter here.
const (
	inspectorOK       = 0
	inspectorRefused  = 5 // the result is an error, or there is no such tool in the list
	inspectorProtocol = 1 // anything else, such as a result that breaks its schema
)

// inspect drives the command line of the Inspector: its strict reading of the list, and one tool for everybody.
func (w *world) inspect(t *testing.T) {
	t.Helper()
	for _, transport := range []string{"stdio", "http"} {
		for _, era := range []string{"legacy", "modern"} {
			t.Run(transport+"/"+era, func(t *testing.T) {
				i := inspector{w, transport, era, new(int)}
				for _, one := range plan(t) {
					i.list(t, one)
					if one.Role != "stranger" {
						i.call(t, one, one.Calls[0])
					}
				}
				i.refusals(t)
				t.Logf("%d runs", *i.runs)
			})
		}
	}
}

type inspector struct {
	*world
	transport, era string
	runs           *int
}

// run starts the Inspector as role and returns what it printed and its exit code.
func (i inspector) run(t *testing.T, role string, args ...string) (stdout, stderr []byte, code int) {
	t.Helper()
	*i.runs++
	target := []string{"-e", servesAs + "=" + role, i.binary}
	if i.transport == "http" {
		target = []string{i.urls["http"], "--transport", "http", "--header", "Authorization: Bearer " + role}
	}
	command := i.node(t, append(append([]string{"node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js", "--cli"}, target...),
		append([]string{"--protocol-era", i.era, "--format", "json"}, args...)...)...)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		require.NoError(t, err, errs.String())
	}
	return out.Bytes(), errs.Bytes(), command.ProcessState.ExitCode()
}

// list reads what role is shown; --strict exits with another code if any schema is not portable.
func (i inspector) list(t *testing.T, one planned) {
	t.Helper()
	stdout, stderr, code := i.run(t, one.Role, "--method", "tools/list", "--strict")
	require.Equal(t, inspectorOK, code, "%s", stderr)
	var answer struct {
		Result struct {
			Tools []struct{ Name string } `json:"tools"`
		} `json:"result"`
	}
	require.NoError(t, json.Unmarshal(stdout, &answer), "%s", stdout)
	var names []string
	for _, tool := range answer.Result.Tools {
		names = append(names, tool.Name)
	}
	require.Equal(t, one.Tools, names)
}

// call makes a call that ends well; the Inspector holds its result to the listed schema.
func (i inspector) call(t *testing.T, one planned, call plannedCall) {
	t.Helper()
	stdout, stderr, code := i.run(t, one.Role, "--method", "tools/call", "--tool-name", call.Tool, "--tool-args-json", string(call.Arguments))
	require.Equal(t, inspectorOK, code, "%s: %s", one.Role, stderr)
	var answer struct {
		Result struct {
			StructuredContent json.RawMessage `json:"structuredContent"`
		} `json:"result"`
	}
	require.NoError(t, json.Unmarshal(stdout, &answer), "%s", stdout)
	require.JSONEq(t, string(call.Structured), string(answer.Result.StructuredContent), one.Role)
}

// refusals are what the Inspector says of a denial, of a tool that is hidden, and, as a control, of a result that breaks its schema.
func (i inspector) refusals(t *testing.T) {
	t.Helper()
	stdout, _, code := i.run(t, "owner", "--method", "tools/call", "--tool-name", "close_account", "--tool-arg", "customer_id=cust_1")
	require.Equal(t, inspectorRefused, code)
	require.Contains(t, string(stdout), "This account stays open.")

	_, hidden, code := i.run(t, "zero", "--method", "tools/call", "--tool-name", "open_vault")
	require.Equal(t, inspectorRefused, code)
	require.Contains(t, string(hidden), "Tool 'open_vault' not found on server.")

	_, lie, code := i.run(t, liar, "--method", "tools/call", "--tool-name", "lie")
	require.Equal(t, inspectorProtocol, code)
	require.Contains(t, string(lie), "must be number")
}
