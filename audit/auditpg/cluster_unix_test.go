//go:build unix

package auditpg_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// cluster is a PostgreSQL server of the test's own, which can be stopped.
type cluster struct {
	dsn      string
	password string
	binaries string
	data     string
	args     []string
	as       *syscall.SysProcAttr
	process  *exec.Cmd
}

// ownServer makes a server, or skips the test where there are no programs to make one of.
func ownServer(t testing.TB, args ...string) *cluster {
	t.Helper()
	database(t) // tests with and without a server of their own run on the same machines
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	require.NoError(t, err)
	if path, err := exec.LookPath("initdb"); err == nil && len(found) == 0 {
		found = []string{path}
	}
	if len(found) == 0 {
		t.Skip("needs a PostgreSQL to start and stop: there is no initdb, neither in PATH nor in /usr/lib/postgresql")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	require.NoError(t, listener.Close())
	folder, err := os.MkdirTemp("", "auditpg") //nolint:usetesting // other users do not get into t.TempDir
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	c := &cluster{
		binaries: filepath.Dir(slices.Max(found)), data: filepath.Join(folder, "data"), password: rand.Text(), as: &syscall.SysProcAttr{},
	}
	c.args = append([]string{"-D", c.data, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="}, args...)
	c.dsn = fmt.Sprintf("host=127.0.0.1 port=%d user=postgres dbname=postgres sslmode=disable password=%s", port, c.password)
	secret := filepath.Join(folder, "password")
	require.NoError(t, os.WriteFile(secret, []byte(c.password), 0o600))
	if os.Getuid() == 0 { // PostgreSQL refuses to run as root
		account, err := user.Lookup("postgres")
		if err != nil {
			account, err = user.Lookup("nobody")
		}
		require.NoError(t, err)
		uid, err := strconv.Atoi(account.Uid)
		require.NoError(t, err)
		gid, err := strconv.Atoi(account.Gid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(folder, uid, gid))
		require.NoError(t, os.Chown(secret, uid, gid))
		c.as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	made := exec.Command(filepath.Join(c.binaries, "initdb"), "-D", c.data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", secret,
		"-E", "UTF8", "--no-locale", "--no-sync")
	made.SysProcAttr, made.Dir = c.as, folder
	out, err := made.CombinedOutput()
	require.NoError(t, err, string(out))
	c.start(t)
	t.Cleanup(func() { c.stop(t, syscall.SIGQUIT) })
	return c
}

// start starts the server and waits until it answers.
func (c *cluster) start(t testing.TB) {
	t.Helper()
	c.process = exec.Command(filepath.Join(c.binaries, "postgres"), c.args...)
	c.process.SysProcAttr, c.process.Dir = c.as, filepath.Dir(c.data)
	var said strings.Builder
	c.process.Stderr = &said
	require.NoError(t, c.process.Start())
	require.Eventually(t, func() bool {
		conn, err := pgx.Connect(context.Background(), c.dsn)
		return err == nil && conn.Close(context.Background()) == nil
	}, 20*time.Second, 10*time.Millisecond)
}

// stop ends the server: SIGQUIT as a crash does, SIGINT in order.
func (c *cluster) stop(t testing.TB, how syscall.Signal) {
	t.Helper()
	if c.process == nil {
		return
	}
	require.NoError(t, c.process.Process.Signal(how))
	_ = c.process.Wait() // says how it ended, which is known
	c.process = nil
}

// execute runs statements that must not be in a transaction, one by one.
func (c *cluster) execute(t testing.TB, statements ...string) {
	t.Helper()
	conn := connected(t, c.dsn)
	for _, statement := range statements {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}
