package auditpg_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
)

// TestErrorsKeepThePassword: whatever is wrong with a connection string, or with the server behind it, no error shows the password.
func TestErrorsKeepThePassword(t *testing.T) {
	t.Parallel()
	const password = "hunter2"
	for _, dsn := range []string{
		"postgres://ann:hunter2@127.0.0.1:1/audit",
		"postgres://ann:hunter2@127.0.0.1:1/audit?sslmode=no-such-mode",
		"postgres://ann:hunter2@127.0.0.1:port/audit",
		"postgres://ann:hun%zzhunter2@127.0.0.1/audit",
		"postgres:/ann:hunter2@127.0.0.1/audit",
		"postgress://ann:hunter2@127.0.0.1/audit",
		"ann:hunter2@127.0.0.1/audit",
		"host=127.0.0.1 port=1 user=ann password=hunter2",
		"host=127.0.0.1 port=x user=ann password=hunter2",
		"host=127.0.0.1 port=1 user=ann password='hunter2",
		"host=127.0.0.1 port=1 user=ann pass word=hunter2",
		"host=127.0.0.1 port=1 password=hunter2 sslrootcert=/no/such/file sslmode=verify-full",
		"hunter2",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, err := auditpg.Open(ctx, dsn, nil)
		cancel()
		require.Error(t, err, dsn)
		for ; err != nil; err = unwrapped(err) {
			require.NotContains(t, fmt.Sprintf("%v %+v %q", err, err, err), password, dsn)
		}
	}
}

// unwrapped is the next error of a chain.
func unwrapped(err error) error {
	inner, ok := err.(interface{ Unwrap() error })
	if !ok {
		return nil
	}
	return inner.Unwrap()
}

// TestZero: a sink that was not opened refuses.
func TestZero(t *testing.T) {
	t.Parallel()
	var sink auditpg.Sink
	require.ErrorContains(t, sink.Append(t.Context(), audit.Record{}), "auditpg: a zero Sink refuses every record; use Open")
	require.NoError(t, sink.Close())
	for _, err := range sink.Records(t.Context(), nil) {
		require.ErrorContains(t, err, "a zero Sink holds nothing")
	}
	for _, config := range []*pgx.ConnConfig{nil, {}} {
		_, err := auditpg.OpenConfig(t.Context(), config, nil)
		require.ErrorContains(t, err, "the configuration is nil or incomplete; make it with pgx.ParseConfig")
	}
	_, err := auditpg.Open(t.Context(), "", &auditpg.Options{Timeout: -time.Second})
	require.ErrorContains(t, err, "auditpg: Options.Timeout is -1s; give a positive duration, or 0 for 5s")
}
